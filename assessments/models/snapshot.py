"""An immutable, hashed freeze of an assessment."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class Snapshot(TenantModel):
    """Append-only for the app role. `contents` is the document reports are made from; `sha256` is taken of its
    canonical JSON.
    """

    assessment = TenantForeignKey("assessments.Assessment", on_delete=models.PROTECT)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, help_text="`approved`, `requested`, `report` or `schedule`.")
    contents = models.JSONField()
    sha256 = models.CharField(max_length=64)
    asserted = models.FloatField(null=True)
    evidenced = models.FloatField(null=True)
    validated = models.FloatField(null=True)
    coverage = models.FloatField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "assessment", "-taken_at"], name="assessments_snapshot_newest")]
