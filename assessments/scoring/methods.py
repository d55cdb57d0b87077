"""The formulas by which a standard combines the answers of a group, and their registry.

A method works on whole numbers only. It is given, per slot, whether the slot is counted and its units: a ratio of the
way up its scale, times a number common to all slots (0 where it is not counted). It returns, per group, a numerator
for every column and one denominator for all of them.

Still to come, each as one more class registered below: ``staged_minimum`` (C2M2, ISO/IEC 33020, Essential Eight: the
lowest stage fulfilled throughout; its deciding leaf has the whole share), ``capped_mean`` (TISAX: each result cut back
to its target first), ``floor`` (a mean, but never above k plus the lowest critical leaf), ``subtractive`` (CMMC: the
maximum minus the points of the unmet). What they need beside the answers (stages, caps, critical marks, points) belongs
on ``TreeNode`` and from there into ``Layout``; nothing in ``sheet`` or ``explanation`` changes.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm
from operator import mul
from typing import NamedTuple, Protocol

from assessments.scoring.errors import ScoringError
from assessments.scoring.layout import Layout


class Combined(NamedTuple):
    """Scores of all groups: column ``c`` of group ``g`` is ``parts[c][g] / wholes[g]``, in the units of the column.

    A whole of 0 says that the group holds nothing that counts.
    """

    wholes: list[int]
    parts: list[list[int]]


class Method(Protocol):
    """A formula. Stateless, so one object serves all trees and threads."""

    @property
    def name(self) -> str:
        """The word a standard names it by."""

    @property
    def formula(self) -> str:
        """The formula in words, for people."""

    def combine(self, layout: Layout, *, counted: Sequence[int], columns: Sequence[Sequence[int]]) -> Combined:
        """Combine columns of units (one per slot, 0 where not counted) over every group of the layout."""

    def shares(self, layout: Layout, *, counted: Sequence[int], place: int) -> dict[int, Fraction]:
        """Return the slots that make the score of ``place`` in the pool, with shares that add up to 1; {} if none."""


class WeightedMean:
    """Every leaf counts by its own weight, however deep it stands: a clause with 40 leaves outweighs one with 1.

    The weights of headings play no part.
    """

    name = "weighted_mean"
    formula = (
        "The sum of weight x ratio over all leaves below that count, divided by the sum of their weights. "
        "Each leaf counts by its own weight, however deep it stands."
    )

    def combine(self, layout: Layout, *, counted: Sequence[int], columns: Sequence[Sequence[int]]) -> Combined:
        """Combine by running totals: a subtree is a span of slots, so its sum is one difference.

        Only exact numbers allow that: with floats the difference would carry the rounding of all that stands before.
        """
        weights = layout.slot_weights

        def spans_of(column: Sequence[int]) -> list[int]:
            totals = [0, *accumulate(map(mul, weights, column))]
            return [totals[last] - totals[first] for first, last in layout.spans]

        return Combined(spans_of(counted), [spans_of(column) for column in columns])

    def shares(self, layout: Layout, *, counted: Sequence[int], place: int) -> dict[int, Fraction]:
        """Return each leaf's weight as a part of all the weight that counts."""
        slots = len(layout.slots)
        if place < slots:
            return {place: Fraction(1)} if counted[place] else {}
        weights = {slot: layout.weights[slot] for slot in range(*layout.spans[place - slots]) if counted[slot]}
        whole = sum(weights.values())
        return {slot: Fraction(weight, whole) for slot, weight in weights.items() if weight}


class MeanOfGroups:
    """Every node counts by its weight among its siblings: a clause with 40 leaves weighs as much as one with 1.

    A group in which nothing counts is left out. The own answer of a parent is one more member of its group.
    """

    name = "mean_of_groups"
    formula = (
        "The mean of the direct members of each group, by their weights, from the leaves upwards. "
        "Each group counts by its own weight, however many leaves it holds."
    )

    def combine(self, layout: Layout, *, counted: Sequence[int], columns: Sequence[Sequence[int]]) -> Combined:
        """Combine from the leaves upwards, each group over the least common multiple of its members' denominators."""
        wholes = list(counted)
        pools = [list(column) for column in columns]
        for members in layout.members:
            weights = [layout.weights[member] for member in members]
            factors, whole = _weigh(weights, denominators=[wholes[member] for member in members])
            wholes.append(whole)
            for pool in pools:
                pool.append(sum(map(mul, factors, map(pool.__getitem__, members))))
        slots = len(layout.slots)
        return Combined(wholes[slots:], [pool[slots:] for pool in pools])

    def shares(self, layout: Layout, *, counted: Sequence[int], place: int) -> dict[int, Fraction]:
        """Return the product of a leaf's shares in its own group and in every group above, up to ``place``."""
        slots = len(layout.slots)
        wholes = self.combine(layout, counted=counted, columns=()).wholes
        holds = [*counted, *wholes]
        if not holds[place]:
            return {}
        found: dict[int, Fraction] = {}
        path = [(place, Fraction(1))]
        while path:
            at, share = path.pop()
            if at < slots:
                found[at] = share
                continue
            weights = {m: layout.weights[m] for m in layout.members[at - slots] if holds[m] and layout.weights[m]}
            whole = sum(weights.values())
            path.extend((member, share * Fraction(weight, whole)) for member, weight in weights.items())
        return dict(sorted(found.items()))


def _weigh(weights: Sequence[int], *, denominators: Sequence[int]) -> tuple[Sequence[int], int]:
    """Return the factor of each member's numerator, and the denominator of their mean.

    A member with the denominator 0 holds nothing that counts: its numerator is 0, so its factor is of no account, and
    its weight stays out of the denominator. A member without weight has the factor 0.
    """
    if max(denominators, default=0) <= 1:  # leaves only, the usual case
        return weights, sum(map(mul, weights, denominators))
    common = lcm(*(denominator or 1 for denominator in denominators))
    factors = [
        weight * (common // (denominator or 1)) for weight, denominator in zip(weights, denominators, strict=True)
    ]
    whole = common * sum(weight for weight, denominator in zip(weights, denominators, strict=True) if denominator)
    return factors, whole


_METHODS: dict[str, Method] = {}


def register_method(method: Method) -> None:
    """Make a method known by its name. A name is given once: scores of old must keep their meaning."""
    if method.name in _METHODS:
        raise ScoringError("method-taken", f"There is already a scoring method named {method.name}.")
    _METHODS[method.name] = method


def known_methods() -> tuple[str, ...]:
    """Return the names of all methods, sorted."""
    return tuple(sorted(_METHODS))


def method_named(name: str) -> Method:
    """Return the method of that name, or raise a ScoringError that lists the known ones."""
    try:
        return _METHODS[name]
    except KeyError:
        known = ", ".join(known_methods())
        raise ScoringError("unknown-method", f"There is no scoring method {name!r}. Known: {known}.") from None


register_method(WeightedMean())
register_method(MeanOfGroups())
