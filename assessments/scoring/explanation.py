"""Why a score is what it is: the leaves behind it, with shares that re-add to the very figure in the sheet."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import fsum
from typing import TypedDict

from assessments.scoring.errors import ScoringError
from assessments.scoring.layout import OwnAnswerRule
from assessments.scoring.methods import Term, Terms
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
    "cut-back": "Cut back to the target its publisher sets.",
}
REASONS: Mapping[str, str] = {
    "outside-filter": "Outside the filter.",
    "not-applicable": "Not applicable.",
    "not-answered": "Not answered.",
    "no-target": "Has no target.",
    "no-weight": "Has no weight, itself or through a heading above it.",
    "parent-stands": "A requirement above it is answered for all below.",
    "children-stand": "Only the requirements below it count.",
    "does-not-decide": "Others decide: it neither raises nor lowers the score.",
    "no-points": "Takes no points away, whatever its answer.",
}
SCALING = (
    "The ratio of a leaf is (level - minimum) / (maximum - minimum) of its own scale. "
    "The result is shown on the scale of the standard as minimum + ratio x (maximum - minimum)."
)


class Part(TypedDict):
    """One leaf that counts.

    By ``math.fsum``, the shares add up to 1 and the contributions, on top of ``start``, to the score, to the last bit.
    (Where contributions can cancel, on a scale that goes below 0, they add up as closely as floats of their size can.)
    """

    ref: str
    answer: float | None  # the self-assessed level, whatever is measured
    level: float  # what counts here, on the leaf's own scale
    scale: dict[str, float]
    ratio: float
    weight: float
    share: float  # of the score's weight; under weighted_mean, weight / sum of weights
    contribution: float  # what it adds; under a mean, share x the level on the scale of the score
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
    start: float  # what the contributions are added to: 0, or the full score that points are taken from
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
    scale = tree.scale_at(place)
    reading = read(tree, states, include=include, unanswered_as_zero=unanswered_as_zero)
    terms = tree.method.terms(tree.layout, reading.given(asked), place=place)
    ratio = terms.ratio if terms.by_slot else None
    value = None if ratio is None else scale.level(ratio)
    start = Fraction(0) if terms.start is None else scale.floor + scale.span * terms.start
    leaves = _parts(tree, reading=reading, measure=asked, terms=terms, scale=scale)
    if value is not None:
        for part, share, contribution in zip(
            leaves,
            settle([part["share"] for part in leaves], total=1.0),
            settle([part["contribution"] for part in leaves], total=float(Fraction(value) - start)),
            strict=True,
        ):
            part["share"], part["contribution"] = share, contribution
    return Explanation(
        ref=ref,
        measure=asked.value,
        meaning=MEASURES[asked],
        method=tree.method.name,
        formula=f"{tree.method.formula} {SCALING}" if tree.method.is_mean else tree.method.formula,
        scale=_ends(scale),
        start=float(start),
        value=value,
        ratio=None if ratio is None else float(ratio),
        total_weight=fsum(part["weight"] for part in leaves),
        leaves=leaves,
        left_out=_left_out(tree, ref=ref, reading=reading, measure=asked, terms=terms),
    )


def _measure_named(name: str) -> Measure:
    try:
        return Measure(name)
    except ValueError:
        known = ", ".join(Measure)
        raise ScoringError("unknown-measure", f"There is no measure {name!r}. Known: {known}.") from None


def _parts(tree: ScoreTree, *, reading: Reading, measure: Measure, terms: Terms, scale: Scale) -> list[Part]:
    parts = []
    for slot, term in sorted(terms.by_slot.items()):
        ref = tree.layout.slots[slot]
        own, level = tree.scales[tree.slot_scales[slot]], reading.levels[measure][slot]
        weight = _weight(tree, slot=slot, terms=terms)
        basis = _basis(tree, reading=reading, measure=measure, slot=slot, terms=terms)
        floor = scale.floor * term.share if terms.start is None else 0
        part = Part(
            ref=ref,
            answer=reading.levels[Measure.ASSERTED][slot],
            level=own.minimum if level is None else level,
            scale=_ends(own),
            ratio=float(Fraction(reading.units[measure][slot], reading.resolution)),
            weight=weight,
            share=float(term.share),
            contribution=_contribution(scale, term=term, floor=floor, alone=len(terms.by_slot) == 1),
            basis=basis,
            words=BASES[basis],
        )
        parts.append(part)
    return parts


def _contribution(scale: Scale, *, term: Term, floor: Fraction | int, alone: bool) -> float:
    """A single leaf under a mean adds the level itself, which need not lie on a straight line."""
    if alone and scale.worths:
        return scale.level(term.part)
    return float(floor + scale.span * term.part)


def _weight(tree: ScoreTree, *, slot: int, terms: Terms) -> float:
    """What the share is measured by: the points of one that can be lost, else the weight."""
    if terms.start is not None:
        return float(tree.layout.marks.points[slot])
    weight = tree.nodes[tree.layout.slots[slot]].weight
    return 1.0 if weight is None else weight


def _basis(tree: ScoreTree, *, reading: Reading, measure: Measure, slot: int, terms: Terms) -> str:
    if reading.levels[measure][slot] is not None:
        stated = Fraction(reading.units[measure][slot], reading.resolution)
        term = terms.by_slot[slot]
        is_cut = tree.method.name == "capped_mean" and term.part < term.share * stated
        return "cut-back" if is_cut else "as-stated"
    if not reading.answered[slot]:
        return "unanswered-as-zero"
    return "no-valid-evidence" if measure is Measure.EVIDENCED else "not-validated"


def _left_out(tree: ScoreTree, *, ref: str | None, reading: Reading, measure: Measure, terms: Terms) -> list[LeftOut]:
    """Return every assessable requirement at or below ``ref`` that has no share in its score."""
    slot_of = {tree.layout.slots[slot]: slot for slot in tree.layout.slots_of(tree.place(ref))}
    found = []
    for below in [*([ref] if ref is not None else []), *tree.descendants(ref)]:
        node, slot = tree.nodes[below], slot_of.get(below)
        if not node.assessable or slot in terms.by_slot:
            continue
        if slot is not None:
            reason = _reason(tree, reading=reading, measure=measure, slot=slot, decided=bool(terms.by_slot))
        elif node.own_answer_rule is OwnAnswerRule.CHILDREN and below in tree.children:
            reason = "children-stand"
        else:
            reason = "parent-stands"
        found.append(LeftOut(ref=below, reason=reason, words=REASONS[reason]))
    return found


def _reason(tree: ScoreTree, *, reading: Reading, measure: Measure, slot: int, decided: bool) -> str:
    if not reading.inside[slot]:
        return "outside-filter"
    if not reading.live[slot]:
        return "not-applicable"
    is_asked = tree.method.is_mean or not decided  # what a threshold asks for need not be answered to count
    if is_asked and not reading.mask(measure)[slot]:
        return "no-target" if measure is Measure.TARGET else "not-answered"
    if not tree.method.is_mean and measure is Measure.TARGET and not reading.targeted[slot]:
        return "no-target"
    if tree.layout.weights[slot] and tree.method.name == "subtractive":
        return "no-points"
    return "does-not-decide" if tree.layout.weights[slot] and _selects(tree) else "no-weight"


def _selects(tree: ScoreTree) -> bool:
    """Whether a method may give a score to some leaves alone."""
    return tree.method.name in {"staged_minimum", "floor"}


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
