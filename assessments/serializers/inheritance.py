"""Shapes of inherited answers: what is offered, and what was decided."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.catalogue.crosswalk import RELATIONS
from assessments.catalogue.own_crosswalks.joining import CROSSWALKS_OF
from assessments.inheritance import FULL, PARTIAL
from assessments.inheritance.offers import MOST_ROUTES
from assessments.inheritance.routes import KINDS
from assessments.models import InheritedState
from assessments.selectors.offers import OFFERED
from assessments.serializers.answer import WorkbookRequirement
from assessments.serializers.assessment import AssessmentShape, PersonShape, Shape, StrictBoolean
from assessments.services.answer import MOST_AT_ONCE

CARRIES = (FULL, PARTIAL)
STATES = (OFFERED, *InheritedState.values)
MOST_REFS = 2_000


class SourceAssessmentShape(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()


class SourceStandardShape(Shape):
    slug = serializers.CharField()
    number = serializers.CharField()


class SourceAnswerShape(Shape):
    answer = serializers.UUIDField()
    assessment = SourceAssessmentShape()
    standard = SourceStandardShape()
    ref = serializers.CharField()
    level = serializers.FloatField(
        allow_null=True, help_text="On its own scale; the reviewer's where one validated it."
    )
    applicable = serializers.BooleanField()
    state = serializers.CharField()
    validated = serializers.BooleanField()
    answered_at = serializers.DateTimeField(allow_null=True)
    evidence = serializers.IntegerField(help_text="Linked to it; carried along where that is asked for.")


class RouteShape(Shape):
    kind = serializers.ChoiceField(choices=KINDS)
    carries = serializers.ChoiceField(choices=CARRIES, help_text="partial: a beginning, to be looked at one by one.")
    level = serializers.FloatField(allow_null=True, help_text="On the scale of this assessment.")
    applicable = serializers.BooleanField()
    relation = serializers.ChoiceField(
        choices=RELATIONS, allow_null=True, help_text="From what was answered to this requirement."
    )
    crosswalk = serializers.CharField(allow_null=True, help_text="Its name; /crosswalks/{name}/ has the links.")
    crosswalk_of = serializers.ChoiceField(
        choices=CROSSWALKS_OF,
        required=False,
        allow_null=True,
        help_text="own: the links stand at the organisation's crosswalks/{name}/. Absent from older decisions.",
    )
    group = serializers.IntegerField(allow_null=True, help_text="Position of the link in the crosswalk, from 0.")
    rationale = serializers.CharField(allow_blank=True)
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="What the link means as well and nobody has answered."
    )
    words = serializers.ListField(child=serializers.CharField(), help_text="What was done to the level.")
    answers = SourceAnswerShape(many=True)


class ConfidenceShape(Shape):
    grade = serializers.ChoiceField(choices=["high", "medium", "low"])
    words = serializers.CharField()


class OfferShape(Shape):
    """`level` and the like are those of the first route."""

    ref = serializers.CharField()
    title = serializers.CharField()
    version = serializers.IntegerField(help_text="Of the answer here, to confirm with; 0 before there is one.")
    carries = serializers.ChoiceField(choices=CARRIES)
    level = serializers.FloatField(allow_null=True)
    applicable = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    confidence = ConfidenceShape()
    routes = RouteShape(many=True, help_text=f"The best first, at most {MOST_ROUTES}.")


class DecidedShape(OfferShape):
    """As `OfferShape`; the members from `state` on stand where somebody has decided."""

    state = serializers.ChoiceField(choices=STATES)
    decided_by = PersonShape(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    edited_since = serializers.BooleanField(help_text="Its level is no longer the one that was confirmed.")


class AnsweredRequirement(WorkbookRequirement):
    inherited_from = DecidedShape(
        allow_null=True, help_text="What the answer was confirmed from; null for outside reviewers."
    )


class CountsOfOffersShape(Shape):
    full = serializers.IntegerField()
    partial = serializers.IntegerField()  # type: ignore[assignment]  # fields leave the class namespace


class OfferPage(Shape):
    offered = CountsOfOffersShape(help_text="Of all that is open here, whatever this page shows. It counts nowhere.")
    results = DecidedShape(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ChoiceFields(StrictSerializer):
    ref = serializers.CharField(max_length=60)
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="As read with the offer.")
    route = serializers.IntegerField(
        min_value=0,
        max_value=MOST_ROUTES - 1,
        default=0,
        help_text="Which of its routes, from 0: the best unless told.",
    )


class Confirmation(StrictSerializer):
    answers = ChoiceFields(many=True, allow_empty=False, required=False)
    all = serializers.ChoiceField(
        choices=[FULL], required=False, help_text="Instead of `answers`: every full offer that nobody dismissed."
    )
    with_evidence = StrictBoolean(default=False, help_text="Link what backs the sources as well. Needs evidence.write.")

    def validate_answers(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(value) > MOST_AT_ONCE:
            raise serializers.ValidationError([f"At most {MOST_AT_ONCE} at once."])
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("answers" in attrs) == ("all" in attrs):
            raise serializers.ValidationError({"answers": ["Name the answers, or send all: full."]})
        return attrs


class ConfirmedShape(Shape):
    confirmed = serializers.ListField(child=serializers.CharField(), help_text="Refs that are answered now.")
    already = serializers.ListField(child=serializers.CharField(), help_text="Refs that were confirmed before.")
    evidence = serializers.IntegerField(help_text="Evidence links made on the way.")
    offered = CountsOfOffersShape(help_text="What is still open.")


class Dismissal(StrictSerializer):
    refs = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False, max_length=MOST_REFS)


class DismissedShape(Shape):
    dismissed = serializers.ListField(child=serializers.CharField(), help_text="Refs whose offer is gone now.")
    offered = CountsOfOffersShape(help_text="What is still open.")


class Upgrade(StrictSerializer):
    name = serializers.CharField(max_length=200, required=False, help_text="The old one's unless told.")


class StartedShape(AssessmentShape):
    inherited = CountsOfOffersShape(
        help_text="Answers given elsewhere that speak for it, to confirm at inherited/. They count nowhere before."
    )
