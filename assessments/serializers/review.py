"""Shapes of reviewers' verdicts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.lifecycle import AnswerState
from assessments.models.review import Verdict
from assessments.serializers.assessment import LevelField
from tenants.serializers import Shown

REVIEWS_AT_ONCE = 200


class NewReview(StrictSerializer):
    verdict = serializers.ChoiceField(choices=Verdict.values)
    level = LevelField(required=False, allow_null=True, help_text="With `validated`: the asserted level unless given.")
    note = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True, help_text="Needed with `changes_requested`."
    )


class NewReviewOf(NewReview):
    ref = serializers.CharField(max_length=64)
    version = serializers.IntegerField(min_value=0, help_text="Of the answer that was read: its ETag.")


class NewReviews(StrictSerializer):
    reviews = serializers.ListField(child=NewReviewOf(), allow_empty=False, max_length=REVIEWS_AT_ONCE)


class ReviewShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    answer_version = serializers.IntegerField(help_text="The version that was judged.")
    verdict = serializers.ChoiceField(choices=Verdict.values)
    level = serializers.FloatField(allow_null=True)
    note = serializers.CharField()
    reviewer = Shown()
    created_at = serializers.DateTimeField()


class ReviewedAnswer(serializers.Serializer[Any]):
    ref = serializers.CharField()
    version = serializers.IntegerField(help_text="The answer's new version.")
    state = serializers.ChoiceField(choices=[state.value for state in AnswerState])
    validated_level = serializers.FloatField(allow_null=True)
    review = ReviewShape()


class ReviewedAnswers(serializers.Serializer[Any]):
    reviews = ReviewedAnswer(many=True)
