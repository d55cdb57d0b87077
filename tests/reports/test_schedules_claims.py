"""A schedule that comes due is claimed once, whoever looks and however often."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from assessments.models import Assessment, Snapshot
from reports import tasks
from reports.models import Occurrence, Report, Schedule
from reports.services.occurrence import come_due
from tenants import jobs, wakeups
from tenants.models import AuditEvent, Job, Wakeup
from tenants.scope import tenant_scope
from tests.cast import House, run_jobs
from tests.reports.conftest import QuickRenderer
from tests.work import answer_all, make_assessment

DUE = datetime(2026, 3, 23, 7, tzinfo=UTC)
"""A Monday, 08:00 in Berlin."""


def make_schedule(house: House, work: Assessment, *, due: datetime = DUE, **fields: Any) -> Schedule:
    values = {
        "name": "Brief", "cadence": "weekly", "weekday": 0, "time": "08:00", "time_zone": "Europe/Berlin",
        "recipients": ["carol@example.org"], "created_by": house.people["adam"], "next_run_at": due,
    } | fields  # fmt: skip
    with tenant_scope(house.organisation.pk):
        schedule: Schedule = Schedule.objects.create(assessment=work, **values)
        schedule.refresh_from_db()
        wakeups.wake_at(task="reports.run_schedule", subject_id=schedule.pk, due_at=due)
    return schedule


def claim(house: House, schedule: Schedule, *, now: datetime) -> Occurrence | None:
    with tenant_scope(house.organisation.pk):
        return come_due(schedule_id=schedule.pk, now=now)


def next_run(house: House, schedule: Schedule) -> datetime:
    with tenant_scope(house.organisation.pk):
        found: datetime = Schedule.objects.get(pk=schedule.pk).next_run_at
        assert Wakeup.objects.get(subject_id=schedule.pk).due_at == found
    return found


def test_a_schedule_that_is_not_due_yet_is_left_alone(aria: House, work: Assessment) -> None:
    schedule = make_schedule(aria, work)
    assert claim(aria, schedule, now=DUE - timedelta(seconds=1)) is None
    assert next_run(aria, schedule) == DUE


def test_coming_due_makes_an_occurrence_and_moves_on_over_the_change_of_clocks(aria: House, work: Assessment) -> None:
    schedule = make_schedule(aria, work)
    occurrence = claim(aria, schedule, now=DUE + timedelta(seconds=2))
    assert occurrence is not None
    assert (occurrence.key, occurrence.due_at) == ("2026-03-23T08:00:00+01:00", DUE)
    assert next_run(aria, schedule) == datetime(2026, 3, 30, 6, tzinfo=UTC)
    assert claim(aria, schedule, now=DUE + timedelta(seconds=3)) is None


def test_what_was_missed_during_an_outage_is_made_up_for_once(aria: House, work: Assessment) -> None:
    schedule = make_schedule(aria, work, cadence="daily", weekday=None)
    now = DUE + timedelta(days=30)
    assert claim(aria, schedule, now=now)
    assert next_run(aria, schedule) > now
    assert claim(aria, schedule, now=now) is None
    with tenant_scope(aria.organisation.pk):
        assert Occurrence.objects.count() == 1


def test_a_clock_that_is_set_back_does_not_double_an_occurrence(aria: House, work: Assessment) -> None:
    schedule = make_schedule(aria, work)
    assert claim(aria, schedule, now=DUE)
    with tenant_scope(aria.organisation.pk):
        Schedule.objects.filter(pk=schedule.pk).update(next_run_at=DUE)
    assert claim(aria, schedule, now=DUE) is None
    with tenant_scope(aria.organisation.pk):
        assert Occurrence.objects.count() == 1
        assert Job.objects.filter(kind="schedule.occurrence").count() == 1


def test_a_paused_schedule_whose_alarm_still_rings_is_not_claimed(aria: House, work: Assessment) -> None:
    schedule = make_schedule(aria, work, active=False)
    assert claim(aria, schedule, now=DUE) is None
    assert not Wakeup.objects.filter(subject_id=schedule.pk).exists()


def test_an_occurrence_freezes_the_assessment_and_asks_for_its_report_once(
    aria: House, work: Assessment, renderer: QuickRenderer
) -> None:
    schedule = make_schedule(aria, work)
    claim(aria, schedule, now=DUE)
    run_jobs(aria)
    run_jobs(aria)
    with tenant_scope(aria.organisation.pk):
        occurrence = Occurrence.objects.select_related("report__snapshot").get()
        assert occurrence.report.state == "ready"
        assert occurrence.report.requested_by_id is None
        assert occurrence.report.snapshot.reason == "schedule"
        assert Report.objects.count() == Snapshot.objects.count() == 1
        job = Job.objects.get(kind="schedule.occurrence")
    jobs.run_job(organisation_id=aria.organisation.pk, job_id=job.pk)
    with tenant_scope(aria.organisation.pk):
        assert Report.objects.count() == 1
    shown = aria.as_("carol").get(f"{aria.path}/schedules/{schedule.pk}/occurrences/").json()["results"]
    assert [(row["report"], row["state"]) for row in shown] == [(str(occurrence.report_id), "ready")]


def test_each_occurrence_is_a_snapshot_of_its_own_even_when_nothing_changed(
    aria: House, work: Assessment, renderer: QuickRenderer
) -> None:
    schedule = make_schedule(aria, work)
    claim(aria, schedule, now=DUE)
    run_jobs(aria)
    claim(aria, schedule, now=DUE + timedelta(days=7))
    run_jobs(aria)
    with tenant_scope(aria.organisation.pk):
        contents = Snapshot.objects.order_by("-taken_at").values_list("contents", flat=True)
        assert [bool(document["previous"]) for document in contents] == [True, False]


def test_an_occurrence_that_cannot_be_carried_out_says_failed(
    aria: House, work: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("reports.services.occurrence.take_snapshot", broken)
    schedule = make_schedule(aria, work)
    claim(aria, schedule, now=DUE)
    for _ in range(jobs.MAX_ATTEMPTS):
        run_jobs(aria)
    shown = aria.as_("carol").get(f"{aria.path}/schedules/{schedule.pk}/occurrences/").json()["results"]
    assert [(row["report"], row["state"]) for row in shown] == [(None, "failed")]


def test_the_scheduler_acts_under_its_own_name(aria: House, work: Assessment) -> None:
    schedule = make_schedule(aria, work)
    tasks.run_schedule(str(aria.organisation.pk), str(schedule.pk))
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="schedule.came_due")
        assert event.actor == "system:scheduler"
        assert event.after["recipients"] == ["carol@example.org"]


def test_a_task_for_a_schedule_that_is_gone_does_nothing(aria: House, unknown_id: uuid.UUID) -> None:
    tasks.run_schedule(str(aria.organisation.pk), str(unknown_id))
    tasks.run_schedule(str(unknown_id), str(unknown_id))
    tasks.resume_delivery(str(aria.organisation.pk), str(unknown_id))


def test_six_schedulers_at_once_make_one_occurrence(
    committed: None,
    no_broker: list[tuple[str, str]],
    aria: House,
    in_threads: Callable[..., list[Any]],
) -> None:
    work = make_assessment(aria)
    answer_all(aria, work)
    schedule = make_schedule(aria, work)
    found = in_threads(lambda _: claim(aria, schedule, now=DUE), range(6))
    assert len([occurrence for occurrence in found if occurrence]) == 1
    with tenant_scope(aria.organisation.pk):
        assert Occurrence.objects.count() == 1
        assert Job.objects.filter(kind="schedule.occurrence").count() == 1
        assert AuditEvent.objects.filter(event="schedule.came_due").count() == 1
    assert [task for task, _ in no_broker] == ["tenants.run_job"]
    connection.close()


def test_the_relay_finds_a_due_schedule_and_hands_it_to_one_scheduler(
    committed: None, no_broker: list[tuple[str, str]], aria: House, in_threads: Callable[..., list[Any]]
) -> None:
    work = make_assessment(aria)
    schedule = make_schedule(aria, work)
    handed = [due for found in in_threads(lambda _: wakeups.due_wakeups(), range(4)) for due in found]
    assert handed == [("reports.run_schedule", aria.organisation.pk, schedule.pk)]
    tasks.run_schedule(str(aria.organisation.pk), str(schedule.pk))
    assert next_run(aria, schedule) > DUE
    connection.close()
