"""A filled-in workbook beside the answers as they stand: what each row would do, decided without doing it.

unchanged   nothing was filled in, or what was filled in is what stands there anyway
change      filled in, and the answer is still the one that was exported
conflict    filled in, and somebody has changed the answer since: both are shown, and one is chosen
refused     it cannot be taken, and why
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from assessments.exporting.reading import FilledRow
from assessments.exporting.sheet import INPUTS, CellError, Steps, digest_of, value_of

MEMBERS: Final = {
    "level": "level", "target": "target", "applicability": "applicable", "reason": "reason", "note": "note",
}  # fmt: skip
"""Column → member of an answer."""


class Standing(StrEnum):
    UNCHANGED = "unchanged"
    CHANGE = "change"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """`version`: the answer's now; `fields`: what an edit of it would say; `now`: what stands in these fields."""

    row: int
    ref: str
    standing: Standing
    version: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    now: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are compared with. `current(ref)`: (version, member → value) of the answer as it stands;
    `why_not(ref)`: a sentence for a ref that cannot be answered, "" for one that can; `check(ref, fields)`: sentences
    against an edit.
    """

    steps: Steps
    current: Callable[[str], tuple[int, Mapping[str, Any]]]
    why_not: Callable[[str], str]
    check: Callable[[str, Mapping[str, Any]], Sequence[str]]


def merge(rows: Sequence[FilledRow], *, ground: Ground) -> list[Merged]:
    """Every row that says something, in the order of the sheet."""
    times = Counter(_ref(row) for row in rows)
    return [_merge(row, ground=ground, twice=times[_ref(row)] > 1) for row in rows if not _is_heading(row)]


def _ref(row: FilledRow) -> str:
    cell = row.cells["ref"]
    return cell.strip() if isinstance(cell, str) else ""


def _is_heading(row: FilledRow) -> bool:
    """A heading was exported without version; one that is still empty says nothing."""
    return all(row.cells[name] in (None, "") for name in (*INPUTS, "version", "exported"))


def _merge(row: FilledRow, *, ground: Ground, twice: bool) -> Merged:
    ref, exported = _ref(row), _exported(row)
    values, errors = _values(row, steps=ground.steps)
    if flaw := _flaw(ref, exported=exported, ground=ground, twice=twice):
        errors = [flaw]
    if errors or exported is None:
        return Merged(row=row.number, ref=ref, standing=Standing.REFUSED, errors=tuple(errors))
    version, digests = exported
    filled = {MEMBERS[name]: values[name] for name in INPUTS if digest_of(name, values[name]) != digests[name]}
    now_at, now = ground.current(ref)
    fields = {name: value for name, value in filled.items() if value != now[name]}
    wrong = tuple(ground.check(ref, fields)) if fields else ()
    if not fields:
        standing = Standing.UNCHANGED
    elif wrong:
        standing = Standing.REFUSED
    else:
        standing = Standing.CHANGE if version == now_at else Standing.CONFLICT
    return Merged(
        row=row.number,
        ref=ref,
        standing=standing,
        version=now_at,
        fields=fields,
        now={name: now[name] for name in fields},
        errors=wrong,
    )


def _flaw(ref: str, *, exported: object, ground: Ground, twice: bool) -> str:
    if not ref:
        return "The reference is missing, or is no text any more."
    if why := ground.why_not(ref):
        return why
    if twice:
        return f"Requirement {ref} stands in more than one row."
    return "" if exported else "The hidden columns of this row were changed or deleted."


def _exported(row: FilledRow) -> tuple[int, dict[str, str]] | None:
    version, digests = row.cells["version"], row.cells["exported"]
    if isinstance(version, bool) or not isinstance(version, (int, float)) or version < 0 or version != int(version):
        return None
    parts = digests.strip().split(".") if isinstance(digests, str) else []
    return (int(version), dict(zip(INPUTS, parts, strict=True))) if len(parts) == len(INPUTS) else None


def _values(row: FilledRow, *, steps: Steps) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    errors: list[str] = []
    for name in INPUTS:
        cell = row.cells[name]
        if isinstance(cell, dict):
            errors.append(f"{name.capitalize()}: the cell holds a formula; paste its value.")
            continue
        try:
            values[name] = value_of(name, cell, steps=steps)
        except CellError as error:
            errors.append(f"{name.capitalize()}: {error}")
    return values, errors
