"""What became of an inherited answer that was offered: confirmed, with what it came from, or dismissed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessments.catalogue.models import Requirement
from tenants.managed import TenantForeignKey, TenantModel


class InheritedState(models.TextChoices):
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class InheritedAnswer(TenantModel):
    """A person's decision on an offer. Offers themselves are worked out when they are read and stored nowhere.

    `offer` is the offer as it was decided on (`selectors.inheritance.offer_body`): level, routes, answers behind them.
    Whether the answer still says what came is `inheritance.stands_as_it_came`.
    """

    assessment = TenantForeignKey("assessments.Assessment")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=InheritedState.choices)
    over_link = models.BooleanField(help_text="Whether it came over a crosswalk: it is not passed on over another one.")
    offer = models.JSONField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "assessment", "requirement"], name="assessments_inherited_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=InheritedState.values), name="assessments_inherited_state"
            ),
        ]
