"""Offers to join an organisation, or to review named assessments of it from outside."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from tenants.managed import TenantForeignKey, TenantModel
from tenants.roles import Role

OUTSIDE = "outside"


class Invitation(TenantModel):
    """One offer to one address. Only the hash of its token is kept; sending again makes a new token."""

    OFFERS: ClassVar[list[str]] = [role.value for role in Role] + [OUTSIDE]

    email = models.EmailField()
    offer = models.CharField(max_length=16, help_text="A role, or `outside` for a reviewer of single assessments.")
    token_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    mail_at = models.DateTimeField(
        default=timezone.now, db_default=Now(), help_text="When the newest mail may leave; its week begins then."
    )
    sent_at = models.DateTimeField(null=True, help_text="Empty until the worker has handed the mail over.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "token_hash"], name="tenants_invitation_token"),
            models.CheckConstraint(
                condition=models.Q(offer__in=[role.value for role in Role] + [OUTSIDE]),
                name="tenants_invitation_known_offer",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(revoked_at__isnull=True),
                name="tenants_invitation_accepted_or_revoked",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "email"], name="tenants_invitation_email")]


class InvitationMail(TenantModel):
    """One mail that was asked for, and when it may leave: what the limits count (`tenants.services.invitation_turns`).

    The newest of an invitation is the one that is sent; its job finds out by this row's id.
    """

    invitation = TenantForeignKey("tenants.Invitation")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "at"], name="tenants_invitationmail_day"),
            models.Index(fields=["organisation", "inviter", "at"], name="tenants_invitationmail_hour"),
        ]
