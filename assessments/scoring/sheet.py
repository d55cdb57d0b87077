"""The scores of every node of a tree, from the answers of one assessment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from assessments.scoring.methods import Given
from assessments.scoring.reading import LeafState, Measure, Reading, read
from assessments.scoring.scale import Scale, exact
from assessments.scoring.tree import ScoreTree


class NodeScore(NamedTuple):
    """The scores of one node, unrounded: a group's on the scale of results, a single answer's on that of the answers.

    asserted   the self-assessed levels of all that is applicable and answered; None when nothing is.
    evidenced  the same leaves, where one without valid evidence counts at the minimum of its scale.
    validated  the same leaves at the reviewer's level, where one without a verdict counts at the minimum.
    target     the targets of all applicable leaves that have one, answered or not; None when none has.
    coverage   how much of the applicable weight is answered, 0 to 1; None when no weight is applicable.
    answered, applicable, total   numbers of requirements that count here, whatever their weight.
    gap        from asserted up to target; 0 when the target is already passed, None when either is missing.

    So asserted is None and applicable is 0 where all is not applicable, and applicable is above 0 where nothing is
    answered yet: the two are told apart by ``is_not_applicable``.
    """

    asserted: float | None
    evidenced: float | None
    validated: float | None
    target: float | None
    coverage: float | None
    answered: int
    applicable: int
    total: int
    gap: float | None

    @property
    def is_not_applicable(self) -> bool:
        """Tell whether there are requirements here, and none of them applies."""
        return self.total > 0 and self.applicable == 0


class Finding(NamedTuple):
    """A critical requirement that is answered, and not met: to be settled whatever the score."""

    ref: str
    level: float  # as it is answered
    due: float  # the publisher's target, else the answer's own, else the top of the scale


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """All scores of an assessment at one moment."""

    nodes: Mapping[str, NodeScore]  # by ref, in the order of the tree's nodes
    root: NodeScore  # the whole standard
    scale: Scale  # of the scores of groups and of the whole
    method: str
    findings: tuple[Finding, ...] = ()


def score(
    tree: ScoreTree,
    states: Mapping[str, LeafState],
    *,
    include: Collection[str] | None = None,
    unanswered_as_zero: bool = False,
) -> ScoreSheet:
    """Score every node. Time and memory are linear in the nodes.

    ``states`` holds the answers by ref; those missing are not answered. ``include`` names the requirements of a filter
    (a baseline, an implementation group): all others are outside numerator, weight and counts.
    With ``unanswered_as_zero`` every applicable leaf without an answer counts at the minimum of its scale, so that the
    score is what an audit today would find; coverage and counts still tell what was really answered.

    Raises ScoringError: unknown-ref, level-off-scale.
    """
    reading = read(tree, states, include=include, unanswered_as_zero=unanswered_as_zero)
    pool = [*_score_slots(tree, reading=reading), *_score_groups(tree, reading=reading)]
    return ScoreSheet(
        nodes=dict(zip(tree.nodes, map(pool.__getitem__, tree.rows), strict=True)),
        root=pool[tree.place(None)],
        scale=tree.result,
        method=tree.method.name,
        findings=_findings(tree, reading=reading, states=states),
    )


def _findings(tree: ScoreTree, *, reading: Reading, states: Mapping[str, LeafState]) -> tuple[Finding, ...]:
    """In the order of the tree."""
    found = []
    for slot, is_critical in enumerate(tree.layout.marks.critical):
        if not is_critical or not reading.answered[slot]:
            continue
        node, level = tree.nodes[tree.layout.slots[slot]], reading.levels[Measure.ASSERTED][slot]
        target = states[node.ref].target if node.target is None else node.target
        due = tree.scales[tree.slot_scales[slot]].maximum if target is None else target
        if level is not None and level < due:
            found.append(Finding(node.ref, level, due))
    return tuple(found)


def _score_slots(tree: ScoreTree, *, reading: Reading) -> list[NodeScore]:
    """Score single answers. A leaf of weight 0 has its score like any other; it only adds nothing above."""

    def column(measure: Measure) -> list[float | None]:
        rows = zip(reading.shown, reading.levels[measure], reading.mask(measure), strict=True)
        return [shown[level] if counts else None for shown, level, counts in rows]

    asserted, target = column(Measure.ASSERTED), column(Measure.TARGET)
    gap = _slot_gaps(tree, reading=reading, asserted=asserted, target=target)
    coverage = [
        (1.0 if done else 0.0) if live else None for done, live in zip(reading.answered, reading.live, strict=True)
    ]
    columns = (
        asserted,
        column(Measure.EVIDENCED),
        column(Measure.VALIDATED),
        target,
        coverage,
        reading.answered,
        reading.live,
        reading.inside,
        gap,
    )
    return list(map(NodeScore._make, zip(*columns, strict=True)))


def _slot_gaps(
    tree: ScoreTree, *, reading: Reading, asserted: Sequence[float | None], target: Sequence[float | None]
) -> list[float | None]:
    """From asserted up to target on the scale of the answers; by the levels themselves where its steps differ."""
    if tree.scale.worths:
        pairs = zip(asserted, target, strict=True)
        return [None if a is None or t is None else float(max(Fraction(0), exact(t) - exact(a))) for a, t in pairs]
    missing = list(map(sub, reading.units[Measure.TARGET], reading.units[Measure.ASSERTED]))
    in_levels = _levels_of_units(tree.scale, resolution=reading.resolution, floor=False)
    gaps = {units: in_levels(units, 1) if units > 0 else 0.0 for units in set(missing)}
    return [
        None if a is None or t is None else gaps[units] for a, t, units in zip(asserted, target, missing, strict=True)
    ]


def _score_groups(tree: ScoreTree, *, reading: Reading) -> list[NodeScore]:
    """Score headings, parents and the whole, each figure by the one division that rounds it."""
    asserted, evidenced, validated, target = _combine(tree, asked=[reading.given(measure) for measure in Measure])
    cover = tree.method.coverage(tree.layout, live=reading.live, answered=reading.answered)
    covered = zip(cover.parts[0], cover.wholes, strict=True)
    on_scale = _levels_of_units(tree.result, resolution=reading.resolution, floor=True)
    apart = _levels_of_units(tree.result, resolution=reading.resolution, floor=False)
    counts = []
    for mask in (reading.answered, reading.live, reading.inside):
        totals = [0, *accumulate(mask)]
        counts.append([totals[last] - totals[first] for first, last in tree.layout.spans])
    columns = (
        *(
            [on_scale(part, whole) if whole else None for part, whole in pairs]
            for pairs in (asserted, evidenced, validated, target)
        ),
        [part / whole if whole else None for part, whole in covered],
        *counts,
        [
            apart(max(0, aim * whole - part * aim_whole), whole * aim_whole) if whole and aim_whole else None
            for (part, whole), (aim, aim_whole) in zip(asserted, target, strict=True)
        ],
    )
    return list(map(NodeScore._make, zip(*columns, strict=True)))


def _combine(tree: ScoreTree, *, asked: Sequence[Given]) -> list[list[tuple[int, int]]]:
    """Return the parts and wholes of all groups for each measure; measures under equal masks go together."""
    together: dict[tuple[bytes, bytes], list[int]] = {}
    for at, given in enumerate(asked):
        together.setdefault((bytes(given.counted), bytes(given.held)), []).append(at)
    found: dict[int, list[tuple[int, int]]] = {}
    for places in together.values():
        columns = [asked[at].columns[0] for at in places]
        made = tree.method.combine(tree.layout, asked[places[0]]._replace(columns=columns))
        for at, parts in zip(places, made.parts, strict=True):
            found[at] = list(zip(parts, made.wholes, strict=True))
    return [found[at] for at in range(len(asked))]


def _levels_of_units(scale: Scale, *, resolution: int, floor: bool) -> Callable[[int, int], float]:
    """Return a function from ``part / whole`` units to levels of a scale of equal steps.

    With ``floor`` it gives a point of the scale, without it a distance. The division of two whole numbers is the only
    place where anything is rounded, and Python rounds it correctly, however long they are.
    """
    bottom, span = scale.floor, scale.span
    rise, base = span.numerator * bottom.denominator, bottom.numerator * span.denominator * resolution
    if not floor:
        base = 0
    unit = span.denominator * bottom.denominator * resolution

    def levels(part: int, whole: int) -> float:
        return (base * whole + rise * part) / (unit * whole)

    return levels
