"""Shapes of the audit trail and its signed heads."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictSerializer


class AuditEventShape(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    hash = serializers.CharField()
    at = serializers.DateTimeField()
    event = serializers.CharField()
    actor = serializers.CharField()
    actor_name = serializers.CharField(allow_null=True)
    object_type = serializers.CharField()
    object_id = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    request_id = serializers.CharField()
    address = serializers.CharField()


class AuditHeadShape(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    hash = serializers.CharField()


class HeadDocument(serializers.Serializer[Any]):
    """What `tenants/trail_proof.py` describes and checks."""

    format = serializers.CharField()
    organisation = serializers.UUIDField()
    seq = serializers.IntegerField(help_text="Of the last event that the signature covers.")
    hash = serializers.CharField()
    signed_at = serializers.DateTimeField()
    key_id = serializers.CharField(help_text="`kid` of a key in /.well-known/plumbline-keys.json.")
    signature = serializers.CharField(help_text="Ed25519 over the canonical JSON of the other members, base64url.")


class SignedHeadShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    day = serializers.DateField()
    head = HeadDocument()


class HeadMail(StrictSerializer):
    wanted = serializers.BooleanField(help_text="Whether each new signed head is mailed to you.")
