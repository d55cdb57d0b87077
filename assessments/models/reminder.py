"""Who was told of what evidence, so that nobody is told twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class ReminderKind(models.TextChoices):
    RUNS_OUT = "runs_out"
    REVIEW_DUE = "review_due"


class EvidenceReminder(TenantModel):
    """One person, told on `told_on` that so many `days` were left until `due_on`. The row is the claim to tell it."""

    evidence = TenantForeignKey("assessments.Evidence")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=ReminderKind.choices)
    due_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    told_on = models.DateField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "evidence", "person", "kind", "due_on", "days"],
                name="assessments_evidencereminder_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=ReminderKind.values), name="assessments_evidencereminder_kind"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "person", "told_on"], name="assessments_reminder_digest")]
