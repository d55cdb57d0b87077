"""Schedules: when a report of an assessment is made and mailed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from api.problems import Invalid, PreconditionFailed
from assessments.models import Assessment
from reports.models import Schedule
from reports.schedules import Rhythm, faults_of, next_occurrence
from reports.selectors import get_schedule
from tenants import audit
from tenants.access import Access
from tenants.wakeups import forget_wakeup, wake_at

RUN_SCHEDULE: Final = "reports.run_schedule"
"""The Celery task that looks whether a schedule is due (`reports.tasks`)."""
_RHYTHM: Final = ("cadence", "weekday", "day", "time", "time_zone")
FIELDS: Final = ("name", *_RHYTHM, "recipients", "language", "active")


def create_schedule(*, assessment_id: uuid.UUID, access: Access, fields: Mapping[str, Any]) -> Schedule:
    """A schedule that comes due from now on. Raises Invalid for a rhythm or an assessment that is none."""
    if not Assessment.objects.filter(pk=assessment_id).exists():
        raise Invalid({"assessment": ["There is no such assessment."]})
    schedule = Schedule(assessment_id=assessment_id, created_by_id=access.person_id, **fields)
    _plan(schedule, now=timezone.now())
    schedule.save(force_insert=True)
    _wake(schedule)
    audit.record(
        "schedule.created",
        object_type="schedule",
        object_id=schedule.pk,
        after={"assessment": assessment_id, **_values(schedule)},
    )
    return schedule


def change_schedule(*, schedule_id: uuid.UUID, version: int, fields: Mapping[str, Any]) -> Schedule:
    """Change what `fields` names; what is due next is worked out anew. Raises NotFound, PreconditionFailed, Invalid."""
    schedule = get_schedule(schedule_id, for_change=True)
    if schedule.version != version:
        raise PreconditionFailed(schedule.version)
    before = {name: value for name, value in _values(schedule).items() if fields.get(name, value) != value}
    if not before:
        return schedule
    for name in before:
        setattr(schedule, name, fields[name])
    if before.keys() & {*_RHYTHM, "active"}:
        _plan(schedule, now=timezone.now())
    schedule.version += 1
    schedule.save(update_fields=[*before, "next_run_at", "version"])
    _wake(schedule)
    audit.record(
        "schedule.changed",
        object_type="schedule",
        object_id=schedule.pk,
        before=before,
        after={name: fields[name] for name in before},
    )
    return schedule


def delete_schedule(schedule_id: uuid.UUID) -> None:
    """Take a schedule away with its occurrences and deliveries; the reports stay."""
    schedule = get_schedule(schedule_id, for_change=True)
    before = {"assessment": schedule.assessment_id, **_values(schedule)}
    schedule.delete()
    forget_wakeup(task=RUN_SCHEDULE, subject_id=schedule_id)
    audit.record("schedule.deleted", object_type="schedule", object_id=schedule_id, before=before)


def rhythm_of(schedule: Schedule) -> Rhythm:
    return Rhythm(
        cadence=schedule.cadence,
        weekday=schedule.weekday,
        day=schedule.day,
        time=schedule.time,
        time_zone=schedule.time_zone,
    )


def _values(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in FIELDS}


def _plan(schedule: Schedule, *, now: datetime) -> None:
    faults = faults_of(cadence=schedule.cadence, weekday=schedule.weekday, day=schedule.day)
    if faults:
        raise Invalid({field: [sentence] for field, sentence in faults.items()})
    schedule.next_run_at = next_occurrence(rhythm_of(schedule), after=now) if schedule.active else None


def _wake(schedule: Schedule) -> None:
    if schedule.next_run_at is None:
        forget_wakeup(task=RUN_SCHEDULE, subject_id=schedule.pk)
    else:
        wake_at(task=RUN_SCHEDULE, subject_id=schedule.pk, due_at=schedule.next_run_at)
