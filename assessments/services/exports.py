"""Taking an assessment out of the house: what the caller may see of it, told in the audit trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from assessments.exporting.record import Record, record_of
from assessments.models import Assessment
from assessments.selectors.assessments import get_assessment
from assessments.selectors.sight import sight_of
from assessments.selectors.snapshot import read_snapshot, read_source
from assessments.services.snapshot import hold
from assessments.snapshot_document import build_document
from tenants import audit
from tenants.access import Access


def export_assessment(*, access: Access, assessment_id: UUID, form: str, told: bool = True) -> Record:
    """The assessment as it stands. Raises NotFound. Not `told` where nothing is handed out, as to HEAD."""
    held = hold(get_assessment(assessment_id))
    source = read_source(held, taken_at=timezone.now(), sight=sight_of(access, held))
    record = record_of(build_document(source))
    if told:
        tell_export(held, form=form, requirements=len(record.requirements))
    return record


def export_snapshot(*, assessment_id: UUID, snapshot_id: UUID, form: str, told: bool = True) -> Record:
    """A frozen state of it, to the letter. Raises NotFound, or Problem for a damaged one."""
    assessment = get_assessment(assessment_id)
    snapshot = read_snapshot(assessment_id=assessment_id, snapshot_id=snapshot_id)
    record = record_of(snapshot.contents)
    if told:
        tell_export(assessment, form=form, requirements=len(record.requirements), snapshot=str(snapshot_id))
    return record


def tell_export(assessment: Assessment, *, form: str, requirements: int, **more: Any) -> None:
    """Who took what, and how much of it."""
    audit.record(
        "assessment.exported",
        object_type="assessment",
        object_id=assessment.pk,
        after={"format": form, "requirements": requirements, **more},
    )
