"""An organisation's work on one standard edition."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessments.catalogue.models import Standard
from assessments.lifecycle import AssessmentState
from tenants.managed import TenantForeignKey, TenantModel

REVIEW_PERMISSION = "review_assessment"
"""What a grant of django-guardian's kind gives (`assessments.models.grant`)."""


class Assessment(TenantModel):
    """Pins the very content of the edition it started from: `standard` is immutable per content hash.

    `answers_revision` goes up with every change that can move a score, in the transaction of that change; scores are
    kept beside the revision they were worked out from (AssessmentScore), so that a write costs the same at any size.
    """

    name = models.CharField(max_length=200)
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in AssessmentState], default=AssessmentState.DRAFT.value
    )
    scope = models.TextField(blank=True, help_text="What the assessment covers, in words.")
    profiles = models.JSONField(default=list, help_text="Applicability profiles that apply, for example `sterile`.")
    selection = models.CharField(
        max_length=60, blank=True, db_default="", help_text="The part of the standard that is taken; empty: all of it."
    )
    options = models.JSONField(
        db_default={}, default=dict, help_text="Alternative → the option taken, where it is not the first."
    )
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    target = models.FloatField(null=True, help_text="Level aimed at where an answer names none of its own.")
    language = models.CharField(max_length=8, default="en")
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    predecessor = TenantForeignKey("assessments.Assessment", on_delete=models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1, help_text="The ETag of the assessment's own fields and state.")
    answers_revision = models.PositiveBigIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        permissions = [(REVIEW_PERMISSION, "Can review the assessment from outside")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in AssessmentState]), name="assessments_assessment_state"
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__isnull=True)
                | models.Q(period_start__isnull=True)
                | models.Q(period_end__gte=models.F("period_start")),
                name="assessments_assessment_period",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], name="assessments_assessment_new"),
            models.Index(fields=["organisation", "state"], name="assessments_assessment_state_i"),
        ]

    def __str__(self) -> str:
        return self.name


class AssessmentScore(TenantModel):
    """The root scores as they stood at `answers_revision`; stale when the assessment has moved on or `valid_until` is
    past.

    Levels are in units of the standard's scale, null when nothing is answered; coverage is a share from 0 to 1.
    """

    assessment = TenantForeignKey("assessments.Assessment")
    answers_revision = models.PositiveBigIntegerField()
    valid_until = models.DateField(null=True, help_text="The first day on which evidence has run out.")
    asserted = models.FloatField(null=True)
    evidenced = models.FloatField(null=True)
    validated = models.FloatField(null=True)
    target = models.FloatField(null=True)
    coverage = models.FloatField(default=0)
    answered = models.PositiveIntegerField(default=0)
    applicable = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "assessment"], name="assessments_score_one"),
        ]
