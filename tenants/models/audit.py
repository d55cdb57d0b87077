"""The audit trail's rows; `tenants.audit` and `tenants.services.heads` are the only writers."""

from __future__ import annotations

from django.db import models

from tenants.managed import TenantModel


class AuditHead(TenantModel):
    """The end of one organisation's chain: the row every append locks, so that numbers have no gaps.

    A trigger lets the app role move it one event forward and in no other way.
    """

    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="tenants_audithead_one")]


class AuditEvent(TenantModel):
    """One change. Append-only: the app role holds no right to update, delete or truncate this table, and a trigger
    refuses it should somebody grant one.
    """

    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    event = models.CharField(max_length=64)
    actor = models.CharField(max_length=80, help_text="`person:<id>`, `key:<id>`, `link:<id>` or `system:<part>`.")
    object_type = models.CharField(max_length=48)
    object_id = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "seq"], name="tenants_auditevent_seq")]
        indexes = [
            models.Index(fields=["organisation", "object_type", "object_id"], name="tenants_auditevent_object"),
            models.Index(fields=["organisation", "actor", "seq"], name="tenants_auditevent_actor"),
            models.Index(fields=["organisation", "event", "seq"], name="tenants_auditevent_event"),
            models.Index(fields=["organisation", "at"], name="tenants_auditevent_at"),
        ]


class SignedHead(TenantModel):
    """A head as it stood on a day, signed with the platform's key (`tenants.trail_proof`). Append-only."""

    day = models.DateField()
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    signed_at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="tenants_signedhead_day")]
