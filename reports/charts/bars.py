"""Bars on the scale: where the whole standard stands, clause by clause, and small in a table's cell.

Series differ by thickness as well as tint: asserted is the broad pale bar with an outline, evidenced the middle one,
validated the thin dark one, the target a mark across all three.  None is drawn as words, never as a bar of length 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.drawing import (
    BRASS,
    DARK,
    INK,
    MIDDLE,
    MUTED,
    PALE,
    PALE_EDGE,
    WIDTH,
    Axis,
    box,
    frame,
    ring,
    stroke,
    target_mark,
    write,
)
from reports.charts.labels import fit_lines, text_width
from reports.contents.figures import format_level, format_score


@dataclass(frozen=True, slots=True)
class Bar:
    """One clause: label and measures in units of the scale.  `shown` is the asserted score as it is printed."""

    label: str
    asserted: float | None
    evidenced: float | None
    validated: float | None
    target: float | None
    shown: str

    @property
    def measures(self) -> tuple[tuple[str, float | None], ...]:
        return (("Asserted", self.asserted), ("Evidenced", self.evidenced), ("Validated", self.validated))

    @property
    def spoken(self) -> str:
        """Say the bar in words, for titles and descriptions."""
        if self.asserted is None:
            return f"{self.label}: {self.shown}"
        figures = (*self.measures, ("Target", self.target))
        known = [f"{name.lower()} {format_score(value)}" for name, value in figures if value is not None]
        return f"{self.label}: {', '.join(known)}"


@dataclass(frozen=True, slots=True)
class _Look:
    thickness: float
    fill: str
    edge: str = ""


_LOOKS = {"Asserted": _Look(14.0, PALE, PALE_EDGE), "Evidenced": _Look(8.0, MIDDLE), "Validated": _Look(3.4, DARK)}


def _bar(name: str, *, left: float, end: float, middle: float, scale: float = 1.0) -> str:
    look = _LOOKS[name]
    height = look.thickness * scale
    return box(left, middle - height / 2, end - left, height, fill=look.fill, edge=look.edge)


def _bullet(bar: Bar, *, axis: Axis, left: float, width: float, middle: float, scale: float = 1.0) -> str:
    """Draw the three measures into one another around the height `middle`, and the target across them."""
    parts = [
        _bar(name, left=left, end=axis.place(value, left=left, width=width), middle=middle, scale=scale)
        for name, value in bar.measures
        if value is not None
    ]
    if bar.target is not None:
        reach = 9.5 * scale
        parts.append(target_mark(axis.place(bar.target, left=left, width=width), middle - reach, middle + reach))
    return "".join(parts)


def draw_legend(*, with_target: bool = True) -> str:
    """Draw the key to the bars."""
    parts, x = [], 0.5
    for name in _LOOKS:
        parts.append(_bar(name, left=x, end=x + 26, middle=10) + write(x + 32, 13.6, name, fill=MUTED))
        x += 56 + text_width(name, size=10)
    if with_target:
        parts.append(target_mark(x + 5, 5, 18) + write(x + 12, 13.6, "Target", fill=MUTED))
    return frame(
        parts,
        width=WIDTH,
        height=20,
        title="Key to the bars",
        description="Asserted: broad pale bar. Evidenced: middle bar. Validated: thin dark bar. Target: mark across.",
    )


def draw_standing(bar: Bar, *, axis: Axis, previous: float | None = None, previous_label: str = "") -> str:
    """Draw where the whole standard stands: one bar per measure over the named levels, and the target across.

    `previous` is the asserted score of an earlier snapshot, marked on the asserted bar and labelled.
    """
    left, right, top, pitch = 76.0, 46.0, 38.0, 26.0
    width = WIDTH - left - right
    bottom = top + 3 * pitch
    parts = [_draw_levels(axis, left=left, width=width, top=top - 4, bottom=bottom)]
    for index, (name, value) in enumerate(bar.measures):
        middle = top + pitch * (index + 0.5)
        parts.append(write(0, middle + 3.6, name, size=10.4, weight=500))
        if value is None:
            parts.append(write(left + 6, middle + 3.6, "not assessed", fill=MUTED))
            continue
        parts.append(_bar(name, left=left, end=axis.place(value, left=left, width=width), middle=middle))
        parts.append(write(WIDTH, middle + 4, format_score(value), size=11.5, weight=600, anchor="end"))
    if bar.target is not None:
        x = axis.place(bar.target, left=left, width=width)
        parts.append(target_mark(x, top - 6, bottom))
        parts.append(_flag(x, 22, f"Target {format_score(bar.target)}", left=left, right=left + width, fill=BRASS))
    if previous is not None:
        x = axis.place(previous, left=left, width=width)
        parts.append(stroke(x, top + 1, x, top + pitch - 1, colour=INK, width=1.2) + ring(x, top, radius=2.6))
        parts.append(_flag(x, 9, previous_label or "Previous", left=left, right=left + width, fill=MUTED))
    before = f"; asserted before {format_score(previous)}" if previous is not None else ""
    return frame(
        parts,
        width=WIDTH,
        height=bottom + 36,
        title=f"Where the organisation stands on the scale. {bar.spoken}",
        description=bar.spoken + before,
    )


def _draw_levels(axis: Axis, *, left: float, width: float, top: float, bottom: float) -> str:
    """Draw a line per level with its digit and its name, broken over two lines where levels stand close."""
    parts = []
    room = width / max(1, len(axis.marks) - 1) - 6
    for value, name in axis.marks:
        x = axis.place(value, left=left, width=width)
        parts.append(stroke(x, top, x, bottom))
        parts.append(write(x, bottom + 14, format_level(value), size=10, weight=600, anchor="middle"))
        for number, part in enumerate(fit_lines(name, width=room, size=8.6, lines=2)):
            parts.append(write(x, bottom + 25 + 9.5 * number, part, size=8.6, fill=MUTED, anchor="middle"))
    return "".join(parts)


def _flag(x: float, y: float, words: str, *, left: float, right: float, fill: str) -> str:
    """Write a label centred over a mark, moved inward where it would leave the axis."""
    half = text_width(words, size=9.4) / 2
    return write(max(left + half, min(right - half, x)), y, words, size=9.4, weight=500, fill=fill, anchor="middle")


def draw_clauses(bars: Sequence[Bar], *, axis: Axis) -> str:
    """Draw one row per clause: its name, the three measures with the target, and the asserted score."""
    label_width, value_width = 196.0, 82.0
    left = label_width + 12
    width = WIDTH - left - value_width
    row, top = 34.0, 6.0
    bottom = top + row * len(bars)
    parts = []
    for value, _ in axis.marks:
        x = axis.place(value, left=left, width=width)
        parts.append(stroke(x, top - 4, x, bottom))
        parts.append(write(x, bottom + 12, format_level(value), size=9, fill=MUTED, anchor="middle"))
    for index, bar in enumerate(bars):
        middle = top + row * (index + 0.5)
        label = fit_lines(bar.label, width=label_width, size=10, lines=2)
        first = middle + 3.6 - (len(label) - 1) * 6.2
        parts.extend(write(0, first + 12.4 * number, part, size=10) for number, part in enumerate(label))
        if bar.asserted is None:
            parts.append(write(left + 6, middle + 3.6, bar.shown, size=9.4, fill=MUTED))
            continue
        parts.append(_bullet(bar, axis=axis, left=left, width=width, middle=middle))
        parts.append(write(WIDTH, middle + 4, bar.shown, size=11.5, weight=600, anchor="end"))
    said = ". ".join(bar.spoken for bar in bars)
    return frame(
        parts, width=WIDTH, height=bottom + 18, title=f"Score by clause against target. {said}", description=said
    )


def draw_cell(bar: Bar, *, axis: Axis, width: float = 118.0) -> str:
    """Draw the bar of one clause for a table that prints its figures beside it."""
    parts = [stroke(width, 2, width, 16), stroke(0.4, 2, 0.4, 16)]
    if bar.asserted is not None:
        parts.append(_bullet(bar, axis=axis, left=0.4, width=width - 0.8, middle=10, scale=0.72))
    return frame(parts, width=width, height=20, title=bar.spoken, description="")
