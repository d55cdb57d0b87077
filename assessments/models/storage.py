"""How much an organisation may keep, and what is promised to uploads under way."""

from __future__ import annotations

from django.db import models

from tenants.managed import TenantModel


class StorageQuota(TenantModel):
    """The limit of an organisation that has one of its own; without a row STORAGE_QUOTA_BYTES counts."""

    limit_bytes = models.PositiveBigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="assessments_storagequota_one")]


class StorageReservation(TenantModel):
    """Bytes an upload may bring in. Gone when its file stands as a row, or it failed; runs out if nobody is left."""

    size = models.PositiveBigIntegerField(help_text="Bytes.")
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        pass
