"""The answers of one assessment, read into columns over the slots of its tree."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from assessments.scoring.errors import ScoringError
from assessments.scoring.methods import Given
from assessments.scoring.scale import Scale
from assessments.scoring.tree import ScoreTree


class Measure(StrEnum):
    """What is being measured: the three levels that are kept apart, and what was aimed at."""

    ASSERTED = "asserted"
    EVIDENCED = "evidenced"
    VALIDATED = "validated"
    TARGET = "target"


class LeafState(NamedTuple):
    """The answer to one requirement, as far as scoring cares. Levels are on the requirement's own scale.

    ``level`` None is not answered; so is an inherited or suggested answer until a person has confirmed it.
    ``applicable`` False takes the leaf out of numerator and weight, whatever else is stated. It concerns this answer
    alone: whether the requirements below go with it is for those who answer to say.
    ``evidenced`` says that valid evidence backs the level. ``validated_level`` is a reviewer's, None without a verdict.
    """

    level: float | None = None
    applicable: bool = True
    evidenced: bool = False
    validated_level: float | None = None
    target: float | None = None


UNANSWERED = LeafState()


@dataclass(frozen=True, slots=True)
class Reading:
    """Columns with one entry per slot: 1 or 0 for masks, and for each measure the level that counts.

    A level None counts at the minimum of its scale: not answered, not evidenced, not validated.
    """

    inside: list[int]  # within the filter
    live: list[int]  # and applicable
    answered: list[int]  # and answered
    counted: list[int]  # what the three levels are taken over: the answered, or all that are live
    targeted: list[int]  # live, with a target
    levels: Mapping[Measure, list[float | None]]
    units: Mapping[Measure, list[int]]  # the same as ratios of the way up their scales, times ``resolution``
    resolution: int
    shown: list[Mapping[float | None, float]]  # per slot: level -> level on the scale of the standard's answers

    def mask(self, measure: Measure) -> list[int]:
        """Return which slots the measure is taken over."""
        return self.targeted if measure is Measure.TARGET else self.counted

    def given(self, measure: Measure) -> Given:
        """Return the measure as methods take it. A rule that asks for everything asks for all that is live."""
        held = self.targeted if measure is Measure.TARGET else self.live
        return Given(self.mask(measure), held, [self.units[measure]], self.resolution)


def read(
    tree: ScoreTree,
    states: Mapping[str, LeafState],
    *,
    include: Collection[str] | None = None,
    unanswered_as_zero: bool = False,
) -> Reading:
    """Read the answers; those missing from ``states`` are not answered.

    1. Masks: a slot is inside the filter, live if also applicable, answered if it also has a level.
    2. Levels, blanked where they do not count, so that a level kept on a non-applicable answer cannot do harm.
    3. Units: the few distinct levels are looked up once per scale; the resolution makes all of their ratios whole.

    Raises ScoringError: unknown-ref for a state or a filter naming what is not there (or a state of a heading),
    level-off-scale.
    """
    slots = tree.layout.slots
    if not states.keys() <= tree.assessable:
        ref = min(states.keys() - tree.assessable)
        raise ScoringError("unknown-ref", f"The standard has no assessable requirement {ref}.", ref=ref)
    given = [states.get(ref, UNANSWERED) for ref in slots]
    levels, applicable, evidenced, validated, targets = zip(*given, strict=True) if given else ((),) * 5

    inside = _inside(tree, include=include)
    live = [1 if a and i else 0 for a, i in zip(applicable, inside, strict=True)]
    answered = [1 if a and x is not None else 0 for x, a in zip(levels, live, strict=True)]
    targeted = [1 if a and x is not None else 0 for x, a in zip(targets, live, strict=True)]
    asserted = [x if c else None for x, c in zip(levels, answered, strict=True)]
    columns: dict[Measure, list[float | None]] = {
        Measure.ASSERTED: asserted,
        Measure.EVIDENCED: [x if e else None for x, e in zip(asserted, evidenced, strict=True)],
        Measure.VALIDATED: [x if c else None for x, c in zip(validated, answered, strict=True)],
        Measure.TARGET: [x if c else None for x, c in zip(targets, targeted, strict=True)],
    }

    distinct = {x for column in columns.values() for x in set(column) if x is not None}
    ratios = [_ratios(scale, levels=distinct) for scale in tree.scales]
    resolution = lcm(tree.layout.marks.resolution, *(r.denominator for table in ratios for r in table.values()))
    units = [{x: int(ratio * resolution) for x, ratio in table.items()} for table in ratios]
    shown = [
        {x: tree.scale.level(ratio) for x, ratio in table.items()}
        if scale != tree.scale
        else {x: float(scale.minimum if x is None else x) for x in table}
        for scale, table in zip(tree.scales, ratios, strict=True)
    ]
    slot_units = [units[s] for s in tree.slot_scales]
    try:
        in_units = {
            measure: [table[x] for table, x in zip(slot_units, column, strict=True)]
            for measure, column in columns.items()
        }
    except KeyError:
        raise _off_scale(tree, columns=columns) from None
    return Reading(
        inside=inside,
        live=live,
        answered=answered,
        counted=live if unanswered_as_zero else answered,
        targeted=targeted,
        levels=columns,
        units=in_units,
        resolution=resolution,
        shown=[shown[s] for s in tree.slot_scales],
    )


def _inside(tree: ScoreTree, *, include: Collection[str] | None) -> list[int]:
    """Return 1 for the slots that the filter names. A heading in it is allowed, and brings nothing in by itself."""
    if include is None:
        return [1] * len(tree.layout.slots)
    chosen = frozenset(include)
    if not chosen <= tree.nodes.keys():
        ref = min(chosen - tree.nodes.keys())
        raise ScoringError("unknown-ref", f"The filter names {ref}, which the standard does not have.", ref=ref)
    return [1 if ref in chosen else 0 for ref in tree.layout.slots]


def _ratios(scale: Scale, *, levels: Collection[float]) -> dict[float | None, Fraction]:
    """Return the levels that lie on the scale as ratios of the way up it; None, for no level, is at the minimum."""
    table: dict[float | None, Fraction] = {None: Fraction(0)}
    for level in levels:
        ratio = scale.ratio(level)
        if ratio is not None:
            table[level] = ratio
    return table


def _off_scale(tree: ScoreTree, *, columns: Mapping[Measure, list[float | None]]) -> ScoringError:
    """Return the error that names the first requirement whose level is off its scale."""
    for at, ref in enumerate(tree.layout.slots):
        scale = tree.scales[tree.slot_scales[at]]
        for measure, column in columns.items():
            level = column[at]
            if level is not None and scale.ratio(level) is None:
                sentence = f"The {measure} level {level} of requirement {ref} is off its scale, {scale}."
                return ScoringError("level-off-scale", sentence, ref=ref)
    raise AssertionError  # only called when one is
