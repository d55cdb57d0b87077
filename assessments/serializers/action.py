"""Shapes of planned improvements."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.models.action import ActionState, Effort
from tenants.serializers import Named

STATES = list(ActionState.values)


class ActionChange(StrictSerializer):
    title = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=5_000, allow_blank=True, required=False)
    owner = serializers.UUIDField(allow_null=True, required=False, help_text="Id of a member.")
    due = serializers.DateField(allow_null=True, required=False)
    effort = serializers.ChoiceField(choices=Effort.values, allow_null=True, required=False)
    expected_level = serializers.FloatField(allow_null=True, required=False, help_text="In units of the scale.")
    state = serializers.ChoiceField(choices=STATES, required=False)


class NewAction(ActionChange):
    ref = serializers.CharField(max_length=60, help_text="Of the requirement it improves.")
    title = serializers.CharField(max_length=200)


class ActionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    ref = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    owner = Named(allow_null=True)
    due = serializers.DateField(allow_null=True)
    effort = serializers.ChoiceField(choices=Effort.values, allow_null=True)
    expected_level = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(choices=STATES)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class GapsToPlan(StrictSerializer):
    limit = serializers.IntegerField(min_value=1, max_value=100, default=10)
    minimum_gap = serializers.FloatField(
        min_value=0, default=0, help_text="Leave out smaller distances to target, in units of the scale."
    )


class PlannedGaps(serializers.Serializer[Any]):
    actions = ActionShape(many=True)
    remaining = serializers.IntegerField(help_text="Gaps of that size that still have no action.")
