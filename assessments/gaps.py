"""Gaps worth acting on: pure, from levels, targets and weights to the improvements to plan.

A gap is the distance from an answered level up to its target; what is not answered or does not apply has none. Gaps
rank by weight times distance, then by the larger distance, the lower level, and the order of the document: the ranking
that reports print (`reports.contents.leaves`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LONGEST_TITLE: Final = 200
_NOISE: Final = 9  # decimals: weights and levels are decimals as people write them


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One requirement below its target. Levels in units of the scale; `position` is its place in the document."""

    ref: str
    position: int
    weight: float
    level: float
    target: float

    @property
    def distance(self) -> float:
        return max(0.0, round(self.target - self.level, _NOISE))

    @property
    def priority(self) -> float:
        return round(self.weight * self.distance, _NOISE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The improvement a gap asks for first: one level up."""

    title: str
    description: str
    expected_level: float


def rank_gaps(gaps: Iterable[Gap], *, minimum: float = 0.0) -> list[Gap]:
    """The open gaps of at least `minimum` (in units of the scale), the most pressing first."""
    open_gaps = [gap for gap in gaps if gap.distance > 0 and gap.distance >= minimum]
    return sorted(open_gaps, key=lambda gap: (-gap.priority, -gap.distance, gap.level, gap.position))


def propose(
    gap: Gap, *, title: str, criteria: Mapping[str, str], levels: Sequence[Mapping[str, Any]]
) -> Proposal | None:
    """What to do about a gap: reach the next level of the scale, in the requirement's own criteria for it.

    `criteria`: level as text → words; `levels`: the scale's {level, name, criteria}. None at the top of the scale.
    """
    above = [step for step in levels if step["level"] > gap.level]
    if not above:
        return None
    step = min(above, key=lambda step: float(step["level"]))
    level = f"{step['level']:g}"
    ending = f": reach level {level} ({step['name']})"
    return Proposal(
        title=_cut(title, room=LONGEST_TITLE - len(ending)) + ending,
        description=criteria.get(level) or str(step["criteria"]),
        expected_level=float(step["level"]),
    )


def _cut(text: str, *, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"
