"""What a standard says of its requirements beside their weights, as numbers a formula can use, one entry per slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from assessments.scoring.errors import ScoringError
from assessments.scoring.scale import Scale, exact


@dataclass(frozen=True, slots=True)
class Marks:
    """Levels stand here as ratios of the way up their own scale, 0 to 1.

    stages      1 is the lowest; 0: none stated
    caps        above which nothing is gained; 1: none stated
    critical    unmet, it is a finding
    reached     from which it counts as done for its own stage
    below       from which it counts as done for the stages above its own
    points, partial_points   lost while unmet, and while met in part
    allowance   how far a score may lie above the lowest critical requirement
    steps       how many levels the scale of results spans
    resolution  a number that makes all of these ratios whole
    """

    stages: tuple[int, ...] = ()
    caps: tuple[Fraction, ...] = ()
    critical: tuple[bool, ...] = ()
    reached: tuple[Fraction, ...] = ()
    below: tuple[Fraction, ...] = ()
    points: tuple[Fraction, ...] = ()
    partial_points: tuple[Fraction, ...] = ()
    allowance: Fraction = Fraction(0)
    steps: Fraction = Fraction(1)
    resolution: int = 1


PARAMETERS: Mapping[str, tuple[str, ...]] = {"staged_minimum": ("reached", "below"), "floor": ("allowance",)}
"""What a standard may set of its method, in levels of the scale its answers are given on."""

_DEFAULT_ALLOWANCE = 1


@dataclass(frozen=True, slots=True)
class Stated:
    """What one requirement says of itself; see TreeNode."""

    ref: str
    stage: int | None
    target: float | None
    critical: bool
    points: float | None
    partial_points: float | None


def read_marks(
    stated: Sequence[Stated],
    *,
    scales: Sequence[Scale],
    whole: Scale,
    result: Scale,
    parameters: Mapping[str, float],
) -> Marks:
    """Read the marks of the slots. `scales`: each slot's own; `whole`: that of the answers; `result`: of the scores.

    Raises ScoringError: bad-mark, bad-parameter.
    """
    caps = tuple(
        _ratio(scale, 1.0 * one.target, ref=one.ref) if one.target is not None else Fraction(1)
        for one, scale in zip(stated, scales, strict=True)
    )
    reached = _threshold(whole, parameters.get("reached"), name="reached")
    below = _threshold(whole, parameters.get("below"), name="below") if "below" in parameters else reached
    allowance = exact(parameters.get("allowance", _DEFAULT_ALLOWANCE)) / whole.span
    points = tuple(_points(one, one.points) for one in stated)
    partial = tuple(
        points[at] if one.partial_points is None else _points(one, one.partial_points) for at, one in enumerate(stated)
    )
    for one, lost, all_lost in zip(stated, partial, points, strict=True):
        if lost > all_lost:
            sentence = f"Requirement {one.ref} loses more points when met in part than when unmet."
            raise ScoringError("bad-mark", sentence, ref=one.ref)
    ratios = [*caps, reached, below, allowance]
    return Marks(
        stages=tuple(one.stage or 0 for one in stated),
        caps=caps,
        critical=tuple(one.critical for one in stated),
        reached=(reached,) * len(stated),
        below=(below,) * len(stated),
        points=points,
        partial_points=partial,
        allowance=allowance,
        steps=result.span,
        resolution=lcm(*(ratio.denominator for ratio in ratios)),
    )


def _ratio(scale: Scale, level: float, *, ref: str) -> Fraction:
    ratio = scale.ratio(level)
    if ratio is None:
        raise ScoringError("bad-mark", f"The target {level:g} of requirement {ref} is off its scale, {scale}.", ref=ref)
    return ratio


def _threshold(scale: Scale, level: float | None, *, name: str) -> Fraction:
    ratio = Fraction(1) if level is None else scale.ratio(level)
    if not ratio:
        raise ScoringError("bad-parameter", f"The level {level} of {name} must lie above the minimum of {scale}.")
    return ratio


def _points(one: Stated, points: float | None) -> Fraction:
    try:
        found = exact(0 if points is None else points)
    except ValueError:
        found = Fraction(-1)
    if found < 0:
        raise ScoringError("bad-mark", f"Requirement {one.ref} has {points} points; they are 0 or more.", ref=one.ref)
    return found
