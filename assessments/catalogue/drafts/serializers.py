"""Shapes of an organisation's own standards."""

from __future__ import annotations

from rest_framework import serializers

from api.serializers import page_of
from assessments.catalogue.facts import KINDS, NATURES, STATUSES
from assessments.catalogue.serializers import Shape, StandardDetail


class OwnStandardShape(Shape):
    id = serializers.UUIDField(help_text="Of this edition.")
    slug = serializers.CharField()
    content_hash = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
    edition = serializers.CharField()
    year = serializers.IntegerField()
    status = serializers.ChoiceField(choices=STATUSES)
    kind = serializers.ChoiceField(choices=KINDS)
    nature = serializers.ChoiceField(choices=NATURES)
    sectors = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    is_current = serializers.BooleanField(help_text="Whether new assessments can start from it.")
    requirements = serializers.IntegerField()
    assessable = serializers.IntegerField()
    published_at = serializers.DateTimeField()


OwnStandardPage = page_of(OwnStandardShape)


class OwnStandardDetail(StandardDetail):
    profile = serializers.DictField(  # type: ignore[assignment] # freer than that of the public ones
        allow_null=True, help_text="As much of a profile as its authors wrote."
    )
