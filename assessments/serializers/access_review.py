"""Shapes of the access review."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from assessments.selectors.access_review import KINDS
from tenants.serializers import Named


class AccessEntry(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)
    id = serializers.UUIDField(help_text="Of the membership, grant, key or invitation.")
    person = Named(allow_null=True, help_text="Null for an invitation that nobody has accepted.")
    email = serializers.EmailField()
    role = serializers.CharField(help_text="A role, `outside`, or the scope of a key: never beyond its person's role.")
    reach = serializers.ChoiceField(choices=["organisation", "assessment"])
    assessment = Named(allow_null=True)
    sections = serializers.ListField(child=serializers.CharField(), help_text="Refs; empty for all of it.")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True, help_text="Null for members: until somebody ends it.")
    granted_by = Named(allow_null=True, help_text="Null for a founder. Of a key, its maker.")
    last_active_at = serializers.DateTimeField(allow_null=True, help_text="To within five minutes.")
    key = serializers.CharField(allow_null=True, help_text="Name of a key.")


class AccessReviewPage(serializers.Serializer[Any]):
    results = AccessEntry(many=True)
    next = serializers.URLField(allow_null=True)
