"""Uploads that go straight to the storage: announced, sent, verified, taken in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class UploadState(models.TextChoices):
    """OPEN: bytes may be sent. FINISHED: the sender says they are there. TAKEN: they are a file of an evidence."""

    OPEN = "open"
    FINISHED = "finished"
    TAKEN = "taken"
    REFUSED = "refused"


class DirectUpload(TenantModel):
    """One file on its way past the API. `size` and `sha256` are what its sender says until the worker has counted."""

    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.OPEN)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was refused, for people.")
    evidence = TenantForeignKey(
        "assessments.Evidence", null=True, help_text="What it is a new version of; of a taken one what it became."
    )
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    valid_until = models.DateField(null=True)
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    reservation_id = models.UUIDField(null=True, help_text="The storage promised to it.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=UploadState.values), name="assessments_directupload_state"
            ),
        ]
