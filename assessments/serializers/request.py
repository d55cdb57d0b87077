"""Shapes of requests for evidence."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.models import FileState
from assessments.selectors.requests import STATES
from identity.names import NO_ADDRESS, ONE_LINE
from tenants.serializers import Named

REFS_MOST, FILES_MOST = 50, 20


class NewEvidenceRequest(StrictSerializer):
    email = serializers.EmailField(help_text="Who is asked. They need no account.")
    what = serializers.CharField(
        max_length=200, validators=[ONE_LINE, NO_ADDRESS], help_text="As in: Certificate of the sterilisation plant."
    )
    message = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, validators=[NO_ADDRESS], help_text="To whoever is asked."
    )
    refs = serializers.ListField(
        child=serializers.CharField(max_length=80), allow_empty=False, max_length=REFS_MOST,
        help_text="What the files are linked to, once they are ready.",
    )  # fmt: skip
    due_on = serializers.DateField(help_text="The link opens for a week longer.")
    files_most = serializers.IntegerField(
        required=False, min_value=1, max_value=FILES_MOST, help_text="5 unless given."
    )
    bytes_most = serializers.IntegerField(
        required=False, min_value=1024, help_text="Of one file; what every upload may have unless given."
    )


class EvidenceRequestShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(
        choices=STATES, help_text="closed: as many files are ready as were asked for. Only an open one takes files."
    )
    what = serializers.CharField()
    message = serializers.CharField()
    refs = serializers.ListField(child=serializers.CharField())
    email = serializers.EmailField()
    due_on = serializers.DateField()
    expires_at = serializers.DateTimeField(help_text="When the link ends.")
    files_most = serializers.IntegerField()
    bytes_most = serializers.IntegerField(help_text="Of one file.")
    created_by = Named()
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    reminded_at = serializers.DateTimeField(allow_null=True)
    mail_fault = serializers.CharField(help_text="Why the last mail did not leave; else empty.")


class RequestedFileShape(serializers.Serializer[Any]):
    evidence = serializers.UUIDField()
    reference = serializers.CharField()
    file_name = serializers.CharField()
    state = serializers.ChoiceField(choices=FileState.values)
    reason = serializers.CharField()
    received_at = serializers.DateTimeField()
    note = serializers.CharField(help_text="What it could not be linked to, and why; else empty.")


class EvidenceRequestDetail(EvidenceRequestShape):
    files = RequestedFileShape(many=True, help_text="What came, oldest first.")
