"""Work for the worker. PostgreSQL is the truth; the broker only wakes somebody up."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from api.ids import new_id
from tenants.managed import TenantModel


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Job(TenantModel):
    """One piece of work: leased to one worker at a time, and only the holder of the newest fence may finish it."""

    kind = models.CharField(max_length=48)
    key = models.CharField(max_length=120, help_text="Names the work: the same key is the same job.")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_id = models.CharField(max_length=64, blank=True, db_default="", help_text="Of the request that asked.")
    address = models.CharField(max_length=64, blank=True, db_default="", help_text="From where that request came.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "key"], name="tenants_job_key"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="tenants_job_progress"),
        ]


class Wakeup(models.Model):
    """The relay's alarm clock: which job or schedule of which organisation wants attention, and when.

    A shared table on purpose, and one without content: the relay must see all organisations at once, so it sees ids and
    times only, and enters each organisation's scope for the rest.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=48, help_text="Name of the Celery task to send.")
    subject_id = models.UUIDField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "task", "subject_id"], name="tenants_wakeup_subject"),
        ]
        indexes = [models.Index(fields=["due_at"], name="tenants_wakeup_due")]
