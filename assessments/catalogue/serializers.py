"""Shapes of the public catalogue for the OpenAPI document. Answers are made as bytes; tests hold them against these."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from assessments.catalogue.facts import KINDS, NATURES, STATUSES
from assessments.catalogue.schema import DEPTHS


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


class ChoiceShape(Shape):
    slug = serializers.CharField()
    name = serializers.CharField()


class OptionShape(ChoiceShape):
    refs = serializers.ListField(child=serializers.CharField(), help_text="Each stands for its whole subtree.")


class AlternativeShape(ChoiceShape):
    options = OptionShape(many=True, help_text="An assessment takes exactly one: the first unless told.")


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
    date = serializers.CharField(required=False)
    supports = serializers.ListField(child=serializers.CharField())


class StandardSummary(Shape):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    content_hash = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    one_line = serializers.CharField(allow_blank=True)
    publisher = serializers.CharField()
    edition = serializers.CharField()
    year = serializers.IntegerField()
    status = serializers.ChoiceField(choices=STATUSES)
    kind = serializers.ChoiceField(choices=KINDS)
    nature = serializers.ChoiceField(choices=NATURES)
    certifiable = serializers.BooleanField()
    sectors = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    depth = serializers.ChoiceField(
        choices=DEPTHS, help_text="full: can be assessed; profile: described, no tree; record: a few facts."
    )
    requirements = serializers.IntegerField(allow_null=True, help_text="Null without a tree.")
    assessable = serializers.IntegerField(allow_null=True)


class StandardSummaryPage(Shape):
    results = StandardSummary(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class StandardDetail(Shape):
    slug = serializers.CharField()
    depth = serializers.ChoiceField(choices=DEPTHS, help_text="Only a full one can be assessed.")
    number = serializers.CharField()
    title = serializers.CharField()
    short_name = serializers.CharField()
    one_line = serializers.CharField(allow_blank=True)
    content_hash = serializers.CharField()
    language = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    method = serializers.CharField(allow_null=True, help_text="How scores are made; null without a tree.")
    parameters = serializers.DictField(child=serializers.FloatField(), help_text="Of the method.")
    scale = ScaleShape(allow_null=True, help_text="What answers are given on.")
    result_scale = ScaleShape(allow_null=True, help_text="What scores are told on, where it is another.")
    selections = ChoiceShape(many=True, help_text="Named parts, one of which an assessment may choose.")
    alternatives = AlternativeShape(many=True)
    facts = serializers.DictField(help_text="Typed facts: an absent key is not stated, null does not apply.")
    not_stated = serializers.ListField(child=serializers.CharField())
    profile = ProseShape(allow_null=True, help_text="Null for a record.")
    faq = QuestionShape(many=True)
    counts = CountsShape(allow_null=True, help_text="Null without a tree.")
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
    withdrawn = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="No longer in force; the refs that took its place."
    )
    brief = serializers.BooleanField(required=False, help_text="May have no question, evidence and levels.")
    selections = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="It belongs to these only; without this, to all."
    )
    stage = serializers.IntegerField(required=False, help_text="The level it belongs to (staged methods).")
    points = serializers.FloatField(required=False, help_text="Lost while it is unmet (subtractive methods).")
    partial_points = serializers.FloatField(required=False, help_text="Lost while it is met in part.")
    publisher_target = serializers.FloatField(required=False, help_text="Nothing is gained above it (capped_mean).")
    critical = serializers.BooleanField(required=False, help_text="Unmet, it is a finding whatever the mean.")
    title = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
    question = serializers.CharField(allow_blank=True)
    evidence = serializers.ListField(child=serializers.CharField())
    levels = serializers.DictField(child=serializers.CharField(), help_text="Level → criteria; none for headings.")


class RequirementList(Shape):
    standard = serializers.CharField()
    content_hash = serializers.CharField()
    language = serializers.CharField()
    results = RequirementShape(many=True, help_text="In document order.")
