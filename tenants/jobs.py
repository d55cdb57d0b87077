"""Jobs: asked for inside a transaction, carried out by a worker exactly once as far as anyone can see.

1. `enqueue` writes the Job row and its Wakeup in the caller's transaction; after the commit it tries to wake a worker.
2. `claim` leases a queued job, or one whose lease ran out, and raises its fence: whoever held it before can no longer
   finish it.
3. While the handler runs, a thread renews the lease. `Run.finish` commits the outcome only where the fence is still
   its own.
4. The relay (`tenants.wakeups`) sends again what nobody picked up and what lost its worker. After MAX_ATTEMPTS a job is
   failed; one that only waits for a part that is down (`JobPostponed`) is tried until that is back.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from api.ids import new_id
from tenants import audit, wakeups
from tenants.models import Job, JobState
from tenants.scope import current_organisation, tenant_scope
from tenants.wakeups import PUBLISHED_FOR, forget_wakeup, wake_at

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RETRY_SECONDS = (2, 10, 30, 120)
RUN_JOB = "tenants.run_job"

Handler = Callable[["Run"], None]
_handlers: dict[str, Handler] = {}


class JobLost(Exception):
    """The lease ran out and the job went to another worker; whatever was done here must not be kept."""


class JobRefused(Exception):
    """The job can never succeed (its subject is gone, its input is wrong): failed at once, without further attempts."""


class JobPostponed(Exception):
    """What the job needs does not answer just now: tried again after `seconds`, however often, and never failed."""

    def __init__(self, reason: str, *, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds


def job_handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that carries out jobs of `kind`."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def enqueue(
    kind: str,
    *,
    key: str,
    payload: Mapping[str, Any],
    requested_by: uuid.UUID | None = None,
    due_at: datetime | None = None,
) -> Job:
    """The job named `key`, made now or earlier: asking twice is asking once. `due_at`: not before that moment."""
    request_id, address = audit.origin()
    asked = {"requested_by_id": requested_by, "request_id": request_id, "address": address}
    job, made = Job.objects.get_or_create(kind=kind, key=key, defaults={"payload": dict(payload), **asked})
    if made and due_at is not None and due_at > timezone.now():
        wake_at(task=RUN_JOB, subject_id=job.pk, due_at=due_at)
    elif made:
        wake_at(task=RUN_JOB, subject_id=job.pk, due_at=timezone.now() + PUBLISHED_FOR)
        organisation_id = current_organisation()
        transaction.on_commit(
            lambda: wakeups.publish(RUN_JOB, organisation_id=organisation_id, subject_id=job.pk), robust=True
        )
    return job


@dataclass(slots=True)
class Run:
    """One attempt at one job, in the hands of its handler."""

    organisation_id: uuid.UUID
    job_id: uuid.UUID
    payload: dict[str, Any]
    fence: int
    attempt: int
    requested_by: uuid.UUID | None
    request_id: str = ""
    address: str = ""

    @contextmanager
    def scope(self) -> Iterator[None]:
        """A transaction inside the job's organisation, acting for whoever asked for the job."""
        with tenant_scope(self.organisation_id):
            actor = f"person:{self.requested_by}" if self.requested_by else "system:worker"
            audit.act_as(actor, request_id=self.request_id or f"job-{self.job_id.hex}", address=self.address)
            yield

    @contextmanager
    def step(self) -> Iterator[None]:
        """A transaction on the way: what is written inside stands only if the job is still ours. Raises JobLost."""
        with self.scope():
            self._hold()
            yield

    @contextmanager
    def finish(self) -> Iterator[None]:
        """The last transaction: a step after which the job is done. Raises JobLost."""
        with self.step():
            yield
            now = timezone.now()
            Job.objects.filter(pk=self.job_id, fence=self.fence).update(
                state=JobState.SUCCEEDED, progress=100, lease_until=None, finished_at=now, error=""
            )
            forget_wakeup(task=RUN_JOB, subject_id=self.job_id)

    def progress(self, percent: int) -> None:
        with self.step():
            Job.objects.filter(pk=self.job_id).update(progress=percent)

    def _hold(self) -> None:
        held = Job.objects.select_for_update().filter(pk=self.job_id, fence=self.fence, state=JobState.RUNNING)
        if not held.exists():
            raise JobLost


def lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim(*, organisation_id: uuid.UUID, job_id: uuid.UUID) -> tuple[str, Run] | None:
    """Lease the job to this worker, or None when it is done, held by another or used up."""
    with tenant_scope(organisation_id):
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        now = timezone.now()
        if job is None:
            return None
        if job.state in {JobState.SUCCEEDED, JobState.FAILED}:
            forget_wakeup(task=RUN_JOB, subject_id=job_id)
            return None
        if job.state == JobState.RUNNING and job.lease_until is not None and job.lease_until > now:
            return None
        if job.attempts >= MAX_ATTEMPTS:
            audit.act_as("system:worker", request_id=job.request_id or f"job-{job_id.hex}", address=job.address)
            _close(job, error=job.error or "The worker was lost in every attempt.")
            return None
        job.state, job.fence, job.attempts = JobState.RUNNING, job.fence + 1, job.attempts + 1
        job.lease_until, job.started_at = now + lease(), job.started_at or now
        job.save(update_fields=["state", "fence", "attempts", "lease_until", "started_at"])
        wake_at(task=RUN_JOB, subject_id=job_id, due_at=job.lease_until)
        return job.kind, Run(
            organisation_id=organisation_id,
            job_id=job_id,
            payload=job.payload,
            fence=job.fence,
            attempt=job.attempts,
            requested_by=job.requested_by_id,
            request_id=job.request_id,
            address=job.address,
        )


def run_job(*, organisation_id: uuid.UUID, job_id: uuid.UUID) -> None:
    """Claim and carry out one job. Never raises for a job's own fault: the row tells."""
    claimed = claim(organisation_id=organisation_id, job_id=job_id)
    if claimed is None:
        return
    kind, run = claimed
    try:
        with _kept_alive(run):
            _handlers[kind](run)
    except JobLost:
        logger.warning("Job %s went to another worker; this attempt is dropped.", job_id)
    except JobPostponed as pause:
        logger.warning("Job %s (%s) waits %s s: %s", job_id, kind, pause.seconds, pause)
        _put_off(run, pause)
    except JobRefused as refusal:
        _give_up(run, error=str(refusal), final=True)
    except Exception as error:  # a defect or a passing fault: recorded, and tried again
        logger.exception("Job %s (%s) failed in attempt %s.", job_id, kind, run.attempt)
        _give_up(run, error=f"{type(error).__name__}: {error}"[:2000], final=False)


def _give_up(run: Run, *, error: str, final: bool) -> None:
    with run.scope():
        job = Job.objects.select_for_update().filter(pk=run.job_id, fence=run.fence, state=JobState.RUNNING).first()
        if job is None:
            return
        if final or job.attempts >= MAX_ATTEMPTS:
            _close(job, error=error)
            return
        job.state, job.lease_until, job.error = JobState.QUEUED, None, error
        job.save(update_fields=["state", "lease_until", "error"])
        pause = RETRY_SECONDS[min(job.attempts, len(RETRY_SECONDS)) - 1]
        wake_at(task=RUN_JOB, subject_id=job.pk, due_at=timezone.now() + timedelta(seconds=pause))


def _put_off(run: Run, pause: JobPostponed) -> None:
    """Back to the queue, and the attempt is not counted."""
    with run.scope():
        due_at = timezone.now() + timedelta(seconds=pause.seconds)
        held = Job.objects.filter(pk=run.job_id, fence=run.fence, state=JobState.RUNNING)
        if held.update(state=JobState.QUEUED, lease_until=None, error=str(pause)[:2000], attempts=run.attempt - 1):
            wake_at(task=RUN_JOB, subject_id=run.job_id, due_at=due_at)


_failures: dict[str, Callable[[Job], None]] = {}


def on_failure(kind: str) -> Callable[[Callable[[Job], None]], Callable[[Job], None]]:
    """Register what else to note when a job of `kind` is failed for good; runs in the same transaction."""

    def register(note: Callable[[Job], None]) -> Callable[[Job], None]:
        _failures[kind] = note
        return note

    return register


def _close(job: Job, *, error: str) -> None:
    before = job.state
    job.state, job.error, job.lease_until, job.finished_at = JobState.FAILED, error, None, timezone.now()
    job.save(update_fields=["state", "error", "lease_until", "finished_at"])
    forget_wakeup(task=RUN_JOB, subject_id=job.pk)
    if job.kind in _failures:
        _failures[job.kind](job)
    audit.record(
        "job.failed",
        object_type="job",
        object_id=job.pk,
        before={"state": before},
        after={"state": job.state, "kind": job.kind, "attempts": job.attempts, "error": error},
    )


def _renewed(run: Run) -> bool:
    """Lengthen the lease; False when the job is no longer this run's."""
    with tenant_scope(run.organisation_id):
        until = timezone.now() + lease()
        mine = Job.objects.filter(pk=run.job_id, fence=run.fence, state=JobState.RUNNING)
        if mine.update(lease_until=until) != 1:
            return False
        wake_at(task=RUN_JOB, subject_id=run.job_id, due_at=until)
        return True


@contextmanager
def _kept_alive(run: Run) -> Iterator[None]:
    """Renew the lease from a thread of its own until the handler is done."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                if not _renewed(run):
                    break
            except Exception:
                # A database that is back before the lease runs out finds the job still ours.
                logger.exception("The lease of job %s could not be renewed.", run.job_id)
                connection.close()
        connection.close()

    keeper = threading.Thread(target=renew, name=f"lease-{run.job_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def told_of_giving_up(job: Job, *, what: str) -> str:
    """Why a job was given up, for people: a refusal says so itself, other faults are for the log."""
    if job.attempts < MAX_ATTEMPTS:
        return job.error
    return f"{what} could not be made in {job.attempts} attempts. Ask for it again later."


def new_key() -> str:
    """A job name for work that is new every time it is asked for."""
    return new_id().hex
