"""Jobs: asked for once, carried out once, whatever workers and brokers do. With real commits and real threads."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tenants import audit, jobs
from tenants.models import AuditEvent, Job, Wakeup
from tenants.scope import ScopeError, tenant_scope
from tenants.tasks import relay
from tests.cast import House

pytestmark = pytest.mark.usefixtures("committed")
KIND = "test.work"


@pytest.fixture
def house(committed: None, aria: House) -> House:
    return aria


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch, published: list[Any]):
    """Register the work of KIND for one test."""

    def register(handler: Callable[[jobs.Run], object]) -> None:
        monkeypatch.setitem(jobs._handlers, KIND, handler)

    register(_finish)
    return register


def _finish(run: jobs.Run) -> None:
    with run.finish():
        pass


def _enqueue(house: House, key: str = "k", **payload: object) -> Job:
    with tenant_scope(house.organisation.pk):
        return jobs.enqueue(KIND, key=key, payload=payload, requested_by=house.people["alice"].pk)


def _job(house: House, job: Job) -> Job:
    with tenant_scope(house.organisation.pk):
        return Job.objects.get(pk=job.pk)


def _claim(house: House, job: Job) -> tuple[str, jobs.Run] | None:
    return jobs.claim(organisation_id=house.organisation.pk, job_id=job.pk)


def _run(house: House, job: Job) -> None:
    jobs.run_job(organisation_id=house.organisation.pk, job_id=job.pk)


def _lose_lease(house: House, job: Job) -> None:
    with tenant_scope(house.organisation.pk):
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def _make_due() -> None:
    Wakeup.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_hundred_parallel_requests_for_one_key_are_one_job(
    house: House, published: list[Any], in_threads: Callable[..., list[Any]]
):
    made = in_threads(lambda _: _enqueue(house).pk, range(100), threads=8)
    assert len(set(made)) == 1
    assert Wakeup.objects.count() == 1
    assert published == [(jobs.RUN_JOB, house.organisation.pk, made[0])]


def test_a_job_asked_for_in_a_transaction_that_fails_does_not_exist(house: House, published: list[Any]):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError(_enqueue(house))
    with tenant_scope(house.organisation.pk):
        assert not Job.objects.exists()
    assert Wakeup.objects.count() == 0
    assert published == []


def test_a_job_is_done_once_and_its_wakeup_goes(house: House, handle: Callable[..., None]):
    runs = []
    handle(lambda run: (runs.append(run.payload), _finish(run)))
    job = _enqueue(house, subject="s")
    for _ in range(3):
        _run(house, job)
    assert runs == [{"subject": "s"}]
    done = _job(house, job)
    assert (done.state, done.progress, done.attempts, done.error) == ("succeeded", 100, 1, "")
    assert done.finished_at is not None
    assert Wakeup.objects.count() == 0


def test_of_many_workers_one_claims(house: House, handle: Callable[..., None], in_threads: Callable[..., list[Any]]):
    job = _enqueue(house)
    claims = in_threads(lambda _: _claim(house, job), range(8), threads=8)
    assert sum(claim is not None for claim in claims) == 1


def test_a_job_under_lease_is_left_alone(house: House, handle: Callable[..., None]):
    job = _enqueue(house)
    assert _claim(house, job) is not None
    assert _claim(house, job) is None


def test_a_lost_worker_cannot_finish_what_another_took_over(house: House, handle: Callable[..., None]):
    job = _enqueue(house)
    _, first = _claim(house, job)
    _lose_lease(house, job)
    _, second = _claim(house, job)
    assert second.fence == first.fence + 1
    with pytest.raises(jobs.JobLost), first.finish():
        audit.record("ghost.wrote", object_type="job", object_id=job.pk)
    with pytest.raises(jobs.JobLost):
        first.progress(50)
    with second.finish():
        audit.record("worker.wrote", object_type="job", object_id=job.pk)
    with tenant_scope(house.organisation.pk):
        events = list(AuditEvent.objects.values_list("event", "actor"))
    assert events == [("worker.wrote", f"person:{house.people['alice'].pk}")]
    assert _job(house, job).state == "succeeded"


def test_a_finished_job_is_not_finished_again(house: House, handle: Callable[..., None]):
    job = _enqueue(house)
    _, run = _claim(house, job)
    _finish(run)
    with pytest.raises(jobs.JobLost):
        _finish(run)


def test_what_fails_inside_finish_is_undone_and_tried_again(house: House, handle: Callable[..., None]):
    def half(run: jobs.Run) -> None:
        with run.finish():
            audit.record("half.done", object_type="job", object_id=run.job_id)
            raise ValueError("too late")

    handle(half)
    job = _enqueue(house)
    _run(house, job)
    again = _job(house, job)
    assert (again.state, again.error) == ("queued", "ValueError: too late")
    with tenant_scope(house.organisation.pk):
        assert not AuditEvent.objects.exists()


def test_attempts_are_capped_and_the_failure_is_told(house: House, handle: Callable[..., None]):
    runs = []

    def poison(run: jobs.Run) -> None:
        runs.append(run.attempt)
        raise RuntimeError("poison")

    handle(poison)
    job = _enqueue(house)
    for _ in range(jobs.MAX_ATTEMPTS + 3):
        _run(house, job)
    assert runs == [1, 2, 3, 4, 5]
    failed = _job(house, job)
    assert (failed.state, failed.error) == ("failed", "RuntimeError: poison")
    assert Wakeup.objects.count() == 0
    with tenant_scope(house.organisation.pk):
        assert AuditEvent.objects.get().event == "job.failed"


def test_a_job_that_kills_its_workers_is_given_up(house: House, handle: Callable[..., None]):
    job = _enqueue(house)
    for _ in range(jobs.MAX_ATTEMPTS):
        assert _claim(house, job) is not None
        _lose_lease(house, job)
    assert _claim(house, job) is None
    assert _job(house, job).state == "failed"
    assert "lost in every attempt" in _job(house, job).error


def test_a_refused_job_is_not_tried_again(house: House, handle: Callable[..., None]):
    def refuse(run: jobs.Run) -> None:
        raise jobs.JobRefused("The subject is gone.")

    handle(refuse)
    job = _enqueue(house)
    _run(house, job)
    assert (_job(house, job).state, _job(house, job).attempts) == ("failed", 1)
    assert _job(house, job).error == "The subject is gone."


def test_a_failure_is_noted_in_the_same_transaction(
    house: House, handle: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    def refuse(run: jobs.Run) -> None:
        raise jobs.JobRefused("no")

    def note(job: Job) -> None:
        raise ValueError("the note fails")

    handle(refuse)
    monkeypatch.setitem(jobs._failures, KIND, note)
    job = _enqueue(house)
    with pytest.raises(ValueError, match="note fails"):
        _run(house, job)
    assert _job(house, job).state == "running"


def test_a_pause_grows_with_the_attempts(house: House, handle: Callable[..., None]):
    def fail(run: jobs.Run) -> None:
        raise RuntimeError

    handle(fail)
    job = _enqueue(house)
    pauses = []
    for _ in range(3):
        _run(house, job)
        pauses.append((Wakeup.objects.get().due_at - timezone.now()).total_seconds())
    assert pauses == pytest.approx([2, 10, 30], abs=1)


def test_the_relay_sends_what_nobody_picked_up_and_only_when_due(
    house: House, handle: Callable[..., None], published: list[Any]
):
    job = _enqueue(house)
    published.clear()  # as when the broker was gone
    assert relay() == 0
    _make_due()
    assert relay() == 1
    assert published == [(jobs.RUN_JOB, house.organisation.pk, job.pk)]
    assert relay() == 0
    _run(house, job)
    _make_due()
    assert relay() == 0


def test_the_relay_brings_back_a_job_whose_worker_died(house: House, handle: Callable[..., None], published: list[Any]):
    job = _enqueue(house)
    _claim(house, job)
    published.clear()
    due = Wakeup.objects.get().due_at
    assert due == _job(house, job).lease_until
    _make_due()
    relay()
    _lose_lease(house, job)
    for task, organisation_id, subject_id in published:
        assert task == jobs.RUN_JOB
        jobs.run_job(organisation_id=organisation_id, job_id=subject_id)
    assert (_job(house, job).state, _job(house, job).attempts) == ("succeeded", 2)


def test_many_relays_send_each_wakeup_once(
    house: House, handle: Callable[..., None], published: list[Any], in_threads: Callable[..., list[Any]]
):
    for number in range(20):
        _enqueue(house, key=str(number))
    published.clear()
    _make_due()
    assert sum(in_threads(lambda _: relay(), range(4), threads=4)) == 20
    assert len({subject for _, _, subject in published}) == len(published) == 20


def test_the_lease_is_renewed_while_the_work_lasts(house: House, handle: Callable[..., None], settings: Any):
    settings.JOB_LEASE_SECONDS = 1
    seen = []

    def slow(run: jobs.Run) -> None:
        for _ in range(5):
            time.sleep(0.35)
            seen.append(_job(house, job).lease_until > timezone.now())
            assert _claim(house, job) is None
        _finish(run)

    handle(slow)
    job = _enqueue(house)
    _run(house, job)
    assert seen == [True] * 5
    assert (_job(house, job).state, _job(house, job).attempts) == ("succeeded", 1)


def test_a_database_that_is_gone_for_a_moment_does_not_cost_the_lease(
    house: House, handle: Callable[..., None], settings: Any
):
    settings.JOB_LEASE_SECONDS = 2

    def slow(run: jobs.Run) -> None:
        time.sleep(1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchall() == [(True,)], "the keeper's connection, and no other"
        time.sleep(2)
        assert _claim(house, job) is None
        _finish(run)

    handle(slow)
    job = _enqueue(house)
    _run(house, job)
    assert (_job(house, job).state, _job(house, job).attempts) == ("succeeded", 1)


def test_progress_is_seen_while_the_work_lasts(house: House, handle: Callable[..., None]):
    job = _enqueue(house)
    _, run = _claim(house, job)
    run.progress(40)
    body = house.as_("carol").get(f"{house.path}/jobs/{job.pk}/").json()
    assert (body["state"], body["progress"], body["attempts"], body["error"]) == ("running", 40, 1, None)
    _finish(run)
    assert house.as_("carol").get(f"{house.path}/jobs/{job.pk}/").json()["state"] == "succeeded"


def test_a_job_is_shown_to_members_only(
    house: House, handle: Callable[..., None], nextdoor: House, unknown_id: uuid.UUID
):
    job = _enqueue(house, secret="s")
    charlie = nextdoor.as_("charlie")
    answers = {
        charlie.get(f"{path}/jobs/{key}/").content
        for path in (house.path, nextdoor.path)
        for key in (job.pk, unknown_id)
    }
    assert len(answers) == 1
    shown = house.as_("bob").get(f"{house.path}/jobs/{job.pk}/")
    assert shown.status_code == 200
    assert "payload" not in shown.json()


def test_a_job_of_one_organisation_is_no_job_in_another(house: House, handle: Callable[..., None], nextdoor: House):
    job = _enqueue(house)
    assert jobs.claim(organisation_id=nextdoor.organisation.pk, job_id=job.pk) is None
    assert _job(house, job).state == "queued"


def test_a_job_is_asked_for_inside_a_scope_only(house: House):
    with pytest.raises(ScopeError):
        jobs.enqueue(KIND, key="k", payload={})


def test_without_a_broker_a_request_succeeds_and_the_job_waits(
    house: House, monkeypatch: pytest.MonkeyPatch, handle: Callable[..., None]
):
    from celery import current_app

    monkeypatch.undo()

    def gone(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(current_app, "send_task", gone)
    response = house.as_("alice").post(f"{house.path}/invitations/", {"email": "x@y.example", "role": "viewer"})
    assert response.status_code == 201
    with tenant_scope(house.organisation.pk):
        assert Job.objects.get().state == "queued"
    assert Wakeup.objects.count() == 1


def test_after_a_test_with_commits_the_catalogue_is_still_there(house: House):
    from assessments.catalogue.models import Standard

    assert Standard.objects.filter(slug="iso-13485-2016").exists()
