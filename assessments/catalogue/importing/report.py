"""What an import has to say about its files: findings, each with its place. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

FAULT: Final = "fault"
WARNING: Final = "warning"
NOTE: Final = "note"
SEVERITIES: Final = (FAULT, WARNING, NOTE)
MOST_FINDINGS: Final = 500
"""Kept of each severity; more are only counted."""
MOST_ALIKE: Final = 20
"""Kept of one kind, where a file has the same trait in very many places."""
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Finding:
    """`place`: a JSON pointer (with the line, for YAML), an XPath, "row 4, column Ref", or "" for the whole file.

    fault     the files are refused for it
    warning   something was read otherwise than it stands there, and somebody should look
    note      something was chosen, made up by a rule, or left out
    """

    severity: str
    file: str
    place: str
    message: str

    def __str__(self) -> str:
        where = ":".join(part for part in (self.file, self.place) if part)
        return f"{where}: {self.severity}: {self.message}" if where else f"{self.severity}: {self.message}"


@dataclass(slots=True)
class Report:
    """Collects findings. `counts` counts all of them, also those that are not kept.

    `kind` names what many findings have in common, in the plural; beyond MOST_ALIKE only their number is told.
    """

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _known: set[Finding] = field(default_factory=set)
    _kept: Counter[str] = field(default_factory=Counter)
    _alike: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, severity: str, *, file: str, place: str, message: str, kind: str = "") -> None:
        finding = Finding(severity, file, place[:_LONGEST], message[:_LONGEST])
        if finding in self._known:
            return
        self.counts[severity] += 1
        if kind:
            self._alike[severity, kind] += 1
            if self._alike[severity, kind] > MOST_ALIKE:
                return
        self._kept[severity] += 1
        if self._kept[severity] <= MOST_FINDINGS:
            self._known.add(finding)
            self.findings.append(finding)

    def fault(self, message: str, *, file: str = "", place: str = "", kind: str = "") -> None:
        self.add(FAULT, file=file, place=place, message=message, kind=kind)

    def warning(self, message: str, *, file: str = "", place: str = "", kind: str = "") -> None:
        self.add(WARNING, file=file, place=place, message=message, kind=kind)

    def note(self, message: str, *, file: str = "", place: str = "", kind: str = "") -> None:
        self.add(NOTE, file=file, place=place, message=message, kind=kind)

    @property
    def refused(self) -> bool:
        return bool(self.counts[FAULT])

    def told(self) -> tuple[Finding, ...]:
        """All findings, faults first, each kind in the order it was found; what was only counted is told last."""
        out = []
        for severity in SEVERITIES:
            out += [finding for finding in self.findings if finding.severity == severity]
            for (of, kind), number in self._alike.items():
                if of == severity and number > MOST_ALIKE:
                    out.append(Finding(severity, "", "", f"and {number - MOST_ALIKE:,} more {kind}"))
            if (more := self._kept[severity] - MOST_FINDINGS) > 0:
                out.append(Finding(severity, "", "", f"and {more:,} more of this severity"))
        return tuple(out)


class FileUnreadable(Exception):
    """Nothing can be read of a file. The fault stands in the report already."""
