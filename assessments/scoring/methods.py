"""What a scoring method is: a formula over the slots of a layout, exact, that can take its own result apart.

A method works on whole numbers only. It is given, per slot, masks and units: a ratio of the way up the slot's scale,
times a number common to all slots (0 where it is not counted). It returns, per group, a numerator for every column and
a denominator for all of them. The formulas stand in ``means`` and ``thresholds``, the table of names in ``registry``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, Protocol

from assessments.scoring.layout import Layout


class Combined(NamedTuple):
    """Scores of all groups: column ``c`` of group ``g`` is ``parts[c][g] / wholes[g]``, in the units of the column.

    A whole of 0 says that the group holds nothing that counts.
    """

    wholes: list[int]
    parts: list[list[int]]


class Term(NamedTuple):
    """What one slot has in a score: ``share`` of it all, and ``part``, what it adds, as a ratio of the scale."""

    share: Fraction
    part: Fraction


@dataclass(frozen=True, slots=True)
class Terms:
    """A score taken apart. The shares add up to 1; ``start`` and the parts to the score's ratio of the scale.

    A score that is counted down has a ``start`` (the top of the scale); others have none.
    """

    by_slot: Mapping[int, Term] = field(default_factory=dict)
    start: Fraction | None = None

    @property
    def ratio(self) -> Fraction:
        """The score these terms add up to."""
        return sum((term.part for term in self.by_slot.values()), self.start or Fraction(0))


class Given(NamedTuple):
    """What is combined. ``counted`` has what is answered, ``held`` what the rule asks for: that, or all that applies.

    ``columns`` hold units, one per slot, 0 where it is not counted; ``resolution`` is the number of units of a full
    scale.
    """

    counted: Sequence[int]
    held: Sequence[int]
    columns: Sequence[Sequence[int]]
    resolution: int


class Method(Protocol):
    """A formula. Stateless, so one object serves all trees and threads."""

    @property
    def name(self) -> str:
        """The word a standard names it by."""

    @property
    def formula(self) -> str:
        """The formula in words, for people."""

    @property
    def is_mean(self) -> bool:
        """Whether scores are means of what is answered; else what is not answered counts as unmet."""

    def combine(self, layout: Layout, given: Given) -> Combined:
        """Combine columns of units over every group of the layout."""

    def terms(self, layout: Layout, given: Given, *, place: int) -> Terms:
        """Take apart the score of ``place`` in the pool, for the first column; no terms where it has no score."""

    def coverage(self, layout: Layout, *, live: Sequence[int], answered: Sequence[int]) -> Combined:
        """Combine how much of what applies is answered: one column of ratios 0 or 1."""
