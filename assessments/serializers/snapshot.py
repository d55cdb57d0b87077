"""Shapes of snapshots."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.services.snapshot import REASONS
from tenants.serializers import Named


class NoFields(StrictSerializer):
    """An empty body."""


class SnapshotShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    taken_at = serializers.DateTimeField()
    taken_by = Named(allow_null=True, help_text="Null when no person asked, but a schedule.")
    reason = serializers.ChoiceField(choices=REASONS)
    sha256 = serializers.CharField(help_text="Of the canonical JSON of the contents without their own sha256.")
    asserted = serializers.FloatField(allow_null=True)
    evidenced = serializers.FloatField(allow_null=True)
    validated = serializers.FloatField(allow_null=True)
    coverage = serializers.FloatField()


class SnapshotDetail(SnapshotShape):
    contents = serializers.DictField(help_text="The frozen document, version 1; its hash was checked for this answer.")
