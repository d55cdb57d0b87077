"""Shapes of an organisation's own standards."""

from __future__ import annotations

from rest_framework import serializers

from api.serializers import StrictSerializer, page_of
from assessments.catalogue.drafts.states import ORIGINS, STATES
from assessments.catalogue.facts import KINDS, NATURES, STATUSES
from assessments.catalogue.schema import OWN_ANSWER_RULES
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


class BaseShape(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()
    edition = serializers.CharField()


class DraftHead(Shape):
    id = serializers.UUIDField()
    slug = serializers.CharField(help_text="Begins with own-, which slugs of the public catalogue never do.")
    number = serializers.CharField()
    title = serializers.CharField()
    requirements = serializers.IntegerField(help_text="How many there are.")
    origin = serializers.ChoiceField(choices=ORIGINS)
    base = BaseShape(allow_null=True, help_text="The edition it was adapted from, or follows.")
    state = serializers.ChoiceField(choices=STATES)
    standard = serializers.UUIDField(allow_null=True, help_text="The edition it became.")
    version = serializers.IntegerField(help_text="In quotes, the ETag.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


DraftPage = page_of(DraftHead)


class DraftTextShape(Shape):
    title = serializers.CharField()
    summary = serializers.CharField(required=False, allow_blank=True)
    question = serializers.CharField(required=False, allow_blank=True)
    evidence = serializers.ListField(child=serializers.CharField(), required=False)
    levels = serializers.DictField(child=serializers.CharField(), required=False, help_text="Level → criteria.")


class DraftRequirementShape(Shape):
    ref = serializers.CharField(max_length=60)
    parent = serializers.CharField(required=False, allow_null=True)  # type: ignore[assignment]  # as in RequirementShape
    texts = serializers.DictField(child=DraftTextShape(), required=False, help_text="By language.")
    assessable = serializers.BooleanField(required=False, help_text="Unless told: whether nothing stands below it.")
    weight = serializers.FloatField(required=False, help_text="1 unless told.")
    themes = serializers.ListField(child=serializers.CharField(), required=False)
    applies_if = serializers.CharField(required=False, allow_blank=True)
    own_answer_rule = serializers.ChoiceField(choices=OWN_ANSWER_RULES, required=False)
    withdrawn = serializers.ListField(child=serializers.CharField(), required=False)
    points = serializers.FloatField(required=False)
    partial_points = serializers.FloatField(required=False)
    stage = serializers.IntegerField(required=False)
    selections = serializers.ListField(child=serializers.CharField(), required=False)
    target = serializers.FloatField(required=False)
    critical = serializers.BooleanField(required=False)


class NewRequirement(DraftRequirementShape):
    after = serializers.CharField(
        required=False, allow_null=True, help_text="The sibling it follows; null: the first place; else the last."
    )


class RequirementChange(NewRequirement):
    ref = serializers.CharField(max_length=60, required=False, help_text="A new one goes along wherever it is named.")


class NewRequirements(Shape):
    requirements = NewRequirement(many=True)


class FactsOfDraft(Shape):
    slug = serializers.CharField(required=False, max_length=80)
    number = serializers.CharField(required=False, max_length=80)
    title = serializers.CharField(required=False, max_length=300)
    language = serializers.CharField(required=False, help_text="The default one: whatever has words needs them in it.")
    facts = serializers.DictField(required=False, help_text="Typed facts, as the catalogue's standards have them.")
    scale = serializers.JSONField(
        required=False, help_text="The slug of a scale of the catalogue, or one's own: {slug, name, levels}."
    )
    scoring = serializers.DictField(required=False, help_text="{method, parameters, result}")
    selections = serializers.ListField(child=serializers.DictField(), required=False)
    alternatives = serializers.ListField(child=serializers.DictField(), required=False)
    prose = serializers.DictField(required=False, help_text="By language: as much of a profile as there is.")
    faq = serializers.DictField(required=False, help_text="By language: [{question, answer}].")


class NewDraft(FactsOfDraft):
    base = serializers.CharField(required=False, help_text="Slug of the standard to adapt, public or of one's own.")
    requirements = DraftRequirementShape(many=True, required=False, help_text="Not together with a base.")


class ContentShape(FactsOfDraft):
    requirements = DraftRequirementShape(many=True)


class DraftShape(DraftHead):
    report = serializers.JSONField(allow_null=True, help_text="What an import had to say.")
    content = ContentShape()


class RequirementOfDraft(Shape):
    draft = DraftHead()
    requirement = DraftRequirementShape()


class NewEdition(StrictSerializer):
    edition = serializers.CharField(max_length=40)


class FaultShape(Shape):
    pointer = serializers.CharField(allow_blank=True, help_text="JSON pointer into the draft's content.")
    ref = serializers.CharField(allow_null=True, help_text="Of the requirement it is about, if it is about one.")
    message = serializers.CharField()


class FindingsShape(Shape):
    version = serializers.IntegerField()
    publishable = serializers.BooleanField()
    faults = FaultShape(many=True, help_text="At most 1,000.")
    warnings = FaultShape(many=True, help_text="At most 1,000.")
    fault_count = serializers.IntegerField()
    warning_count = serializers.IntegerField()
