"""How a workbook for filling in offline is laid out, and what its cells mean: shared by its writer and its readers.

Each row carries, in hidden columns, the answer's version and a digest of each cell as it was exported. So an import
can tell a cell somebody filled in from one that was left alone, and an answer that changed meanwhile from one that did
not: three states, not two.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

FORMAT: Final = "plumbline-workbook-1"
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INSTRUCTIONS, ANSWERS, ABOUT = "Instructions", "Answers", "Plumbline"
HEADERS: Final[Mapping[str, str]] = {
    "ref": "Reference",
    "title": "Title",
    "question": "Question",
    "levels": "What the levels mean here",
    "state": "State",
    "level": "Level",
    "target": "Target",
    "applicability": "Applicability",
    "reason": "Why not applicable",
    "note": "Note",
    "version": "Version (do not change)",
    "exported": "Exported (do not change)",
}
"""Column → its heading, in order. They may be moved and sorted, but none may be missing."""
INPUTS: Final = ("level", "target", "applicability", "reason", "note")
HIDDEN: Final = ("version", "exported")
APPLICABLE, NOT_APPLICABLE = "applicable", "not applicable"
MOST_ROWS: Final = 6_000
MOST_COLUMNS: Final = 60
LONGEST_TEXT: Final = 32_767
"""What a cell may hold, by Excel's own limit."""

_LABEL: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:[-–—:]\s*(.*?))?\s*", re.DOTALL)
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CARRIAGE: Final = re.compile(r"\r\n?|_x000D_\n?", re.IGNORECASE)


class CellError(Exception):
    """A cell that says nothing we understand; the sentence is for people."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The scale's levels by name, as the drop-down offers them."""

    names: Mapping[float, str]

    def label(self, level: float) -> str:
        return f"{level:g} – {self.names[level]}" if self.names.get(level) else f"{level:g}"

    @property
    def labels(self) -> list[str]:
        return [self.label(level) for level in sorted(self.names)]


def steps_of(levels: Sequence[Mapping[str, Any]]) -> Steps:
    """From the scale's {level, name} entries."""
    return Steps({float(level["level"]): plain(level["name"]) for level in levels})


def plain(text: str) -> str:
    """Text as a cell can hold it: lines end one way, and signs that XML forbids are marked."""
    return _ILLEGAL.sub("\ufffd", _CARRIAGE.sub("\n", text))[:LONGEST_TEXT]


def value_of(column: str, cell: object, *, steps: Steps) -> Any:
    """What an input cell means: level and target a number or None, applicability a flag, reason and note text.

    Raises CellError.
    """
    if column == "level":
        return _level(cell, steps=steps)
    if column == "target":
        return _number(cell)
    text = "" if cell is None else str(cell)
    if column == "applicability":
        word = text.strip().lower()
        if word not in {"", APPLICABLE, NOT_APPLICABLE}:
            raise CellError(f"Choose {APPLICABLE} or {NOT_APPLICABLE}.")
        return word != NOT_APPLICABLE
    return plain(text)


def digest_of(column: str, value: object) -> str:
    """Of one cell's meaning: eight hexadecimal digits, enough to tell that a cell was touched."""
    said = f"{value:.12g}" if isinstance(value, float) else repr(value)
    return hashlib.sha256(f"{column}\x1f{said}".encode()).hexdigest()[:8]


def digests(values: Mapping[str, Any]) -> str:
    """The hidden cell: the digest of every input, in order."""
    return ".".join(digest_of(column, values[column]) for column in INPUTS)


def _level(cell: object, *, steps: Steps) -> float | None:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    found = _LABEL.fullmatch(str(cell))
    level = float(found[1]) if found else None
    if level is None or level not in steps.names or not _names(found, steps.names[level]):
        raise CellError(f"Choose one of {', '.join(steps.labels)}.")
    return level


def _names(found: re.Match[str] | None, name: str) -> bool:
    said = found[2] if found else None
    return said is None or " ".join(said.split()).lower() == " ".join(name.split()).lower()


def _number(cell: object) -> float | None:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    text = str(cell).strip().replace(",", ".")
    if isinstance(cell, bool) or not re.fullmatch(r"-?\d{1,9}(\.\d{1,15})?", text):
        raise CellError("Give a number.")
    return float(text)
