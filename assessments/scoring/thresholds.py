"""Methods that ask whether requirements are met, not how well on the mean: stages reached, and points lost.

What is not answered counts as unmet here as soon as anything is answered: a level is reached when all that it asks for
is shown, and a score is reported as what stands. What does not apply counts nowhere.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm

from assessments.scoring.layout import Layout
from assessments.scoring.means import WeightedMean
from assessments.scoring.methods import Combined, Given, Term, Terms


class _Threshold:
    """Common to both: coverage by weight, and a leaf that is shown as it is."""

    is_mean = False

    def coverage(self, layout: Layout, *, live: Sequence[int], answered: Sequence[int]) -> Combined:
        """The answered weight over the weight that applies."""
        return WeightedMean().coverage(layout, live=live, answered=answered)


class StagedMinimum(_Threshold):
    """The highest stage at which it, and every lower one, is fulfilled throughout.

    * C2M2 (US DOE, version 2.1, section 3): a maturity indicator level is achieved in a domain when all its practices
      and those of the levels below are largely or fully implemented: ``reached`` 2 on the scale of 0 to 3.
    * ISO/IEC 33020: a capability level needs its own attributes largely or fully achieved and those of all lower levels
      fully: ``reached`` 2, ``below`` 3.
    * Essential Eight (ASD): a maturity level needs all that it asks for in each of the eight strategies, so that the
      lowest of the eight is the level of the whole.
    """

    name = "staged_minimum"
    formula = (
        "The highest stage for which every leaf of that stage and of all stages below it is fulfilled. "
        "A leaf that applies and is not answered counts as not fulfilled."
    )

    def combine(self, layout: Layout, given: Given) -> Combined:
        """Find, per group, the stage that is reached."""
        numerator, denominator = layout.marks.steps.as_integer_ratio()
        counted = _totals(given.counted)
        tops = [_barriers(layout, given, column=column) for column in given.columns]
        wholes, parts = [], [[] for _ in given.columns]  # type: ignore[var-annotated]
        for first, last in layout.spans:
            present = counted[last] > counted[first] and _last_stage(layout, given, slots=range(first, last))
            wholes.append(numerator if present else 0)
            for part, barriers in zip(parts, tops, strict=True):
                stage = _reached(barriers[first:last], most=int(layout.marks.steps))
                part.append(stage * denominator * given.resolution if present else 0)
        return Combined(wholes, parts)

    def terms(self, layout: Layout, given: Given, *, place: int) -> Terms:
        """Those that keep the next stage from being reached, in equal shares; all alike where the last is reached."""
        if place < len(layout.slots):
            return WeightedMean().terms(layout, given, place=place)
        slots = layout.slots_of(place)
        if not any(given.counted[slot] for slot in slots) or not _last_stage(layout, given, slots=slots):
            return Terms()
        barriers = _barriers(layout, given, column=given.columns[0])
        stage = _reached([barriers[slot] for slot in slots], most=int(layout.marks.steps))
        deciding = [slot for slot in slots if barriers[slot] == stage + 1 and stage < layout.marks.steps]
        deciding = deciding or [slot for slot in slots if _takes_part(layout, given, slot)]
        share = Fraction(1, len(deciding))
        return Terms({slot: Term(share, share * stage / layout.marks.steps) for slot in deciding})


def _takes_part(layout: Layout, given: Given, slot: int) -> bool:
    return bool(given.held[slot] and layout.weights[slot] and layout.marks.stages[slot])


def _last_stage(layout: Layout, given: Given, *, slots: Sequence[int]) -> bool:
    """Whether anything here belongs to a stage at all."""
    return any(_takes_part(layout, given, slot) for slot in slots)


def _barriers(layout: Layout, given: Given, *, column: Sequence[int]) -> list[int]:
    """Per slot, the first stage that it keeps from being reached; 0 for none.

    It bars its own stage where it is not done for that, and the next one where it is not done for those above.
    """
    marks, found = layout.marks, []
    for slot, units in enumerate(column):
        stage = marks.stages[slot] if _takes_part(layout, given, slot) else 0
        if stage and units < marks.reached[slot] * given.resolution:
            found.append(stage)
        elif stage and units < marks.below[slot] * given.resolution:
            found.append(stage + 1)
        else:
            found.append(0)
    return found


def _reached(barriers: Sequence[int], *, most: int) -> int:
    return min((barrier - 1 for barrier in barriers if 0 < barrier <= most), default=most)


class Subtractive(_Threshold):
    """The top of the scale of results, less the points of every requirement that is unmet.

    NIST SP 800-171 DoD Assessment Methodology 1.2.1 and 32 CFR 170.24: from 110, minus 5, 3 or 1 per requirement that
    is not implemented, down to -203; two of them lose 3 instead of 5 when implemented in part. A group stands at what
    the whole would have if all outside the group were met.
    """

    name = "subtractive"
    formula = (
        "The full score, less the points of every leaf that is not met; one that is met in part loses the points set "
        "for that, or all. A leaf that applies and is not answered counts as not met."
    )

    def combine(self, layout: Layout, given: Given) -> Combined:
        """Count down by running totals."""
        unit, full = _point_unit(layout)
        counted = _totals([c if w else 0 for c, w in zip(given.counted, layout.slot_weights, strict=True)])
        lost = [_totals([int(points * unit) for points in _lost(layout, given, column)]) for column in given.columns]
        wholes = [full if counted[last] > counted[first] else 0 for first, last in layout.spans]
        parts = [
            [
                max(0, full - (totals[last] - totals[first])) * given.resolution if whole else 0
                for (first, last), whole in zip(layout.spans, wholes, strict=True)
            ]
            for totals in lost
        ]
        return Combined(wholes, parts)

    def terms(self, layout: Layout, given: Given, *, place: int) -> Terms:
        """Every requirement with points, and what it takes away."""
        if place < len(layout.slots):
            return WeightedMean().terms(layout, given, place=place)
        slots = [s for s in layout.slots_of(place) if given.held[s] and layout.weights[s]]
        if not any(given.counted[slot] for slot in slots):
            return Terms()
        points = layout.marks.points
        whole = sum(points[slot] for slot in slots)
        lost = _lost(layout, given, given.columns[0])
        total = sum((lost[slot] for slot in slots), Fraction(0))
        most = min(total, layout.marks.steps)  # the floor of the scale ends the counting down
        found = {
            slot: Term(
                points[slot] / whole if whole else Fraction(1, len(slots)),
                -lost[slot] * (most / total) / layout.marks.steps if total else Fraction(0),
            )
            for slot in slots
            if points[slot] or not whole
        }
        return Terms(found, start=Fraction(1))


def _point_unit(layout: Layout) -> tuple[int, int]:
    """(what makes all points whole, the span of the scale of results in that unit)."""
    marks = layout.marks
    unit = lcm(*(points.denominator for points in (*marks.points, *marks.partial_points, marks.steps)))
    return unit, int(marks.steps * unit)


def _lost(layout: Layout, given: Given, column: Sequence[int]) -> list[Fraction]:
    """The points that each slot loses."""
    marks, found = layout.marks, []
    for slot, units in enumerate(column):
        if not given.held[slot] or not layout.weights[slot] or units >= given.resolution:
            found.append(Fraction(0))
        else:
            found.append(marks.partial_points[slot] if units > 0 else marks.points[slot])
    return found


def _totals(column: Sequence[int]) -> list[int]:
    return [0, *accumulate(column)]
