"""The public pages as a visitor, a screen reader and a search engine get them."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Literal
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.test import Client
from tinyhtml5.parser import HTMLParser

from assessments.catalogue.addresses import requirement_address
from assessments.catalogue.crosswalk import SideCounts
from assessments.catalogue.models import Crosswalk, Standard
from assessments.catalogue.selectors import asked_requirements, current_standards, theme_names
from assessments.catalogue.web import pages
from assessments.catalogue.web.cards import cards_of
from assessments.catalogue.web.guides import guides
from tests.assessments.catalogue.recount import counted

pytestmark = pytest.mark.django_db

ONE, TWO = "iso-13485-2016", "iso-56002-2019"
SHIPPED = (ONE, TWO, "iso-27001-2022", "cis-controls-v8.1", "eu-dora", "eu-gdpr")
PAIRS = [f"/compare/{a}-vs-{b}/" for a, b in combinations(sorted(SHIPPED), 2)]
PAIR = f"/compare/{ONE}-vs-{TWO}/"
REQUIREMENTS = ["iso-27001-2022/A.5.1/", "iso-27001-2022/A.5/", "nist-sp-800-53-r5/AC-2(1)/", "eu-gdpr/9/"]
PLACES = [
    "/", "/standards/", "/standards/?q=dora&nature=law", *PAIRS,
    *(f"/standards/{slug}/" for slug in (*SHIPPED, "nist-sp-800-53-r5")),
    *(f"/standards/{path}" for path in REQUIREMENTS),
]  # fmt: skip
MOST_BYTES = 60_000
_NUMBER = re.compile(r"\d[\d.,]*")
_XHTML = "{http://www.w3.org/1999/xhtml}"
SECTIONS = ["verdict", "features", "analysis", "differences", "overlap", "order", "faq", "others", "start", "sources"]


@pytest.fixture(autouse=True)
def _empty_pages() -> Iterator[None]:
    pages.forget_web_pages()
    yield
    pages.forget_web_pages()


def text_of(path: str, *, status: int = 200) -> str:
    response = Client().get(path)
    assert response.status_code == status, f"{path}: {response.status_code}"
    return response.content.decode()


def parsed(text: str) -> Element:
    """The document; a parse error is an error of the test, as a browser would have to guess."""
    parser = HTMLParser()
    found: Element = parser.parse(text)
    assert not parser.errors, parser.errors
    return found


def elements(document: Element, *names: str) -> list[Element]:
    return [element for element in document.iter() if str(element.tag).removeprefix(_XHTML) in names]


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.mark.parametrize("path", PLACES)
def test_a_page_is_sound_html_that_the_policy_lets_through(path: str) -> None:
    text = text_of(path)
    document = parsed(text)
    assert len(elements(document, "h1")) == len(elements(document, "main")) == 1
    levels = [int(str(element.tag)[-1]) for element in elements(document, "h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False)), levels
    for element in document.iter():
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}, element.tag
    assert not elements(document, "style", "iframe", "object")
    assert all(script.get("type") == "application/ld+json" for script in elements(document, "script"))
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = [str(a.get("href"))[1:] for a in elements(document, "a") if str(a.get("href")).startswith("#")]
    assert set(targets) <= set(ids), set(targets) - set(ids)
    referred = [name for e in document.iter() for name in (e.get("aria-labelledby") or "").split()]
    assert set(referred) <= set(ids)
    labelled = {label.get("for") for label in elements(document, "label")}
    assert {field.get("id") for field in elements(document, "input", "select")} <= labelled
    assert all(cell.get("scope") for cell in elements(document, "th"))
    assert len(gzip.compress(text.encode())) < MOST_BYTES
    canonical = [link.get("href") for link in elements(document, "link") if link.get("rel") == "canonical"]
    assert canonical == [settings.BASE_URL + path.partition("?")[0]]


@pytest.mark.parametrize("path", ["/", "/standards/", f"/standards/{ONE}/", PAIR])
def test_every_link_within_the_site_leads_somewhere(path: str) -> None:
    links = {str(a.get("href")).partition("#")[0] for a in elements(parsed(text_of(path)), "a")}
    inside = {link for link in links if link.startswith("/")}
    assert inside
    wrong = {link: status for link in inside if (status := Client().get(link).status_code) != 200}
    assert not wrong


def test_every_pair_of_full_standards_has_a_page() -> None:
    full = sorted(entry.slug for entry in current_standards() if entry.is_assessable)
    assert set(SHIPPED) <= set(full)
    for a, b in combinations(full, 2):
        text_of(f"/compare/{a}-vs-{b}/")


def test_a_comparison_tells_its_parts_in_order() -> None:
    document = parsed(text_of(PAIR))
    told = [str(section.get("aria-labelledby")) for section in elements(document, "section")]
    assert told == SECTIONS
    rows = [words(th) for th in elements(document, "th") if th.get("role") == "rowheader"]
    assert rows[:5] == ["Scope", "Industry", "Nature", "Testing", "Penalties"]


@pytest.mark.parametrize("path", PAIRS)
def test_every_number_on_a_comparison_can_be_made_from_rows(path: str) -> None:
    slugs = path.removeprefix("/compare/").rstrip("/").split("-vs-")
    a, b = (Standard.objects.get(slug=slug, is_current=True) for slug in slugs)
    catalogue = list(Standard.objects.filter(is_current=True).values_list("number", flat=True))
    known = _numbers(json.dumps(_rows(a) + _rows(b) + catalogue, ensure_ascii=False))
    crosswalk = _crosswalk(a.slug, b.slug)
    shares = _counted_shares(crosswalk) if crosswalk else dict.fromkeys((a.slug, b.slug), _share(a.themes, b.themes))
    known |= _figures(a, b, shares=shares) | _numbers(" ".join(theme_names("en").values()))
    known |= _linked(crosswalk) if crosswalk else set()
    document = parsed(text_of(path))
    (main,) = elements(document, "main")
    unknown = _numbers(words(main)) - known
    assert not unknown, unknown
    basis = "reviewed crosswalk" if crosswalk else "theme estimate"
    share = _whole_share(crosswalk) if crosswalk else shares[a.slug]
    strict = f" and {100 * _whole_share(crosswalk, what='covered'):.0f} % covered wholly" if crosswalk else ""
    assert f"{100 * share:.0f} % overlap {basis}{strict}" in words(main)


def _crosswalk(a: str, b: str) -> Crosswalk | None:
    found = Crosswalk.objects.filter(is_current=True, source_slug__in=[a, b], target_slug__in=[a, b]).first()
    return found if found and any(found.counts["relations"].values()) else None


def _sides(crosswalk: Crosswalk) -> list[tuple[str, SideCounts]]:
    return [
        (crosswalk.source_slug, counted(crosswalk, "source")),
        (crosswalk.target_slug, counted(crosswalk, "target")),
    ]


def _counted_shares(crosswalk: Crosswalk) -> dict[str, float]:
    return {slug: round(side["touched"] / (side["total"] or 1), 4) for slug, side in _sides(crosswalk)}


def _whole_share(crosswalk: Crosswalk, *, what: Literal["touched", "covered"] = "touched") -> float:
    sides = [side for _, side in _sides(crosswalk)]
    return round(sum(side[what] for side in sides) / sum(side["total"] or 0 for side in sides), 4)


def _linked(crosswalk: Crosswalk) -> set[str]:
    """Every figure that a crosswalk brings: its own words and dates, and what is counted again from its rows."""
    groups = list(crosswalk.groups.all())
    by_relation = Counter(group.relation for group in groups if group.provenance != "suggested")
    found = _numbers(json.dumps([crosswalk.method, crosswalk.sources, crosswalk.reviewed_on.isoformat()]))
    found |= {str(count) for count in (*by_relation.values(), 0, sum(by_relation.values()))}
    found |= {str(len(groups) - sum(by_relation.values())), f"{100 * _whole_share(crosswalk):.0f}"}
    found.add(f"{100 * _whole_share(crosswalk, what='covered'):.0f}")
    for _, side in _sides(crosswalk):
        total = side["total"] or 0
        found |= {str(count) for count in (total, side["touched"], side["covered"], total - side["touched"])}
        found |= {f"{100 * round(side[key] / total, 4):.0f}" for key in ("touched", "covered")}  # type: ignore[literal-required]
    return found


def _rows(standard: Standard) -> list[Any]:
    (text,) = standard.texts.filter(language="en")
    return [standard.profile, text.profile, text.faq, standard.outline]


def _numbers(text: str) -> set[str]:
    return {found.replace(",", "").rstrip(".") for found in _NUMBER.findall(text.replace("\\n", " "))}


def _share(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    return min(1.0, round(sum(min(a.get(theme, 0), b.get(theme, 0)) for theme in {*a, *b}), 4))


def _figures(a: Standard, b: Standard, *, shares: Mapping[str, float]) -> set[str]:
    """Every figure that is computed, made again from the rows: percentages, months, places of sources, counts."""
    found = {f"{100 * share:.0f}" for share in shares.values()} | {"0.7", "1"}
    found |= {f"{100 * value:.1f}" for side in (a, b) for value in [*side.themes.values(), 0.0]}
    for side, other in ((a, b), (b, a)):
        sources, months, first = side.profile["sources"], side.profile["months"], other.profile["months"]
        found |= {str(place) for place in range(1, len(sources) + 1)} | {str(len(side.outline["depths"]))}
        after = {key: round(months[key] * (1 - 0.7 * shares[side.slug]), 1) for key in ("low", "high")}
        found |= {str(after[key]) for key in after} | {str(round(first[key] + after[key], 1)) for key in after}
        for fact in side.profile.values():
            found |= {str(len(fact) - shown) for shown in (3, 4)} if isinstance(fact, list) else set()
    return found


def test_a_pair_has_one_address_and_a_standard_with_itself_none() -> None:
    for path, to in (
        (f"/compare/{TWO}-vs-{ONE}/", PAIR),
        (f"/compare/{ONE}-vs-{ONE}/", f"/standards/{ONE}/"),
    ):
        response = Client().get(path)
        assert (response.status_code, response["Location"]) == (301, to)


@pytest.mark.parametrize("path", ["/standards/nothing/", f"/compare/{ONE}-vs-nothing/", "/compare/x-vs-y-vs-z/"])
def test_what_is_not_there_is_a_page_that_helps_on(path: str) -> None:
    response = Client().get(path)
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    document = parsed(response.content.decode())
    assert [words(h1) for h1 in elements(document, "h1")] == ["There is no such page."]
    assert elements(document, "form")


def test_a_page_may_be_kept_and_is_not_sent_twice() -> None:
    first = Client().get(PAIR)
    assert first["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in first["Vary"]
    assert not first.cookies
    again = Client().get(PAIR, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    packed = Client().get(PAIR, headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == first.content
    refused = Client().get(PAIR, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers
    assert Client().post(PAIR).status_code == 405


def test_the_questions_are_told_to_search_engines_and_cannot_break_out() -> None:
    (script,) = elements(parsed(text_of(PAIR)), "script")
    told = json.loads(script.text or "")
    assert (told["@context"], told["@type"]) == ("https://schema.org", "FAQPage")
    sides = [Standard.objects.get(slug=slug, is_current=True) for slug in (ONE, TWO)]
    asked = [entry["question"] for side in sides for entry in side.texts.get(language="en").faq]
    assert [entry["name"] for entry in told["mainEntity"]] == asked
    broken = pages.contents.faq_data([{"question": "</script><b>", "answer": "a & b"}])
    assert "<" not in broken
    assert json.loads(broken)["mainEntity"][0]["name"] == "</script><b>"


def test_the_list_is_searched_by_word_sector_and_nature() -> None:
    def found(query: str) -> list[str]:
        most = -(-len(current_standards()) // pages.CARDS_PER_PAGE)
        every = {
            words(link)
            for number in range(1, most + 1)
            for link in elements(parsed(text_of(f"/standards/?{query}&page={number}")), "h4")
        }
        return sorted(every)

    def of_nature(nature: str) -> list[str]:
        return sorted(card.name for card in cards_of(current_standards()) if card.nature == nature)

    assert "DORA" in found("q=dora")
    assert "ISO 13485:2016" in found("q=medical+devices")
    assert not {"ISO 56002:2019", "CIS Controls v8.1"} & {*found("q=dora"), *found("q=medical+devices")}
    assert found("nature=guidance") == of_nature("guidance")
    assert "ISO 13485:2016" not in found("sector=financial-services")
    assert "ISO 27001" in found("sector=financial-services")
    assert found("q=%00%3Cscript%3E") == []
    assert found("") == sorted(card.name for card in cards_of(current_standards()))
    assert elements(parsed(text_of("/standards/?page=99999")), "h4")


def test_what_can_be_assessed_comes_first_in_the_list() -> None:
    assessable = sorted((card.name for card in cards_of(current_standards()) if card.assessable), key=str.casefold)
    page = parsed(text_of("/standards/"))
    assert [words(name) for name in elements(page, "h4")][: len(assessable)] == assessable
    assert [words(group) for group in elements(page, "h3")] == [*pages.DEPTH_NAMES.values()]
    assert "To assess, read and compare" not in text_of("/standards/?q=bsi")


def test_the_sitemap_holds_every_standard_and_the_pairs_of_full_ones_or_with_links() -> None:
    told = [entry.text for entry in fromstring(text_of("/sitemap.xml")).iter() if entry.tag.endswith("loc")]
    full = sorted(entry.slug for entry in current_standards() if entry.is_assessable)
    rows = Crosswalk.objects.filter(is_current=True)
    linked = {
        tuple(sorted((row.source_slug, row.target_slug))) for row in rows if any(row.counts["relations"].values())
    }
    pairs = [f"{settings.BASE_URL}/compare/{a}-vs-{b}/" for a, b in {*combinations(full, 2), *linked}]
    assert set(pairs) < set(told)
    assert {f"{settings.BASE_URL}/standards/{entry.slug}/" for entry in current_standards()} < set(told)
    asked = [f"{settings.BASE_URL}{requirement_address(slug, ref)}" for slug, ref in asked_requirements()]
    assert set(asked) < set(told)
    assert len(asked) > 1000
    rest = len(pairs) + len(current_standards()) + len(guides()) + 3
    assert len(told) == len(set(told)) == len(asked) + rest
