"""A reviewer's own verdict, kept apart from the self-assessed level."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class Verdict(models.TextChoices):
    VALIDATED = "validated"
    CHANGES_REQUESTED = "changes_requested"


class Review(TenantModel):
    """One verdict on one version of an answer. The newest counts; earlier ones are the history."""

    answer = TenantForeignKey("assessments.Answer")
    answer_version = models.PositiveIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    level = models.FloatField(
        null=True, help_text="The validated level; null with changes requested or not applicable."
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict=Verdict.VALIDATED.value) | ~models.Q(note=""),
                name="assessments_review_changes_explained",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "answer", "-created_at"], name="assessments_review_newest")]
