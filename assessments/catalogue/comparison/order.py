"""Which of two standards comes first, and what is then there for the other. Rules and estimates, and called so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from assessments.catalogue.comparison.names import told_apart
from assessments.catalogue.comparison.overlap import EffortSpan, Overlap
from assessments.catalogue.comparison.profiles import StandardProfile

Reason = Literal["prerequisite", "builds-on", "shorter", "open"]
PRESUPPOSES = "{second} presupposes {first}, so {first} comes first."
BUILDS_ON = "{second} builds on {first}, so {first} comes first."
SHORTER = (
    "By the estimate, starting with {first} is the shorter way: it is the quicker of the two, and what they share is "
    "then in place when the longer work on {second} begins."
)
LEAVES_LESS = (
    "By the estimate, starting with {first} is the shorter way: more of {second} is then in place than would be of "
    "{first} the other way round."
)
OPEN = "Nothing that is stated of the two decides which comes first. Begin with the one that is asked of you."
LAW = "{name} is law: where it applies to you, its own dates decide, and no estimate does."


@dataclass(frozen=True, slots=True)
class Order:
    """`first` is the side to begin with, None where nothing decides; the spans are months for both, always estimates,
    None where the months of a side or the overlap are unknown.
    """

    first: Literal["a", "b"] | None
    reason: Reason
    sentence: str
    laws: tuple[str, ...]
    a_first: EffortSpan | None
    b_first: EffortSpan | None


def order_of(a: StandardProfile, b: StandardProfile, *, overlap: Overlap) -> Order:
    """The order, by the first rule that speaks.

    1. One names the other among its prerequisites. 2. One names the other among what it builds on. 3. Both have
    typical months and an overlap is estimated: the way with the smaller sum, months of the first plus months of the
    second after it. `order_of(b, a)` with the swapped overlap is `swap_order(order_of(a, b))`.
    """
    a, b = told_apart(a, b)
    laws = tuple(LAW.format(name=side.name) for side in _by_slug(a, b) if side.facts["nature"] == "law")
    a_first = _both(a, then=overlap.b_after_a)
    b_first = _both(b, then=overlap.a_after_b)
    found = _decided(a, b, a_first=a_first, b_first=b_first)
    if found is None:
        return Order(None, "open", OPEN, laws, a_first, b_first)
    first, reason, template = found
    one, other = (a, b) if first == "a" else (b, a)
    sentence = template.format(first=one.name, second=other.name)
    return Order(first, reason, sentence, laws, a_first, b_first)


def swap_order(order: Order) -> Order:
    turned: dict[Literal["a", "b"] | None, Literal["a", "b"] | None] = {"a": "b", "b": "a", None: None}
    return replace(order, first=turned[order.first], a_first=order.b_first, b_first=order.a_first)


def _decided(
    a: StandardProfile, b: StandardProfile, *, a_first: EffortSpan | None, b_first: EffortSpan | None
) -> tuple[Literal["a", "b"], Reason, str] | None:
    named: tuple[tuple[Literal["prerequisites", "builds_on"], Reason, str], ...] = (
        ("prerequisites", "prerequisite", PRESUPPOSES),
        ("builds_on", "builds-on", BUILDS_ON),
    )
    for key, reason, template in named:
        of_a, of_b = _names(a, b, key=key), _names(b, a, key=key)
        if of_a != of_b:
            return ("b" if of_a else "a"), reason, template
    if a_first is not None and b_first is not None:
        one, other = a_first.low + a_first.high, b_first.low + b_first.high
        if round(one - other, 1):
            first, second = (a, b) if one < other else (b, a)
            quicker = _months(first) < _months(second)
            return ("a" if one < other else "b"), "shorter", SHORTER if quicker else LEAVES_LESS
    return None


def _names(side: StandardProfile, other: StandardProfile, *, key: Literal["prerequisites", "builds_on"]) -> bool:
    known = {other.number, other.prose.get("short_name", other.number)}
    return not known.isdisjoint(side.facts.get(key, ()))


def _months(side: StandardProfile) -> float:
    months = side.facts["months"]
    return 0.0 if months is None else months["low"] + months["high"]


def _both(first: StandardProfile, *, then: EffortSpan | None) -> EffortSpan | None:
    months = first.facts.get("months")
    if months is None or then is None:
        return None
    return EffortSpan(low=round(months["low"] + then.low, 1), high=round(months["high"] + then.high, 1))


def _by_slug(a: StandardProfile, b: StandardProfile) -> tuple[StandardProfile, StandardProfile]:
    return (a, b) if a.slug <= b.slug else (b, a)
