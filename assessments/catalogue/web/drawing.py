"""The overlap as bars: two per theme. Geometry only; colours and type stand in the stylesheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.comparison.overlap import ThemeShare

WIDTH: Final = 360
LONGEST: Final = 290
"""Of a bar; the rest of the width is for its figure."""
ROW: Final = 46
BAR: Final = 11


@dataclass(frozen=True, slots=True)
class Bar:
    y: int
    text_y: int
    length: float
    text_x: float
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    name: str
    name_y: int
    a: Bar
    b: Bar


@dataclass(frozen=True, slots=True)
class Drawing:
    """Units of the view box; it is `WIDTH` wide."""

    height: int
    rows: tuple[Bars, ...]
    width: int = WIDTH
    bar: int = BAR


def percent(share: float, *, places: int = 1) -> str:
    """0.123 → "12.3 %"."""
    return f"{100 * share:.{places}f} %"


def draw(themes: Sequence[ThemeShare]) -> Drawing | None:
    """The bars of the themes, the longest as long as there is room; None without themes."""
    if not themes:
        return None
    top = max(max(theme.a, theme.b) for theme in themes)
    rows = []
    for index, theme in enumerate(themes):
        y = index * ROW
        rows.append(
            Bars(theme.name, y + 13, _bar(theme.a, top=top, y=y + 19), _bar(theme.b, top=top, y=y + 19 + BAR + 1))
        )
    return Drawing(height=len(themes) * ROW, rows=tuple(rows))


def _bar(share: float, *, top: float, y: int) -> Bar:
    length = round(max(1.0, LONGEST * share / top), 1)
    return Bar(y=y, text_y=y + BAR - 2, length=length, text_x=round(length + 6, 1), text=percent(share))
