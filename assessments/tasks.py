"""Celery's side of what comes by the clock: ids in, one call. Any number of these may run at once."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from assessments.services import nights
from tenants import audit
from tenants.scope import tenant_scope


@shared_task(name="assessments.plan_nights", expires=600)
def plan_nights() -> int:
    """Every organisation gets its alarm clock for the night's work."""
    return nights.plan_nights()


@shared_task(name=nights.RING)  # type: ignore[untyped-decorator,unused-ignore]
def begin_night(organisation_id: str, subject_id: str) -> None:
    with tenant_scope(uuid.UUID(organisation_id)):
        audit.act_as("system:scheduler")
        nights.begin_night(now=timezone.now())
