"""Importing standards from files: taken in, read by the worker behind walls, and made a draft.

1. `begin_import` keeps the bytes where uploads come in, writes the row and asks for the worker.
2. The worker (`assessments.services.standard_import_jobs`) has them read in a child and notes what came of it; with
   faults nothing is made. What is left lying is swept away with other uploads that were never finished.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from api.ids import new_id
from api.problems import Conflict, Invalid, Problem
from assessments.catalogue.drafts.scales import with_shared_scales
from assessments.catalogue.drafts.services import create_draft
from assessments.catalogue.drafts.states import IMPORTED
from assessments.catalogue.importing.packing import pack
from assessments.catalogue.importing.report import FAULT
from assessments.catalogue.importing.result import MOST_BYTES, MOST_FILES, ImportOptions, SourceFile
from assessments.catalogue.importing.tabular.fields import is_field
from assessments.catalogue.importing.tabular.link_fields import is_link_field
from assessments.catalogue.importing.walled import ToldImport
from assessments.files import blobs
from assessments.models import ImportState, StandardImport
from assessments.selectors.standard_imports import crosswalks_of, preview_of, report_of
from assessments.services.imported_crosswalks import keep_what_was_read
from assessments.services.imported_links import hold_links, side_errors
from tenants import audit
from tenants.access import Access
from tenants.jobs import enqueue
from tenants.models import Organisation
from tenants.scope import current_organisation

IMPORT: Final = "import_standard"
MOST_WAITING: Final = 5
MOST_KEPT: Final = 100
"""Of an organisation: imports under way, and rows of finished ones; the oldest make room."""


def begin_import(
    *, access: Access, files: Sequence[SourceFile], options: ImportOptions, is_preview: bool
) -> StandardImport:
    """Take the files in for the worker. Raises Invalid, Conflict, and Unavailable (503) from the storage."""
    _check(files, options=options)
    if _under_way().count() >= MOST_WAITING:
        raise Conflict("too-many-imports", f"{MOST_WAITING} imports are under way. Wait until one is done.")
    import_id = new_id()
    with tempfile.NamedTemporaryFile(prefix="import-") as packed:
        pack(files, options=options, to=packed)
        packed.flush()
        path = Path(packed.name)
        with path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        size = path.stat().st_size
        blobs.put_in_incoming(path, organisation_id=current_organisation(), upload_id=import_id)
    _make_room()
    row = StandardImport.objects.create(
        pk=import_id,
        is_preview=is_preview,
        files=[{"name": file.name, "size": len(file.data)} for file in files],
        size=size,
        sha256=sha256,
        created_by_id=access.person_id,
    )
    enqueue(IMPORT, key=str(import_id), payload={"import": str(import_id)}, requested_by=access.person_id)
    audit.record(
        "standard_import.begun",
        object_type="standard_import",
        object_id=row.pk,
        after={"files": row.files, "preview": is_preview},
    )
    return row


def note_reading(import_id: uuid.UUID) -> StandardImport | None:
    """The import if it still waits to be read, now marked as being read."""
    row = _under_way().filter(pk=import_id).select_for_update().first()
    if row is not None:
        row.state, row.progress = ImportState.READING, 10
        row.save(update_fields=["state", "progress"])
    return row


def note_read(import_id: uuid.UUID, *, told: ToldImport) -> None:
    """Keep what was found, and make the draft unless there is a fault or only a preview was asked for; keep crosswalks
    whose standards are known likewise.

    Raises the Problem of a draft that cannot be made.
    """
    row = _under_way().filter(pk=import_id).select_for_update().first()
    if row is None:
        return
    told = hold_links(told)
    row.format, row.report, row.counts = told.format, report_of(told), dict(told.counts)
    row.preview = preview_of(told)
    if not told.refused:
        row.crosswalks = crosswalks_of(told)
        if told.content is not None and not row.is_preview:
            draft = create_draft(
                organisation=Organisation.objects.get(pk=current_organisation()),
                actor=row.created_by_id,
                content=with_shared_scales(told.content),
                origin=IMPORTED,
                report={"format": told.format, "import": str(row.pk), "counts": row.counts, "findings": row.report},
            )
            row.draft_id = draft.pk
        if not row.is_preview:
            keep_what_was_read(row)
    _finish(row, state=ImportState.REFUSED if told.refused else ImportState.READ)


def note_no_draft(import_id: uuid.UUID, *, told: ToldImport, problem: Problem) -> None:
    """The files are sound, and still no draft could be made of them: the reasons join the report as faults."""
    row = _under_way().filter(pk=import_id).select_for_update().first()
    if row is None:
        return
    reasons = [{"severity": FAULT, "file": "", "place": place, "message": text} for place, text in _reasons(problem)]
    row.format, row.report = told.format, [*reasons, *report_of(told)]
    row.counts = {**told.counts, FAULT: len(reasons)}
    row.preview = preview_of(told)
    _finish(row, state=ImportState.REFUSED)


def note_failed(import_id: uuid.UUID, *, reason: str) -> None:
    row = _under_way().filter(pk=import_id).select_for_update().first()
    if row is not None:
        row.error = reason[:300]
        _finish(row, state=ImportState.FAILED)


def _finish(row: StandardImport, *, state: ImportState) -> None:
    row.state, row.progress, row.finished_at = state, 100, timezone.now()
    row.save()
    audit.record(
        f"standard_import.{state.value}",
        object_type="standard_import",
        object_id=row.pk,
        after={
            "format": row.format,
            "counts": row.counts,
            "draft": str(row.draft_id) if row.draft_id else None,
            **({"error": row.error} if row.error else {}),
        },
    )


def _reasons(problem: Problem) -> list[tuple[str, str]]:
    errors: dict[str, list[str]] = problem.members.get("errors", {})
    return [(place, text) for place, texts in errors.items() for text in texts] or [
        ("", problem.detail or problem.title)
    ]


def _under_way() -> QuerySet[StandardImport]:
    return StandardImport.objects.filter(state__in=(ImportState.WAITING, ImportState.READING))


def _make_room() -> None:
    finished = StandardImport.objects.exclude(state__in=(ImportState.WAITING, ImportState.READING))
    kept = finished.order_by("-created_at").values_list("pk", flat=True)[MOST_KEPT - 1 :]
    finished.filter(pk__in=list(kept)).delete()


def _check(files: Sequence[SourceFile], *, options: ImportOptions) -> None:
    names = [file.name.casefold() for file in files]
    errors: dict[str, list[str]] = {}
    if not 1 <= len(files) <= MOST_FILES:
        errors["files"] = [f"Send 1 to {MOST_FILES} files."]
    elif len(set(names)) != len(names):
        errors["files"] = ["Two of the files have the same name."]
    elif sum(len(file.data) for file in files) > MOST_BYTES:
        errors["files"] = [f"Together they may have {MOST_BYTES} bytes."]
    if options.root and options.root.casefold() not in names:
        errors["root"] = ["None of the files has this name."]
    known = is_link_field if options.source and options.target else is_field
    if unknown := [name for name in options.columns if not known(name)]:
        errors["columns"] = [f"There is no field {name}." for name in unknown[:20]]
    if errors := errors | side_errors(options):
        raise Invalid(errors)
