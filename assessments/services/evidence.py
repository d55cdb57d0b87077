"""Evidence: taken in once, given a number, renewed by versions, described."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from api.problems import Invalid, NotFound, PreconditionFailed
from assessments.files import blobs
from assessments.files.receiving import ReceivedFile
from assessments.models import Evidence, EvidenceVersion
from assessments.services.revisions import note_moved_scores_where_linked
from tenants import audit
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
    """Keep the file as new evidence. Equal to the current file of an evidence, it is that one and nothing is changed.

    The bytes are stored before the numbers are locked, so that a slow storage makes nobody wait. Numbers have no gaps:
    they are given under a lock that lasts until the commit, and evidence is never deleted.
    """
    blobs.keep(file.path, organisation_id=current_organisation(), sha256=file.sha256)
    _lock_numbers()
    known = _with_current_file(file.sha256)
    if known is not None:
        return Taken(known, known=True)
    number = (Evidence.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    evidence = Evidence.objects.create(
        number=number,
        title=title.strip() or PurePosixPath(file.file_name).stem[:TITLE_LENGTH],
        description=description,
        valid_until=valid_until,
        created_by_id=person_id,
    )
    _add_version(evidence.pk, number=1, person_id=person_id, file=file)
    audit.record(
        "evidence.uploaded",
        object_type="evidence",
        object_id=evidence.pk,
        after={"number": number, "title": evidence.title, "valid_until": valid_until, **_described(file, version=1)},
    )
    return Taken(evidence.pk, known=False)


def add_version(evidence_id: uuid.UUID, *, person_id: uuid.UUID, file: ReceivedFile) -> Taken:
    """Keep the file as the newest of this evidence; the same bytes as the newest again change nothing."""
    evidence = _lock(evidence_id)
    newest = EvidenceVersion.objects.filter(evidence=evidence).order_by("-number").values("number", "sha256").first()
    if newest is not None and newest["sha256"] == file.sha256:
        return Taken(evidence.pk, known=True)
    blobs.keep(file.path, organisation_id=current_organisation(), sha256=file.sha256)
    number = (newest["number"] if newest else 0) + 1
    _add_version(evidence.pk, number=number, person_id=person_id, file=file)
    audit.record(
        "evidence.version_added",
        object_type="evidence",
        object_id=evidence.pk,
        before=newest and {"version": newest["number"], "sha256": newest["sha256"]},
        after=_described(file, version=number),
    )
    return Taken(evidence.pk, known=False)


def change_evidence(evidence_id: uuid.UUID, *, expected_version: int, changes: Mapping[str, Any]) -> None:
    """Change `title`, `description` or `valid_until`. 412 when the evidence stands at another version."""
    evidence = _lock(evidence_id)
    if evidence.version != expected_version:
        raise PreconditionFailed(evidence.version)
    if "title" in changes and not changes["title"].strip():
        raise Invalid({"title": ["Evidence needs a title."]})
    new = {name: value for name, value in changes.items() if getattr(evidence, name) != value}
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


def _with_current_file(sha256: str) -> uuid.UUID | None:
    """The first evidence whose newest file is this one; where it is an older version, something else is shown now."""
    newer = EvidenceVersion.objects.filter(evidence_id=OuterRef("evidence_id"), number__gt=OuterRef("number"))
    return (
        EvidenceVersion.objects.filter(~Exists(newer), sha256=sha256)
        .order_by("evidence__number")
        .values_list("evidence_id", flat=True)
        .first()
    )


def _add_version(evidence_id: uuid.UUID, *, number: int, person_id: uuid.UUID, file: ReceivedFile) -> None:
    EvidenceVersion.objects.create(
        evidence_id=evidence_id,
        number=number,
        file_name=file.file_name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        uploaded_by_id=person_id,
    )


def _described(file: ReceivedFile, *, version: int) -> dict[str, Any]:
    return {
        "version": version,
        "file_name": file.file_name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }
