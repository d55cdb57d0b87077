"""Difference rows: one per attribute that at least one of the two standards states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from assessments.catalogue.comparison import sentences
from assessments.catalogue.comparison.attributes import HEADLINE_ATTRIBUTES, TYPED_ATTRIBUTES, Attribute
from assessments.catalogue.comparison.profiles import NOT_STATED, StandardProfile

RowKind = Literal["same", "differ", "only_a", "only_b"]
SURPRISE_OF_SILENCE = 0.5
_MIRRORED: dict[RowKind, RowKind] = {"same": "same", "differ": "differ", "only_a": "only_b", "only_b": "only_a"}


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute of both standards in words. `surprise` is 0 (same) to 1 (nothing in common)."""

    attribute: str
    label: str
    a: str
    b: str
    kind: RowKind
    weight: int
    surprise: float
    sentence: str


def swap_row(row: Row) -> Row:
    return replace(row, a=row.b, b=row.a, kind=_MIRRORED[row.kind])


def difference_rows(a: StandardProfile, b: StandardProfile) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """(rows, labels of what neither side states).

    1. Scope, industry, nature, testing and penalties come first, in this order, those that a side tells of.
    2. Then every other typed attribute, by weight x surprise, largest first; ties keep the table's order.
    3. Surprise is 0 for equal values, 1 for differing single values and where one side says "does not apply"; for
       lists it is 1 minus the share in common, for numbers the difference as a share of the larger, and 0.5 where only
       one side states the fact.
    """
    told = [(attribute, _short(a, attribute), _short(b, attribute)) for attribute in HEADLINE_ATTRIBUTES]
    headlines = [
        _headline_row(attribute, a=a, b=b, shorts=(x, y)) for attribute, x, y in told if x is not None or y is not None
    ]
    stated = [(attribute, attribute.value(a), attribute.value(b)) for attribute in TYPED_ATTRIBUTES]
    silent = tuple(
        [attribute.label for attribute, x, y in told if x is None and y is None]
        + [attribute.label for attribute, x, y in stated if x is NOT_STATED and y is NOT_STATED]
    )
    typed = [
        _typed_row(attribute, a=a, b=b, values=(x, y))
        for attribute, x, y in stated
        if x is not NOT_STATED or y is not NOT_STATED
    ]
    typed.sort(key=lambda row: -row.weight * row.surprise)
    return (*headlines, *typed), silent


def most_telling(rows: tuple[Row, ...]) -> Row | None:
    """The differing row with the largest weight x surprise, the earlier one on a tie."""
    differing = [row for row in rows if row.kind == "differ"]
    return max(differing, key=lambda row: row.weight * row.surprise, default=None)


def _surprise(attribute: Attribute, x: Any, y: Any) -> float:
    if x is None or y is None:
        return float(x is not y)
    return attribute.distance(x, y)


def _headline_row(
    attribute: Attribute, *, a: StandardProfile, b: StandardProfile, shorts: tuple[str | None, str | None]
) -> Row:
    short_a, short_b = (short or NOT_STATED.value for short in shorts)
    x, y = attribute.value(a), attribute.value(b)
    kind: RowKind
    if None in shorts or x is NOT_STATED or y is NOT_STATED:
        surprise = 0.0 if short_a == short_b else SURPRISE_OF_SILENCE
        kind = "differ" if surprise else "same"
        if None in shorts:
            kind = "only_b" if shorts[0] is None else "only_a"
        sentence = sentences.short_sentence(
            a, b, about=attribute.name, label=attribute.label, shorts=(short_a, short_b)
        )
    else:
        surprise = _surprise(attribute, x, y)
        kind = "differ" if surprise else "same"
        sentence = _sentence(attribute, a=a, b=b, values=(x, y), same=surprise == 0)
    return Row(
        attribute=attribute.name,
        label=attribute.label,
        a=short_a,
        b=short_b,
        kind=kind,
        weight=attribute.weight,
        surprise=round(surprise, 3),
        sentence=sentence,
    )


def _short(side: StandardProfile, attribute: Attribute) -> str | None:
    """The profile's own short words, else its typed fact in words, else None."""
    if attribute.name in side.prose:
        return str(side.prose[attribute.name]["short"])  # type: ignore[literal-required]
    value = attribute.value(side)
    return None if value is NOT_STATED else attribute.cell(value)


def _typed_row(attribute: Attribute, *, a: StandardProfile, b: StandardProfile, values: tuple[Any, Any]) -> Row:
    x, y = values
    kind: RowKind
    if y is NOT_STATED:
        kind, surprise = "only_a", SURPRISE_OF_SILENCE
        sentence = sentences.only_sentence(a, b, about=attribute.name, phrase=attribute.predicate(x))
    elif x is NOT_STATED:
        kind, surprise = "only_b", SURPRISE_OF_SILENCE
        sentence = sentences.only_sentence(b, a, about=attribute.name, phrase=attribute.predicate(y))
    else:
        surprise = _surprise(attribute, x, y)
        kind = "differ" if surprise else "same"
        sentence = _sentence(attribute, a=a, b=b, values=values, same=not surprise)
    return Row(
        attribute=attribute.name,
        label=attribute.label,
        a=attribute.cell(x),
        b=attribute.cell(y),
        kind=kind,
        weight=attribute.weight,
        surprise=round(surprise, 3),
        sentence=sentence,
    )


def _sentence(
    attribute: Attribute, *, a: StandardProfile, b: StandardProfile, values: tuple[Any, Any], same: bool
) -> str:
    x, y = values
    if same:
        first = min((a.slug, x), (b.slug, y), key=lambda side: side[0])[1]
        return sentences.same_sentence(a, b, about=attribute.name, phrase=attribute.predicate(first))
    phrases = (attribute.predicate(x), attribute.predicate(y))
    return sentences.differ_sentence(a, b, about=attribute.name, phrases=phrases)
