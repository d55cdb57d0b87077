"""Why a score is what it is: the leaves behind it, with shares that re-add to the very figure in the sheet."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import fsum
from typing import TypedDict

from assessments.scoring.errors import ScoringError
from assessments.scoring.layout import OwnAnswerRule
from assessments.scoring.reading import LeafState, Measure, Reading, read
from assessments.scoring.scale import Scale
from assessments.scoring.tree import ScoreTree

MEASURES: Mapping[Measure, str] = {
    Measure.ASSERTED: "The self-assessed levels of the applicable, answered requirements.",
    Measure.EVIDENCED: "The self-assessed levels of the same requirements; without valid evidence, the lowest level.",
    Measure.VALIDATED: "The reviewer's levels for the same requirements; without a verdict, the lowest level.",
    Measure.TARGET: "The target levels of the applicable requirements that have one.",
}
BASES: Mapping[str, str] = {
    "as-stated": "Counted at the level stated.",
    "no-valid-evidence": "Counted at the lowest level: no valid evidence backs it.",
    "not-validated": "Counted at the lowest level: no reviewer has confirmed it.",
    "unanswered-as-zero": "Counted at the lowest level: not answered.",
}
REASONS: Mapping[str, str] = {
    "outside-filter": "Outside the filter.",
    "not-applicable": "Not applicable.",
    "not-answered": "Not answered.",
    "no-target": "Has no target.",
    "no-weight": "Has no weight, itself or through a heading above it.",
    "parent-stands": "A requirement above it is answered for all below.",
    "children-stand": "Only the requirements below it count.",
}
SCALING = (
    "The ratio of a leaf is (level - minimum) / (maximum - minimum) of its own scale. "
    "The result is shown on the scale of the standard as minimum + ratio x (maximum - minimum)."
)


class Part(TypedDict):
    """One leaf that counts.

    By ``math.fsum``, the shares add up to 1 and the contributions to the score, to the last bit. (On a scale that goes
    below 0 contributions can cancel, and then add up only as closely as floats of their size can.)
    """

    ref: str
    answer: float | None  # the self-assessed level, whatever is measured
    level: float  # what counts here, on the leaf's own scale
    scale: dict[str, float]
    ratio: float
    weight: float
    share: float  # of the score's weight; under weighted_mean, weight / sum of weights
    contribution: float  # share x the level on the scale of the standard
    basis: str  # a key of BASES
    words: str


class LeftOut(TypedDict):
    """One requirement that does not count, and why."""

    ref: str
    reason: str  # a key of REASONS
    words: str


class Explanation(TypedDict):
    """Everything behind one score; plain data, ready for JSON."""

    ref: str | None  # None is the whole standard
    measure: str
    meaning: str
    method: str
    formula: str
    scale: dict[str, float]
    value: float | None
    ratio: float | None
    total_weight: float
    leaves: list[Part]
    left_out: list[LeftOut]


def explain(
    tree: ScoreTree,
    states: Mapping[str, LeafState],
    ref: str | None = None,
    *,
    measure: str = Measure.ASSERTED,
    include: Collection[str] | None = None,
    unanswered_as_zero: bool = False,
) -> Explanation:
    """Explain the score of ``ref``, or of the whole standard, by the leaves behind it, in the order of the tree.

    The value is added up anew from the shares, not taken from a sheet; with the same arguments it equals the one that
    ``score`` gives, to the last bit. Raises ScoringError like ``score``, and unknown-measure.
    """
    asked = _measure_named(measure)
    place = tree.place(ref)
    reading = read(tree, states, include=include, unanswered_as_zero=unanswered_as_zero)
    shares = tree.method.shares(tree.layout, counted=reading.mask(asked), place=place)
    units = reading.units[asked]
    ratio = sum((share * units[slot] for slot, share in shares.items()), Fraction(0)) / reading.resolution
    value = tree.scale.level(ratio) if shares else None
    leaves = _parts(tree, reading=reading, measure=asked, shares=shares)
    if value is not None:
        for part, share, contribution in zip(
            leaves,
            settle([part["share"] for part in leaves], total=1.0),
            settle([part["contribution"] for part in leaves], total=value),
            strict=True,
        ):
            part["share"], part["contribution"] = share, contribution
    return Explanation(
        ref=ref,
        measure=asked.value,
        meaning=MEASURES[asked],
        method=tree.method.name,
        formula=f"{tree.method.formula} {SCALING}",
        scale=_ends(tree.scale),
        value=value,
        ratio=float(ratio) if shares else None,
        total_weight=fsum(part["weight"] for part in leaves),
        leaves=leaves,
        left_out=_left_out(tree, ref=ref, reading=reading, measure=asked, shares=shares),
    )


def _measure_named(name: str) -> Measure:
    try:
        return Measure(name)
    except ValueError:
        known = ", ".join(Measure)
        raise ScoringError("unknown-measure", f"There is no measure {name!r}. Known: {known}.") from None


def _parts(tree: ScoreTree, *, reading: Reading, measure: Measure, shares: Mapping[int, Fraction]) -> list[Part]:
    parts = []
    for slot, share in sorted(shares.items()):
        ref = tree.layout.slots[slot]
        scale, level = tree.scales[tree.slot_scales[slot]], reading.levels[measure][slot]
        ratio = Fraction(reading.units[measure][slot], reading.resolution)
        weight = tree.nodes[ref].weight
        basis = _basis(reading, measure=measure, slot=slot)
        part = Part(
            ref=ref,
            answer=reading.levels[Measure.ASSERTED][slot],
            level=scale.minimum if level is None else level,
            scale=_ends(scale),
            ratio=float(ratio),
            weight=1.0 if weight is None else weight,
            share=float(share),
            contribution=float(share * (tree.scale.floor + tree.scale.span * ratio)),
            basis=basis,
            words=BASES[basis],
        )
        parts.append(part)
    return parts


def _basis(reading: Reading, *, measure: Measure, slot: int) -> str:
    if reading.levels[measure][slot] is not None:
        return "as-stated"
    if not reading.answered[slot]:
        return "unanswered-as-zero"
    return "no-valid-evidence" if measure is Measure.EVIDENCED else "not-validated"


def _left_out(
    tree: ScoreTree, *, ref: str | None, reading: Reading, measure: Measure, shares: Mapping[int, Fraction]
) -> list[LeftOut]:
    """Return every assessable requirement at or below ``ref`` that has no share in its score."""
    place, slots = tree.place(ref), len(tree.layout.slots)
    span = range(place, place + 1) if place < slots else range(*tree.layout.spans[place - slots])
    slot_of = {tree.layout.slots[slot]: slot for slot in span}
    found = []
    for below in [*([ref] if ref is not None else []), *tree.descendants(ref)]:
        node, slot = tree.nodes[below], slot_of.get(below)
        if not node.assessable or slot in shares:
            continue
        if slot is not None:
            reason = _reason(reading, measure=measure, slot=slot)
        elif node.own_answer_rule is OwnAnswerRule.CHILDREN and below in tree.children:
            reason = "children-stand"
        else:
            reason = "parent-stands"
        found.append(LeftOut(ref=below, reason=reason, words=REASONS[reason]))
    return found


def _reason(reading: Reading, *, measure: Measure, slot: int) -> str:
    if not reading.inside[slot]:
        return "outside-filter"
    if not reading.live[slot]:
        return "not-applicable"
    if not reading.mask(measure)[slot]:
        return "no-target" if measure is Measure.TARGET else "not-answered"
    return "no-weight"


def _ends(scale: Scale) -> dict[str, float]:
    return {"minimum": scale.minimum, "maximum": scale.maximum}


def settle(figures: Sequence[float], *, total: float) -> list[float]:
    """Return the figures with their rounding settled, so that ``math.fsum`` of them is ``total`` to the last bit.

    Each figure was rounded on its own, so their sum may miss the total by a few units in the last place. The difference
    goes to one figure, the largest that can hold it; the others stay as they are.
    Figures of both signs may be too coarse for what is left when they cancel; those are returned as they came.
    """
    if fsum(figures) == total:
        return list(figures)
    missing = Fraction(total) - sum(map(Fraction, figures), Fraction(0))
    for at in sorted(range(len(figures)), key=lambda at: -abs(figures[at])):
        moved = [*figures[:at], float(Fraction(figures[at]) + missing), *figures[at + 1 :]]
        if fsum(moved) == total:
            return moved
    return list(figures)
