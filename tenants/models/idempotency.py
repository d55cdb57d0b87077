"""What was answered to a request that carried an Idempotency-Key."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantModel


class IdempotencyRecord(TenantModel):
    """Written in the transaction of the request itself, so that key and effect exist together or not at all."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request body.")
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person", "route", "key"], name="tenants_idempotency_key"),
        ]
