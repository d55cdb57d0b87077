"""Files of an import, read by a child behind walls (`importing.child`), never in this process."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from assessments.catalogue.drafts.content import ContentError, DraftContent
from assessments.catalogue.drafts.reading import content_from_json
from assessments.catalogue.importing.child import ANSWER_BYTES, SECONDS
from assessments.catalogue.importing.report import FAULT, SEVERITIES, Finding
from assessments.jail.cell import Cell, run

logger = logging.getLogger(__name__)

READER: Final = Cell(
    module="assessments.catalogue.importing.child",
    code=(
        "assessments/catalogue/__init__.py", "assessments/catalogue/importing", "assessments/catalogue/drafts",
        "assessments/catalogue/schema.py", "assessments/catalogue/facts.py", "assessments/scoring", "assessments/files",
    ),
    seconds=SECONDS + 15,
    answer_bytes=ANSWER_BYTES,
)  # fmt: skip
BROKE: Final = "The files could not be read: they are damaged, or made to break programs that open them."
TOO_MUCH: Final = "The files could not be read: reading them takes more than {seconds} s or too much memory."


class ImportBroke(Exception):
    """The child did not answer. The sentence is for people."""


@dataclass(frozen=True, slots=True)
class ToldImport:
    """What the child said, as far as it holds: the content is whole in its shape, findings are findings."""

    format: str
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    content: DraftContent | None
    crosswalks: tuple[Mapping[str, Any], ...]
    table: Mapping[str, Any] | None

    @property
    def refused(self) -> bool:
        return bool(self.counts.get(FAULT))


def import_packed(path: Path) -> ToldImport:
    """Read what `packing.pack` wrote at `path`. Raises ImportBroke."""
    with path.open("rb") as file:
        outcome = run(READER, stdin=file)
    if outcome.code != 0:
        logger.warning("An import ended with %s: %s", outcome.code, outcome.complained[-300:])
        spent = outcome.code is None or outcome.code < 0 or "MemoryError" in outcome.complained or outcome.code > 128
        raise ImportBroke(TOO_MUCH.format(seconds=SECONDS) if spent else BROKE)
    try:
        return _told(orjson.loads(outcome.said))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        logger.warning("An import said what it should not: %s", error)
        raise ImportBroke(BROKE) from error


def _told(said: Mapping[str, Any]) -> ToldImport:
    findings = tuple(
        Finding(_known(entry["severity"]), str(entry["file"]), str(entry["place"]), str(entry["message"]))
        for entry in said["findings"]
    )
    counts = {_known(severity): int(number) for severity, number in said["counts"].items()}
    content = None
    if said["content"] is not None:
        try:
            content = content_from_json(said["content"])
        except ContentError as error:  # what the shape does not allow, told like any other fault
            over = [Finding(FAULT, "", fault.pointer, fault.message) for fault in error.faults[:100]]
            findings, counts = (*over, *findings), counts | {FAULT: len(error.faults)}
    crosswalks = tuple(entry for entry in said["crosswalks"] if isinstance(entry, dict))
    return ToldImport(str(said["format"])[:100], findings, counts, content, crosswalks, said["table"])


def _known(severity: Any) -> str:
    if severity not in SEVERITIES:
        raise ValueError(severity)
    return str(severity)
