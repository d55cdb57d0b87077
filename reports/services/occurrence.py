"""A schedule comes due: claimed once, however many schedulers look at it, and carried out by a job of its own."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils import timezone

from assessments.services.snapshot import take_snapshot
from reports.models import Occurrence, Schedule
from reports.schedules import next_occurrence, occurrence_key
from reports.selectors import MAKE_OCCURRENCE
from reports.services.report import make_report
from reports.services.schedule import RUN_SCHEDULE, rhythm_of
from tenants import audit
from tenants.jobs import enqueue
from tenants.wakeups import forget_wakeup, wake_at


def come_due(*, schedule_id: uuid.UUID, now: datetime) -> Occurrence | None:
    """Claim a schedule that is due at `now`; None when it is not, or somebody else was faster.

    The claim moves `next_run_at` on from where it was read, past `now`: what was missed while everything stood still is
    made up for once, and not once for each time.
    """
    schedule = Schedule.objects.filter(pk=schedule_id, active=True).first()
    due = schedule.next_run_at if schedule else None
    if schedule is None or due is None:
        forget_wakeup(task=RUN_SCHEDULE, subject_id=schedule_id)
        return None
    if due > now:
        wake_at(task=RUN_SCHEDULE, subject_id=schedule_id, due_at=due)
        return None
    following = next_occurrence(rhythm_of(schedule), after=now)
    unclaimed = Schedule.objects.filter(pk=schedule_id, active=True, next_run_at=due)
    if unclaimed.update(next_run_at=following) != 1:
        return None
    wake_at(task=RUN_SCHEDULE, subject_id=schedule_id, due_at=following)
    if schedule.organisation.closing_at is not None:
        return None  # nothing leaves an organisation that waits for its deletion; taken back, it goes on
    return _record(schedule, key=occurrence_key(due, time_zone=schedule.time_zone), due_at=due, by=None)


def run_now(*, schedule: Schedule, requested_by: uuid.UUID) -> Occurrence:
    """An occurrence out of turn; when the schedule is due next stays as it is."""
    now = timezone.now()
    key = f"now:{now.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
    occurrence = _record(schedule, key=key, due_at=now, by=requested_by)
    if occurrence is None:
        raise RuntimeError("Two occurrences in one microsecond.")
    return occurrence


def _record(schedule: Schedule, *, key: str, due_at: datetime, by: uuid.UUID | None) -> Occurrence | None:
    occurrence, made = Occurrence.objects.get_or_create(schedule=schedule, key=key, defaults={"due_at": due_at})
    if not made:
        return None
    enqueue(MAKE_OCCURRENCE, key=str(occurrence.pk), payload={"occurrence": str(occurrence.pk)}, requested_by=by)
    audit.record(
        "schedule.came_due",
        object_type="schedule",
        object_id=schedule.pk,
        after={"occurrence": occurrence.pk, "key": key, "recipients": schedule.recipients},
    )
    return occurrence


def carry_out(occurrence_id: uuid.UUID) -> None:
    """Freeze the assessment and ask for its report. Does nothing when that is done, or the schedule is gone."""
    occurrence = (
        Occurrence.objects.select_for_update(of=("self",))
        .select_related("schedule__assessment")
        .filter(pk=occurrence_id, report__isnull=True)
        .first()
    )
    if occurrence is None:
        return
    schedule = occurrence.schedule
    snapshot = take_snapshot(assessment=schedule.assessment, reason="schedule", access=None)
    occurrence.report = make_report(snapshot=snapshot, kind="full", language=schedule.language, requested_by=None)
    occurrence.save(update_fields=["report"])
