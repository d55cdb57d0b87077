"""The links behind an overlap, arranged for a template: every figure of a comparison can be counted again here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.addresses import requirement_address
from assessments.catalogue.comparison import Crossing, StandardProfile
from assessments.catalogue.crosswalk import COVERS_SOURCE, COVERS_TARGET, LinkGroup, SideMatch, matched
from assessments.catalogue.crosswalk_selectors import Links, in_language
from assessments.catalogue.crosswalk_sides import side_of_edition
from assessments.catalogue.editions import Edition

GROUPS_PER_PAGE: Final = 120
RELATION_WORDS: Final[Mapping[str, str]] = {
    "equal": "asks the same as",
    "subset": "lies within",
    "superset": "contains",
    "intersects": "shares ground with",
}


@dataclass(frozen=True, slots=True)
class Ref:
    """One requirement and its title. `link`: the address of the first link that names it; `page`: its own; or ""."""

    ref: str
    title: str
    link: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A group of links; `number` counts from 1 in order of the file and is its anchor."""

    number: int
    left: tuple[Ref, ...]
    right: tuple[Ref, ...]
    relation: str
    provenance: str
    rationale: str
    counts: bool


@dataclass(frozen=True, slots=True)
class SideLists:
    """One side's refs by what became of them; a ref stands in one list only. Without a tree `alone` is None."""

    key: str
    name: str
    slug: str
    covered: tuple[Ref, ...]
    touched: tuple[Ref, ...]
    alone: tuple[Ref, ...] | None


@dataclass(frozen=True, slots=True)
class LinkList:
    """Rows in document order of the left side, `GROUPS_PER_PAGE` to a page, and the lists of both sides."""

    pages: tuple[tuple[Row, ...], ...]
    sides: tuple[SideLists, SideLists]


@dataclass(frozen=True, slots=True)
class Named:
    """What it takes to name one side's refs: its edition where it has a tree, else the crosswalk's own titles."""

    profile: StandardProfile
    edition: Edition | None
    titles: Mapping[str, str]

    def order(self) -> Mapping[str, int]:
        refs: Sequence[str] = [node.ref for node in self.edition.nodes] if self.edition else list(self.titles)
        return {ref: place for place, ref in enumerate(refs)}

    def refs(self, refs: Sequence[str], *, language: str) -> tuple[Ref, ...]:
        """They with their titles, and their pages where they have one."""
        title, known = self.title(language), self.edition.by_ref if self.edition else {}
        pages = {ref: requirement_address(self.profile.slug, ref) for ref in refs if ref in known}
        return tuple(Ref(ref, title(ref), page=pages.get(ref, "")) for ref in refs)

    def title(self, language: str) -> Callable[[str], str]:
        texts = self.edition.texts(language) if self.edition else {}
        return lambda ref: texts[ref].title if ref in texts else self.titles.get(ref, "")


def link_list(links: Links, *, a: Named, b: Named, language: str) -> LinkList:
    """Everything the page shows of a crosswalk that is read from a to b."""
    order = a.order()
    numbered = sorted(
        enumerate(links.groups, start=1), key=lambda item: min(order.get(ref, len(order)) for ref in item[1].source)
    )
    rows = [
        Row(
            number=number,
            left=a.refs(group.source, language=language),
            right=b.refs(group.target, language=language),
            relation=RELATION_WORDS[group.relation],
            provenance=group.provenance,
            rationale=in_language(group.rationale, language=language),
            counts=group.counts,
        )
        for number, group in numbered
    ]
    pages = tuple(tuple(rows[start : start + GROUPS_PER_PAGE]) for start in range(0, len(rows), GROUPS_PER_PAGE))
    where = {row.number: page for page, shown in enumerate(pages, start=1) for row in shown}
    sides = side_of_edition(a.profile.slug, a.edition), side_of_edition(b.profile.slug, b.edition)
    found = matched(links.groups, source=sides[0], target=sides[1])
    left, right = (
        _lists(key, named, match, links=_first_links(links.groups, match, key=key, where=where), language=language)
        for key, named, match in (("a", a, found[0]), ("b", b, found[1]))
    )
    return LinkList(pages, (left, right))


def _first_links(
    groups: Sequence[LinkGroup], match: SideMatch, *, key: str, where: Mapping[int, int]
) -> Mapping[str, str]:
    """Ref → the link that best shows its state: one that covers it, else the first that touches it."""
    found: dict[str, str] = {}
    shown_cover: set[str] = set()
    for number, group in enumerate(groups, start=1):
        if not group.counts:
            continue
        refs, covering = (group.source, COVERS_SOURCE) if key == "a" else (group.target, COVERS_TARGET)
        page = where[number]
        address = f"{f'?page={page}' if page > 1 else ''}#link-{number}"
        for ref in match.side.stands_for(refs):
            if group.relation in covering and ref not in shown_cover:
                shown_cover.add(ref)
                found[ref] = address
            else:
                found.setdefault(ref, address)
    return found


def _lists(key: str, named: Named, match: SideMatch, *, links: Mapping[str, str], language: str) -> SideLists:
    order, title = named.order(), named.title(language)

    def listed(refs: set[str]) -> tuple[Ref, ...]:
        return tuple(Ref(ref, title(ref), links.get(ref, "")) for ref in sorted(refs, key=lambda ref: order[ref]))

    every = {node.ref for node in named.edition.nodes if node.assessable} if named.edition else None
    return SideLists(
        key=key,
        name=named.profile.name,
        slug=named.profile.slug,
        covered=listed(match.covered),
        touched=listed(match.touched - match.covered),
        alone=None if every is None else listed(every - match.touched),
    )


def description(crossing: Crossing, *, a: str, b: str) -> str:
    return f"{crossing.counted} links between {a} and {b}, each with the reason for it, and what has no counterpart."
