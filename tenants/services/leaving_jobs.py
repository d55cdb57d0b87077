"""The worker's part of exports and deletion. Each may be called twice."""

from __future__ import annotations

import hashlib
import tempfile
import uuid

from django.conf import settings
from django.utils import timezone

from tenants import mails
from tenants.jobs import JobRefused, Run, job_handler, on_failure
from tenants.mails import send
from tenants.models import Job, Organisation, OrganisationExport
from tenants.portability.archive import write_archive
from tenants.portability.files import CHUNK, delete_all, put
from tenants.services import closing, erasure, exports


@job_handler(exports.MAKE)
def make_export(run: Run) -> None:
    """Minutes of work for a large organisation; the file grows on the disk of this machine, not in memory."""
    export_id = uuid.UUID(run.payload["export"])
    with run.step():
        wanted = OrganisationExport.objects.filter(pk=export_id, state__in=("requested", "running")).exists()
        exports.begin_making(export_id)
    if not wanted:
        with run.finish():
            return
    with tempfile.TemporaryFile(prefix="export-", dir=_scratch()) as file:
        try:
            written = write_archive(
                file, organisation_id=run.organisation_id, now=timezone.now(), progress=run.progress
            )
        except ValueError as fault:
            raise JobRefused(str(fault)) from fault
        size, digest = file.tell(), hashlib.sha256()
        file.seek(0)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        file.seek(0)
        put(exports.file_name(export_id), organisation_id=run.organisation_id, content=file)
    with run.finish():
        exports.finish_making(export_id, written=written, size=size, sha256=digest.hexdigest())


@on_failure(exports.MAKE)
def note_failed_export(job: Job) -> None:
    exports.fail_making(job)


@job_handler(exports.MAIL)
def mail_export(run: Run) -> None:
    with run.step():
        export = OrganisationExport.objects.select_related("requested_by").get(pk=run.payload["export"])
        organisation = Organisation.objects.get(pk=run.organisation_id)
        mail = mails.export_mail(organisation=organisation, export=export, to=export.requested_by.email)
    send(mail)
    with run.finish():
        pass


@job_handler(closing.MAIL)
def mail_closing(run: Run) -> None:
    with run.step():
        mail = mails.closing_mail(
            organisation=Organisation.objects.get(pk=run.organisation_id),
            to=run.payload["email"],
            what=run.payload["what"],
            deleted_after=run.payload["deleted_after"],
        )
    send(mail)
    with run.finish():
        pass


@job_handler(closing.ERASE)
def erase_organisation(run: Run) -> None:
    """The last job of an organisation: with its rows this very job goes, so that there is nothing to finish."""
    with run.step():
        due = erasure.is_due()
    if not due:
        with run.finish():
            return
    files, size = delete_all(run.organisation_id)
    keys = erasure.forget_in_valkey(run.organisation_id)
    with run.step():
        erasure.erase(files=files, file_bytes=size, cache_keys=keys)
    erasure.send_due_certificates()


def _scratch() -> str:
    """Beside the data where there is a folder for it: /tmp may be small, or memory."""
    folder = settings.SCRATCH_DIR
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)
