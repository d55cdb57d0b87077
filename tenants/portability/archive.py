"""An organisation as one ZIP file.

    organisation.json          the organisation's own row
    people.jsonl               whoever its rows name: id, e-mail address, name
    tables/<app.Model>.jsonl   its rows, one JSON object per line (`tenants.portability.tables`)
    files/<name>               its files; a name of 64 hexadecimal digits is the file's sha256
    manifest.json              format, columns, editions, and of each entry its size and sha256; the canonical hash

Rows are read in one transaction that sees one moment (REPEATABLE READ), files after it: they never change, and none
that rows name is deleted. Nothing is held in memory but some rows and a megabyte of a file.
"""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Final

from django.db import connection, transaction

from tenants.models import AuditHead
from tenants.portability.canonical import FORMAT, Part, StoredFile, canonical_hash
from tenants.portability.files import PASSING, copy_out, expected_files, file_names
from tenants.portability.natural import OWN
from tenants.portability.tables import Table, columns_by_table, lines_of, organisation_line, people_lines, tables
from tenants.scope import tenant_scope

MANIFEST: Final = "manifest.json"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the same content makes the same bytes."""


@dataclass(slots=True)
class Content:
    """What has gone by of an organisation's rows."""

    organisation: Part = field(default_factory=lambda: Part("organisation"))
    people: Part = field(default_factory=lambda: Part("people"))
    tables: list[Part] = field(default_factory=list)

    def hash_with(self, files: Iterable[StoredFile]) -> str:
        return canonical_hash(organisation=self.organisation, people=self.people, tables=self.tables, files=files)


@dataclass(frozen=True, slots=True)
class Written:
    """What an archive holds, as its manifest says."""

    manifest: dict[str, Any]

    @property
    def canonical(self) -> str:
        return str(self.manifest["canonical"])

    @property
    def missing(self) -> list[str]:
        return list(self.manifest["missing"])


@contextmanager
def one_moment(organisation_id: uuid.UUID) -> Iterator[None]:
    """The organisation's scope in a transaction that sees one moment, whatever is committed meanwhile."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with tenant_scope(organisation_id):
            yield


def parts_of(organisation_id: uuid.UUID, content: Content) -> Iterator[tuple[str, Part, Iterator[str]]]:
    """(entry, part, lines) of everything in the database, in the order of the archive; in the organisation's scope."""
    yield "organisation.json", content.organisation, iter([organisation_line(organisation_id)])
    yield "people.jsonl", content.people, people_lines(organisation_id)
    for table in tables():
        part = Part(table.label)
        content.tables.append(part)
        yield entry_of(table), part, lines_of(table, organisation_id=organisation_id)


def entry_of(table: Table) -> str:
    return f"tables/{table.label}.jsonl"


def content_in_database(organisation_id: uuid.UUID) -> Content:
    """The content as it stands, gone by without being written anywhere; in the organisation's scope."""
    content = Content()
    for _, part, lines in parts_of(organisation_id, content):
        for line in lines:
            part.take(f"{line}\n".encode())
    return content


def write_archive(
    target: IO[bytes],
    *,
    organisation_id: uuid.UUID,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Written:
    """Write the organisation into `target`, and say what was written.

    `progress` is told percents, outside transactions. Raises ValueError for a stored file that is damaged.
    """
    content, entries = Content(), _Entries()
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        entries.archive = archive
        with one_moment(organisation_id):
            for name, part, lines in parts_of(organisation_id, content):
                with entries.writing(name) as entry:
                    for line in lines:
                        raw = f"{line}\n".encode()
                        part.take(raw)
                        entry.write(raw)
            head = AuditHead.objects.get()
            wanted = expected_files()
            editions = _editions(organisation_id)
        progress(40)
        files = list(_write_files(entries, organisation_id=organisation_id, progress=progress))
        manifest = {
            "format": FORMAT,
            "organisation": str(organisation_id),
            "exported_at": now.isoformat(timespec="seconds"),
            "canonical": content.hash_with(files),
            "audit": {"seq": head.seq, "hash": bytes(head.hash).hex()},
            "tables": columns_by_table(),
            "editions": editions,
            "missing": sorted(wanted - {file.name for file in files}),
            "entries": entries.told,
        }
        with entries.writing(MANIFEST) as entry:
            entry.write(json.dumps(manifest, indent=1, ensure_ascii=False).encode())
    return Written(manifest)


def _write_files(
    entries: _Entries, *, organisation_id: uuid.UUID, progress: Callable[[int], None]
) -> Iterator[StoredFile]:
    names = file_names(organisation_id)
    for number, name in enumerate(names):
        try:
            # Documents and pictures are compressed already.
            with entries.writing(f"files/{name}", compression=zipfile.ZIP_STORED) as entry:
                yield copy_out(name, organisation_id=organisation_id, to=entry)
        except FileNotFoundError:
            if not name.startswith(f"{PASSING}/"):
                raise
            raise ValueError(f"The file {name} went out of quarantine meanwhile; try again.") from None
        if number % 50 == 49:
            progress(40 + 55 * number // len(names))


def _editions(organisation_id: uuid.UUID) -> list[str]:
    """What of the shared tables the rows name: it must be there where the organisation arrives."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in tables():
            for column, key in table.natural:
                cursor.execute(
                    f'SELECT DISTINCT {key.out.format(column="t." + column)} FROM "{table.name}" t'  # noqa: S608 - names of the models
                    " WHERE t.organisation_id = %s",
                    [organisation_id],
                )
                named = [row[0] for row in cursor.fetchall() if row[0] and not row[0].startswith(OWN)]
                found |= {f"{key.what} {name.partition('#')[0]}" for name in named}
    return sorted(found)


@dataclass(slots=True)
class _Entries:
    """The entries of an archive under way, hashed as they are written."""

    archive: zipfile.ZipFile = None  # type: ignore[assignment] # set before the first entry
    told: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def writing(self, name: str, *, compression: int = zipfile.ZIP_DEFLATED) -> Iterator[IO[bytes]]:
        about = zipfile.ZipInfo(name, _EPOCH)
        about.compress_type, about.external_attr = compression, 0o640 << 16
        with self.archive.open(about, "w", force_zip64=True) as entry:
            hashed = _Hashed(entry)
            yield hashed  # type: ignore[misc] # all that is asked of it is write
        self.told.append({"name": name, "size": hashed.size, "sha256": hashed.digest.hexdigest()})


class _Hashed:
    def __init__(self, target: IO[bytes]) -> None:
        self.target, self.size, self.digest = target, 0, hashlib.sha256()

    def write(self, raw: bytes) -> int:
        self.size += len(raw)
        self.digest.update(raw)
        return self.target.write(raw)
