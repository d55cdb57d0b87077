"""The worker's part of uploads that went straight to the storage. May be called twice, so the state comes first."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Final

from api.problems import Problem, Unavailable
from assessments.files import blobs
from assessments.files.kinds import check_at_the_door
from assessments.files.receiving import ReceivedFile
from assessments.files.refusals import FileRefused
from assessments.models import DirectUpload, UploadState
from assessments.services.direct_uploads import TAKE, lock_upload, refuse, take_in
from tenants.jobs import JobPostponed, Run, job_handler, on_failure
from tenants.models import Job

PAUSE_SECONDS: Final = 15
NO_STORAGE: Final = "Waiting for the file storage, which does not answer."
NOT_AS_SAID: Final = "What arrived is not the file that was announced: its size or SHA-256 is another."
HELD_UP: Final = "It could not be taken in. Begin another upload."


@job_handler(TAKE)
def take_in_upload(run: Run) -> None:
    """No transaction is open while the bytes are read."""
    upload_id = uuid.UUID(run.payload["upload"])
    with run.step():
        upload = DirectUpload.objects.filter(pk=upload_id, state=UploadState.FINISHED).first()
    name = blobs.incoming_name(organisation_id=run.organisation_id, upload_id=upload_id)
    try:
        if upload is not None:
            _verify(run, upload, name=name)
        blobs.discard(name)
    except Unavailable as error:
        raise JobPostponed(NO_STORAGE, seconds=PAUSE_SECONDS) from error
    with run.finish():
        """Only now: whoever was lost before this line comes by again and deletes what is left."""


def _verify(run: Run, upload: DirectUpload, *, name: str) -> None:
    try:
        with blobs.opened(name, size=upload.size, sha256=upload.sha256) as path:
            file = _let_in(upload, path=path)
            with run.step():
                if held := _held(upload):
                    take_in(held, file=file)
    except blobs.BlobDamaged:
        _refuse(run, upload, reason=NOT_AS_SAID)
    except FileRefused as refusal:
        _refuse(run, upload, reason=refusal.sentence)
    except Unavailable:
        raise
    except Problem as problem:
        _refuse(run, upload, reason=problem.detail or problem.title)


def _let_in(upload: DirectUpload, *, path: Path) -> ReceivedFile:
    return ReceivedFile(
        path=path,
        file_name=upload.file_name,
        media_type=check_at_the_door(path, file_name=upload.file_name),
        size=upload.size,
        sha256=upload.sha256,
    )


def _refuse(run: Run, upload: DirectUpload, *, reason: str) -> None:
    with run.step():
        if held := _held(upload):
            refuse(held, reason=reason)


def _held(upload: DirectUpload) -> DirectUpload | None:
    held = lock_upload(upload.pk)
    return held if held is not None and held.state == UploadState.FINISHED else None


@on_failure(TAKE)
def note_failed_upload(job: Job) -> None:
    upload = lock_upload(uuid.UUID(job.payload["upload"]))
    if upload is not None and upload.state == UploadState.FINISHED:
        refuse(upload, reason=HELD_UP)
