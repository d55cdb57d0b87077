"""Answers of the public API as bytes, made once per process and content.

Every key holds ids of immutable rows, so a page in memory is right for as long as the row it was made from is current.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

import orjson

from assessments.catalogue import selectors
from assessments.catalogue.bounded import Bounded
from assessments.catalogue.comparison import CatalogueEntry, compare
from assessments.catalogue.crosswalk_selectors import between
from assessments.catalogue.editions import edition
from assessments.catalogue.facts import REQUIRED_FACTS, Facts
from assessments.catalogue.selectors import Current
from assessments.catalogue.wording import alternative_in, named_in, scale_in
from assessments.exporting.catalog import CatalogSource, build_catalog
from assessments.exporting.forms import FORMS, written

PAGES_KEPT = 64
OSCAL_FORMS = FORMS
_pages: Bounded[tuple[Any, ...], Page]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, JSON unless it was asked for otherwise; the ETag is a hash of the very bytes."""

    body: bytes
    etag: str
    language: str


_pages = Bounded(size=PAGES_KEPT)


def forget_pages() -> None:
    """Empty the cache; for tests and measurements."""
    _pages.clear()


def page(key: tuple[Any, ...], *, language: str, make: Callable[[], bytes]) -> Page:
    def made() -> Page:
        body = make()
        return Page(body=body, etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"', language=language)

    return _pages.get_or_make((*key, language), made)


def standard_page(current: Current, *, language: str | None) -> Page:
    """One standard: facts, prose, FAQ, counts, themes and scale."""
    spoken = current.language(language)
    return page(("standard", current.id), language=spoken, make=lambda: _standard(current.id, language=spoken))


def requirements_page(current: Current, *, language: str | None) -> Page:
    """The tree as a list in document order; `parent` and `depth` give its shape."""
    spoken = current.language(language)

    def make() -> bytes:
        found = edition(current.id)
        head = orjson.dumps({"standard": found.slug, "content_hash": found.content_hash, "language": spoken})
        return head[:-1] + b',"results":[' + b",".join(found.fragments(spoken).values()) + b"]}"

    return page(("requirements", current.id), language=spoken, make=make)


def requirement_page(current: Current, *, ref: str, language: str | None) -> Page | None:
    """One requirement, or None for a ref the standard does not have."""
    spoken = current.language(language)
    found = edition(current.id)
    if ref not in found.by_ref:
        return None
    body = found.fragments(spoken)[ref]
    return Page(body=body, etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"', language=spoken)


def oscal_page(current: Current, *, form: str, language: str | None) -> Page | None:
    """The standard as an OSCAL catalog, or None where there is no tree to tell of. `form`: one of OSCAL_FORMS."""
    if not current.is_assessable:
        return None
    spoken = current.language(language)

    def make() -> bytes:
        facts = selectors.published_standard(current.id, language=spoken).profile.facts
        return written(build_catalog(CatalogSource(edition(current.id), spoken, facts)), form)

    return page(("oscal", current.id, form), language=spoken, make=make)


def comparison_page(a: Current, b: Current, *, catalogue: Sequence[Current], language: str | None) -> Page:
    """The comparison of two standards; it is made anew when anything in the catalogue is, as it names other pairs."""
    spoken = language if language in {a.language(language), b.language(language)} else a.language(language)
    ids: tuple[UUID, ...] = tuple(entry.id for entry in catalogue)
    crossed = between(a.slug, b.slug, language=spoken)

    def make() -> bytes:
        first, second = (selectors.published_standard(side.id, language=side.language(language)) for side in (a, b))
        comparison = compare(
            first.profile,
            second.profile,
            catalogue=[CatalogueEntry(entry.slug, entry.number, entry.title) for entry in catalogue],
            theme_names=selectors.theme_names(spoken),
            crossing=crossed.crossing if crossed else None,
        )
        return orjson.dumps(
            {"language": spoken} | {part.name: getattr(comparison, part.name) for part in fields(comparison)}
        )

    return page(("comparison", a.id, b.id, crossed and crossed.key, ids), language=spoken, make=make)


def _standard(standard_id: UUID, *, language: str) -> bytes:
    published = selectors.published_standard(standard_id, language=language)
    profile = published.profile
    facts, prose = dict(profile.facts), profile.prose
    sources = facts.pop("sources")
    names = selectors.theme_names(language)
    shares = sorted(profile.themes.items(), key=lambda item: (-item[1], item[0]))
    sections = {key: value for key, value in prose.items() if key not in {"title", "short_name", "one_line"}}
    return orjson.dumps(
        {
            "slug": profile.slug,
            "depth": published.depth,
            "number": profile.number,
            "title": prose["title"],
            "short_name": prose.get("short_name", profile.number),
            "one_line": prose["one_line"],
            "content_hash": published.content_hash,
            "language": language,
            "languages": published.languages,
            "method": published.method or None,
            "parameters": published.parameters,
            "scale": scale_in(published.scale, language=language) if published.scale else None,
            "result_scale": scale_in(published.result_scale, language=language) if published.result_scale else None,
            "selections": [named_in(selection, language=language) for selection in published.selections],
            "alternatives": [alternative_in(alternative, language=language) for alternative in published.alternatives],
            "facts": facts,
            "not_stated": _not_stated(profile.facts),
            "profile": sections or None,
            "faq": profile.faq,
            "counts": profile.outline,
            "themes": [{"theme": theme, "name": names.get(theme, theme), "share": share} for theme, share in shares],
            "sources": sources,
        }
    )


def _not_stated(facts: Facts) -> list[str]:
    """Names of the facts a profile says nothing about."""
    return [key for key in Facts.__annotations__ if key not in facts and key not in REQUIRED_FACTS]
