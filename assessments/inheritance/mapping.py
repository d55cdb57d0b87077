"""Levels from one scale to another, by how far up its scale a level stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PART: Final = 0.5
"""How far up the scale a partial link carries at most. An assumption, told wherever it takes effect."""
NEARLY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Mapped:
    """A level of the target's scale; `capped`: a partial link held it back, `moved`: the scales differ."""

    level: int
    capped: bool
    moved: bool


def position(scale: Mapping[str, Any], level: float) -> float:
    """How far up the scale a level stands, 0 to 1: what the level is worth where the scale says so, else linear.

    Between two levels (a reviewer's 2.5) it lies between what those are worth.
    """
    steps: list[tuple[float, float]] = [(entry["level"], _worth(scale, entry)) for entry in scale["levels"]]
    below = max((step for step in steps if step[0] <= level), default=steps[0])
    above = min((step for step in steps if step[0] >= level), default=steps[-1])
    if above[0] == below[0]:
        return below[1]
    return below[1] + (above[1] - below[1]) * (level - below[0]) / (above[0] - below[0])


def carried_level(level: float, *, of: Mapping[str, Any], to: Mapping[str, Any], partial: bool) -> Mapped:
    """The highest level of `to` that claims no more than `level` does on `of`; at most half way up where `partial`."""
    place = position(of, level)
    held = min(place, PART) if partial else place
    levels = [entry["level"] for entry in to["levels"] if _worth(to, entry) <= held + NEARLY]
    found = max(levels, default=to["minimum"])
    same = of["slug"] == to["slug"]
    return Mapped(found, capped=held < place, moved=not same)


def _worth(scale: Mapping[str, Any], entry: Mapping[str, Any]) -> float:
    if "worth" in entry:
        return float(entry["worth"])
    return float((entry["level"] - scale["minimum"]) / (scale["maximum"] - scale["minimum"]))
