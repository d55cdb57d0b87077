"""Reports, links, schedules and deliveries for reading, and the bodies they are shown in. Statements stay constant."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from api.problems import NotFound
from reports.models import Delivery, Occurrence, Report, ReportLink, ReportState, Schedule
from tenants.models import Job, JobState

MAKE_OCCURRENCE: Final = "schedule.occurrence"
"""The kind of job that makes the report of an occurrence; its key is the occurrence's id."""


def list_reports(*, assessment_id: uuid.UUID | None = None, state: str | None = None) -> QuerySet[Any]:
    rows: QuerySet[Any] = Report.objects.select_related("job", "requested_by")
    if assessment_id:
        rows = rows.filter(assessment_id=assessment_id)
    if state:
        rows = rows.filter(state=state)
    return rows


def get_report(report_id: uuid.UUID) -> Report:
    """One report with its job and who asked for it, or NotFound."""
    found: Report | None = list_reports().filter(pk=report_id).first()
    if found is None:
        raise NotFound
    return found


def report_body(report: Report) -> dict[str, Any]:
    asker = report.requested_by
    return {
        "id": report.pk,
        "assessment": report.assessment_id,
        "snapshot": report.snapshot_id,
        "kind": report.kind,
        "language": report.language,
        "state": report.state,
        "progress": _progress(report),
        "requested_by": {"id": asker.pk, "name": asker.display_name} if asker else None,
        "requested_at": report.requested_at,
        "ready_at": report.ready_at,
        "file_name": report.file_name or None,
        "size": report.size,
        "pages": report.pages,
        "sha256": report.sha256 or None,
        "error": report.error or None,
    }


def _progress(report: Report) -> int:
    if report.state == ReportState.READY:
        return 100
    return report.job.progress if report.job is not None else 0


def list_links(report_id: uuid.UUID) -> QuerySet[Any]:
    rows: QuerySet[Any] = ReportLink.objects.filter(report_id=report_id).select_related("created_by")
    return rows


def link_body(link: ReportLink) -> dict[str, Any]:
    """A link without its address, which is kept nowhere."""
    maker = link.created_by
    return {
        "id": link.pk,
        "report": link.report_id,
        "recipient": link.recipient or None,
        "state": _link_state(link),
        "created_by": {"id": maker.pk, "name": maker.display_name} if maker else None,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "revoked_at": link.revoked_at,
        "opened": link.opened,
    }


def _link_state(link: ReportLink) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "live" if link.expires_at > timezone.now() else "expired"


def list_schedules(*, assessment_id: uuid.UUID | None = None, active: bool | None = None) -> QuerySet[Any]:
    rows: QuerySet[Any] = Schedule.objects.select_related("created_by")
    if assessment_id:
        rows = rows.filter(assessment_id=assessment_id)
    if active is not None:
        rows = rows.filter(active=active)
    return rows


def get_schedule(schedule_id: uuid.UUID, *, for_change: bool = False) -> Schedule:
    """One schedule, locked `for_change`, or NotFound."""
    rows = list_schedules().filter(pk=schedule_id)
    found: Schedule | None = (rows.select_for_update(of=("self",)) if for_change else rows).first()
    if found is None:
        raise NotFound
    return found


def schedule_body(schedule: Schedule) -> dict[str, Any]:
    """A schedule as it is shown. `version` in quotes is its ETag."""
    return {
        "id": schedule.pk,
        "name": schedule.name,
        "assessment": schedule.assessment_id,
        "cadence": schedule.cadence,
        "weekday": schedule.weekday,
        "day": schedule.day,
        "time": schedule.time,
        "time_zone": schedule.time_zone,
        "recipients": schedule.recipients,
        "language": schedule.language,
        "active": schedule.active,
        "next_run_at": schedule.next_run_at,
        "version": schedule.version,
        "created_by": {"id": schedule.created_by_id, "name": schedule.created_by.display_name},
        "created_at": schedule.created_at,
    }


def list_occurrences(schedule_id: uuid.UUID) -> QuerySet[Any]:
    rows: QuerySet[Any] = Occurrence.objects.filter(schedule_id=schedule_id).select_related("report")
    return rows


def occurrence_bodies(occurrences: list[Occurrence]) -> list[dict[str, Any]]:
    """A page of occurrences; those without a report are asked of their jobs, in one statement."""
    waiting = [str(row.pk) for row in occurrences if row.report_id is None]
    failed = set(
        Job.objects.filter(kind=MAKE_OCCURRENCE, key__in=waiting, state=JobState.FAILED).values_list("key", flat=True)
        if waiting
        else ()
    )
    return [_occurrence_body(row, failed=str(row.pk) in failed) for row in occurrences]


def _occurrence_body(row: Occurrence, *, failed: bool) -> dict[str, Any]:
    state = row.report.state if row.report is not None else ReportState.FAILED if failed else ReportState.REQUESTED
    return {
        "id": row.pk,
        "key": row.key,
        "due_at": row.due_at,
        "created_at": row.created_at,
        "report": row.report_id,
        "state": str(state),
    }


def list_deliveries(schedule_id: uuid.UUID, *, state: str | None = None) -> QuerySet[Any]:
    rows: QuerySet[Any] = Delivery.objects.filter(occurrence__schedule_id=schedule_id).select_related("occurrence")
    return rows.filter(state=state) if state else rows


def delivery_body(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "occurrence": {"id": delivery.occurrence_id, "key": delivery.occurrence.key},
        "report": delivery.occurrence.report_id,
        "recipient": delivery.recipient,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "possibly_duplicate": delivery.possibly_duplicate,
        "message_id": delivery.message_id or None,
        "error": delivery.error or None,
        "sent_at": delivery.sent_at,
    }
