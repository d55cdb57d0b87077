"""Celery's side of schedules, deliveries and comparisons: ids in, one call. Any number of these may run at once."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from reports.services import comparison
from reports.services.delivery import RESUME, resume
from reports.services.occurrence import come_due
from reports.services.schedule import RUN_SCHEDULE
from tenants import audit
from tenants.scope import tenant_scope


@shared_task(name=RUN_SCHEDULE)  # type: ignore[untyped-decorator,unused-ignore]
def run_schedule(organisation_id: str, schedule_id: str) -> None:
    with tenant_scope(uuid.UUID(organisation_id)):
        audit.act_as("system:scheduler")
        come_due(schedule_id=uuid.UUID(schedule_id), now=timezone.now())


@shared_task(name=RESUME)  # type: ignore[untyped-decorator,unused-ignore]
def resume_delivery(organisation_id: str, delivery_id: str) -> None:
    with tenant_scope(uuid.UUID(organisation_id)):
        audit.act_as("system:scheduler")
        resume(uuid.UUID(delivery_id))


@shared_task(name=comparison.MAKE)  # type: ignore[untyped-decorator,unused-ignore]
def make_comparison(file_id: str) -> None:
    comparison.make(uuid.UUID(file_id))
