"""What a crosswalk touches of two standards, as two bars. Geometry only; colours and type stand in the stylesheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assessments.catalogue.comparison import Crossing
from assessments.catalogue.comparison.crossing import Coverage
from assessments.catalogue.web.drawing import percent

WIDTH: Final = 360
LONGEST: Final = 356
ROW: Final = 62
BAR: Final = 26


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: requirements covered wholly, touched only, or without a link."""

    kind: str
    x: float
    width: float
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    key: str
    number: str
    name_y: int
    y: int
    parts: tuple[Part, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Units of the view box; it is `WIDTH` wide."""

    height: int
    bars: tuple[Bar, ...]
    width: int = WIDTH
    bar: int = BAR


def draw_coverage(crossing: Crossing, *, a: str, b: str) -> Picture | None:
    """A bar per side that has a tree, both on one scale of requirements; None where neither has one."""
    sides = [(key, number, side) for key, number, side in (("a", a, crossing.a), ("b", b, crossing.b)) if side.total]
    if not sides:
        return None
    most = max(side.total or 0 for _, _, side in sides)
    bars = tuple(
        _bar(key, number, side, y=index * ROW, unit=LONGEST / most) for index, (key, number, side) in enumerate(sides)
    )
    return Picture(height=len(bars) * ROW, bars=bars)


def _bar(key: str, number: str, side: Coverage, *, y: int, unit: float) -> Bar:
    total = side.total or 0
    counts = (("covered", side.covered), ("touched", side.touched - side.covered), ("alone", total - side.touched))
    parts, x = [], 0.0
    for kind, count in counts:
        if count:
            parts.append(Part(kind, round(x, 1), round(count * unit, 1), count))
        x += count * unit
    text = (
        f"{number}: {side.touched} of {total} requirements are touched by a link, {side.covered} of them covered "
        f"wholly; {total - side.touched} have none."
    )
    return Bar(key, number, y + 15, y + 23, tuple(parts), text)


@dataclass(frozen=True, slots=True)
class Figures:
    """A side's counts, and its shares as whole percentages ("" where there is no total)."""

    key: str
    number: str
    side: Coverage
    touched: str
    covered: str
    alone: int


def figures(key: str, number: str, side: Coverage) -> Figures:
    touched, covered = (
        "" if share is None else percent(share, places=0) for share in (side.touched_share, side.covered_share)
    )
    return Figures(key, number, side, touched, covered, (side.total or 0) - side.touched)
