"""Asking somebody who has no account for evidence: what, for which requirements, by when."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class EvidenceRequest(TenantModel):
    """Open until it is closed (everything has come), revoked or expired: after that its link opens nothing.

    The link's token is derived from the id, `sending` and the secret key (`assessments.services.requests`), so that a
    reminder can name it again; only its hash is kept.
    """

    assessment = TenantForeignKey("assessments.Assessment")
    what = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    refs = ArrayField(models.CharField(max_length=80), help_text="Requirements the evidence is to back.")
    email = models.EmailField()
    due_on = models.DateField()
    expires_at = models.DateTimeField()
    files_most = models.PositiveSmallIntegerField()
    bytes_most = models.PositiveBigIntegerField(help_text="Of one file.")
    sending = models.PositiveSmallIntegerField(default=1, help_text="Goes up with every new link.")
    token_hash = models.CharField(max_length=64)
    mail_fault = models.CharField(max_length=300, blank=True, help_text="Why the last mail did not leave, for people.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "token_hash"], name="assessments_evidencerequest_token")
        ]
        indexes = [models.Index(fields=["organisation", "assessment"], name="assessments_request_assessment")]


class RequestedFile(TenantModel):
    """One file that came in for a request. `settled_at`: it was checked, and linked as far as it could be."""

    request = TenantForeignKey("assessments.EvidenceRequest")
    version = TenantForeignKey("assessments.EvidenceVersion")
    received_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, help_text="What it could not be linked to, and why, for people.")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="assessments_requestedfile_version")
        ]
        indexes = [models.Index(fields=["organisation", "request"], name="assessments_requestedfile_of")]
