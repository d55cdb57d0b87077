"""Comparisons of two standards as files. Public like the pages they are made from: no organisation is in them."""

from __future__ import annotations

from django.db import models

from api.ids import new_id


class ComparisonFileState(models.TextChoices):
    REQUESTED = "requested"
    READY = "ready"
    FAILED = "failed"


class ComparisonFile(models.Model):
    """A page as a PDF. `key` is a hash of the page and of what lays it out: another page is another file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    a_slug = models.CharField(max_length=80)
    b_slug = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=ComparisonFileState.choices, default=ComparisonFileState.REQUESTED)
    asked_at = models.DateTimeField()
    """When a worker was last asked for it."""
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    data = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"], name="reports_comparison_waiting")]

    def __str__(self) -> str:
        return f"{self.a_slug} vs {self.b_slug}"
