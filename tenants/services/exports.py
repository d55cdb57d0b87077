"""Exports of the whole organisation: asked for by an owner, made by the worker, fetched by an owner through a link."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta
from typing import IO, Any, Final

from django.conf import settings
from django.utils import timezone

from api.problems import Conflict, Forbidden, NotFound, Problem, Throttled
from tenants import audit
from tenants.access import Access
from tenants.jobs import enqueue, told_of_giving_up
from tenants.models import ExportState, Job, Organisation, OrganisationExport
from tenants.portability.archive import Written
from tenants.portability.files import EXPORTS, delete_file, open_file
from tenants.wakeups import forget_wakeup, wake_at

MAKE: Final = "organisation.export"
MAIL: Final = "organisation.mail_export"
EXPIRE: Final = "tenants.expire_export"
"""The Celery task that deletes an export's file when its days are over (`tenants.tasks`)."""
A_DAY: Final = 5
KEPT: Final = timedelta(days=7)
LINK: Final = timedelta(minutes=15)
_OPEN: Final = (ExportState.REQUESTED, ExportState.RUNNING)


class ExportLinkEnded(Problem):
    """410: the link was good once."""

    def __init__(self) -> None:
        super().__init__(
            "link-ended", status=410, title="This link no longer opens.", detail="Ask for a new link to the export."
        )


def request_export(*, access: Access) -> OrganisationExport:
    """Ask for an export of everything. Raises Forbidden for an API key, Throttled after A_DAY in a day."""
    refuse_keys(access)
    Organisation.objects.select_for_update(no_key=True).values_list("pk").get(pk=access.organisation.pk)
    now, day = timezone.now(), timedelta(days=1)
    recent = OrganisationExport.objects.filter(requested_at__gt=now - day).order_by("-requested_at")
    oldest = recent.values_list("requested_at", flat=True)[A_DAY - 1 : A_DAY].first()
    if oldest is not None:
        raise Throttled(seconds=max(1, int((oldest + day - now).total_seconds())))
    export = OrganisationExport.objects.create(requested_by_id=access.person_id)
    enqueue(MAKE, key=str(export.pk), payload={"export": str(export.pk)}, requested_by=access.person_id)
    audit.record(
        "organisation.export_requested", object_type="export", object_id=export.pk, after={"state": export.state}
    )
    return export


def begin_making(export_id: uuid.UUID) -> bool:
    """Mark the export as running; False when there is nothing left to do."""
    return OrganisationExport.objects.filter(pk=export_id, state__in=_OPEN).update(state=ExportState.RUNNING) == 1


def finish_making(export_id: uuid.UUID, *, written: Written, size: int, sha256: str) -> None:
    """The file is stored: the export is ready until its days are over. Under the job's fence."""
    now = timezone.now()
    ready = {
        "state": ExportState.READY,
        "ready_at": now,
        "expires_at": now + KEPT,
        "size": size,
        "sha256": sha256,
        "canonical": written.canonical,
        "missing": len(written.missing),
        "error": "",
    }
    if OrganisationExport.objects.filter(pk=export_id, state__in=_OPEN).update(**ready):
        wake_at(task=EXPIRE, subject_id=export_id, due_at=now + KEPT)
        enqueue(MAIL, key=str(export_id), payload={"export": str(export_id)})
        audit.record(
            "organisation.exported",
            object_type="export",
            object_id=export_id,
            before={"state": ExportState.RUNNING},
            after={**ready, "missing": written.missing[:100]},
        )


def fail_making(job: Job) -> None:
    """The job is given up; a refusal says in plain words why."""
    error = told_of_giving_up(job, what="The export")
    export_id = uuid.UUID(job.payload["export"])
    if OrganisationExport.objects.filter(pk=export_id, state__in=_OPEN).update(state=ExportState.FAILED, error=error):
        audit.record(
            "organisation.export_failed",
            object_type="export",
            object_id=export_id,
            before={"state": ExportState.RUNNING},
            after={"state": ExportState.FAILED, "error": error},
        )


def make_link(*, access: Access, export_id: uuid.UUID) -> tuple[OrganisationExport, str]:
    """A new link, which ends the one before, and its token, which is kept nowhere. Raises NotFound, Conflict."""
    refuse_keys(access)
    export = _locked(export_id)
    if export.state != ExportState.READY or export.expires_at is None:
        raise Conflict("export-not-ready", "A link opens a finished export; this one is not.", state=export.state)
    token = secrets.token_urlsafe(32)
    export.token_hash = _hash(token)
    export.link_until = min(timezone.now() + LINK, export.expires_at)
    export.save(update_fields=["token_hash", "link_until"])
    audit.record(
        "organisation.export_link_made",
        object_type="export",
        object_id=export.pk,
        after={"link_until": export.link_until},
    )
    return export, token


def link_address(*, organisation: Organisation, export: OrganisationExport, token: str) -> str:
    return f"{settings.BASE_URL}/api/v1/organisations/{organisation.slug}/exports/{export.pk}/file/{token}/"


def open_export(*, access: Access, export_id: uuid.UUID, token: str) -> tuple[OrganisationExport, IO[Any]]:
    """The export behind a link and its file, for an owner. Raises NotFound, ExportLinkEnded (410)."""
    refuse_keys(access)
    export = _locked(export_id)
    if not export.token_hash or not hmac.compare_digest(export.token_hash, _hash(token)):
        raise NotFound
    if export.state != ExportState.READY or export.link_until is None or export.link_until <= timezone.now():
        raise ExportLinkEnded
    file = open_file(file_name(export.pk), organisation_id=export.organisation_id)
    audit.record(
        "organisation.export_downloaded",
        object_type="export",
        object_id=export.pk,
        after={"sha256": export.sha256, "size": export.size},
    )
    return export, file


def expire(export_id: uuid.UUID) -> None:
    """Delete the file of an export whose days are over. May be called at any time, and twice."""
    export = OrganisationExport.objects.select_for_update().filter(pk=export_id, state=ExportState.READY).first()
    now = timezone.now()
    if export is not None and export.expires_at is not None:
        if export.expires_at > now:
            wake_at(task=EXPIRE, subject_id=export_id, due_at=export.expires_at)
            return
        delete_file(file_name(export_id), organisation_id=export.organisation_id)
        export.state, export.token_hash, export.link_until = ExportState.EXPIRED, "", None
        export.save(update_fields=["state", "token_hash", "link_until"])
    forget_wakeup(task=EXPIRE, subject_id=export_id)


def file_name(export_id: uuid.UUID) -> str:
    """Below the organisation's folder."""
    return f"{EXPORTS}/{export_id}.zip"


def refuse_keys(access: Access) -> None:
    if access.key_id is not None:
        raise Forbidden("This is for owners who signed in, not for keys.", slug="key-may-not")


def _locked(export_id: uuid.UUID) -> OrganisationExport:
    export = OrganisationExport.objects.select_for_update().filter(pk=export_id).first()
    if export is None:
        raise NotFound
    return export


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
