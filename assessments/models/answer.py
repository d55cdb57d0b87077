"""The state of one requirement in one assessment, and what people say about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessments.catalogue.models import Requirement
from assessments.lifecycle import AnswerState
from tenants.managed import TenantForeignKey, TenantModel


class Answer(TenantModel):
    """Made with the first touch: an assessment of 1,000 requirements starts with no answer rows at all.

    `version` is the ETag; 0 stands for "not made yet". A level is in units of the standard's scale.
    """

    assessment = TenantForeignKey("assessments.Assessment")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in AnswerState], default=AnswerState.OPEN.value
    )
    level = models.FloatField(null=True)
    target = models.FloatField(null=True)
    applicable = models.BooleanField(default=True)
    reason = models.TextField(blank=True, help_text="Why the requirement does not apply.")
    note = models.TextField(blank=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    validated_level = models.FloatField(null=True, help_text="The reviewer's level; the review row holds the rest.")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "assessment", "requirement"], name="assessments_answer_one_per_requirement"
            ),
            models.CheckConstraint(
                condition=models.Q(applicable=True) | ~models.Q(reason=""), name="assessments_answer_reason_given"
            ),
            models.CheckConstraint(
                condition=models.Q(applicable=True) | models.Q(level__isnull=True),
                name="assessments_answer_no_level_when_not_applicable",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in AnswerState]), name="assessments_answer_state"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "assignee", "state"], name="assessments_answer_assignee")]


class AnswerComment(TenantModel):
    """A remark on an answer. Never edited, so that a discussion reads as it was held."""

    answer = TenantForeignKey("assessments.Answer")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "answer", "created_at"], name="assessments_comment_answer")]
