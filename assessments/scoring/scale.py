"""Scales, exact levels, and the one place where a score is rounded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from assessments.scoring.errors import ScoringError

NOT_SCORED = "\N{EN DASH}"  # the same in every language; "N/A" is said by the caller, who knows why there is no score


@lru_cache(maxsize=8192)
def exact(value: float) -> Fraction:
    """Return the decimal that ``value`` is written as, exactly: 0.1 is one tenth, not the nearest binary fraction.

    A ValueError says that ``value`` is infinite or not a number.
    """
    if not math.isfinite(value):
        msg = f"{value} is not a finite number"
        raise ValueError(msg)
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


@dataclass(frozen=True, slots=True)
class Scale:
    """The numbers a requirement is scored on: 0 to 5, tiers 1 to 4, 0 to 100 …

    The minimum stands for 0 % wherever it lies: tier 1 of 1 to 4 is nothing reached, not a quarter.
    Any level between the two ends is accepted; whether only whole levels are offered is the questionnaire's business.

    ``worths`` says how far up the scale each level counts, where its steps are of unequal height: pairs of level and
    ratio, both ascending, from (minimum, 0) to (maximum, 1). Between two of them the way up is straight.
    """

    minimum: float = 0
    maximum: float = 5
    slug: str = ""
    worths: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.minimum) and math.isfinite(self.maximum) and self.minimum < self.maximum):
            raise ScoringError("bad-scale", f"A scale runs from a lower to a higher number, not {self}.")
        if self.worths and not self._ascends():
            raise ScoringError("bad-scale", f"What the levels of {self} are worth must ascend from 0 to 1.")

    def __str__(self) -> str:
        return f"{self.minimum:g} to {self.maximum:g}"

    @property
    def floor(self) -> Fraction:
        """The minimum, exactly."""
        return exact(self.minimum)

    @property
    def span(self) -> Fraction:
        """The distance from minimum to maximum, exactly; always above 0."""
        return exact(self.maximum) - exact(self.minimum)

    def ratio(self, level: float) -> Fraction | None:
        """Return how far up the scale a level lies, from 0 to 1, or None for one off the scale.

        That is ``(level - minimum) / (maximum - minimum)``, unless the steps are of unequal height.
        """
        try:
            at = exact(level)
        except ValueError:
            return None
        if not self.floor <= at <= exact(self.maximum):
            return None
        return _along(self._knots(), at)

    def level(self, ratio: Fraction) -> float:
        """Return the level at ``ratio`` of the scale, rounded once to the nearest float."""
        return float(_along([(worth, level) for level, worth in self._knots()], ratio))

    def _knots(self) -> list[tuple[Fraction, Fraction]]:
        if not self.worths:
            return [(self.floor, Fraction(0)), (exact(self.maximum), Fraction(1))]
        return [(exact(level), exact(worth)) for level, worth in self.worths]

    def _ascends(self) -> bool:
        levels, worths = zip(*self.worths, strict=True)
        ends = (levels[0], levels[-1], worths[0], worths[-1]) == (self.minimum, self.maximum, 0, 1)
        return ends and all(list(row) == sorted(set(row)) for row in (levels, worths))


def _along(knots: Sequence[tuple[Fraction, Fraction]], at: Fraction) -> Fraction:
    """The point over ``at`` of the line through the knots, which ascend in both."""
    after = next((place for place in range(1, len(knots)) if at <= knots[place][0]), len(knots) - 1)
    (left, low), (right, high) = knots[after - 1], knots[after]
    return low + (high - low) * (at - left) / (right - left)


def display(value: float | None, *, places: int = 1) -> str:
    """Return ``value`` as people read it, with ``places`` decimals; a dash where there is no score.

    A half goes up, away from zero, so that a fall of 0.25 looks as large as a rise of 0.25. The shortest decimal that
    stands for the float is what gets rounded: 2.675 shows as 2.68, although the float lies a hair below it.
    Shown figures are for eyes only; compare unrounded ones (see ``reaches``).
    """
    if value is None:
        return NOT_SCORED
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{abs(rounded) if rounded.is_zero() else rounded:f}"  # no "-0.0"


def reaches(value: float | None, *, threshold: float) -> bool:
    """Tell whether an unrounded score reaches a threshold: 2.96 is shown as 3.0 but does not reach 3.

    No score reaches nothing, not even the lowest threshold.
    """
    return value is not None and value >= threshold
