"""Reports: asked for, begun, finished once, or failed with a plain reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

import orjson
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from api.ids import new_id
from api.problems import Invalid
from assessments.models import Assessment, Snapshot
from assessments.services.snapshot import fresh_snapshot
from assessments.snapshot_document import is_intact
from reports.models import Report, ReportState
from reports.rendering.process import RenderedFile
from reports.services.delivery import open_deliveries
from tenants import audit
from tenants.access import Access
from tenants.jobs import JobRefused, enqueue, told_of_giving_up
from tenants.models import Job

RENDER: Final = "report.render"
KINDS: Final = ("full",)
LANGUAGES: Final = ("en",)
"""What reports are written in; the words of the standard come in the assessment's language."""
_OPEN: Final = (ReportState.REQUESTED, ReportState.RUNNING)


def request_report(
    *, assessment_id: uuid.UUID, snapshot_id: uuid.UUID | None, kind: str, language: str, access: Access
) -> Report:
    """A report of the snapshot, or without one of the assessment as it stands. Raises Invalid for ids that are none."""
    assessment = Assessment.objects.filter(pk=assessment_id).first()
    if assessment is None:
        raise Invalid({"assessment": ["There is no such assessment."]})
    snapshot: Snapshot | None
    if snapshot_id is None:
        snapshot = fresh_snapshot(assessment=assessment, reason="report", access=access)
    else:
        snapshot = Snapshot.objects.defer("contents").filter(pk=snapshot_id, assessment=assessment).first()
    if snapshot is None:
        raise Invalid({"snapshot": ["The assessment has no such snapshot."]})
    return make_report(snapshot=snapshot, kind=kind, language=language, requested_by=access.person_id)


def make_report(*, snapshot: Snapshot, kind: str, language: str, requested_by: uuid.UUID | None) -> Report:
    """The row and its job, in the caller's transaction."""
    report_id = new_id()
    job = enqueue(RENDER, key=f"report:{report_id}", payload={"report": str(report_id)}, requested_by=requested_by)
    report = Report(
        id=report_id,
        assessment_id=snapshot.assessment_id,
        snapshot_id=snapshot.pk,
        job=job,
        kind=kind,
        language=language,
        requested_by_id=requested_by,
    )
    report.save(force_insert=True)
    audit.record(
        "report.requested",
        object_type="report",
        object_id=report.pk,
        after={"assessment": report.assessment_id, "snapshot": report.snapshot_id, "kind": kind, "language": language},
    )
    return report


@dataclass(frozen=True, slots=True)
class Order:
    """What the renderer needs to know. `document` is the snapshot's JSON, checked against its hash."""

    report_id: uuid.UUID
    document: bytes
    language: str
    file_name: str


def begin_rendering(report_id: uuid.UUID) -> Order | None:
    """Mark the report as running; None when there is nothing left to do. Raises JobRefused for a damaged snapshot."""
    report = Report.objects.filter(pk=report_id, state__in=_OPEN).first()
    if report is None:
        return None
    Report.objects.filter(pk=report_id, state=ReportState.REQUESTED).update(state=ReportState.RUNNING)
    # As text: the document is handed on as it is, and a thousand answers need not become rows of Python for that.
    text, sha256 = (
        Snapshot.objects.filter(pk=report.snapshot_id).values_list(Cast("contents", TextField()), "sha256").get()
    )
    document = orjson.loads(text)
    if not is_intact(document, sha256=sha256):
        raise JobRefused("The snapshot is not the one that was frozen, so no report is made of it.")
    day = str(document["taken_at"])[:10]
    return Order(
        report_id=report_id,
        document=text.encode(),
        language=report.language,
        file_name=f"{document['organisation']['slug']}-{document['standard']['slug']}-{day}.pdf",
    )


def finish_report(order: Order, *, file: RenderedFile) -> None:
    """The file is stored: the report is ready, and goes to whoever waits for it by mail. Under the job's fence."""
    ready = Report.objects.filter(pk=order.report_id, state__in=_OPEN).update(
        state=ReportState.READY,
        ready_at=timezone.now(),
        file_name=order.file_name,
        size=file.size,
        pages=file.pages,
        sha256=file.sha256,
        error="",
    )
    if ready:
        open_deliveries(report_id=order.report_id)
        audit.record(
            "report.made",
            object_type="report",
            object_id=order.report_id,
            before={"state": ReportState.RUNNING},
            after={"state": ReportState.READY, "sha256": file.sha256, "size": file.size, "pages": file.pages},
        )


def fail_report(job: Job) -> None:
    """The job is given up. A refusal says in plain words why; other faults are for the log."""
    error = told_of_giving_up(job, what="The report")
    report_id = uuid.UUID(job.payload["report"])
    if Report.objects.filter(pk=report_id, state__in=_OPEN).update(state=ReportState.FAILED, error=error):
        audit.record(
            "report.failed",
            object_type="report",
            object_id=report_id,
            before={"state": ReportState.RUNNING},
            after={"state": ReportState.FAILED, "error": error},
        )
