"""What the worker does for evidence: it looks at files that came in. May be called twice, so the state comes first."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings

from api.problems import Unavailable
from assessments.files import antivirus, blobs
from assessments.files.inspection import media_type_of
from assessments.files.refusals import FileRefused
from assessments.services import (  # noqa: F401 - register their handlers
    reminder_jobs,
    request_jobs,
    scrub_jobs,
    standard_import_jobs,
    upload_jobs,
)
from assessments.services.check import (
    CHECK,
    HELD_UP,
    CheckOrder,
    begin_check,
    note_scanned,
    note_waiting,
    reject,
    release,
)
from tenants.jobs import JobPostponed, Run, job_handler, on_failure
from tenants.models import Job

PAUSE_SECONDS = 15
NO_SCANNER = "Waiting for the virus scanner, which does not answer."
NO_STORAGE = "Waiting for the file storage, which does not answer."
DAMAGED = "The file did not arrive whole. Upload it again."


@job_handler(CHECK)
def check_evidence(run: Run) -> None:
    """Seconds of work, so no transaction is open while it is done; between the steps the row tells how far it is."""
    version_id = uuid.UUID(run.payload["version"])
    with run.step():
        order = begin_check(version_id)
    if order is not None:
        try:
            _check(run, order)
        except antivirus.ScannerFault as error:
            _wait(run, order, reason=NO_SCANNER, error=error)
        except Unavailable as error:
            _wait(run, order, reason=NO_STORAGE, error=error)
    try:
        blobs.discard_aside(organisation_id=run.organisation_id, version_id=version_id)
    except Unavailable as error:
        raise JobPostponed(NO_STORAGE, seconds=PAUSE_SECONDS) from error
    with run.finish():
        """Only now: whoever was lost before this line comes by again and deletes what is left."""


def _check(run: Run, order: CheckOrder) -> None:
    try:
        with blobs.opened_aside(
            organisation_id=run.organisation_id, version_id=order.version_id, size=order.size, sha256=order.sha256
        ) as path:
            if virus := None if order.scanned else _find_virus(path):
                with run.step():
                    reject(order, reason=f"A virus was found in it: {virus}.", infected=True)
                return
            with run.step():
                note_scanned(order)
            media_type = media_type_of(path, file_name=order.file_name)
            blobs.keep(path, organisation_id=run.organisation_id, sha256=order.sha256)
    except blobs.BlobDamaged:
        with run.step():
            reject(order, reason=DAMAGED)
    except FileRefused as refusal:
        with run.step():
            reject(order, reason=refusal.sentence)
    else:
        with run.step():
            release(order, media_type=media_type)


def _find_virus(path: Path) -> str | None:
    if settings.ANTIVIRUS == "off":
        return None
    with path.open("rb") as file:
        return antivirus.find_virus(file, url=str(settings.CLAMD_URL))


def _wait(run: Run, order: CheckOrder, *, reason: str, error: Exception) -> None:
    with run.step():
        note_waiting(order.version_id, reason=reason)
    raise JobPostponed(f"{reason} {error}", seconds=PAUSE_SECONDS) from error


@on_failure(CHECK)
def note_failed_check(job: Job) -> None:
    """Given up after every attempt: the file stays where it is, unread, and says so."""
    note_waiting(uuid.UUID(job.payload["version"]), reason=HELD_UP)
