"""Shapes of the public catalogue for the OpenAPI document. Answers are made as bytes; tests hold them against these."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from assessments.catalogue.schema import KINDS, NATURES, STATUSES


class Shape(serializers.Serializer[Any]):
    """A part of an answer."""


class ScaleLevelShape(Shape):
    level = serializers.IntegerField()
    name = serializers.CharField()
    criteria = serializers.CharField()


class ScaleShape(Shape):
    slug = serializers.CharField()
    name = serializers.CharField()
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField()
    levels = ScaleLevelShape(many=True)


class NamedShape(Shape):
    name = serializers.CharField()
    text = serializers.CharField()


class PartShape(Shape):
    text = serializers.CharField()
    items = NamedShape(many=True)


class HeadlineShape(Shape):
    short = serializers.CharField(help_text="For a table cell.")
    text = serializers.CharField(help_text="For a block of its own.")


class PhaseShape(Shape):
    name = serializers.CharField()
    months = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, help_text="[low, high], an estimate."
    )
    work = serializers.CharField()


class ImplementationShape(Shape):
    overview = serializers.CharField()
    applies_to = serializers.CharField()
    needs = serializers.CharField()
    phases = PhaseShape(many=True)
    audits = serializers.CharField()


class VerdictPartsShape(Shape):
    what_for = serializers.CharField()
    who_adopts = serializers.CharField()


class ProseShape(Shape):
    verdict = VerdictPartsShape()
    definition = serializers.CharField(help_text="What it is.")
    scope = HeadlineShape()
    industry = HeadlineShape()
    nature = HeadlineShape()
    testing = HeadlineShape()
    penalties = HeadlineShape()
    key_features = NamedShape(many=True)
    key_components = PartShape()
    why_used = PartShape()
    implementation = ImplementationShape()


class QuestionShape(Shape):
    question = serializers.CharField()
    answer = serializers.CharField()


class GroupShape(Shape):
    ref = serializers.CharField()
    assessable = serializers.IntegerField()


class CountsShape(Shape):
    requirements = serializers.IntegerField(help_text="All nodes of the tree.")
    assessable = serializers.IntegerField()
    headings = serializers.IntegerField()
    depths = serializers.ListField(child=serializers.IntegerField(), help_text="Nodes per depth, top first.")
    groups = GroupShape(many=True)


class ThemeShape(Shape):
    theme = serializers.CharField()
    name = serializers.CharField()
    share = serializers.FloatField(help_text="Of the assessable requirements; the shares add up to 1.")


class SourceShape(Shape):
    id = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
    url = serializers.URLField()
    date = serializers.CharField()
    supports = serializers.ListField(child=serializers.CharField())


class StandardSummary(Shape):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    content_hash = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    one_line = serializers.CharField()
    publisher = serializers.CharField()
    edition = serializers.CharField()
    year = serializers.IntegerField()
    status = serializers.ChoiceField(choices=STATUSES)
    kind = serializers.ChoiceField(choices=KINDS)
    nature = serializers.ChoiceField(choices=NATURES)
    certifiable = serializers.BooleanField()
    sectors = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    requirements = serializers.IntegerField()
    assessable = serializers.IntegerField()


class StandardSummaryPage(Shape):
    results = StandardSummary(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class StandardDetail(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    short_name = serializers.CharField()
    one_line = serializers.CharField()
    content_hash = serializers.CharField()
    language = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    method = serializers.CharField()
    scale = ScaleShape()
    facts = serializers.DictField(help_text="Typed facts: an absent key is not stated, null does not apply.")
    not_stated = serializers.ListField(child=serializers.CharField())
    profile = ProseShape()
    faq = QuestionShape(many=True)
    counts = CountsShape()
    themes = ThemeShape(many=True)
    sources = SourceShape(many=True)


class RequirementShape(Shape):
    ref = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # fields leave the class namespace
    depth = serializers.IntegerField()
    assessable = serializers.BooleanField()
    weight = serializers.FloatField()
    themes = serializers.ListField(child=serializers.CharField())
    applies_if = serializers.CharField(allow_blank=True, help_text="A condition without which it does not apply.")
    title = serializers.CharField()
    summary = serializers.CharField()
    question = serializers.CharField(allow_blank=True)
    evidence = serializers.ListField(child=serializers.CharField())
    levels = serializers.DictField(child=serializers.CharField(), help_text="Level → criteria; none for headings.")


class RequirementList(Shape):
    standard = serializers.CharField()
    content_hash = serializers.CharField()
    language = serializers.CharField()
    results = RequirementShape(many=True, help_text="In document order.")
