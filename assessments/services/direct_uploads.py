"""Uploads straight to the storage, so that large files pass no web server.

1. `begin_upload` promises the bytes in the quota and gives out an address, good for this one name and exactly this many
   bytes: a bucket's own where people can reach one, else ours. Whoever sends needs not know which, and no credentials.
2. `finish_upload` takes the sender's word that the bytes are there and asks for the worker.
3. The worker (`assessments.services.upload_jobs`) counts and hashes what came, looks at its first bytes, and takes it
   in as any other upload: from then on it is `received`, and the check of files goes its way.

What is sent after step 2, or twice, changes nothing that counts: only bytes of the announced SHA-256 are taken in.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.utils import timezone

from api.ids import new_id
from api.problems import Conflict, Invalid, NotFound, TooLarge
from assessments.files import blobs, buckets
from assessments.files.kinds import kind_of
from assessments.files.receiving import ReceivedFile, refused
from assessments.files.refusals import FileRefused
from assessments.models import DirectUpload, Evidence, UploadState
from assessments.services.evidence import Taken, add_evidence, add_version
from assessments.services.storage import release_storage, reserve_storage
from tenants import audit
from tenants.jobs import enqueue
from tenants.models import Organisation
from tenants.scope import current_organisation

TAKE: Final = "take_in_upload"
OPEN_FOR: Final = timedelta(minutes=30)
_SALT: Final = "assessments.direct_upload"


@dataclass(frozen=True, slots=True)
class SendTo:
    """Where to send a form with these fields and, last, the file as `file`; `until` when."""

    url: str
    fields: dict[str, str]
    until: datetime


def begin_upload(
    *,
    organisation: Organisation,
    person_id: uuid.UUID,
    file_name: str,
    size: int,
    sha256: str,
    evidence: uuid.UUID | None = None,
    title: str = "",
    description: str = "",
    valid_until: date | None = None,
) -> tuple[DirectUpload, SendTo]:
    """Announce a file. Raises TooLarge, QuotaExceeded (413), Problem (415) for a kind not taken, Invalid."""
    try:
        kind_of(file_name)
    except FileRefused as refusal:
        raise refused(refusal) from refusal
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(f"A file may have {settings.UPLOAD_MAX_BYTES} bytes.", limit=int(settings.UPLOAD_MAX_BYTES))
    if evidence is not None and not Evidence.objects.filter(pk=evidence).exists():
        raise Invalid({"evidence": ["There is no such evidence."]})
    upload = DirectUpload.objects.create(
        id=new_id(),
        evidence_id=evidence,
        title=title,
        description=description,
        valid_until=valid_until,
        file_name=file_name,
        size=size,
        sha256=sha256,
        reservation_id=reserve_storage(size=size),
        created_by_id=person_id,
        expires_at=timezone.now() + OPEN_FOR,
    )
    audit.record(
        "upload.begun",
        object_type="upload",
        object_id=upload.pk,
        after={"file_name": file_name, "size": size, "sha256": sha256, "evidence": evidence},
    )
    return upload, _send_to(upload, organisation=organisation)


def finish_upload(upload_id: uuid.UUID, *, person_id: uuid.UUID) -> DirectUpload:
    """The bytes are there: have them verified. Twice is once. Conflict when they are not there, or not so many."""
    upload = lock_upload(upload_id)
    if upload is None:
        raise NotFound
    if upload.state != UploadState.OPEN:
        return upload
    name = blobs.incoming_name(organisation_id=current_organisation(), upload_id=upload_id)
    there = blobs.size_of(name)
    if there is None:
        ended = upload.expires_at <= timezone.now()
        said = "Its time is over; begin another." if ended else "Send the file first."
        raise Conflict("upload-missing", f"Nothing has arrived. {said}")
    if there != upload.size:
        raise Conflict("upload-size", f"{there} bytes have arrived, not {upload.size}.", arrived=there)
    upload.state = UploadState.FINISHED
    upload.save(update_fields=["state"])
    enqueue(TAKE, key=str(upload_id), payload={"upload": str(upload_id)}, requested_by=person_id)
    return upload


def upload_of_token(token: str) -> DirectUpload:
    """The open upload whose address this is. NotFound for anything else, one that was sent or has ended among it."""
    try:
        named = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise NotFound from None
    upload = DirectUpload.objects.filter(pk=named, state=UploadState.OPEN, expires_at__gt=timezone.now()).first()
    if upload is None:
        raise NotFound
    return upload


def token_of(upload: DirectUpload) -> str:
    return signing.dumps(str(upload.pk), salt=_SALT)


def receive(upload_id: uuid.UUID, *, path: Path) -> None:
    """Store what was sent to an address of ours. Conflict where something is there, Invalid for another length."""
    upload = lock_upload(upload_id)
    if upload is None or upload.state != UploadState.OPEN:
        raise NotFound
    if path.stat().st_size != upload.size:
        raise Invalid({"file": [f"It has {path.stat().st_size} bytes, not {upload.size}."]})
    place = {"organisation_id": current_organisation(), "upload_id": upload_id}
    if blobs.size_of(blobs.incoming_name(**place)) is not None:
        raise Conflict("upload-there", "A file was sent already. It cannot be replaced; begin another upload.")
    blobs.put_in_incoming(path, **place)


def take_in(upload: DirectUpload, *, file: ReceivedFile) -> Taken:
    """Make the verified bytes a file of an evidence, and give back what was promised to them."""
    person_id = upload.created_by_id
    _give_back(upload)
    if upload.evidence_id is not None:
        taken = add_version(upload.evidence_id, person_id=person_id, file=file)
    else:
        described: dict[str, Any] = {"title": upload.title, "description": upload.description}
        taken = add_evidence(person_id=person_id, file=file, valid_until=upload.valid_until, **described)
    upload.state, upload.evidence_id = UploadState.TAKEN, taken.evidence_id
    upload.save(update_fields=["state", "evidence", "reservation_id"])
    return taken


def refuse(upload: DirectUpload, *, reason: str) -> None:
    """The row stays and says why; the bytes are the caller's to delete, after the commit."""
    _give_back(upload)
    upload.state, upload.reason = UploadState.REFUSED, reason[:300]
    upload.save(update_fields=["state", "reason", "reservation_id"])
    audit.record("upload.refused", object_type="upload", object_id=upload.pk, after={"reason": upload.reason})


def lock_upload(upload_id: uuid.UUID) -> DirectUpload | None:
    return DirectUpload.objects.select_for_update().filter(pk=upload_id).first()


def _give_back(upload: DirectUpload) -> None:
    if upload.reservation_id is not None:
        release_storage(upload.reservation_id)
        upload.reservation_id = None


def _send_to(upload: DirectUpload, *, organisation: Organisation) -> SendTo:
    if storage := buckets.bucket_in_reach():
        url, fields = buckets.sign_post(
            storage,
            name=blobs.incoming_name(organisation_id=organisation.pk, upload_id=upload.pk),
            size=upload.size,
            seconds=int(OPEN_FOR.total_seconds()),
        )
        return SendTo(url, fields, upload.expires_at)
    address = f"{settings.BASE_URL}/api/v1/organisations/{organisation.slug}/incoming/{token_of(upload)}/"
    return SendTo(address, {}, upload.expires_at)
