"""The audit trail's rows; `tenants.audit` is the only writer."""

from __future__ import annotations

from django.db import models

from tenants.managed import TenantModel


class AuditHead(TenantModel):
    """The end of one organisation's chain: the row every append locks, so that numbers have no gaps."""

    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="tenants_audithead_one")]


class AuditEvent(TenantModel):
    """One change. Append-only: the app role holds no right to update, delete or truncate this table."""

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
        ]
