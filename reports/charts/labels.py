"""Text in charts: SVG does not wrap, so widths are estimated and long labels broken over lines or cut."""

import unicodedata

_NARROW = frozenset("iIjlrtf.,:;'|!()[]{}·- ")
_BROAD = frozenset("mwMW@%—…")


def text_width(words: str, *, size: float) -> float:
    """Estimate the width of a line in a sans serif, in the units of `size`; a little generous."""
    total = 0.0
    for character in words:
        if unicodedata.east_asian_width(character) in "WF":
            total += 1.0
        elif unicodedata.combining(character):
            continue
        elif character in _NARROW:
            total += 0.31
        elif character in _BROAD:
            total += 0.9
        elif character.isupper() or character.isdigit():
            total += 0.66
        else:
            total += 0.57
    return total * size


def fit_lines(words: str, *, width: float, size: float, lines: int) -> list[str]:
    """Break a label into at most `lines` lines of `width`; what does not fit is cut with an ellipsis.

    A word too long for a line is broken where it overflows.
    """
    fitted: list[str] = []
    rest = words.split()
    while rest and len(fitted) < lines:
        line, rest = _fill(rest, width=width, size=size)
        fitted.append(line)
    if rest and fitted:
        fitted[-1] = _cut(f"{fitted[-1]} {rest[0]}", width=width, size=size)
    return fitted or [""]


def _fill(words: list[str], *, width: float, size: float) -> tuple[str, list[str]]:
    """Return one full line and the words left over."""
    line = words[0]
    if text_width(line, size=size) > width:
        end = _longest(line, width=width, size=size)
        return line[:end], [line[end:], *words[1:]]
    for position, word in enumerate(words[1:], start=1):
        if text_width(f"{line} {word}", size=size) > width:
            return line, words[position:]
        line = f"{line} {word}"
    return line, []


def _longest(word: str, *, width: float, size: float) -> int:
    end = 1
    while end < len(word) and text_width(word[: end + 1], size=size) <= width:
        end += 1
    return end


def _cut(line: str, *, width: float, size: float) -> str:
    room = width - text_width("…", size=size)
    end = _longest(line, width=room, size=size)
    return line[:end].rstrip(" ,;:·-") + "…"
