"""Shapes of assessments: what is sent, strictly parsed, and what comes back, for the OpenAPI document."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.catalogue.serializers import ChoiceShape, ScaleShape
from assessments.lifecycle import AssessmentMove, AssessmentState
from assessments.scoring import Measure


class LevelField(serializers.FloatField):
    """A number in units of the scale. Text and true/false are no numbers, however much they look like some."""

    default_error_messages = {"number": "Send a number."}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)) or not math.isfinite(data):
            self.fail("number")
        return float(data)


class StrictBoolean(serializers.BooleanField):
    default_error_messages = {"boolean": "Send true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("boolean")
        return data


class AssessmentFields(StrictSerializer):
    """What may be changed later as well."""

    name = serializers.CharField(max_length=200)
    scope = serializers.CharField(max_length=10_000, allow_blank=True, help_text="What is covered, in words.")
    profiles = serializers.ListField(
        child=serializers.CharField(max_length=60),
        max_length=50,
        help_text="Conditions that are met, such as sterile; requirements under other conditions are left out.",
    )
    selection = serializers.CharField(
        max_length=60, allow_blank=True, help_text="Slug of one of the standard's selections; empty for all of it."
    )
    options = serializers.DictField(
        child=serializers.CharField(max_length=60),
        help_text="Alternative → option, by slug; the first option where none is named. Answers outside are kept.",
    )
    period_start = serializers.DateField(allow_null=True)
    period_end = serializers.DateField(allow_null=True)
    target = LevelField(allow_null=True, help_text="Aimed at where an answer names no target of its own.")
    language = serializers.CharField(max_length=8)
    lead = serializers.UUIDField(allow_null=True, help_text="A member.")

    def validate_profiles(self, value: list[str]) -> list[str]:
        return sorted(set(value))


class NewAssessment(AssessmentFields):
    standard = serializers.CharField(max_length=80, help_text="Slug of a standard; its current edition is pinned.")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name in {"name", "standard"}
        return fields


class AssessmentChange(AssessmentFields):
    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class Shape(serializers.Serializer[Any]):
    """A part of an answer."""


class PersonShape(Shape):
    id = serializers.UUIDField(allow_null=True, help_text="Null for outside reviewers, who are told parts, not people.")
    name = serializers.CharField()


class PeriodShape(Shape):
    start = serializers.DateField(allow_null=True)
    end = serializers.DateField(allow_null=True)


class RootScoreShape(Shape):
    """Levels in units of the scale; null while nothing is answered, never 0 for that."""

    asserted = serializers.FloatField(allow_null=True)
    evidenced = serializers.FloatField(allow_null=True)
    validated = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    coverage = serializers.FloatField(allow_null=True, help_text="Share of the applicable weight that is answered.")
    answered = serializers.IntegerField()
    applicable = serializers.IntegerField()
    total = serializers.IntegerField()


class NodeScoreShape(RootScoreShape):
    gap = serializers.FloatField(allow_null=True, help_text="From asserted up to target, 0 when it is passed.")


class StandardMention(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()


class PinnedStandardShape(StandardMention):
    title = serializers.CharField()
    edition = serializers.CharField()
    content_hash = serializers.CharField()
    method = serializers.CharField()
    scale = ScaleShape(help_text="What answers are given on.")
    result_scale = ScaleShape(allow_null=True, help_text="What scores are told on, where it is another.")


class ListedAssessment(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    standard = StandardMention()
    state = serializers.ChoiceField(choices=[state.value for state in AssessmentState])
    lead = PersonShape(allow_null=True)
    period = PeriodShape()
    target = serializers.FloatField(allow_null=True)
    revision = serializers.IntegerField()
    version = serializers.IntegerField(help_text="In quotes, the ETag.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    scores = RootScoreShape()


class AssessmentPage(Shape):
    results = ListedAssessment(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ProgressShape(Shape):
    """Numbers of assessable requirements by the state of their answer."""

    open = serializers.IntegerField()
    answered = serializers.IntegerField()
    submitted = serializers.IntegerField()
    changes_requested = serializers.IntegerField()
    validated = serializers.IntegerField()


class ChosenOptionShape(Shape):
    alternative = ChoiceShape()
    option = ChoiceShape()


class AssessmentShape(ListedAssessment):
    standard = PinnedStandardShape()
    scope = serializers.CharField()
    profiles = serializers.ListField(child=serializers.CharField())
    selection = ChoiceShape(allow_null=True, help_text="The part of the standard that is taken; null for all of it.")
    options = ChosenOptionShape(many=True, help_text="The option taken of every alternative.")
    language = serializers.CharField()
    predecessor = serializers.UUIDField(allow_null=True, help_text="The revision this one succeeds.")
    moves = serializers.ListField(
        child=serializers.ChoiceField(choices=[move.value for move in AssessmentMove]),
        help_text="What can be done now, by you.",
    )
    submitted_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = PersonShape(allow_null=True)
    progress = ProgressShape()


class ScoredNode(NodeScoreShape):
    ref = serializers.CharField()


class ScaleEnds(Shape):
    minimum = serializers.FloatField()
    maximum = serializers.FloatField()


class FindingShape(Shape):
    """A critical requirement that is answered and not met: to be settled whatever the score."""

    ref = serializers.CharField()
    level = serializers.FloatField()
    due = serializers.FloatField(help_text="The publisher's target, else the answer's, else the top of the scale.")


class ScoresShape(Shape):
    assessment = serializers.UUIDField()
    scale = ScaleEnds(help_text="What the whole and groups are told on; a single answer is on the scale of answers.")
    findings = FindingShape(many=True)
    root = RootScoreShape()
    nodes = ScoredNode(many=True, help_text="Every node in document order.")


class ExplainedLeaf(Shape):
    ref = serializers.CharField()
    answer = serializers.FloatField(allow_null=True)
    level = serializers.FloatField()
    scale = ScaleEnds()
    ratio = serializers.FloatField()
    weight = serializers.FloatField()
    share = serializers.FloatField(help_text="Of the weight; the shares add up to 1.")
    contribution = serializers.FloatField(help_text="With the start, the contributions add up to the value.")
    basis = serializers.CharField()
    words = serializers.CharField()


class LeftOutLeaf(Shape):
    ref = serializers.CharField()
    reason = serializers.CharField()
    words = serializers.CharField()


class ExplanationShape(Shape):
    ref = serializers.CharField(allow_null=True, help_text="Null for the whole standard.")
    measure = serializers.ChoiceField(choices=[measure.value for measure in Measure])
    meaning = serializers.CharField()
    method = serializers.CharField()
    formula = serializers.CharField()
    scale = ScaleEnds()
    start = serializers.FloatField(help_text="What the contributions are added to: 0, or a full score counted down.")
    value = serializers.FloatField(allow_null=True)
    ratio = serializers.FloatField(allow_null=True)
    total_weight = serializers.FloatField()
    leaves = ExplainedLeaf(many=True)
    left_out = LeftOutLeaf(many=True)
