"""When a report is made and mailed, and to whom it went."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from identity.models import known_time_zone
from tenants.managed import TenantForeignKey, TenantModel


class Cadence(models.TextChoices):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class Schedule(TenantModel):
    """`next_run_at` is claimed by a conditional update, so any number of schedulers is safe."""

    name = models.CharField(max_length=120)
    assessment = TenantForeignKey("assessments.Assessment")
    cadence = models.CharField(max_length=12, choices=Cadence.choices)
    weekday = models.PositiveSmallIntegerField(null=True, help_text="0 is Monday; for weekly schedules.")
    day = models.PositiveSmallIntegerField(null=True, help_text="Day of the month, the last where it has fewer.")
    time = models.TimeField(help_text="Local time in `time_zone`.")
    time_zone = models.CharField(max_length=64, validators=[known_time_zone])
    recipients = ArrayField(models.EmailField(), size=50)
    language = models.CharField(max_length=8, default="en")
    active = models.BooleanField(default=True)
    next_run_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__isnull=True) | models.Q(weekday__lte=6), name="reports_schedule_weekday"
            ),
            models.CheckConstraint(
                condition=models.Q(day__isnull=True) | models.Q(day__range=(1, 31)), name="reports_schedule_day"
            ),
        ]


class Occurrence(TenantModel):
    """One time a schedule came due. `key` is the local date and time, unique: a clock that jumps cannot double it."""

    schedule = TenantForeignKey("reports.Schedule")
    key = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    report = TenantForeignKey("reports.Report", on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "schedule", "key"], name="reports_occurrence_once"),
        ]


class DeliveryState(models.TextChoices):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Delivery(TenantModel):
    """One mail to one recipient for one occurrence. The Message-ID follows from the row, so a repeat can be
    recognised.
    """

    occurrence = TenantForeignKey("reports.Occurrence")
    recipient = models.EmailField()
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    message_id = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    possibly_duplicate = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "occurrence", "recipient"], name="reports_delivery_once"),
        ]
