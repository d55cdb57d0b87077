"""What the pages show: comparisons and profiles arranged for a template. No queries, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from assessments.catalogue.comparison import NOT_STATED, StandardProfile
from assessments.catalogue.comparison.attributes import HEADLINE_ATTRIBUTES, TYPED_ATTRIBUTES, Attribute
from assessments.catalogue.comparison.page import Comparison
from assessments.catalogue.comparison.rows import Row
from assessments.catalogue.comparison.sentences import singular
from assessments.catalogue.editions import Edition
from assessments.catalogue.facts import HEADLINES, Question, Source

UNKNOWN: Final = ("not stated", "does not apply")
COUNTED: Final = frozenset({"assessable", "depth"})
"""Attributes that are counted over the tree, which is their source."""
ESTIMATED: Final = frozenset({"months", "cost_band"})
"""Attributes without a source: estimates of those who wrote the profile."""
_SUPPORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "scope": ("scope", "scope_tags"),
    "industry": ("industry", "sectors"),
    "testing": ("testing", "assurance"),
}
"""What a source may say it supports, where that is not the attribute's own name."""
_IN_SCRIPT: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A link beside a figure to what it rests on."""

    text: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    marks: tuple[Mark, ...]

    @property
    def is_known(self) -> bool:
        return self.text not in UNKNOWN


@dataclass(frozen=True, slots=True)
class TableRow:
    """One attribute: its name and a cell per standard shown."""

    attribute: str
    label: str
    cells: tuple[Cell, ...]
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A requirement in document order. `opens` says that a list of children follows, `closes` how many end here."""

    ref: str
    title: str
    assessable: bool
    withdrawn: bool
    opens: bool
    closes: range = field(default=range(0))


def marks_for(attribute: str, *, sources: Sequence[Source], side: str, number: str, tree: str) -> tuple[Mark, ...]:
    """The links of one cell: to the sources that support the attribute, else to the whole list.

    `side` prefixes the anchors of the list, `tree` is the address where counts can be counted again.
    """
    if attribute in COUNTED:
        return (Mark("counted here", tree, f"the requirements of {number}"),)
    if attribute in ESTIMATED:
        return (Mark("estimate", "#figures", "how figures are made"),)
    wanted = _SUPPORTS.get(attribute, (attribute,))
    found = tuple(
        Mark(str(place), f"#source-{side}-{place}", f"source {place} of {number}")
        for place, source in enumerate(sources, start=1)
        if not set(wanted).isdisjoint(source["supports"])
    )
    return found or (Mark("sources", f"#sources-{side}", f"sources of {number}"),)


def difference_tables(
    comparison: Comparison, *, trees: tuple[str, str]
) -> tuple[tuple[TableRow, ...], tuple[TableRow, ...]]:
    """(rows that differ or that one side alone states, rows in which both agree). Headlines stand in the first."""
    differing: list[TableRow] = []
    agreeing: list[TableRow] = []
    for row in comparison.differences:
        shown = TableRow(row.attribute, row.label, _cells(row, comparison=comparison, trees=trees), row.sentence)
        (agreeing if row.kind == "same" and row.attribute not in HEADLINES else differing).append(shown)
    return tuple(differing), tuple(agreeing)


def _cells(row: Row, *, comparison: Comparison, trees: tuple[str, str]) -> tuple[Cell, ...]:
    sides = (("a", comparison.a, row.a, trees[0]), ("b", comparison.b, row.b, trees[1]))
    return tuple(
        Cell(singular(text), marks_for(row.attribute, sources=view.sources, side=side, number=view.number, tree=tree))
        if text not in UNKNOWN
        else Cell(text, ())
        for side, view, text, tree in sides
    )


def fact_rows(profile: StandardProfile) -> tuple[TableRow, ...]:
    """Every attribute of one standard, "not stated" where nothing is known."""
    return tuple(_fact_row(profile, attribute) for attribute in (*HEADLINE_ATTRIBUTES, *TYPED_ATTRIBUTES))


def _fact_row(profile: StandardProfile, attribute: Attribute) -> TableRow:
    value = attribute.value(profile)
    prose: Mapping[str, Any] = profile.prose
    if attribute.name in HEADLINES and attribute.name in prose:
        text = str(prose[attribute.name]["short"])
    else:
        text = singular(attribute.cell(value))
    if value is NOT_STATED and text in UNKNOWN:
        return TableRow(attribute.name, attribute.label, (Cell(text, ()),))
    marks = marks_for(
        attribute.name, sources=profile.facts["sources"], side="a", number=profile.number, tree="#requirements"
    )
    return TableRow(attribute.name, attribute.label, (Cell(text, marks if text not in UNKNOWN else ()),))


def tree_rows(found: Edition, *, language: str) -> tuple[TreeRow, ...]:
    """The tree flattened so that a template without recursion can nest its lists."""
    texts = found.texts(language)
    depths = [node.depth for node in found.nodes]
    rows = []
    for index, node in enumerate(found.nodes):
        following = depths[index + 1] if index + 1 < len(depths) else 0
        rows.append(
            TreeRow(
                ref=node.ref,
                title=texts[node.ref].title,
                assessable=node.assessable,
                withdrawn=node.withdrawn is not None,
                opens=following > node.depth,
                closes=range(max(0, node.depth - following)),
            )
        )
    return tuple(rows)


def faq_data(questions: Sequence[Question]) -> str:
    """schema.org's FAQPage as JSON that cannot end the script element it stands in."""
    entries = [
        {
            "@type": "Question",
            "name": entry["question"],
            "acceptedAnswer": {"@type": "Answer", "text": entry["answer"]},
        }
        for entry in questions
    ]
    page = {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": entries}
    return orjson.dumps(page).decode().translate(_IN_SCRIPT)


def shortened(text: str, *, most: int = 158) -> str:
    """A text cut at a word for a result list of a search engine."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"
