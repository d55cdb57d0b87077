"""Shapes of evidence, its files and its links."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer
from assessments.lifecycle import AssessmentState
from assessments.models import FileState, VirusScan
from tenants.serializers import Named, Shown

LINKS_AT_ONCE = 200


class EvidenceUpload(StrictSerializer):
    file = serializers.FileField(
        max_length=200, help_text="pdf, docx, xlsx, pptx, odt, png, jpg, webp, csv, txt or md."
    )
    title = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="The file's name unless given."
    )
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    valid_until = serializers.DateField(
        required=False, allow_null=True, help_text="The last day it counts; without one it does not run out."
    )


class VersionUpload(StrictSerializer):
    file = serializers.FileField(max_length=200)


class EvidencePatch(StrictSerializer):
    title = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    valid_until = serializers.DateField(required=False, allow_null=True)

    owner = serializers.UUIDField(
        required=False, allow_null=True, help_text="A member: whoever is reminded; null for whoever created it."
    )
    review_every_months = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=120)


class FileCheckShape(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        choices=FileState.values, help_text="Only a ready file is counted, put into reports and handed out."
    )
    reason = serializers.CharField(help_text="Why it was rejected, or what its check waits for; else empty.")
    virus_scan = serializers.ChoiceField(
        choices=VirusScan.values, help_text="not_scanned: whoever runs Plumbline has no virus scanner, on purpose."
    )


class EvidenceFileShape(FileCheckShape):
    version = serializers.IntegerField()
    file_name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class Sender(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, help_text="Null for somebody without an account, who was asked for it.")
    name = serializers.CharField()


class EvidenceShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="Counts within the organisation, without gaps.")
    reference = serializers.CharField(help_text="As in reports: E-0001.")
    title = serializers.CharField()
    description = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)
    owner = Named()
    review_every_months = serializers.IntegerField(allow_null=True)
    reviewed_on = serializers.DateField(allow_null=True, help_text="When somebody last said that it still holds.")
    next_review_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField(help_text="The ETag of the fields above.")
    created_by = Named()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    file = EvidenceFileShape(help_text="What counts: the newest ready version; while there is none, the newest.")
    links = serializers.IntegerField(help_text="How many answers it backs.")


class EvidenceVersionShape(FileCheckShape):
    number = serializers.IntegerField()
    file_name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    checked_at = serializers.DateTimeField(allow_null=True, help_text="When it became ready or was rejected.")
    uploaded_by = Sender()
    uploaded_at = serializers.DateTimeField()


class UsedAssessment(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in AssessmentState])


class EvidenceUse(serializers.Serializer[Any]):
    assessment = UsedAssessment()
    ref = serializers.CharField()
    linked_at = serializers.DateTimeField()


class EvidenceDetail(EvidenceShape):
    versions = EvidenceVersionShape(many=True, help_text="Newest first.")
    used_in = EvidenceUse(many=True, help_text="Newest first, at most 200.")


class UploadedEvidence(EvidenceDetail):
    already_known = serializers.BooleanField(help_text="The same bytes were there: nothing new was made.")


class NewEvidenceLink(StrictSerializer):
    evidence = serializers.UUIDField()


class EvidenceLinkPair(StrictSerializer):
    ref = serializers.CharField(max_length=64)
    evidence = serializers.UUIDField()


class NewEvidenceLinks(StrictSerializer):
    links = serializers.ListField(child=EvidenceLinkPair(), allow_empty=False, max_length=LINKS_AT_ONCE)


class EvidenceLinkMade(serializers.Serializer[Any]):
    ref = serializers.CharField()
    evidence = serializers.UUIDField()
    already_linked = serializers.BooleanField()


class EvidenceLinksMade(serializers.Serializer[Any]):
    links = EvidenceLinkMade(many=True)


class LinkedEvidence(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)
    file = EvidenceFileShape()


class EvidenceLinkShape(serializers.Serializer[Any]):
    evidence = LinkedEvidence()
    linked_by = Shown()
    linked_at = serializers.DateTimeField()
