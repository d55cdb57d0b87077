"""Shapes of a comparison for the OpenAPI document."""

from __future__ import annotations

from rest_framework import serializers

from assessments.catalogue.comparison.overlap import BASIS, NO_BASIS, OFFICIAL_BASIS, REVIEWED_BASIS
from assessments.catalogue.crosswalk_pages import CrossingShape
from assessments.catalogue.serializers import (
    CountsShape,
    ImplementationShape,
    NamedShape,
    PartShape,
    QuestionShape,
    Shape,
    SourceShape,
)


class SideShape(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    short_name = serializers.CharField()
    name = serializers.CharField(help_text="What it is called in text, other than the other side's.")
    one_line = serializers.CharField(allow_blank=True)
    key_features = NamedShape(many=True)
    definition = serializers.CharField(allow_null=True, help_text="What it is; null where it is not told.")
    key_components = PartShape(allow_null=True)
    why_used = PartShape(allow_null=True)
    implementation = ImplementationShape(allow_null=True)
    outline = CountsShape(allow_null=True, help_text="Null without a tree.")
    faq = QuestionShape(many=True)
    sources = SourceShape(many=True)


class QuickVerdictShape(Shape):
    a = serializers.CharField()
    b = serializers.CharField()
    most_telling = serializers.CharField(allow_null=True, help_text="The sentence of the difference that weighs most.")


class DifferenceShape(Shape):
    attribute = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # fields leave the class namespace
    a = serializers.CharField()
    b = serializers.CharField()
    kind = serializers.ChoiceField(choices=["same", "differ", "only_a", "only_b"])
    weight = serializers.IntegerField()
    surprise = serializers.FloatField(help_text="0 (same) to 1 (nothing in common).")
    sentence = serializers.CharField()


class BlockShape(Shape):
    attribute = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # fields leave the class namespace
    a = serializers.CharField(allow_null=True)
    b = serializers.CharField(allow_null=True)


class ThemeShareShape(Shape):
    theme = serializers.CharField()
    name = serializers.CharField()
    a = serializers.FloatField()
    b = serializers.FloatField()


class EffortShape(Shape):
    low = serializers.FloatField()
    high = serializers.FloatField()
    estimate = serializers.BooleanField()


class OverlapShape(Shape):
    basis = serializers.ChoiceField(
        choices=[REVIEWED_BASIS, OFFICIAL_BASIS, BASIS, NO_BASIS],
        help_text="What the share rests on: counted from a crosswalk, or estimated from themes where there is none.",
    )
    note = serializers.CharField()
    share = serializers.FloatField(allow_null=True, help_text="0 to 1; null where a side has no requirements here.")
    strict_share = serializers.FloatField(
        allow_null=True, help_text="As `share`, of what a crosswalk covers wholly; null without one."
    )
    shared_themes = ThemeShareShape(many=True)
    themes_only_a = ThemeShareShape(many=True)
    themes_only_b = ThemeShareShape(many=True)
    a_after_b = EffortShape(allow_null=True, help_text="Months for a when b is in place; null where not stated.")
    b_after_a = EffortShape(allow_null=True)
    effort_note = serializers.CharField()
    crosswalk = CrossingShape(allow_null=True, help_text="Null where none is in the catalogue.")


class RelatedShape(Shape):
    slug = serializers.CharField()
    number = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    in_catalogue = serializers.BooleanField()
    named_by = serializers.ChoiceField(choices=["a", "b", "both"])


class OtherPairShape(Shape):
    a = serializers.CharField()
    b = serializers.CharField()
    title = serializers.CharField()


class ComparisonShape(Shape):
    language = serializers.CharField()
    canonical = serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2)
    a = SideShape()
    b = SideShape()
    verdict = QuickVerdictShape()
    differences = DifferenceShape(many=True)
    blocks = BlockShape(many=True)
    not_stated = serializers.ListField(child=serializers.CharField())
    overlap = OverlapShape()
    related = RelatedShape(many=True)
    others_of_a = OtherPairShape(many=True)
    others_of_b = OtherPairShape(many=True)


class PairSideShape(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()


class PairShape(Shape):
    a = PairSideShape()
    b = PairSideShape()
    title = serializers.CharField()
    url = serializers.URLField()


class PairList(Shape):
    results = PairShape(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
