"""The pages as bytes, made once per process and content, plain and compressed.

Every key holds ids of immutable rows, of which (slug, content_hash) is the other name: a page in memory is right for as
long as its rows are current. Pages that link to others hold the ids of the whole catalogue.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.template.loader import render_to_string

from assessments.catalogue import selectors
from assessments.catalogue.addresses import requirement_address
from assessments.catalogue.bounded import Bounded
from assessments.catalogue.comparison import StandardProfile, compare
from assessments.catalogue.comparison.order import order_of
from assessments.catalogue.comparison.page import Comparison
from assessments.catalogue.comparison.words import slug_words
from assessments.catalogue.crosswalk_selectors import between, counted_pairs
from assessments.catalogue.editions import edition
from assessments.catalogue.facts import HEADLINES, NATURES
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.search.finding import find
from assessments.catalogue.selectors import ALL_SECTORS, Current
from assessments.catalogue.web import cards, contents, coverage, drawing
from assessments.catalogue.web.guides import Guide, guides, guides_about

PAGES_KEPT: Final = 128
CARDS_PER_PAGE: Final = 60
FEATURED: Final = 9
OTHERS_SHOWN: Final = 8
HITS_SHOWN: Final = 20
NATURE_NAMES: Final = {
    "certifiable": "Certifiable standard",
    "guidance": "Guidance",
    "law": "Law",
    "framework": "Voluntary framework",
    "scheme": "Industry scheme",
}
DEPTH_NAMES: Final = {
    "full": "To assess, read and compare",
    "profile": "To read and compare",
    "record": "Known by a few facts",
}
HTML: Final = "text/html; charset=utf-8"
XML: Final = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page in two encodings. The weak ETag names what it says, whichever way it is sent."""

    body: bytes
    packed: bytes
    etag: str
    language: str
    content_type: str = HTML


_pages: Bounded[tuple[Any, ...], WebPage] = Bounded(size=PAGES_KEPT)


def forget_web_pages() -> None:
    """Empty the caches; for tests and measurements."""
    _pages.clear()
    cards.forget_cards()


def render(template: str, context: dict[str, Any], *, path: str, language: str = DEFAULT_LANGUAGE) -> WebPage:
    """One page from a template; `path` is its one address."""
    text = render_to_string(template, context | {"canonical": settings.BASE_URL + path, "language": language})
    return _web_page(text, language=language)


def _web_page(text: str, *, language: str, content_type: str = HTML) -> WebPage:
    body = text.encode()
    return WebPage(
        body=body,
        packed=gzip.compress(body, compresslevel=6, mtime=0),
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
        language=language,
        content_type=content_type,
    )


def kept(name: str, catalogue: Sequence[Current], *parts: Any, make: Callable[[], WebPage]) -> WebPage:
    return _pages.get_or_make((name, *parts, tuple(entry.id for entry in catalogue)), make)


def home_page(catalogue: Sequence[Current]) -> WebPage:
    def make() -> WebPage:
        found = cards.cards_of(catalogue)
        context = {
            "pairs": cards.featured(found, most=FEATURED),
            "full": [card for card in found if card.depth == "full"],
            "count": len(found),
        }
        return render("catalogue/home.html", context, path="/")

    return kept("home", catalogue, make=make)


def standards_page(catalogue: Sequence[Current], *, words: str, sector: str, nature: str, number: str) -> WebPage:
    """The list, and under words also the requirements with them. Kept only without filters: what people type has no
    end.
    """

    def make() -> WebPage:
        found = cards.cards_of(catalogue)
        fitting = cards.filtered(found, words=words, sector=sector, nature=nature)
        page = Paginator(cards.by_depth(fitting), CARDS_PER_PAGE).get_page(number)
        hits = find(words, catalogue=catalogue, most=HITS_SHOWN) if words and not number else ()
        names = {card.slug: card.name for card in found}
        sectors = sorted({sector for card in found for sector in card.sectors} - {ALL_SECTORS})
        context = {
            "page": page,
            "groups": [
                (DEPTH_NAMES[depth], list(group)) for depth, group in groupby(page, key=lambda card: card.depth)
            ],
            "words": words,
            "sector": sector,
            "nature": nature,
            "hits": [(names[hit.standard.slug], hit) for hit in hits],
            "is_filtered": bool(words or sector or nature),
            "sectors": [(slug, slug_words(slug).capitalize()) for slug in sectors],
            "natures": [(slug, NATURE_NAMES[slug]) for slug in NATURES],
        }
        return render("catalogue/standards.html", context, path="/standards/")

    if words or sector or nature or number:
        return make()
    return kept("standards", catalogue, make=make)


def standard_page(current: Current, *, catalogue: Sequence[Current]) -> WebPage:
    """Profile, tree of titles, FAQ, sources and comparisons of one standard."""

    def make() -> WebPage:
        language = current.language(None)
        published = selectors.published_standard(current.id, language=language)
        profile = published.profile
        path = f"/standards/{current.slug}/"
        pairs = cards.pairs_with(cards.cards_of(catalogue), slug=current.slug)
        context = {
            "standard": profile,
            "facts": profile.facts,
            "prose": profile.prose,
            "rows": contents.fact_rows(profile),
            "name": profile.name,
            "blocks": _blocks(profile),
            "depth": published.depth,
            "tree": contents.tree_rows(edition(current.id), language=language) if published.depth == "full" else (),
            "description": contents.shortened(f"{profile.name}: {profile.prose['one_line']}"),
            "faq_data": contents.faq_data(profile.faq) if profile.faq else "",
            "near": [pair for pair in pairs if pair.is_near],
            "far": [pair for pair in pairs if not pair.is_near],
            "guides": guides_about(current.slug),
        }
        return render("catalogue/standard.html", context, path=path, language=language)

    return kept("standard", catalogue, current.id, make=make)


def _blocks(profile: StandardProfile) -> list[tuple[str, str]]:
    prose: Any = profile.prose
    return [(name.capitalize(), prose[name]["text"]) for name in HEADLINES if name in prose]


def comparison_page(a: Current, b: Current, *, catalogue: Sequence[Current]) -> WebPage:
    """Two standards side by side; `a` and `b` in canonical order."""
    crossed = between(a.slug, b.slug)

    def make() -> WebPage:
        language = a.language(None)
        first, second = (
            selectors.published_standard(side.id, language=side.language(language)).profile for side in (a, b)
        )
        crossing = crossed.crossing if crossed else None
        comparison = compare(first, second, theme_names=selectors.theme_names(language), crossing=crossing)
        trees = (f"/standards/{a.slug}/#requirements", f"/standards/{b.slug}/#requirements")
        differing, agreeing = contents.difference_tables(comparison, trees=trees)
        found, path = cards.cards_of(catalogue), cards.pair_address(a.slug, b.slug)
        overlap, verdict = comparison.overlap, comparison.verdict
        context = {
            "comparison": comparison,
            "sides": [("a", comparison.a, verdict.a, first), ("b", comparison.b, verdict.b, second)],
            "differing": differing,
            "agreeing": agreeing,
            "share": None if overlap.share is None else drawing.percent(overlap.share, places=0),
            "strict": "" if overlap.strict_share is None else drawing.percent(overlap.strict_share, places=0),
            **_overlap(comparison, path=path),
            "order": order_of(first, second, overlap=overlap),
            "description": contents.shortened(f"{comparison.a.name} vs {comparison.b.name}: {verdict.a}"),
            "faq_data": contents.faq_data((*first.faq, *second.faq)),
            "others": [
                (side.name, cards.pairs_with(found, slug=side.slug, but=other.slug, most=OTHERS_SHOWN), side.slug)
                for side, other in ((comparison.a, comparison.b), (comparison.b, comparison.a))
            ],
            "guides": guides_about(a.slug, b.slug),
            "is_thin": not (a.is_assessable and b.is_assessable) and not overlap.is_counted,
        }
        return render("catalogue/comparison.html", context | {"path": path}, path=path, language=language)

    return kept("comparison", catalogue, a.id, b.id, crossed and crossed.key, make=make)


def _overlap(comparison: Comparison, *, path: str) -> dict[str, Any]:
    """The picture of the overlap: counted where it is counted, else the themes of the estimate."""
    overlap, names = comparison.overlap, (comparison.a.name, comparison.b.name)
    if overlap.crosswalk is None or not overlap.is_counted:
        return {"drawing": drawing.draw(overlap.shared_themes)}
    sides = (("a", names[0], overlap.crosswalk.a), ("b", names[1], overlap.crosswalk.b))
    return {
        "links": f"{path}links/",
        "picture": coverage.draw_coverage(overlap.crosswalk, a=names[0], b=names[1]),
        "coverage": [coverage.figures(key, number, side) for key, number, side in sides],
    }


def guides_page() -> WebPage:
    return kept("guides", (), make=lambda: render("catalogue/guides.html", {"guides": guides()}, path="/guides/"))


def guide_page(guide: Guide, *, catalogue: Sequence[Current]) -> WebPage:
    """A guide, with the standards of the catalogue that it speaks of and their comparisons."""

    def make() -> WebPage:
        spoken_of = [card for card in cards.cards_of(catalogue) if card.slug in guide.standards]
        context = {
            "guide": guide,
            "standards": spoken_of,
            "pairs": [cards.PairLink(*sorted(pair, key=lambda card: card.slug)) for pair in combinations(spoken_of, 2)],
            "description": guide.description,
        }
        return render("catalogue/guide.html", context, path=guide.address)

    return kept("guide", catalogue, guide.slug, make=make)


def sitemap(catalogue: Sequence[Current]) -> WebPage:
    """Every standard, each requirement with a question, and the pairs of which both are told in full or whose links are
    counted; the others say too little to be looked for.
    """
    linked = {pair for pair in counted_pairs() if {*pair} <= {entry.slug for entry in catalogue}}

    def make() -> WebPage:
        full = sorted(entry.slug for entry in catalogue if entry.is_assessable)
        paths = ["/", "/standards/", *(f"/standards/{entry.slug}/" for entry in catalogue)]
        paths += [requirement_address(slug, ref) for slug, ref in selectors.asked_requirements()]
        paths += ["/guides/", *(guide.address for guide in guides())]
        paths += sorted({cards.pair_address(a, b) for a, b in {*combinations(full, 2), *linked}})
        text = render_to_string("catalogue/sitemap.xml", {"addresses": [settings.BASE_URL + path for path in paths]})
        return _web_page(text, language=DEFAULT_LANGUAGE, content_type=XML)

    return kept("sitemap", catalogue, tuple(sorted(linked)), make=make)


def problem_page(*, title: str, detail: str) -> bytes:
    """What stands where there is no page."""
    context = {"title": title, "detail": detail, "language": DEFAULT_LANGUAGE}
    return render_to_string("catalogue/problem.html", context).encode()
