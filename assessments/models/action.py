"""Planned improvements that close gaps."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessments.catalogue.models import Requirement
from tenants.managed import TenantForeignKey, TenantModel


class ActionState(models.TextChoices):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


class Effort(models.TextChoices):
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Action(TenantModel):
    assessment = TenantForeignKey("assessments.Assessment")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    due = models.DateField(null=True)
    effort = models.CharField(max_length=8, choices=Effort.choices, blank=True)
    expected_level = models.FloatField(null=True)
    state = models.CharField(max_length=12, choices=ActionState.choices, default=ActionState.PLANNED)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "assessment", "state"], name="assessments_action_state")]
