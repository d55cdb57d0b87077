"""Evidence: kept once per organisation, versioned, hashed, linked to many answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class Evidence(TenantModel):
    """One document or record an organisation shows. `number` counts within the organisation and names it in reports."""

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    valid_until = models.DateField(null=True, help_text="The last day it counts; null when it does not run out.")
    version = models.PositiveIntegerField(default=1, help_text="The ETag of these fields.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="assessments_evidence_number"),
        ]

    @property
    def reference(self) -> str:
        return f"E-{self.number:04d}"


class EvidenceVersion(TenantModel):
    """One file of an evidence. The newest number counts; older ones stay readable.

    `sha256` also names the blob, organisation/sha256: equal files of one organisation share it, files of two never do.
    """

    evidence = TenantForeignKey("assessments.Evidence")
    number = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "evidence", "number"], name="assessments_evidenceversion_no"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "sha256"], name="assessments_evidence_sha256")]


class EvidenceLink(TenantModel):
    """One evidence backs one answer."""

    answer = TenantForeignKey("assessments.Answer")
    evidence = TenantForeignKey("assessments.Evidence")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "answer", "evidence"], name="assessments_evidencelink_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "evidence"], name="assessments_evidencelink_used")]
