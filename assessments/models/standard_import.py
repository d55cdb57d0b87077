"""Files on their way to a draft of a standard, and what was found in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantModel


class ImportState(models.TextChoices):
    """READ: the files were understood. REFUSED: they hold faults. FAILED: they could not be read at all."""

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    REFUSED = "refused"
    FAILED = "failed"


class StandardImport(TenantModel):
    """One import of one or several files. The bytes lie in the storage only until they are read."""

    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    is_preview = models.BooleanField(help_text="Whether no draft is to be made.")
    files = models.JSONField(help_text="[{name, size}], sizes in bytes.")
    size = models.PositiveBigIntegerField(help_text="Bytes of what was packed for the reader.")
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=300, blank=True, help_text="Why it failed, for people.")
    report = models.JSONField(default=list, help_text="[{severity, file, place, message}], faults first.")
    counts = models.JSONField(default=dict, help_text="Severity → number of findings.")
    preview = models.JSONField(null=True, help_text="What was understood: see selectors.standard_imports.")
    crosswalks = models.JSONField(default=list)
    draft_id = models.UUIDField(null=True, help_text="The draft it made, which may be gone again.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ImportState.values), name="assessments_standardimport_state"
            ),
        ]
