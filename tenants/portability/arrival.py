"""Taking an organisation in from its archive: checked before anything is written, and again before it stays.

1. The file: names, sizes and hashes of all entries are those of the manifest, and nothing else is in it.
2. The fit: the same format and the same columns, no such organisation, slug or person of another id here, and every
   edition of the catalogue there. A missing edition is refused and not taken along: the catalogue is public, written by
   its owner alone from files that were reviewed; an archive is somebody's upload.
3. Files are stored, then rows written in one transaction, which ends by hashing what now stands in the database: unless
   that is the manifest's canonical hash nothing stays, the files neither.
"""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

from identity.arrivals import PersonConflict, settle_person
from tenants import audit
from tenants.models import Organisation
from tenants.portability.archive import MANIFEST, content_in_database, entry_of
from tenants.portability.canonical import FORMAT, StoredFile
from tenants.portability.files import CHUNK, NAME, delete_file, is_named_by_content, put
from tenants.portability.natural import NaturalKey
from tenants.portability.tables import columns_by_table, insert_lines, tables
from tenants.scope import tenant_scope

_MANIFEST_MOST: Final = 256 * 1024**2
_BATCH_ROWS, _BATCH_BYTES = 200, 4 * 1024**2
AfterArrival = Callable[[], None]
_after: Final[list[AfterArrival]] = []


class ArrivalRefused(Exception):
    """The archive cannot be taken in; the message says why, for the operator."""


def after_arrival(act: AfterArrival) -> AfterArrival:
    """Floors above say what to do in the scope of an organisation that has just arrived (schedules are wound up)."""
    _after.append(act)
    return act


@dataclass(frozen=True, slots=True)
class Arrived:
    organisation_id: uuid.UUID
    slug: str
    canonical: str
    rows: int
    files: int


def take_in(path: Path) -> Arrived:
    """Take the organisation in. Raises ArrivalRefused, and then nothing has changed."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _Arrival(archive, source=path).take_in()
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise ArrivalRefused(f"{path} is no export of an organisation: {type(error).__name__}: {error}") from error


class _Arrival:
    def __init__(self, archive: zipfile.ZipFile, *, source: Path) -> None:
        self.archive, self.source = archive, source
        if archive.getinfo(MANIFEST).file_size > _MANIFEST_MOST:
            raise ArrivalRefused("The manifest is larger than any we write.")
        self.manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        if self.manifest.get("format") != FORMAT:
            raise ArrivalRefused(f"The format is {self.manifest.get('format')!r}; this installation reads {FORMAT!r}.")
        self.organisation_id = uuid.UUID(self.manifest["organisation"])
        self.files: list[StoredFile] = []
        self.rows = 0

    def take_in(self) -> Arrived:
        self._check_entries()
        self._check_fit()
        stored: list[str] = []
        try:
            for file in self.files:
                with self.archive.open(f"files/{file.name}") as content:
                    put(file.name, organisation_id=self.organisation_id, content=content)
                stored.append(file.name)
            with transaction.atomic():
                slug = self._write_rows()
        except BaseException:
            for name in stored:
                delete_file(name, organisation_id=self.organisation_id)
            raise
        return Arrived(self.organisation_id, slug, self.manifest["canonical"], self.rows, len(self.files))

    def _check_entries(self) -> None:
        told = {entry["name"]: entry for entry in self.manifest["entries"]}
        there = [info.filename for info in self.archive.infolist()]
        if sorted(there) != sorted([*told, MANIFEST]) or len(told) != len(self.manifest["entries"]):
            raise ArrivalRefused("The entries of the file are not those of its manifest.")
        wanted = {"organisation.json", "people.jsonl", *(entry_of(table) for table in tables())}
        for name, entry in told.items():
            bare = name.removeprefix("files/")
            if name not in wanted and (bare == name or NAME.fullmatch(bare) is None):
                raise ArrivalRefused(f"The entry {name} has no place here: made by another version of Plumbline?")
            if self.archive.getinfo(name).file_size != entry["size"] or self._sha256(name) != entry["sha256"]:
                raise ArrivalRefused(f"The entry {name} is damaged: it is not what the manifest says.")
            if is_named_by_content(bare) and not bare.endswith(entry["sha256"]):
                raise ArrivalRefused(f"The entry {name} does not hold what its name says.")
            if bare != name:
                self.files.append(StoredFile(bare, entry["size"], entry["sha256"]))
        if absent := wanted - told.keys():
            raise ArrivalRefused(f"The file lacks {', '.join(sorted(absent))}.")

    def _sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.archive.open(name) as entry:
            while chunk := entry.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def _check_fit(self) -> None:
        for label, columns in columns_by_table().items():
            theirs, ours = set(self.manifest["tables"].get(label, ())), set(columns)
            if theirs != ours:
                differ = ", ".join(sorted(theirs ^ ours))
                raise ArrivalRefused(
                    f"{label} has other columns here ({differ}): import with the version of Plumbline that "
                    "exported it, and upgrade then."
                )
        own = json.loads(self.archive.read("organisation.json"))
        if own["id"] != str(self.organisation_id):
            raise ArrivalRefused("The manifest and the organisation's own row name different organisations.")
        if Organisation.objects.filter(pk=self.organisation_id).exists():
            raise ArrivalRefused(f"The organisation {own['slug']} ({self.organisation_id}) is here already.")
        if Organisation.objects.filter(slug=own["slug"]).exists():
            raise ArrivalRefused(f"The slug {own['slug']} belongs to another organisation here.")
        if missing := [said for said in self.manifest["editions"] if not _is_here(said)]:
            raise ArrivalRefused(
                f"This installation lacks what the organisation's rows name: {', '.join(missing)}. Bring the catalogue "
                "to that state first (`manage sync_catalogue` with the files of that edition)."
            )

    def _write_rows(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '10min'")
        for line in self._lines("people.jsonl"):
            person = json.loads(line)
            try:
                settle_person(person_id=uuid.UUID(person["id"]), email=person["email"], name=person["name"])
            except PersonConflict as conflict:
                raise ArrivalRefused(str(conflict)) from conflict
        own = self.archive.read("organisation.json").decode()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tenants_organisation SELECT r.* FROM jsonb_populate_record(NULL::tenants_organisation,"
                ' %s::jsonb || \'{"creation_fingerprint": ""}\') r',
                [own],
            )
        with tenant_scope(self.organisation_id):
            for table in tables():
                for batch in _batches(self._lines(entry_of(table))):
                    self.rows += insert_lines(table, batch, organisation_id=self.organisation_id)
            found = content_in_database(self.organisation_id).hash_with(self.files)
            if found != self.manifest["canonical"]:
                raise ArrivalRefused("What was written is not what was exported: the canonical hashes differ.")
            for act in _after:
                act()
            audit.act_as("system:operator")
            audit.record(
                "organisation.imported",
                object_type="organisation",
                object_id=self.organisation_id,
                after={"canonical": found, "rows": self.rows, "files": len(self.files)},
            )
        return str(json.loads(own)["slug"])

    def _lines(self, name: str) -> Iterator[str]:
        with self.archive.open(name) as entry:
            for raw in entry:
                yield raw.decode().removesuffix("\n")


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if len(batch) == _BATCH_ROWS or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _is_here(said: str) -> bool:
    """Whether this installation has what an archive names, as in `edition iso-13485-2016@<content hash>`."""
    what, _, name = said.partition(" ")
    keys: dict[str, NaturalKey] = {key.what: key for table in tables() for _, key in table.natural}
    whole = keys.get(what)
    if whole is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {whole.checked.format(value='%(name)s')}", {"name": name})
        return cursor.fetchone()[0] is not None
