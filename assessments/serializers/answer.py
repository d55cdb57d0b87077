"""Shapes of answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.catalogue.serializers import RequirementShape
from assessments.lifecycle import AnswerState
from assessments.serializers.assessment import (
    AssessmentShape,
    LevelField,
    NodeScoreShape,
    PersonShape,
    RootScoreShape,
    Shape,
    StrictBoolean,
)
from assessments.services.answer import MOST_AT_ONCE
from tenants.serializers import Shown

MOST_REFS = 2_000


class AnswerChange(StrictSerializer):
    """The fields that change; those not sent stay."""

    level = LevelField(
        required=False, allow_null=True, help_text="A level of the standard's scale; null takes it back."
    )
    target = LevelField(required=False, allow_null=True)
    applicable = StrictBoolean(required=False, help_text="False needs a reason and takes the level away.")
    reason = serializers.CharField(required=False, max_length=4_000, allow_blank=True)
    note = serializers.CharField(required=False, max_length=20_000, allow_blank=True, trim_whitespace=False)
    assignee = serializers.UUIDField(required=False, allow_null=True, help_text="Needs the right answer.assign.")


class ItemOfMany(AnswerChange):
    ref = serializers.CharField(max_length=60)
    version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="As read; 0 where there was no answer."
    )


class AnswerChanges(StrictSerializer):
    answers = ItemOfMany(many=True, allow_empty=False)

    def validate_answers(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(value) > MOST_AT_ONCE:
            raise serializers.ValidationError([f"At most {MOST_AT_ONCE} at once."])
        return value


class AssignmentFields(StrictSerializer):
    refs = serializers.ListField(
        child=serializers.CharField(max_length=60),
        allow_empty=False,
        max_length=MOST_REFS,
        help_text="A heading stands for everything below it that applies.",
    )
    assignee = serializers.UUIDField(allow_null=True, help_text="A member who may answer; null takes it away.")


class AssignedShape(Shape):
    refs = serializers.ListField(child=serializers.CharField(), help_text="The requirements that were meant.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="Those whose assignee is another now.")


class AnswerShape(Shape):
    version = serializers.IntegerField(help_text="In quotes, the ETag.")
    state = serializers.ChoiceField(choices=[state.value for state in AnswerState])
    level = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    applicable = serializers.BooleanField()
    reason = serializers.CharField()
    note = serializers.CharField()
    assignee = PersonShape(allow_null=True)
    answered_by = Shown(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    validated_level = serializers.FloatField(allow_null=True)
    evidence = serializers.IntegerField(help_text="Number of evidence linked.")
    evidenced = serializers.BooleanField(help_text="Some of it is valid today.")
    comments = serializers.IntegerField()
    inherited = serializers.BooleanField(
        help_text="Confirmed from answers given elsewhere, at the level that came; inherited_from tells of them."
    )
    updated_at = serializers.DateTimeField(allow_null=True)


class ChangedAnswer(AnswerShape):
    ref = serializers.CharField()


class ChangedAnswers(Shape):
    answers = ChangedAnswer(many=True)


class WorkbookRequirement(RequirementShape):
    applies = serializers.BooleanField(help_text="Whether the assessment's profiles meet its condition.")
    score = NodeScoreShape()
    answer = AnswerShape(allow_null=True, help_text="Null until somebody touches it; If-Match is then 0.")


class WorkbookLine(WorkbookRequirement):
    """Without `texts=all` the long texts are left out."""

    summary = serializers.CharField(required=False)
    question = serializers.CharField(required=False)
    evidence = serializers.ListField(child=serializers.CharField(), required=False)
    levels = serializers.DictField(child=serializers.CharField(), required=False)


class WorkbookShape(Shape):
    assessment = AssessmentShape()
    scores = RootScoreShape()
    requirements = WorkbookLine(many=True, help_text="In document order.")


class ListedAnswer(Shape):
    ref = serializers.CharField()
    title = serializers.CharField()
    applies = serializers.BooleanField()
    answer = AnswerShape(allow_null=True)


class AnswerPage(Shape):
    results = ListedAnswer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
