"""Shapes of uploads straight to the storage, and of links to files."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.models import UploadState
from tenants.serializers import Named

SHA256 = RegexValidator(r"\A[0-9a-f]{64}\Z", "Give the SHA-256 of the file as 64 hexadecimal digits in lower case.")
FILE_NAME = RegexValidator(r"\A[^/\\\x00-\x1f\x7f]*\Z", "Give the name alone, without folders or control characters.")


class NewDirectUpload(StrictSerializer):
    file_name = serializers.CharField(max_length=200, validators=[FILE_NAME])
    size = serializers.IntegerField(min_value=1, help_text="Bytes: exactly so many are let in.")
    sha256 = serializers.CharField(validators=[SHA256], help_text="In hex: only these bytes are taken in.")
    evidence = serializers.UUIDField(
        required=False, allow_null=True, help_text="What it is a newer file of; without it, it becomes new evidence."
    )
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    valid_until = serializers.DateField(required=False, allow_null=True)


class SendToShape(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="POST a form (multipart/form-data) here, without signing in.")
    fields = serializers.DictField(  # type: ignore[assignment] # the name that S3's own clients use
        child=serializers.CharField(), help_text="Send these as they are, before the file, which comes last as `file`."
    )


class DirectUploadShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(
        choices=UploadState.values,
        help_text="open: send the file. finished: it is being verified. taken: it is a file of `evidence`, and checked "
        "like every other. refused: `reason` says why.",
    )
    reason = serializers.CharField()
    evidence = serializers.UUIDField(allow_null=True)
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    created_by = Named()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Until when the file can be sent.")


class DirectUploadMade(DirectUploadShape):
    send_to = SendToShape(allow_null=True, help_text="Told this once; null in the answer to a repeat.")


class FileLinkShape(serializers.Serializer[Any]):
    url = serializers.CharField(
        allow_null=True, help_text="GET it without signing in. Told this once; null in the answer to a repeat."
    )
    expires_at = serializers.DateTimeField(help_text="Five minutes from now.")
    version = serializers.IntegerField()
    file_name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class IncomingFile(StrictSerializer):
    file = serializers.FileField(max_length=200)
