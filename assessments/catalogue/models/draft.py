"""A standard in the making."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessments.catalogue.drafts.states import ORIGINS, STATES
from assessments.catalogue.models.standard import Standard
from tenants.managed import TenantModel


class StandardDraft(TenantModel):
    """A standard in the making: the whole of it as JSON (`drafts.content`), for no one but its organisation.

    slug, number and title are those of the content, kept beside it for lists. A published draft does not change any
    more; it stays as what its edition was made from.
    """

    slug = models.CharField(max_length=80)
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    content = models.JSONField()
    requirements = models.PositiveIntegerField()
    origin = models.CharField(max_length=10)
    """drafts.states.ORIGINS"""
    report = models.JSONField(null=True)
    """What an import had to say of it."""
    base = models.ForeignKey(Standard, on_delete=models.PROTECT, null=True, related_name="+")
    """The edition it was adapted from, or follows."""
    state = models.CharField(max_length=10, default="draft")
    """drafts.states.STATES"""
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, null=True, related_name="+")
    """What it became."""
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "slug"], condition=models.Q(state="draft"), name="catalogue_draft_one_per_slug"
            ),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="catalogue_draft_state"),
            models.CheckConstraint(condition=models.Q(origin__in=ORIGINS), name="catalogue_draft_origin"),
            models.CheckConstraint(
                condition=models.Q(state="draft", standard__isnull=True, published_at__isnull=True)
                | models.Q(state="published", standard__isnull=False, published_at__isnull=False),
                name="catalogue_draft_published",
            ),
        ]

    def __str__(self) -> str:
        return self.slug
