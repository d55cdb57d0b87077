"""Evidence: taken in once, given a number, renewed by versions, described."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import PurePosixPath
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from api.ids import new_id
from api.problems import Invalid, NotFound, PreconditionFailed, Unavailable
from assessments.cadence import months_after
from assessments.files import blobs
from assessments.files.receiving import ReceivedFile
from assessments.models import Evidence, EvidenceVersion, FileState
from assessments.services.blob_rows import announce_row
from assessments.services.check import ask_again, ask_for_check
from assessments.services.revisions import note_moved_scores_where_linked
from tenants import audit
from tenants.models import Membership
from tenants.scope import current_organisation

TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload: `known` when the organisation had the same bytes, so that nothing new was made."""

    evidence_id: uuid.UUID
    known: bool


def add_evidence(
    *,
    person_id: uuid.UUID,
    file: ReceivedFile,
    title: str = "",
    description: str = "",
    valid_until: date | None = None,
) -> Taken:
    """Take the file in as new evidence. Equal to the current file of an evidence, it is that one and nothing is made.

    The bytes are stored before the numbers are locked, so that a slow storage makes nobody wait. Numbers have no gaps:
    they are given under a lock that lasts until the commit, and evidence is never deleted.
    """
    if known := _with_current_file(file.sha256):
        return _known(known, file=file, person_id=person_id)
    described = {"description": description, "valid_until": valid_until}
    with _set_aside(file) as version_id:
        _lock_numbers()
        if known := _with_current_file(file.sha256):
            blobs.discard_aside(organisation_id=current_organisation(), version_id=version_id)
            return Taken(known.evidence_id, known=True)
        evidence = _next_evidence(title=title or PurePosixPath(file.file_name).stem, by=person_id, **described)
        _add_version(version_id, evidence_id=evidence.pk, number=1, person_id=person_id, file=file)
    _tell_of_upload(evidence, file=file)
    return Taken(evidence.pk, known=False)


def take_requested(file: ReceivedFile, *, title: str, asked_by: uuid.UUID, sent_by: str) -> uuid.UUID:
    """Take in a file that somebody outside was asked for, as evidence of whoever asked; returns the id of its version.

    It is new evidence even where the organisation has the same bytes: otherwise what becomes of it would tell the
    sender so.
    """
    with _set_aside(file) as version_id:
        _lock_numbers()
        name = f"{title}: {PurePosixPath(file.file_name).stem}"
        evidence = _next_evidence(title=name, by=asked_by)
        _add_version(version_id, evidence_id=evidence.pk, number=1, person_id=None, file=file, sent_by=sent_by)
    _tell_of_upload(evidence, file=file)
    return version_id


def _next_evidence(*, title: str, by: uuid.UUID, **described: Any) -> Evidence:
    """With the next number, under the lock of numbers."""
    number = (Evidence.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    return Evidence.objects.create(
        number=number, title=title.strip()[:TITLE_LENGTH], created_by_id=by, **described
    )  # fmt: skip


def _tell_of_upload(evidence: Evidence, *, file: ReceivedFile) -> None:
    said = {"number": evidence.number, "title": evidence.title, "valid_until": evidence.valid_until}
    audit.record(
        "evidence.uploaded",
        object_type="evidence",
        object_id=evidence.pk,
        after=said | _described(file, version=1),
    )


def add_version(evidence_id: uuid.UUID, *, person_id: uuid.UUID, file: ReceivedFile) -> Taken:
    """Take the file in as the newest of this evidence; the same bytes as the newest again change nothing."""
    evidence = _lock(evidence_id)
    versions = EvidenceVersion.objects.filter(evidence=evidence).order_by("-number")
    standing = versions.exclude(state=FileState.REJECTED).first()
    if standing is not None and standing.sha256 == file.sha256:
        return _known(standing, file=file, person_id=person_id)
    number = (versions.values_list("number", flat=True).first() or 0) + 1
    with _set_aside(file) as version_id:
        _add_version(version_id, evidence_id=evidence.pk, number=number, person_id=person_id, file=file)
    audit.record(
        "evidence.version_added",
        object_type="evidence",
        object_id=evidence.pk,
        before={"version": standing.number, "sha256": standing.sha256} if standing else None,
        after=_described(file, version=number),
    )
    return Taken(evidence.pk, known=False)


def change_evidence(evidence_id: uuid.UUID, *, expected_version: int, changes: Mapping[str, Any]) -> None:
    """Change `title`, `description`, `valid_until`, `owner` or the rhythm of review.
    412 when the evidence stands at another version, Invalid for an owner who is no member.
    """
    evidence = _lock(evidence_id)
    if evidence.version != expected_version:
        raise PreconditionFailed(evidence.version)
    if "title" in changes and not changes["title"].strip():
        raise Invalid({"title": ["Evidence needs a title."]})
    if changes.get("owner") and not Membership.objects.filter(person_id=changes["owner"]).exists():
        raise Invalid({"owner": ["Choose a member of the organisation."]})
    columns = {"owner_id" if name == "owner" else name: value for name, value in changes.items()}
    new = {name: value for name, value in columns.items() if getattr(evidence, name) != value}
    if "review_every_months" in new:
        new["next_review_on"] = _next_review(new["review_every_months"], reviewed_on=evidence.reviewed_on)
    if not new:
        return
    Evidence.objects.filter(pk=evidence_id).update(**new, version=F("version") + 1, updated_at=timezone.now())
    if "valid_until" in new:
        note_moved_scores_where_linked(evidence_id)
    audit.record(
        "evidence.changed",
        object_type="evidence",
        object_id=evidence_id,
        before={name: getattr(evidence, name) for name in new},
        after=new,
    )


def note_review(evidence_id: uuid.UUID) -> None:
    """Somebody looked at it today and it still holds: the next review counts from today."""
    evidence = _lock(evidence_id)
    today = timezone.now().astimezone(UTC).date()
    told = {
        "reviewed_on": today,
        "next_review_on": _next_review(evidence.review_every_months, reviewed_on=today),
    }
    Evidence.objects.filter(pk=evidence_id).update(**told, version=F("version") + 1, updated_at=timezone.now())
    audit.record(
        "evidence.reviewed",
        object_type="evidence",
        object_id=evidence_id,
        before={name: getattr(evidence, name) for name in told},
        after=told,
    )


def _next_review(months: int | None, *, reviewed_on: date | None) -> date | None:
    """Counted from the last review; for one never reviewed from today."""
    if months is None:
        return None
    return months_after(reviewed_on or timezone.now().astimezone(UTC).date(), months=months)


def _lock(evidence_id: uuid.UUID) -> Evidence:
    evidence = Evidence.objects.select_for_update(no_key=True).filter(pk=evidence_id).first()
    if evidence is None:
        raise NotFound
    return evidence


def _lock_numbers() -> None:
    """One numbering at a time in the organisation in scope, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"evidence-number:{current_organisation()}"]
        )


def _with_current_file(sha256: str) -> EvidenceVersion | None:
    """The newest file of the first evidence that shows these bytes; an older version shows something else now."""
    taken = EvidenceVersion.objects.exclude(state=FileState.REJECTED)
    newer = taken.filter(evidence_id=OuterRef("evidence_id"), number__gt=OuterRef("number"))
    return taken.filter(~Exists(newer), sha256=sha256).order_by("evidence__number").first()


def _known(version: EvidenceVersion, *, file: ReceivedFile, person_id: uuid.UUID) -> Taken:
    """The same bytes once more. They mend a blob that was damaged, and take up a check that was given up."""
    organisation_id = current_organisation()
    if version.state == FileState.READY:
        blobs.discard_damaged(organisation_id=organisation_id, sha256=file.sha256)
        blobs.keep(file.path, organisation_id=organisation_id, sha256=file.sha256)
    elif ask_again(version.pk, requested_by=person_id):
        blobs.set_aside(file.path, organisation_id=organisation_id, version_id=version.pk)
    return Taken(version.evidence_id, known=True)


@contextmanager
def _set_aside(file: ReceivedFile) -> Iterator[uuid.UUID]:
    """Store the bytes in quarantine under the id of a version to be made in the block; gone again if it fails."""
    version_id, organisation_id = new_id(), current_organisation()
    blobs.set_aside(file.path, organisation_id=organisation_id, version_id=version_id)
    try:
        yield version_id
    except BaseException:
        with suppress(Unavailable):
            blobs.discard_aside(organisation_id=organisation_id, version_id=version_id)
        raise


def _add_version(
    version_id: uuid.UUID,
    *,
    evidence_id: uuid.UUID,
    number: int,
    person_id: uuid.UUID | None,
    file: ReceivedFile,
    sent_by: str = "",
) -> None:
    announce_row()
    EvidenceVersion.objects.create(
        id=version_id,
        evidence_id=evidence_id,
        number=number,
        file_name=file.file_name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        uploaded_by_id=person_id,
        sent_by=sent_by,
    )
    ask_for_check(version_id, requested_by=person_id)


def _described(file: ReceivedFile, *, version: int) -> dict[str, Any]:
    return {
        "version": version,
        "file_name": file.file_name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }
