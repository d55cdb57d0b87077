"""The strokes charts are made of, their palette, and the axis values are placed on.  Units: 96 to the inch."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# Without blanks or quotes, which is valid and the only way WeasyPrint reads more than the first name in SVG.
FONT = "Inter,Noto Sans,Liberation Sans,DejaVu Sans,sans-serif"
INK = "#17212b"
MUTED = "#56626e"
RULE = "#cfd7de"
WHITE = "#ffffff"
PALE = "#dde6ec"
PALE_EDGE = "#7d97a9"
MIDDLE = "#6d98b5"
DARK = "#14304a"
BRASS = "#a3621b"
# From the lowest level to the highest; the digits on them are dark on the first four and white on the last two.
TINTS = ("#f3f5f7", "#dbe5ec", "#b6cbd9", "#86a9bf", "#487796", "#14304a")

WIDTH = 627.0  # the width of the text on an A4 page with margins of 22 mm


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale: its ends, and the value and name of each level, lowest first."""

    minimum: float
    maximum: float
    steps: Sequence[tuple[float, str]] = ()

    def place(self, value: float, *, left: float, width: float) -> float:
        """Return where a value stands between `left` and `left + width`, kept inside the axis."""
        ratio = (value - self.minimum) / (self.maximum - self.minimum)
        return left + max(0.0, min(1.0, ratio)) * width

    @property
    def marks(self) -> Sequence[tuple[float, str]]:
        """Return the levels, or the ends of the scale where it names none."""
        return self.steps or ((self.minimum, ""), (self.maximum, ""))


def tint_of(index: int, *, count: int) -> tuple[str, str]:
    """Return fill and text colour for step `index` of `count` steps."""
    place = 0 if count < 2 else round(index * (len(TINTS) - 1) / (count - 1))
    return TINTS[place], WHITE if place >= 4 else INK


def coordinate(value: float) -> str:
    """Write a coordinate with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def write(
    x: float, y: float, words: str, *, size: float = 10, weight: int = 400, fill: str = INK, anchor: str = "start"
) -> str:
    """Return a line of text; the words are escaped."""
    return (
        f'<text x="{coordinate(x)}" y="{coordinate(y)}" font-size="{coordinate(size)}" font-weight="{weight}" '
        f'fill="{fill}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, *, fill: str, edge: str = "", dashed: bool = False) -> str:
    """Return a rectangle, outlined where an edge colour is given."""
    stroke = f' stroke="{edge}" stroke-width="0.75"' if edge else ""
    dash = ' stroke-dasharray="2.5 2"' if dashed else ""
    return (
        f'<rect x="{coordinate(x)}" y="{coordinate(y)}" width="{coordinate(max(width, 0))}" '
        f'height="{coordinate(height)}" fill="{fill}"{stroke}{dash}/>'
    )


def stroke(x1: float, y1: float, x2: float, y2: float, *, colour: str = RULE, width: float = 0.75) -> str:
    return (
        f'<line x1="{coordinate(x1)}" y1="{coordinate(y1)}" x2="{coordinate(x2)}" y2="{coordinate(y2)}" '
        f'stroke="{colour}" stroke-width="{coordinate(width)}"/>'
    )


def ring(x: float, y: float, *, radius: float) -> str:
    return (
        f'<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="{coordinate(radius)}" fill="{WHITE}" '
        f'stroke="{INK}" stroke-width="1.2"/>'
    )


def target_mark(x: float, top: float, bottom: float) -> str:
    """Return a target: a line across the bar with a wedge on its head."""
    wedge = f'<path d="M{coordinate(x - 3.2)} {coordinate(top - 4)}h6.4l-3.2 4.6z" fill="{BRASS}"/>'
    return wedge + stroke(x, top, x, bottom, colour=BRASS, width=1.6)


def frame(parts: Sequence[str], *, width: float, height: float, title: str, description: str) -> str:
    """Return the whole chart; title and description are for those who cannot see it, and are escaped."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{coordinate(width)}" '
        f'height="{coordinate(height)}" viewBox="0 0 {coordinate(width)} {coordinate(height)}" '
        f'font-family="{escape(FONT)}"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )
