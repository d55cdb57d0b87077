"""The evidence register: each file once, with its hash, how long it is valid, and the answers that cite it."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from reports.contents.figures import format_short_date, format_size
from reports.contents.listings import Evidence, EvidenceLine
from reports.contents.snapshot import EvidenceFile, Snapshot
from reports.contents.text import capitalise, count_of

_CITED = 12  # references shown per file; the rest are counted
_SOON = timedelta(days=90)
_NUMBERS = re.compile(r"(\d+)")

_KINDS = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint slides",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "image/png": "PNG image",
    "image/jpeg": "JPEG image",
    "image/webp": "WebP image",
    "text/csv": "CSV table",
    "text/plain": "Text file",
    "text/markdown": "Text file",
}


def collect_evidence(snapshot: Snapshot) -> list[tuple[EvidenceFile, list[str]]]:
    """Return each cited file with the refs that cite it, ordered by number as people count (E-2 before E-10).

    The newest version stands for a file that is cited in several versions.
    """
    files: dict[str, EvidenceFile] = {}
    cited: dict[str, list[str]] = {}
    for requirement in snapshot.requirements:
        for item in requirement.answer.evidence if requirement.answer is not None else ():
            known = files.get(item.number)
            if known is None or item.version > known.version:
                files[item.number] = item
            refs = cited.setdefault(item.number, [])
            if requirement.ref not in refs:
                refs.append(requirement.ref)
    return [(files[number], cited[number]) for number in sorted(files, key=_natural)]


def _natural(number: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _NUMBERS.split(number)]


def anchor_evidence(files: list[tuple[EvidenceFile, list[str]]]) -> Mapping[str, str]:
    return {item.number: f"e{position}" for position, (item, _) in enumerate(files, start=1)}


def write_evidence(files: list[tuple[EvidenceFile, list[str]]], *, anchors: Mapping[str, str], today: date) -> Evidence:
    """Write the register; validity is judged on the day the snapshot was taken."""
    expired = sum(1 for item, _ in files if not item.is_valid_on(today))
    soon = sum(1 for item, _ in files if item.is_valid_on(today) and not item.is_valid_on(today + _SOON))
    introduction = "No answer cites evidence."
    if files:
        introduction = (
            f"{capitalise(count_of(len(files), 'file'))} cited by the answers, as filed when the snapshot was taken. "
            f"Expired by then, and no longer counted: {expired}. Expiring within 90 days after: {soon}. The SHA-256 "
            "under each name shows whether a file is still the same."
        )
    return Evidence(
        introduction=introduction,
        lines=tuple(
            _write_line(item, refs=refs, anchor=anchors.get(item.number, ""), today=today) for item, refs in files
        ),
    )


def _write_line(item: EvidenceFile, *, refs: list[str], anchor: str, today: date) -> EvidenceLine:
    # A long media type comes with places to break it; the table above knows it without.
    kind = _KINDS.get(item.media_type.replace("\u200b", ""), item.media_type or "unknown type")
    is_expired = not item.is_valid_on(today)
    validity = "no expiry stated"
    if item.valid_until is not None:
        validity = f"{'expired' if is_expired else 'until'} {format_short_date(item.valid_until)}"
    further = len(refs) - _CITED
    return EvidenceLine(
        number=item.number,
        anchor=anchor,
        title=item.title or item.file_name or "untitled",
        file=f"{item.file_name} · {kind}, {format_size(item.size)}, version {item.version}",
        sha256=item.sha256,
        validity=validity,
        is_expired=is_expired,
        cited_by=tuple(refs[:_CITED]),
        cited_further=f"and {further} more" if further > 0 else "",
    )
