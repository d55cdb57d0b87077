"""Looking into a file that came in: in a child behind walls, with an end to time and memory, never in this process."""

from __future__ import annotations

import json
import logging
from pathlib import Path, PurePosixPath
from typing import Final

from assessments.files.kinds import kind_of
from assessments.files.parsing import SECONDS
from assessments.files.refusals import FileRefused, TypeMismatch, TypeRefused
from assessments.jail.cell import Cell, Outcome, run

logger = logging.getLogger(__name__)

PARSER: Final = Cell(module="assessments.files.parsing", code=("assessments/files",), seconds=SECONDS + 5)
UNREADABLE: Final = "The file could not be read: it is damaged, or made to break programs that open it."
TOO_MUCH: Final = "The file could not be read: opening it takes more than {seconds} s or 512 MiB of memory."
_REFUSALS: Final[dict[str, type[FileRefused]]] = {TypeRefused.slug: TypeRefused, TypeMismatch.slug: TypeMismatch}


def media_type_of(path: Path, *, file_name: str) -> str:
    """The media type under which the file will be served. Raises TypeRefused or TypeMismatch, whatever it does."""
    kind = kind_of(file_name)
    with path.open("rb") as file:
        outcome = run(PARSER, f"file{PurePosixPath(file_name).suffix.lower()}", stdin=file)
    if refusal := _refusal(outcome):
        raise refusal
    return kind.media_type


def _refusal(outcome: Outcome) -> FileRefused | None:
    """What the child made of it. Its answer is not to be trusted further than the words of a verdict."""
    if outcome.code != 0:
        logger.warning("A parser ended with %s: %s", outcome.code, outcome.complained[-300:])
        spent = outcome.code is None or outcome.code < 0 or "MemoryError" in outcome.complained or outcome.code > 128
        return TypeMismatch(TOO_MUCH.format(seconds=SECONDS) if spent else UNREADABLE)
    try:
        answer = json.loads(outcome.said)
        if answer == {}:
            return None
        return _REFUSALS[answer["slug"]](str(answer["sentence"])[:300])
    except (ValueError, TypeError, KeyError):
        logger.warning("A parser said %r", outcome.said[:200])
        return TypeMismatch(UNREADABLE)
