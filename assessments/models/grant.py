"""Access of outside reviewers to single assessments.

django-guardian's direct-foreign-key model: one row per person and assessment instead of its generic table, so that
the database itself holds the key, and with the organisation, the giver and the end of the grant beside it. The end is
enforced when a grant is read (`assessments.selectors.grants`); a sweep only tidies.

A grant also says of its assessment what its holder's list shows (name, state, standard). The list goes over all
organisations, and row-level security opens no assessment but those of one: with these words in the grant, which its
holder may read anyway, the list is one statement and the policy of `assessment` stays as narrow as it is. Triggers keep
the words true, made by the migration of this table, so that no way of writing an assessment can forget them.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from assessments.catalogue.models import Standard
from tenants.managed import OwnRowsManager, TenantForeignKey, TenantManager, TenantModel


class GrantManager(TenantManager["ReviewGrant"], UserObjectPermissionManager):
    """Scoped like that of every tenant table, and able to answer what guardian asks a manager.

    Guardian's own `assign_perm` cannot make a grant: it knows no giver and no end, which the table demands.
    """


class ReviewGrant(TenantModel, UserObjectPermissionBase):
    """`user` may read and review `content_object` until `expires_at`, unless revoked before.

    With `sections` they see these requirements, what is below them, and nothing else of the assessment.
    """

    content_object = TenantForeignKey("assessments.Assessment", related_name="review_grants")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    sections = ArrayField(models.CharField(max_length=80), default=list, help_text="Refs; empty for all of it.")
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="The ETag of end and sections.")
    last_seen_at = models.DateTimeField(null=True)
    assessment_name = models.CharField(
        max_length=200, default="", db_default="", editable=False, help_text="The database writes it."
    )
    assessment_state = models.CharField(max_length=16, default="", db_default="", editable=False, help_text="Likewise.")
    standard = models.ForeignKey(
        Standard, on_delete=models.PROTECT, null=True, editable=False, related_name="+", help_text="Likewise."
    )
    standard_slug = models.CharField(
        max_length=80,
        default="",
        db_default="",
        editable=False,
        help_text="Likewise, as the next two: outside the organisation nobody can read its own standards.",
    )
    standard_number = models.CharField(max_length=80, default="", db_default="", editable=False)
    standard_title = models.CharField(max_length=300, default="", db_default="", editable=False)

    objects: ClassVar[GrantManager] = GrantManager()
    own: ClassVar[OwnRowsManager[Self]] = OwnRowsManager(column="user_id")

    class Meta(TenantModel.Meta):
        unique_together = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "permission", "content_object"], name="assessments_reviewgrant_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-id"],
                condition=models.Q(revoked_at__isnull=True),
                name="assessments_reviewgrant_mine",
            ),
            models.Index(
                fields=["user", "expires_at"],
                condition=models.Q(revoked_at__isnull=True),
                name="assessments_reviewgrant_ends",
            ),
        ]


class OutsideInvitation(TenantModel):
    """Which assessment an invitation from outside is for, and until when access will last."""

    invitation = TenantForeignKey("tenants.Invitation")
    assessment = TenantForeignKey("assessments.Assessment")
    access_until = models.DateTimeField()
    sections = ArrayField(models.CharField(max_length=80), default=list, help_text="Refs; empty for all of it.")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "invitation", "assessment"], name="assessments_outsideinvitation_once"
            ),
        ]
