"""What becomes of a file that was uploaded: received → quarantined → scanned → ready, or rejected with a reason.

Every step is one transaction of the worker's job (`assessments.jobs`), looks at the state first, and may come twice.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from assessments.models import Evidence, EvidenceVersion, FileState, RequestedFile, VirusScan
from assessments.services.revisions import note_moved_scores_where_linked
from tenants import audit
from tenants.jobs import enqueue
from tenants.models import Job, JobState

CHECK: Final = "check_evidence"
SETTLED: Final = "evidence_request.file_settled"
PENDING: Final = (FileState.RECEIVED, FileState.QUARANTINED, FileState.SCANNED)
ASKED_AT_MOST: Final = 20
HELD_UP: Final = "The check could not be finished. Upload the file again, or ask whoever runs Plumbline to look."


@dataclass(frozen=True, slots=True)
class CheckOrder:
    """One file to look at. `scanned`: an earlier attempt got past the virus scanner already."""

    version_id: uuid.UUID
    evidence_id: uuid.UUID
    file_name: str
    size: int
    sha256: str
    scanned: bool


def ask_for_check(version_id: uuid.UUID, *, requested_by: uuid.UUID | None) -> None:
    """Have the worker look at a file that has arrived whole."""
    enqueue(CHECK, key=f"{version_id}:1", payload={"version": str(version_id)}, requested_by=requested_by)


def ask_again(version_id: uuid.UUID, *, requested_by: uuid.UUID | None) -> bool:
    """Take up a check that was given up; False where one is under way, or has been given up too often."""
    keys = [f"{version_id}:{number}" for number in range(1, ASKED_AT_MOST + 1)]
    known = list(Job.objects.filter(kind=CHECK, key__in=keys).values_list("state", flat=True))
    if {JobState.QUEUED, JobState.RUNNING} & set(known) or len(known) == len(keys):
        return False
    note_waiting(version_id, reason="")
    enqueue(CHECK, key=keys[len(known)], payload={"version": str(version_id)}, requested_by=requested_by)
    return True


def begin_check(version_id: uuid.UUID) -> CheckOrder | None:
    """Take a file into quarantine; None when there is nothing left to decide."""
    version = _lock(version_id)
    if version is None or version.state not in PENDING:
        return None
    if version.state == FileState.RECEIVED:
        _write(version, state=FileState.QUARANTINED)
    return CheckOrder(
        version_id=version.pk,
        evidence_id=version.evidence_id,
        file_name=version.file_name,
        size=version.size,
        sha256=version.sha256,
        scanned=version.state == FileState.SCANNED,
    )


def note_scanned(order: CheckOrder) -> None:
    """The virus scanner found nothing, or there is none on purpose: then the file says so for good."""
    version = _lock(order.version_id)
    if version is not None and version.state == FileState.QUARANTINED:
        looked = VirusScan.CLEAN if settings.ANTIVIRUS == "clamd" else VirusScan.NOT_SCANNED
        _write(version, state=FileState.SCANNED, virus_scan=looked, reason="")


def note_waiting(version_id: uuid.UUID, *, reason: str) -> None:
    """Say on a file that is still being checked what its check waits for."""
    EvidenceVersion.objects.filter(pk=version_id, state__in=PENDING).update(reason=reason)


def release(order: CheckOrder, *, media_type: str) -> None:
    """Everything has passed: from now on the file counts and can be read."""
    version = _lock(order.version_id)
    if version is None or version.state != FileState.SCANNED:
        return
    _write(version, state=FileState.READY, media_type=media_type, reason="", checked_at=timezone.now())
    newer = Q(ready_version__isnull=True) | Q(ready_version__lt=version.number)
    if Evidence.objects.filter(newer, pk=version.evidence_id).update(ready_version=version.number):
        note_moved_scores_where_linked(version.evidence_id)
    audit.record(
        "evidence.file_ready",
        object_type="evidence",
        object_id=version.evidence_id,
        after={"version": version.number, "sha256": version.sha256, "virus_scan": version.virus_scan},
    )
    _tell_request(version.pk)


def reject(order: CheckOrder, *, reason: str, infected: bool = False) -> None:
    """The row stays and says why; the bytes are the caller's to delete, after the commit."""
    version = _lock(order.version_id)
    if version is None or version.state not in PENDING:
        return
    scan = VirusScan.INFECTED if infected else version.virus_scan
    _write(version, state=FileState.REJECTED, reason=reason[:300], virus_scan=scan, checked_at=timezone.now())
    audit.record(
        "evidence.file_rejected",
        object_type="evidence",
        object_id=version.evidence_id,
        after={"version": version.number, "sha256": version.sha256, "reason": version.reason},
    )
    _tell_request(version.pk)


def _tell_request(version_id: uuid.UUID) -> None:
    """A file that somebody outside was asked for is followed up (`assessments.services.requests`)."""
    if RequestedFile.objects.filter(version_id=version_id).exists():
        enqueue(SETTLED, key=str(version_id), payload={"version": str(version_id)})


def _lock(version_id: uuid.UUID) -> EvidenceVersion | None:
    """The evidence first, as everybody who adds a version locks it."""
    found = EvidenceVersion.objects.filter(pk=version_id).values_list("evidence_id", flat=True).first()
    if found is None:
        return None
    Evidence.objects.select_for_update(no_key=True).filter(pk=found).first()
    return EvidenceVersion.objects.select_for_update(no_key=True).filter(pk=version_id).first()


def _write(version: EvidenceVersion, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(version, name, value)
    version.save(update_fields=list(fields))
