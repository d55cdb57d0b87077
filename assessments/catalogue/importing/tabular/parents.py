"""Who stands under whom: told by a column, by depth, or by the references themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.tabular.tables import Row

_SEGMENT: Final = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Line:
    """A row that becomes a node. `key` is unique; `parent` names another line's key."""

    key: str
    ref: str
    row: Row
    parent: str | None = None


def by_column(lines: Sequence[Line], *, column: int, file: str, report: Report) -> None:
    """The cell holds the parent's reference. One that is not there is a fault."""
    by_ref = {line.ref: line for line in reversed(lines) if line.ref}
    for line in lines:
        told = line.row.cell(column)
        if not told:
            continue
        if told in by_ref:
            line.parent = by_ref[told].key
        else:
            report.fault(f"its parent {told[:60]} is no reference of this table", file=file, place=line.row.place)


def by_depth(lines: Sequence[Line], *, column: int, file: str, report: Report) -> None:
    """A line stands under the last one before it that is less deep. Depths may begin anywhere; a jump is told."""
    open_: list[tuple[int, str]] = []
    for line in lines:
        told = line.row.cell(column)
        depth = int(told) if re.fullmatch(r"\d{1,2}", told) else len(told) if re.fullmatch(r"[>.\-*]+", told) else None
        if depth is None:
            report.fault(f"the depth “{told[:20]}” is no whole number", file=file, place=line.row.place)
            continue
        while open_ and open_[-1][0] >= depth:
            open_.pop()
        if open_ and depth > open_[-1][0] + 1:
            report.warning(f"the depth jumps from {open_[-1][0]} to {depth}", file=file, place=line.row.place,
                           kind="jumps of the depth")  # fmt: skip
        line.parent = open_[-1][1] if open_ else None
        open_.append((depth, line.key))


def by_refs(lines: Sequence[Line]) -> bool:
    """`A.5.1` stands under `A.5` if that is there, otherwise under `A`. Whether any parent was found."""
    known: dict[tuple[str, ...], str] = {}
    for line in lines:
        if line.ref:
            known.setdefault(segments(line.ref), line.key)
    found = False
    for line in lines:
        own = segments(line.ref)
        for length in range(len(own) - 1, 0, -1):
            parent = known.get(own[:length])
            if parent is not None and parent != line.key:
                line.parent, found = parent, True
                break
    return found


def segments(ref: str) -> tuple[str, ...]:
    """`AC-2(1)` is ac, 2, 1; `GV.OC-01` is gv, oc, 01; digits keep their zeros: `4.10` is not `4.1`."""
    return tuple(part.casefold() for part in _SEGMENT.findall(ref))


def flat(parents: Mapping[str, str | None]) -> bool:
    return not any(parents.values())
