"""Leaving: an organisation's export of itself, and what is left to prove that it was deleted."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from api.ids import new_id
from tenants.managed import TenantModel


class ExportState(models.TextChoices):
    REQUESTED = "requested"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class OrganisationExport(TenantModel):
    """One export of everything the organisation has, kept for a few days. Of the link to it only a hash is kept."""

    state = models.CharField(max_length=12, choices=ExportState.choices, default=ExportState.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When the file is deleted.")
    size = models.PositiveBigIntegerField(null=True, help_text="Bytes.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file.")
    canonical = models.CharField(max_length=64, blank=True, help_text="Hash over the content, the same after a move.")
    missing = models.PositiveIntegerField(default=0, help_text="Files that rows name and the storage has not.")
    error = models.TextField(blank=True)
    token_hash = models.CharField(max_length=64, blank=True)
    link_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=ExportState.READY.value) | ~models.Q(sha256=""),
                name="tenants_export_ready_has_file",
            ),
        ]


class DeletionCertificate(models.Model):
    """What proves that an organisation was deleted: a shared table, without personal data and without its id.

    The document names the organisation by the SHA-256 of its id, which those who were its owners know. `recipients`
    are kept until the certificate has been mailed to each, and are empty from then on.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation_digest = models.CharField(max_length=64, unique=True)
    deleted_at = models.DateTimeField()
    document = models.JSONField()
    recipients = ArrayField(models.EmailField(), default=list)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at"], name="tenants_certificate_due")]
