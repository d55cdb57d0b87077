"""The canonical hash: one number for all an organisation has, the same here and where it moved.

SHA-256 over the canonical JSON of {format, organisation, people, tables, files}: the hashes over the lines of each part
(with their line feeds), and for files over `<name> <sha256> <size>` lines sorted by name. The trail counts without the
events at its very end that tell of moving (`MOVING_EVENTS`), and its head, which follows from it, not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tenants.portability.policy import MOVING_EVENTS
from tenants.trail_proof import canonical_text

FORMAT: Final = "plumbline-organisation/1"
_NOT_COUNTED: Final = frozenset({"tenants.AuditHead"})
_TRAIL: Final = "tenants.AuditEvent"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the organisation; `name` is below its folder in the storage."""

    name: str
    size: int
    sha256: str


@dataclass(slots=True)
class Part:
    """One part of the content while it goes by: its lines are hashed as they come."""

    label: str
    rows: int = 0
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _held: list[bytes] = field(default_factory=list)

    def take(self, line: bytes) -> None:
        self.rows += 1
        if self.label == _TRAIL and json.loads(line)["event"] in MOVING_EVENTS:
            self._held.append(line)
            return
        for earlier in self._held:
            self._digest.update(earlier)
        self._held.clear()
        self._digest.update(line)

    @property
    def counted(self) -> int:
        return self.rows - len(self._held)

    def sha256(self) -> str:
        return self._digest.hexdigest()


def canonical_hash(*, organisation: Part, people: Part, tables: Iterable[Part], files: Iterable[StoredFile]) -> str:
    """Over parts that have gone by whole."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        digest.update(f"{file.name} {file.sha256} {file.size}\n".encode())
    return hashlib.sha256(
        canonical_text(
            {
                "format": FORMAT,
                "organisation": organisation.sha256(),
                "people": people.sha256(),
                "tables": {part.label: part.sha256() for part in tables if part.label not in _NOT_COUNTED},
                "files": digest.hexdigest(),
            }
        )
    ).hexdigest()
