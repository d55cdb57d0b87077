"""The page of one requirement: what it asks, what its levels mean, what shows it, and what it is linked with elsewhere.

Made anew each time: there are thousands, and every one rests on editions and links that are in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessments.catalogue import selectors
from assessments.catalogue.addresses import requirement_address
from assessments.catalogue.crosswalk_selectors import Links, in_language, linked_with
from assessments.catalogue.editions import Edition, Node, edition
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.search.references import readings, reference_keys
from assessments.catalogue.selectors import Current
from assessments.catalogue.web import cards, contents
from assessments.catalogue.web.links import RELATION_WORDS
from assessments.catalogue.web.pages import WebPage, render


@dataclass(frozen=True, slots=True)
class Named:
    """A requirement by ref and title; `address` is "" where it has no page."""

    ref: str
    title: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A group of links read from this side. `through`: the heading of this side that it names instead of the ref."""

    relation: str
    through: str
    beside: tuple[Named, ...]
    targets: tuple[Named, ...]
    rationale: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """All links with one other standard."""

    name: str
    comparison: str
    links: tuple[Link, ...]


def requirement_page(current: Current, *, ref: str, catalogue: Sequence[Current]) -> WebPage | None:
    """None where the standard has no such requirement, or no tree."""
    found = edition(current.id) if current.is_assessable else None
    node = found.by_ref.get(ref) if found else None
    if found is None or node is None:
        return None
    language = current.language(None)
    texts = found.texts(language)
    words = texts[ref]
    name = next(card.name for card in cards.cards_of(catalogue) if card.slug == current.slug)
    order = [other.ref for other in found.nodes]
    place = order.index(ref)
    context = {
        "name": name,
        "slug": current.slug,
        "node": node,
        "words": words,
        "above": [_named(found, above, language=language) for above in _above(found, node)],
        "below": [_named(found, child, language=language) for child in node.children],
        "replaced_by": [_named(found, other, language=language) for other in node.withdrawn or () if other in texts],
        "marks": list(_marks(found, node, language=language)),
        "levels": _levels(found, words.levels, language=language) if node.assessable else (),
        "linked": _linked(found, node, catalogue=catalogue, language=language),
        "before": _named(found, order[place - 1], language=language) if place else None,
        "after": _named(found, order[place + 1], language=language) if place + 1 < len(order) else None,
        "description": contents.shortened(f"{name} {ref}, {words.title}: {words.summary}"),
        "is_thin": not words.question,
    }
    return render("catalogue/requirement.html", context, path=requirement_address(current.slug, ref), language=language)


def ref_meant(current: Current, written: str) -> str | None:
    """The reference that another spelling names, None where it names none or several."""
    if not current.is_assessable:
        return None
    keys = {reading.key for reading in readings(written) if not reading.standard_words}
    found = [node.ref for node in edition(current.id).nodes if not keys.isdisjoint(reference_keys(node.ref))]
    return found[0] if len(found) == 1 else None


def _named(found: Edition, ref: str, *, language: str) -> Named:
    return Named(ref, found.texts(language)[ref].title, requirement_address(found.slug, ref))


def _above(found: Edition, node: Node) -> list[str]:
    """The headings that it stands under, the topmost first."""
    refs: list[str] = []
    while node.parent is not None:
        refs.append(node.parent)
        node = found.by_ref[node.parent]
    return refs[::-1]


def _marks(found: Edition, node: Node, *, language: str) -> Iterator[str]:
    """What the publisher says of it besides its words."""
    if node.applies_if:
        names = selectors.vocabulary().conditions.get(node.applies_if, {})
        yield names.get(language) or names.get(DEFAULT_LANGUAGE) or node.applies_if
    if node.selections is not None:
        yield from (
            str(choice["name"])
            for choice in found.choices_in(language)["selections"]
            if choice["slug"] in node.selections
        )
    themes = selectors.theme_names(language)
    yield from (themes.get(theme, theme) for theme in node.themes)


def _levels(found: Edition, criteria: Mapping[str, str], *, language: str) -> list[tuple[int, str, str]]:
    """(level, name, what it means here, else anywhere on the scale)."""
    return [
        (level["level"], level["name"], criteria.get(str(level["level"])) or level["criteria"])
        for level in found.scale_in(language)["levels"]
    ]


def _linked(found: Edition, node: Node, *, catalogue: Sequence[Current], language: str) -> list[Linked]:
    """Links that name it or a heading above it, by the name of the other standard; what has none is left out."""
    here = {node.ref, *_above(found, node)}
    known = {entry.slug: entry for entry in catalogue}
    names = {card.slug: card.name for card in cards.cards_of(catalogue)}
    linked = []
    for slug, links in linked_with(found.slug):
        if slug not in known:
            continue
        other = edition(known[slug].id) if known[slug].is_assessable else None
        rows = tuple(_links(links, node, here=here, other=other, language=language))
        if rows:
            linked.append(Linked(names[slug], cards.pair_address(found.slug, slug), rows))
    return sorted(linked, key=lambda entry: entry.name.casefold())


def _links(links: Links, node: Node, *, here: set[str], other: Edition | None, language: str) -> Iterator[Link]:
    texts = other.texts(language) if other else {}
    for group in links.groups:
        named = here.intersection(group.source)
        if named:
            yield Link(
                relation=RELATION_WORDS[group.relation],
                through="" if node.ref in named else ", ".join(sorted(named)),
                beside=tuple(Named(ref, "") for ref in group.source if ref not in here),
                targets=tuple(
                    _named(other, ref, language=language)
                    if other and ref in texts
                    else Named(ref, links.target_titles.get(ref, ""))
                    for ref in group.target
                ),
                rationale=in_language(group.rationale, language=language),
                counts=group.counts,
            )
