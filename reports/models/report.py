"""Documents made from snapshots, and the links that let them be read."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantForeignKey, TenantModel


class ReportState(models.TextChoices):
    REQUESTED = "requested"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Report(TenantModel):
    """One document. Its bytes are stored under organisation/sha256; the hash is checked again when they are read."""

    assessment = TenantForeignKey("assessments.Assessment", on_delete=models.PROTECT)
    snapshot = TenantForeignKey("assessments.Snapshot", on_delete=models.PROTECT)
    job = TenantForeignKey("tenants.Job", on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=24, default="full")
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True, help_text="Bytes.")
    pages = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=ReportState.READY.value) | ~models.Q(sha256=""),
                name="reports_report_ready_has_file",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "assessment", "-requested_at"], name="reports_report_newest")]


class ReportLink(TenantModel):
    """An address that opens one report without signing in, until it expires or is revoked. Only its token's hash
    is kept.
    """

    report = TenantForeignKey("reports.Report")
    token_hash = models.CharField(max_length=64)
    recipient = models.CharField(max_length=254, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "token_hash"], name="reports_reportlink_token"),
        ]
