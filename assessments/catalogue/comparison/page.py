"""The comparison as one value: verdict, both standards' sections, differences, overlap, FAQ and where to go next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assessments.catalogue.comparison import sentences
from assessments.catalogue.comparison.crossing import Crossing
from assessments.catalogue.comparison.names import told_apart
from assessments.catalogue.comparison.overlap import Overlap, overlap_of, swap_overlap
from assessments.catalogue.comparison.profiles import StandardProfile
from assessments.catalogue.comparison.rows import Row, difference_rows, most_telling, swap_row
from assessments.catalogue.facts import HEADLINES, Implementation, Named, Part, Question, Source
from assessments.catalogue.schema import Outline


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A standard that the catalogue holds."""

    slug: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class SideView:
    """One standard's part of the page; `name` is what it is called in text, `definition` answers "what it is",
    `outline` counts its requirements.

    What is not stated of a standard is None, or an empty list.
    """

    slug: str
    number: str
    title: str
    short_name: str
    name: str
    one_line: str
    key_features: tuple[Named, ...]
    definition: str | None
    key_components: Part | None
    why_used: Part | None
    implementation: Implementation | None
    outline: Outline | None
    faq: tuple[Question, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class QuickVerdict:
    """One sentence per standard; `most_telling` is the sentence of the difference that weighs most."""

    a: str
    b: str
    most_telling: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """One headline attribute as its own short block of prose per standard, None where there is none."""

    attribute: str
    label: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """A standard that one or both profiles name; number and title only where the catalogue holds it."""

    slug: str
    number: str | None
    title: str | None
    in_catalogue: bool
    named_by: Literal["a", "b", "both"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Another comparison, by its canonical (alphabetical) order."""

    a: str
    b: str
    title: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`canonical` is the pair in alphabetical order; `not_stated` labels what neither profile states."""

    canonical: tuple[str, str]
    a: SideView
    b: SideView
    verdict: QuickVerdict
    differences: tuple[Row, ...]
    blocks: tuple[Block, ...]
    not_stated: tuple[str, ...]
    overlap: Overlap
    related: tuple[Related, ...]
    others_of_a: tuple[Pair, ...]
    others_of_b: tuple[Pair, ...]


def compare(
    a: StandardProfile,
    b: StandardProfile,
    *,
    catalogue: Sequence[CatalogueEntry] = (),
    theme_names: Mapping[str, str] | None = None,
    crossing: Crossing | None = None,
) -> Comparison:
    """Compare two standards; `crossing` is the crosswalk between them, read from a to b.

    `compare(b, a)` with the crosswalk turned round equals `swap(compare(a, b))`, and comparing a standard with itself
    shows no difference.
    """
    one, other = told_apart(a, b)
    rows, silent = difference_rows(one, other)
    telling = most_telling(rows)
    first, second = sorted((a.slug, b.slug))
    return Comparison(
        canonical=(first, second),
        a=_side(a, name=one.name),
        b=_side(b, name=other.name),
        verdict=QuickVerdict(
            a=sentences.verdict_sentence(one, other),
            b=sentences.verdict_sentence(other, one),
            most_telling=telling.sentence if telling else None,
        ),
        differences=rows,
        blocks=tuple(
            Block(row.attribute, row.label, _block_text(a, row.attribute), _block_text(b, row.attribute))
            for row in rows
            if row.attribute in HEADLINES
        ),
        not_stated=silent,
        overlap=overlap_of(a, b, theme_names=theme_names or {}, crossing=crossing),
        related=_related(a, b, catalogue=catalogue),
        others_of_a=_others(a, but=b, catalogue=catalogue),
        others_of_b=_others(b, but=a, catalogue=catalogue),
    )


def swap(comparison: Comparison) -> Comparison:
    """The same comparison read from the other side."""
    turned: Mapping[str, Literal["a", "b", "both"]] = {"a": "b", "b": "a", "both": "both"}
    verdict = comparison.verdict
    return replace(
        comparison,
        a=comparison.b,
        b=comparison.a,
        verdict=replace(verdict, a=verdict.b, b=verdict.a),
        differences=tuple(swap_row(row) for row in comparison.differences),
        blocks=tuple(replace(block, a=block.b, b=block.a) for block in comparison.blocks),
        overlap=swap_overlap(comparison.overlap),
        related=tuple(replace(item, named_by=turned[item.named_by]) for item in comparison.related),
        others_of_a=comparison.others_of_b,
        others_of_b=comparison.others_of_a,
    )


def _side(side: StandardProfile, *, name: str) -> SideView:
    prose = side.prose
    return SideView(
        slug=side.slug,
        number=side.number,
        title=prose["title"],
        short_name=prose.get("short_name", side.number),
        name=name,
        one_line=prose["one_line"],
        key_features=tuple(prose.get("key_features", ())),
        definition=prose.get("definition"),
        key_components=prose.get("key_components"),
        why_used=prose.get("why_used"),
        implementation=prose.get("implementation"),
        outline=side.outline,
        faq=tuple(side.faq),
        sources=tuple(side.facts["sources"]),
    )


def _block_text(side: StandardProfile, attribute: str) -> str | None:
    return str(side.prose[attribute]["text"]) if attribute in side.prose else None  # type: ignore[literal-required]


def _related(a: StandardProfile, b: StandardProfile, *, catalogue: Sequence[CatalogueEntry]) -> tuple[Related, ...]:
    """What either profile names as related, less the two themselves; what the catalogue holds comes first."""
    known = {entry.slug: entry for entry in catalogue}
    of_a, of_b = set(a.facts.get("related", ())), set(b.facts.get("related", ()))
    found = []
    for slug in sorted((of_a | of_b) - {a.slug, b.slug}):
        entry = known.get(slug)
        named_by: Literal["a", "b", "both"] = "both" if slug in of_a & of_b else "a" if slug in of_a else "b"
        found.append(
            Related(
                slug=slug,
                number=entry.number if entry else None,
                title=entry.title if entry else None,
                in_catalogue=entry is not None,
                named_by=named_by,
            )
        )
    return tuple(sorted(found, key=lambda item: not item.in_catalogue))


def _others(side: StandardProfile, *, but: StandardProfile, catalogue: Sequence[CatalogueEntry]) -> tuple[Pair, ...]:
    """Every other pair in the catalogue with this side in it."""
    numbers = {side.slug: side.number} | {entry.slug: entry.number for entry in catalogue}
    pairs = [sorted((side.slug, slug)) for slug in numbers if slug not in {side.slug, but.slug}]
    return tuple(Pair(first, second, f"{numbers[first]} vs {numbers[second]}") for first, second in sorted(pairs))
