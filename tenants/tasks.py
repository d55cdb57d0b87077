"""Celery's side of jobs: ids in, one call."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from tenants import audit, jobs, wakeups
from tenants.scope import tenant_scope
from tenants.services import closing, erasure, exports, heads


@shared_task(name=jobs.RUN_JOB)
def run_job(organisation_id: str, job_id: str) -> None:
    jobs.run_job(organisation_id=uuid.UUID(organisation_id), job_id=uuid.UUID(job_id))


@shared_task(name="tenants.relay", expires=5)
def relay() -> int:
    """Send what is due and was not picked up. Any number of these may run at once."""
    due = wakeups.due_wakeups()
    for task, organisation_id, subject_id in due:
        wakeups.publish(task, organisation_id=organisation_id, subject_id=subject_id)
    return len(due)


@shared_task(name="tenants.plan_signing", expires=600)
def plan_signing() -> int:
    """Every organisation gets its alarm clock for signed heads."""
    return heads.plan_signing()


@shared_task(name=heads.RING)
def ask_for_head(organisation_id: str, subject_id: str) -> None:
    with tenant_scope(uuid.UUID(organisation_id)):
        audit.act_as("system:scheduler")
        heads.ask_for_head(now=timezone.now())


@shared_task(name=exports.EXPIRE)
def expire_export(organisation_id: str, export_id: str) -> None:
    with tenant_scope(uuid.UUID(organisation_id)):
        audit.act_as("system:scheduler")
        exports.expire(uuid.UUID(export_id))


@shared_task(name=closing.RING)
def closing_goes_on(organisation_id: str, subject_id: str) -> None:
    with tenant_scope(uuid.UUID(organisation_id)):
        audit.act_as("system:scheduler")
        closing.go_on(now=timezone.now())


@shared_task(name="tenants.mail_certificates", expires=300)
def mail_certificates() -> int:
    """Certificates whose worker was lost before it had mailed them, or whose mail server did not answer."""
    return erasure.send_due_certificates()
