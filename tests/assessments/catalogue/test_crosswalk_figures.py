"""The figures of crosswalks: counted again from rows, mirrored, and the pages and answers they stand on."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.catalogue import crosswalk_selectors
from assessments.catalogue.comparison import StandardProfile, compare, crossing_of, swap, swap_crossing
from assessments.catalogue.crosswalk import CrosswalkCounts, SideCounts
from assessments.catalogue.models import Crosswalk
from assessments.catalogue.web import pages
from tests.assessments.catalogue.profiles import profiles
from tests.assessments.catalogue.recount import counted
from tests.assessments.catalogue.test_web_pages import MOST_BYTES, elements, parsed, words

GDPR, ISO = "eu-gdpr", "iso-27001-2022"
PAIR = f"/compare/{GDPR}-vs-{ISO}/"


@pytest.fixture(autouse=True)
def _empty_pages() -> Iterator[None]:
    pages.forget_web_pages()
    crosswalk_selectors.forget_crosswalks()
    yield
    pages.forget_web_pages()


@pytest.mark.django_db
def test_every_stored_figure_can_be_counted_again_from_rows() -> None:
    rows = Crosswalk.objects.filter(is_current=True)
    assert rows
    for row in rows:
        assert row.counts["source"] == counted(row, "source"), row
        assert row.counts["target"] == counted(row, "target"), row
        groups = list(row.groups.all())
        for key, wanted in row.counts["provenances"].items():
            assert wanted == sum(group.provenance == key for group in groups), row
        for key, wanted in row.counts["relations"].items():
            assert wanted == sum(group.relation == key and group.provenance != "suggested" for group in groups), row


COUNTS = st.integers(0, 50)


@st.composite
def side_counts(draw: st.DrawFn) -> SideCounts:
    covered, more, alone = draw(COUNTS), draw(COUNTS), draw(COUNTS)
    total = draw(st.sampled_from([None, covered + more + alone + 1]))
    return {"total": total, "touched": covered + more, "covered": covered}


@st.composite
def counts(draw: st.DrawFn) -> CrosswalkCounts:
    relations = {name: draw(COUNTS) for name in ("equal", "subset", "superset", "intersects")}
    provenances = {"official": draw(COUNTS), "reviewed": draw(COUNTS), "suggested": draw(COUNTS)}
    source, target = draw(side_counts()), draw(side_counts())
    return {"relations": relations, "provenances": provenances, "source": source, "target": target}


@given(a=profiles(), b=profiles(), found=counts(), succession=st.booleans())
@settings(deadline=None)
def test_a_crosswalk_serves_both_orders_and_mirrors(
    a: StandardProfile, b: StandardProfile, found: CrosswalkCounts, *, succession: bool
) -> None:
    b = replace(b, slug=f"{b.slug}-x")
    crossing = crossing_of(
        "a--b",
        provenance="reviewed",
        method="m",
        reviewed_on="2026-11-23",
        sources=(),
        succession=succession,
        counts=found,
    )
    forward = compare(a, b, crossing=crossing)
    assert compare(b, a, crossing=swap_crossing(crossing)) == swap(forward)
    assert swap_crossing(swap_crossing(crossing)) == crossing
    overlap, share = forward.overlap, crossing.share
    if not crossing.counted:
        plain = compare(a, b).overlap
        assert (overlap.share, overlap.basis, overlap.b_after_a) == (plain.share, plain.basis, plain.b_after_a)
        return
    assert overlap.basis in {"reviewed crosswalk", "official crosswalk"}
    totals = found["source"]["total"], found["target"]["total"]
    if None in totals:
        assert share is None
    else:
        touched = found["source"]["touched"] + found["target"]["touched"]
        assert share == pytest.approx(touched / sum(totals), abs=1e-4)  # type: ignore[arg-type]
        covered = found["source"]["covered"] + found["target"]["covered"]
        assert overlap.strict_share == pytest.approx(covered / sum(totals), abs=1e-4)  # type: ignore[arg-type]
    months = b.facts.get("months")
    if months is None or totals[1] is None:
        assert overlap.b_after_a is None
    else:
        assert overlap.b_after_a is not None
        left = 1 - 0.7 * found["target"]["touched"] / totals[1]
        assert overlap.b_after_a.high == pytest.approx(months["high"] * left, abs=0.06)


@pytest.mark.django_db
def test_the_answer_reads_the_same_backwards_with_relations_turned_round() -> None:
    forth = Client().get(f"/api/v1/crosswalks/{GDPR}--{ISO}/")
    back = Client().get(f"/api/v1/crosswalks/{ISO}--{GDPR}/")
    assert forth["Link"] == back["Link"]
    one, other = forth.json(), back.json()
    turned = {"equal": "equal", "subset": "superset", "superset": "subset", "intersects": "intersects"}
    assert [(g["a_refs"], g["b_refs"], g["relation"], g["rationale"]) for g in one["groups"]] == [
        (g["b_refs"], g["a_refs"], turned[g["relation"]], g["rationale"]) for g in other["groups"]
    ]
    assert (one["a"], one["b"]) == (other["b"], other["a"])
    assert one["relations"]["subset"] == other["relations"]["superset"]
    again = Client().get(f"/api/v1/crosswalks/{GDPR}--{ISO}/", headers={"If-None-Match": forth["ETag"]})
    assert again.status_code == 304
    assert Client().get(f"/api/v1/crosswalks/{GDPR}--iso-56002-2019/").status_code == 404


@pytest.mark.django_db
def test_the_list_tells_each_with_its_figures_and_finds_those_of_a_standard() -> None:
    def names(query: str = "") -> list[str]:
        return [found["name"] for found in Client().get(f"/api/v1/crosswalks/?{query}").json()["results"]]

    rows = Crosswalk.objects.filter(is_current=True)
    assert sorted(names("page_size=200")) == sorted(str(row) for row in rows)
    assert f"{GDPR}--{ISO}" in names(f"standard={ISO}")
    assert names("standard=nothing") == []
    found = Client().get("/api/v1/crosswalks/", {"standard": GDPR}).json()["results"]
    assert Client().get(found[0]["url"]).status_code == 200
    assert Client().get("/api/v1/crosswalks/?kind=x").status_code == 400


@pytest.mark.django_db
def test_a_comparison_with_a_crosswalk_is_counted_and_one_without_an_estimate() -> None:
    found = Client().get(f"/api/v1/comparisons/{GDPR}/{ISO}/").json()["overlap"]
    assert found["basis"] == "reviewed crosswalk"
    row = Crosswalk.objects.get(source_slug=GDPR, target_slug=ISO, is_current=True)
    for key, side in (("a", "source"), ("b", "target")):
        figures = counted(row, side)
        assert {name: found["crosswalk"][key][name] for name in figures} == figures
        assert found["crosswalk"][key]["touched_share"] == round(figures["touched"] / (figures["total"] or 1), 4)
    estimate = Client().get("/api/v1/comparisons/iso-13485-2016/iso-56002-2019/").json()["overlap"]
    assert (estimate["basis"], estimate["crosswalk"]) == ("theme estimate", None)
    same = Client().get(f"/api/v1/comparisons/{GDPR}/{GDPR}/").json()
    assert {difference["kind"] for difference in same["differences"]} == {"same"}


def number_of(text: str) -> int:
    return int((re.match(r"\d+", text) or [0])[0])


def drawn(document: Element, name: str) -> list[Element]:
    return [element for element in document.iter() if str(element.tag) == f"{{http://www.w3.org/2000/svg}}{name}"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [PAIR])
def test_each_number_of_the_picture_leads_to_the_rows_it_counts(path: str) -> None:
    """One click from a figure, in the list under the anchor, stand as many requirements as the figure says."""
    document = parsed(Client().get(path).content.decode())
    followed = 0
    for link in elements(document, "a"):
        address, _, anchor = str(link.get("href")).partition("#")
        if not address.endswith("/links/") or anchor.partition("-")[0] not in {"touched", "covered", "alone"}:
            continue
        target = parsed(Client().get(urljoin(path, address)).content.decode())
        (place,) = [element for element in target.iter() if element.get("id") == anchor]
        if place.tag.endswith("div"):
            shown = len(elements(place, "li"))
        else:
            (parent,) = [e for e in target.iter() if place in list(e)]
            after = list(parent)[list(parent).index(place) + 1]
            shown = len(elements(after, "li"))
        assert shown == number_of(words(link)), (anchor, words(link))
        followed += 1
    assert followed == 10
    (picture,) = [svg for svg in drawn(document, "svg") if svg.get("aria-labelledby") == "coverage-title coverage-text"]
    row = Crosswalk.objects.get(source_slug=GDPR, target_slug=ISO, is_current=True)
    for side, name in (("source", "GDPR"), ("target", "ISO 27001")):
        made = counted(row, side)
        assert f"{name}: {made['touched']} of {made['total']} requirements" in words(picture)
    assert "theme estimate" not in words(document)


@pytest.mark.django_db
def test_the_bars_are_as_long_as_their_numbers() -> None:
    document = parsed(Client().get(PAIR).content.decode())
    rects = [rect for rect in drawn(document, "rect") if str(rect.get("class")).startswith("part-")]
    row = Crosswalk.objects.get(source_slug=GDPR, target_slug=ISO, is_current=True)
    sides = [counted(row, "source"), counted(row, "target")]
    most = max(side["total"] or 0 for side in sides)
    wanted = [
        count / most * 356
        for side in sides
        for count in (side["covered"], side["touched"] - side["covered"], (side["total"] or 0) - side["touched"])
        if count
    ]
    assert [float(rect.get("width") or 0) for rect in rects] == pytest.approx(wanted, abs=0.06)


@pytest.mark.django_db
def test_every_page_of_links_is_sound_and_light() -> None:
    for row in Crosswalk.objects.filter(is_current=True):
        first, second = sorted((row.source_slug, row.target_slug))
        path = f"/compare/{first}-vs-{second}/links/"
        shown: list[str] = []
        page, last = 1, 1
        while page <= last:
            response = Client().get(path, {"page": page})
            text = response.content.decode()
            document = parsed(text)
            assert len(gzip.compress(text.encode())) < MOST_BYTES
            ids = [str(element.get("id")) for element in document.iter() if element.get("id")]
            assert len(ids) == len(set(ids))
            shown += [name for name in ids if re.fullmatch(r"link-\d+", name)]
            last = number_of((re.search(r"Page \d+ of (\d+)", words(document)) or ["", "1"])[1])
            page += 1
        assert sorted(shown) == sorted(f"link-{number}" for number in range(1, row.groups.count() + 1))
    mirrored = Client().get(f"/compare/{ISO}-vs-{GDPR}/links/")
    assert (mirrored.status_code, mirrored["Location"]) == (301, f"{PAIR}links/")
    assert Client().get(f"{PAIR}links/?page=99999999999").status_code == 200
    assert Client().get("/compare/iso-13485-2016-vs-iso-56002-2019/links/").status_code == 404
