"""Shapes of outside reviewers' access."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.lifecycle import AssessmentState
from tenants.serializers import Named

LONGEST = timedelta(days=366)
SECTIONS_MOST = 100


def _within_reach(moment: datetime) -> None:
    now = timezone.now()
    if not now < moment <= now + LONGEST:
        raise serializers.ValidationError(f"Give a moment in the future, at most {LONGEST.days} days ahead.")


def _sections(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=80),
        max_length=SECTIONS_MOST,
        required=False,
        help_text="Refs of requirements; each with all below it. An empty list is the whole assessment.",
        **options,
    )


class NewOutsideReviewer(StrictSerializer):
    email = serializers.EmailField()
    access_until = serializers.DateTimeField(validators=[_within_reach])
    sections = _sections()


class GrantChange(StrictSerializer):
    access_until = serializers.DateTimeField(validators=[_within_reach], required=False)
    sections = _sections()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"access_until": ["Give access_until, sections or both."]})
        return attrs


def _told_sections() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(), help_text="Refs, each with all below it; empty for the whole."
    )


class ReviewerShape(Named):
    email = serializers.EmailField()


class GrantShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    person = ReviewerShape()
    state = serializers.ChoiceField(choices=["live", "ended", "revoked"])
    sections = _told_sections()
    access_until = serializers.DateTimeField()
    granted_by = Named()
    granted_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_seen_at = serializers.DateTimeField(allow_null=True, help_text="To within five minutes.")
    version = serializers.IntegerField(help_text="In quotes it is the ETag.")


class OfferShape(serializers.Serializer[Any]):
    invitation = serializers.UUIDField(help_text="Send it again or revoke it among the invitations.")
    email = serializers.EmailField()
    sections = _told_sections()
    access_until = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Until then it can be accepted.")


class GrantPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = GrantShape(many=True)
    pending = OfferShape(many=True, help_text="Invitations not yet accepted, newest first, at most 200.")


class GrantedStandard(serializers.Serializer[Any]):
    slug = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()


class GrantedAssessmentNamed(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in AssessmentState])
    standard = GrantedStandard()


class GrantingOrganisation(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class GrantedAssessment(serializers.Serializer[Any]):
    organisation = GrantingOrganisation()
    assessment = GrantedAssessmentNamed()
    sections = _told_sections()
    granted_at = serializers.DateTimeField()
    access_until = serializers.DateTimeField()
