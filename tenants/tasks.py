"""Celery's side of jobs: ids in, one call."""

from __future__ import annotations

import uuid

from celery import shared_task

from tenants import jobs


@shared_task(name=jobs.RUN_JOB)
def run_job(organisation_id: str, job_id: str) -> None:
    jobs.run_job(organisation_id=uuid.UUID(organisation_id), job_id=uuid.UUID(job_id))


@shared_task(name="tenants.relay", expires=5)
def relay() -> int:
    """Send what is due and was not picked up. Any number of these may run at once."""
    due = jobs.due_wakeups()
    for task, organisation_id, subject_id in due:
        jobs.publish(task, organisation_id=organisation_id, subject_id=subject_id)
    return len(due)
