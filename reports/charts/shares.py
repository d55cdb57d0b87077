"""Strips: how many requirements stand at which level, and how much of the standard is answered.

Parts stand in the order of their key, carry their digit or count, and those without a level are outlined or dashed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.drawing import DARK, INK, MUTED, PALE_EDGE, RULE, WHITE, WIDTH, box, frame, tint_of, write
from reports.charts.labels import fit_lines, text_width


@dataclass(frozen=True, slots=True)
class Step:
    """A level of the scale, as printed ("3", "Defined"), and how many requirements stand at it."""

    digit: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class _Part:
    mark: str
    label: str
    count: int
    fill: str
    ink: str
    edge: str
    dashed: bool = False


def _unscored(*, open_count: int, waived: int) -> tuple[_Part, _Part]:
    return (
        _Part("–", "Not assessed", open_count, WHITE, INK, INK, dashed=True),
        _Part("n/a", "Not applicable", waived, WHITE, MUTED, RULE),
    )


def _strip(parts: Sequence[_Part], *, height: float, size: float) -> str:
    """Draw the parts side by side in proportion; a mark is left out where it would not fit."""
    total = sum(part.count for part in parts)
    drawn, x = [], 0.5
    for part in parts:
        if not part.count:
            continue
        share = (WIDTH - 1) * part.count / total
        drawn.append(box(x, 0.5, share, height, fill=part.fill, edge=part.edge, dashed=part.dashed))
        if share >= text_width(part.mark, size=size) + 4:
            y = 0.5 + height / 2 + size * 0.36
            drawn.append(write(x + share / 2, y, part.mark, size=size, weight=600, fill=part.ink, anchor="middle"))
        x += share
    return "".join(drawn)


def draw_levels(steps: Sequence[Step], *, open_count: int, waived: int) -> str:
    """Draw how many requirements stand at each level, with those not assessed and not applicable at the end."""
    parts = []
    for index, step in enumerate(steps):
        fill, ink = tint_of(index, count=len(steps))
        parts.append(_Part(step.digit, f"{step.digit} {step.name}", step.count, fill, ink, PALE_EDGE))
    parts.extend(_unscored(open_count=open_count, waived=waived))
    drawn = [_strip(parts, height=24, size=9.5)]
    column = WIDTH / len(parts)
    for index, part in enumerate(parts):
        x = column * index
        drawn.append(box(x + 0.5, 35.5, 8, 8, fill=part.fill, edge=part.edge, dashed=part.dashed))
        drawn.append(write(x + 13, 43, str(part.count), size=11.5, weight=600))
        for number, line in enumerate(fit_lines(part.label, width=column - 15, size=8.4, lines=2)):
            drawn.append(write(x + 13, 55 + 10 * number, line, size=8.4, fill=MUTED))
    return _close(drawn, parts=parts, height=70, title="Requirements by level")


def draw_coverage(*, answered: int, open_count: int, waived: int) -> str:
    """Draw how much of the standard is answered, open and not applicable."""
    not_assessed, not_applicable = _unscored(open_count=open_count, waived=waived)
    parts = [_Part("", "Answered", answered, DARK, WHITE, DARK), not_assessed, not_applicable]
    drawn = [_strip(parts, height=13, size=8.6)]
    x = 0.0
    for part in parts:
        words = f"{part.label} {part.count}"
        drawn.append(box(x + 0.5, 22.5, 8, 8, fill=part.fill, edge=part.edge, dashed=part.dashed))
        drawn.append(write(x + 13, 30, words, size=9.4, fill=MUTED))
        x += 35 + text_width(words, size=9.4)
    return _close(drawn, parts=parts, height=34, title="Coverage")


def _close(drawn: Sequence[str], *, parts: Sequence[_Part], height: float, title: str) -> str:
    said = ", ".join(f"{part.label}: {part.count}" for part in parts)
    return frame(drawn, width=WIDTH, height=height, title=f"{title}. {said}", description=said)
