"""Comparing what rows say is stored with what the storage holds, for one organisation at a time.

1. The storage is listed, then the rows are read: what a row names and the listing lacks is looked at once more, with
   the row read anew, before it is called missing, since a file on its way moves.
2. Every size is compared; the SHA-256 of some blobs taken at random, or of all with `deep`.
3. What no row names is an orphan: young ones belong to work under way, older ones to nobody. They are removed only
   where that was asked for, some at a time, with the rows read anew under a lock that new rows of files wait for.
   A report's file is stored minutes before its row names it: an orphan of a day is none of those.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from assessments.files import blobs
from assessments.models import (
    DirectUpload,
    EvidenceVersion,
    FileState,
    ImportState,
    StandardImport,
    UploadState,
)
from assessments.services.blob_rows import hold_off_new_rows
from assessments.services.check import PENDING
from tenants import audit
from tenants.models import OrganisationExport
from tenants.models.leaving import ExportState
from tenants.scope import current_organisation, tenant_scope
from tenants.services.exports import file_name

SAMPLE: Final = 50
YOUNG: Final = timedelta(days=1)
_AT_ONCE: Final = 100
_TOLD_AT_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says of a blob. One that is not required may be there or not: a file on its way to that name."""

    name: str
    size: int
    sha256: str
    of: str
    required: bool = True


Source = Callable[[], Iterator[Claim]]
_sources: list[Source] = []


def claim_blobs_with(source: Source) -> Source:
    """Register what tells, in an organisation's scope, which blobs the rows of a table name."""
    _sources.append(source)
    return source


@dataclass(slots=True)
class Verdict:
    """Sentences about what does not hold, and counts. `orphans` and `removed` are names of blobs."""

    rows: int = 0
    blobs: int = 0
    read: int = 0
    young: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.missing or self.damaged or self.orphans)


@claim_blobs_with
def claims_of_evidence() -> Iterator[Claim]:
    organisation_id = current_organisation()
    rows = EvidenceVersion.objects.exclude(state=FileState.REJECTED).values_list(
        "pk", "evidence__number", "number", "size", "sha256", "state"
    )
    for pk, evidence, number, size, sha256, state in rows.iterator():
        of = f"evidence E-{evidence:04d} version {number}"
        kept = blobs.blob_name(organisation_id=organisation_id, sha256=sha256)
        if state in PENDING:
            aside = blobs.quarantine_name(organisation_id=organisation_id, version_id=pk)
            yield Claim(aside, size, sha256, of)
        yield Claim(kept, size, sha256, of, required=state == FileState.READY)


@claim_blobs_with
def claims_of_uploads() -> Iterator[Claim]:
    organisation_id = current_organisation()
    waiting = DirectUpload.objects.filter(state__in=(UploadState.OPEN, UploadState.FINISHED))
    for pk, size, sha256 in waiting.values_list("pk", "size", "sha256").iterator():
        name = blobs.incoming_name(organisation_id=organisation_id, upload_id=pk)
        yield Claim(name, size, sha256, f"upload {pk}", required=False)


@claim_blobs_with
def claims_of_imports() -> Iterator[Claim]:
    organisation_id = current_organisation()
    waiting = StandardImport.objects.filter(state__in=(ImportState.WAITING, ImportState.READING))
    for pk, size, sha256 in waiting.values_list("pk", "size", "sha256").iterator():
        name = blobs.incoming_name(organisation_id=organisation_id, upload_id=pk)
        yield Claim(name, size, sha256, f"import {pk}", required=False)


@claim_blobs_with
def claims_of_exports() -> Iterator[Claim]:
    organisation_id = current_organisation()
    for export in OrganisationExport.objects.exclude(state__in=(ExportState.FAILED, ExportState.EXPIRED)):
        name = f"{organisation_id}/{file_name(export.pk)}"
        ready = export.state == ExportState.READY
        yield Claim(name, export.size or 0, export.sha256, f"export {export.pk}", required=ready)


def scrub(
    organisation_id: uuid.UUID, *, now: datetime, deep: bool = False, remove: Callable[[str], bool] | None = None
) -> Verdict:
    """Compare, outside of any transaction. `remove` says of an old orphan's name whether it shall go.

    Raises Unavailable when the storage does not answer: then nothing was found out.
    """
    stored = {found.name: found for found in blobs.stored(organisation_id)}
    claims = _claims(organisation_id)
    verdict = Verdict(rows=sum(claim.required for claim in claims.values()), blobs=len(stored))
    suspects = [
        claim
        for claim in claims.values()
        if claim.required and (claim.name not in stored or stored[claim.name].size != claim.size)
    ]
    _judge(verdict, suspects, organisation_id=organisation_id)
    sound = [claim for claim in claims.values() if claim.required and claim not in suspects]
    _read(verdict, sound if deep else random.SystemRandom().sample(sound, min(SAMPLE, len(sound))))
    orphans = [found for name, found in sorted(stored.items()) if name not in claims]
    old = [found.name for found in orphans if now - found.modified >= YOUNG]
    verdict.young = len(orphans) - len(old)
    verdict.removed = _removed([name for name in old if remove and remove(name)], organisation_id=organisation_id)
    gone = set(verdict.removed)
    verdict.orphans = [name for name in old if name not in gone]
    return verdict


def _claims(organisation_id: uuid.UUID) -> dict[str, Claim]:
    """By name; where rows share a blob, one that requires it counts."""
    with tenant_scope(organisation_id):
        return _claims_in_scope()


def _claims_in_scope() -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    for source in _sources:
        for claim in source():
            if claim.required or claim.name not in found:
                found[claim.name] = claim
    return found


def _judge(verdict: Verdict, suspects: Sequence[Claim], *, organisation_id: uuid.UUID) -> None:
    """The second look: who still claims the blob, and what is there now."""
    claims: Mapping[str, Claim] = _claims(organisation_id) if suspects else {}
    for suspect in suspects:
        claim = claims.get(suspect.name)
        if claim is None or not claim.required:
            continue
        size = blobs.size_of(claim.name)
        if size is None:
            verdict.missing.append(f"{claim.of} lacks {claim.name}")
        elif size != claim.size:
            verdict.damaged.append(f"{claim.of}: {claim.name} has {size} bytes, not {claim.size}")


def _read(verdict: Verdict, claims: Sequence[Claim]) -> None:
    """Read blobs whole and compare hashes. What has gone meanwhile, a check has moved on."""
    for claim in claims:
        digest = blobs.digest_of(claim.name)
        if digest is not None:
            verdict.read += 1
            if digest != claim.sha256:
                verdict.damaged.append(f"{claim.of}: {claim.name} has the SHA-256 {digest}")


def _removed(names: Sequence[str], *, organisation_id: uuid.UUID) -> list[str]:
    removed: list[str] = []
    for start in range(0, len(names), _AT_ONCE):
        with tenant_scope(organisation_id):
            audit.act_as("system:scrub")
            hold_off_new_rows()
            claims = _claims_in_scope()
            gone = [name for name in names[start : start + _AT_ONCE] if name not in claims]
            for name in gone:
                blobs.discard(name)
            if gone:
                said = {"count": len(gone), "names": gone[:_TOLD_AT_MOST]}
                audit.record(
                    "storage.orphans_removed", object_type="organisation", object_id=organisation_id, after=said
                )
        removed += gone
    return removed
