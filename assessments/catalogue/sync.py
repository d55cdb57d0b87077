"""From the catalogue's files to its tables: idempotent, all or nothing, old editions left as they are.

Runs as the role that owns the tables, like migrations: the app role may only read them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.db import connections, transaction
from django.db.models import Q

from assessments.catalogue.crosswalk import CrosswalkDocument
from assessments.catalogue.crosswalk_sync import (
    CrosswalkResult,
    check_crosswalks,
    plan_crosswalks,
    store_crosswalks,
)
from assessments.catalogue.loader import (
    files_hash,
    load_records,
    load_standard,
    load_vocabulary,
    records_hash,
    standard_folders,
)
from assessments.catalogue.models import Standard
from assessments.catalogue.rows import Outcome, store_document
from assessments.catalogue.schema import CatalogueError, CatalogueFault, StandardDocument
from assessments.catalogue.search.index import index_current

DATA = Path(__file__).parent / "data"
LOCK = 0x706C62636174
"""Key of the advisory lock that lets one sync at a time decide what is current."""

RECORD = "record"


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What became of one standard. "reworded files": other bytes, same content. Without a tree the counts are 0."""

    slug: str
    outcome: Outcome
    depth: str
    content_hash: str
    requirements: int
    assessable: int


class Synced(NamedTuple):
    """What became of every standard, records last, and of every crosswalk, by name."""

    standards: list[SyncResult]
    crosswalks: list[CrosswalkResult]


class Checked(NamedTuple):
    """Every standard of a data folder, records last, and every crosswalk beside it."""

    standards: list[StandardDocument]
    crosswalks: list[CrosswalkDocument]


def check_catalogue(data: Path = DATA) -> Checked:
    """What the files hold, or a CatalogueError with the faults of all of them."""
    faults: list[CatalogueFault] = []
    crosswalks = check_crosswalks(data, faults=faults)
    return Checked(_load(standard_folders(data), data=data, with_records=True, faults=faults), crosswalks)


def sync_catalogue(data: Path = DATA, *, using: str = "default") -> Synced:
    """Bring the tables in line with the files.

    1. Files whose hash the current row already carries are left alone: such a run reads one query, another one where
       there are crosswalks, and writes nothing.
    2. What changed is loaded and checked in full before the first write. Raises CatalogueError.
    3. In one transaction, new content becomes a new Standard or Crosswalk with its rows, and is_current moves to it.
    """
    folders = {folder.name: folder for folder in standard_folders(data)}
    hashes = {slug: files_hash(folder) for slug, folder in folders.items()}
    current = _current(folders, using=using)
    changed = [slug for slug in folders if slug not in current or current[slug].files_hash != hashes[slug]]
    listed = records_hash(data)
    relisted = bool(listed) and {row.files_hash for row in current.values() if row.depth == RECORD} != {listed}
    faults: list[CatalogueFault] = []
    plan = plan_crosswalks(data, using=using, faults=faults)
    loaded = _load([folders[slug] for slug in changed], data=data, with_records=relisted, faults=faults)
    documents = {document.slug: document for document in loaded}
    outcomes: dict[str, Outcome] = dict.fromkeys(current, "unchanged")
    crosswalks = [] if plan is None else list(plan.unchanged.values())
    if documents or plan:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            for slug, document in documents.items():
                outcomes[slug] = store_document(document, files=hashes.get(slug, listed), using=using)[0]
            if relisted:
                _strike(listed, using=using)
            if documents:
                index_current(using=using)
            if plan:
                crosswalks = store_crosswalks(plan, using=using)
        current = _current(folders, using=using)
    told = [slug for slug, row in current.items() if listed or row.depth != RECORD]
    standards = [_result(current[slug], outcome=outcomes[slug]) for slug in sorted(told, key=_order(current))]
    return Synced(standards, crosswalks)


def _order(current: Mapping[str, Standard]) -> Callable[[str], tuple[bool, str]]:
    return lambda slug: (current[slug].depth == RECORD, slug)


def _result(row: Standard, *, outcome: Outcome) -> SyncResult:
    counts = row.outline or {"requirements": 0, "assessable": 0}
    return SyncResult(
        slug=row.slug,
        outcome=outcome,
        depth=row.depth,
        content_hash=row.content_hash,
        requirements=counts["requirements"],
        assessable=counts["assessable"],
    )


def _current(slugs: Collection[str], *, using: str) -> dict[str, Standard]:
    """The current rows of the folders and all that came from records."""
    rows = Standard.public.using(using).filter(Q(slug__in=list(slugs)) | Q(depth=RECORD), is_current=True)
    return {row.slug: row for row in rows.only("slug", "depth", "content_hash", "files_hash", "outline")}


def _strike(listed: str, *, using: str) -> None:
    """What the list of records no longer holds leaves the catalogue; its row stays."""
    rows = Standard.public.using(using).filter(depth=RECORD, is_current=True)
    rows.exclude(files_hash=listed).update(is_current=False)


def _load(
    folders: Collection[Path], *, data: Path, with_records: bool, faults: list[CatalogueFault]
) -> list[StandardDocument]:
    """The standards, or a CatalogueError with their faults and those found before."""
    documents: list[StandardDocument] = []
    if folders or with_records:
        vocabulary = load_vocabulary(data)
        for folder in folders:
            try:
                documents.append(load_standard(folder, vocabulary=vocabulary))
            except CatalogueError as error:
                faults += error.faults
        if with_records:
            slugs = {folder.name for folder in standard_folders(data)}
            try:
                documents += load_records(data, folders=slugs, vocabulary=vocabulary)
            except CatalogueError as error:
                faults += error.faults
    if faults:
        raise CatalogueError(faults)
    return documents
