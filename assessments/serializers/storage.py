"""Shape of an organisation's storage."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class StorageUse(serializers.Serializer[Any]):
    limit = serializers.IntegerField(help_text="Bytes the organisation may keep.")
    used = serializers.IntegerField(help_text="Bytes of files that are ready or being checked; equal files count once.")
    reserved = serializers.IntegerField(help_text="Bytes promised to uploads under way.")
