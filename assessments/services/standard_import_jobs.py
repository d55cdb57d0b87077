"""The worker's part of imports of standards. May be called twice, so the state comes first."""

from __future__ import annotations

import uuid
from typing import Final

from api.problems import Problem, Unavailable
from assessments.catalogue.importing.walled import ImportBroke, import_packed
from assessments.files import blobs
from assessments.models import StandardImport
from assessments.services.standard_imports import IMPORT, note_failed, note_no_draft, note_read, note_reading
from tenants.jobs import JobPostponed, Run, job_handler, on_failure
from tenants.models import Job

PAUSE_SECONDS: Final = 15
NO_STORAGE: Final = "Waiting for the file storage, which does not answer."
DAMAGED: Final = "The files did not arrive whole. Import them again."
HELD_UP: Final = "The import could not be carried out. Begin another one."


@job_handler(IMPORT)
def import_standard(run: Run) -> None:
    """No transaction is open while the files are read."""
    import_id = uuid.UUID(run.payload["import"])
    name = blobs.incoming_name(organisation_id=run.organisation_id, upload_id=import_id)
    with run.step():
        row = note_reading(import_id)
    try:
        if row is not None:
            _read(run, row, name=name)
        blobs.discard(name)
    except Unavailable as error:
        raise JobPostponed(NO_STORAGE, seconds=PAUSE_SECONDS) from error
    with run.finish():
        """Only now: whoever was lost before this line comes by again and deletes what is left."""


def _read(run: Run, row: StandardImport, *, name: str) -> None:
    try:
        with blobs.opened(name, size=row.size, sha256=row.sha256) as path:
            told = import_packed(path)
    except (ImportBroke, blobs.BlobDamaged) as error:
        with run.step():
            note_failed(row.pk, reason=str(error) if isinstance(error, ImportBroke) else DAMAGED)
        return
    run.progress(80)
    try:
        with run.step():
            note_read(row.pk, told=told)
    except Unavailable:
        raise
    except Problem as problem:  # a draft that cannot be made; the step undid all it began
        with run.step():
            note_no_draft(row.pk, told=told, problem=problem)


@on_failure(IMPORT)
def note_given_up(job: Job) -> None:
    note_failed(uuid.UUID(job.payload["import"]), reason=HELD_UP)
