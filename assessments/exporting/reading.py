"""A workbook that came in, read by a child behind walls (`assessments.exporting.parsing`), never in this process."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from assessments.exporting.parsing import ANSWER_BYTES, SECONDS
from assessments.exporting.sheet import FORMAT, HEADERS
from assessments.files.refusals import FileRefused, TypeMismatch, TypeRefused
from assessments.jail.cell import Cell, run

logger = logging.getLogger(__name__)

READER: Final = Cell(
    module="assessments.exporting.parsing",
    code=("assessments/exporting", "assessments/files"),
    seconds=SECONDS + 5,
    answer_bytes=ANSWER_BYTES,
)
UNREADABLE: Final = "The workbook could not be read: it is damaged, or made to break programs that open it."
_REFUSALS: Final[dict[str, type[FileRefused]]] = {TypeRefused.slug: TypeRefused, TypeMismatch.slug: TypeMismatch}


class WorkbookRefused(Exception):
    """A sound file that is not the workbook it should be; the sentence is for people."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row as it came in: its number in the sheet, and its cells by column."""

    number: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FilledBook:
    about: Mapping[str, str]
    rows: Sequence[FilledRow]


def read_workbook(path: Path) -> FilledBook:
    """What the workbook holds. Raises FileRefused for what is no sound file, WorkbookRefused for another's layout."""
    with path.open("rb") as file:
        outcome = run(READER, stdin=file)
    if outcome.code != 0:
        logger.warning("A workbook could not be read: %s %s", outcome.code, outcome.complained[-300:])
        raise TypeMismatch(UNREADABLE)
    try:
        said: dict[str, Any] = orjson.loads(outcome.said)
    except orjson.JSONDecodeError:
        raise TypeMismatch(UNREADABLE) from None
    if "slug" in said:
        raise _REFUSALS.get(said["slug"], TypeMismatch)(str(said["sentence"]))
    if said["about"].get("format") != FORMAT:
        raise WorkbookRefused("This is no workbook of a kind that can be read here; export a new one.")
    if said["merged"]:
        raise WorkbookRefused("Cells of the sheet Answers are merged; split them again.")
    places = _places(said["header"])
    rows = [
        FilledRow(number, {name: row[place] if place < len(row) else None for name, place in places.items()})
        for number, row in said["rows"]
    ]
    return FilledBook(said["about"], rows)


def _places(header: Sequence[Any]) -> dict[str, int]:
    """Column → where it stands now: columns may have been moved, none may be missing or there twice."""
    places: dict[str, int] = {}
    for name, heading in HEADERS.items():
        found = [place for place, said in enumerate(header) if isinstance(said, str) and said.strip() == heading]
        if len(found) != 1:
            wrong = "is missing" if not found else "stands there twice"
            raise WorkbookRefused(f"The column {heading} {wrong}; export a new workbook and fill that in.")
        places[name] = found[0]
    return places
