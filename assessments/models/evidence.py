"""Evidence: kept once per organisation, versioned, hashed, linked to many answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class FileState(models.TextChoices):
    """Where a file stands on its way in. Only a READY one is ever read, counted, frozen or handed out."""

    RECEIVED = "received"
    QUARANTINED = "quarantined"
    SCANNED = "scanned"
    READY = "ready"
    REJECTED = "rejected"


class VirusScan(models.TextChoices):
    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


class Evidence(TenantModel):
    """One document or record an organisation shows. `number` counts within the organisation and names it in reports."""

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    valid_until = models.DateField(null=True, help_text="The last day it counts; null when it does not run out.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who keeps it up to date; null for whoever created it.",
    )
    review_every_months = models.PositiveSmallIntegerField(null=True)
    reviewed_on = models.DateField(null=True, help_text="When somebody last said that it still holds.")
    next_review_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1, help_text="The ETag of these fields.")
    ready_version = models.PositiveIntegerField(
        null=True, help_text="Number of the newest version that passed every check; null while none has."
    )
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
    """One file of an evidence. The newest ready one counts; older ready ones stay readable.

    `sha256` also names the blob, organisation/sha256: equal files of one organisation share it, files of two never do.
    Until the file is ready its bytes lie apart, under the id of this row, and a rejected file's are gone.
    """

    evidence = TenantForeignKey("assessments.Evidence")
    number = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=FileState.choices, default=FileState.RECEIVED)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Why it was rejected, or what its check waits for, for people."
    )
    virus_scan = models.CharField(max_length=16, choices=VirusScan.choices, default=VirusScan.PENDING)
    checked_at = models.DateTimeField(null=True, help_text="When it became ready or was rejected.")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sent_by = models.EmailField(blank=True, help_text="Who sent it by request, without an account.")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "evidence", "number"], name="assessments_evidenceversion_no"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=FileState.values), name="assessments_evidenceversion_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=FileState.READY) | models.Q(virus_scan__in=["clean", "not_scanned"]),
                name="assessments_evidenceversion_ready_means_looked_at",
            ),
            models.CheckConstraint(
                condition=models.Q(uploaded_by__isnull=False) | ~models.Q(sent_by=""),
                name="assessments_evidenceversion_comes_from_somebody",
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
