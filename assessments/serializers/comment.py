"""Shapes of remarks on an answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from tenants.serializers import Shown


class NewComment(StrictSerializer):
    text = serializers.CharField(max_length=10_000)


class CommentShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    author = Shown()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
