"""Access of outside reviewers to single assessments.

django-guardian's direct-foreign-key model: one row per person and assessment instead of its generic table, so that
the database itself holds the key, and with the organisation, the giver and the end of the grant beside it. The end is
enforced when a grant is read (`assessments.selectors.grants`); a sweep only tidies.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from tenants.managed import OwnRowsManager, TenantForeignKey, TenantManager, TenantModel


class GrantManager(TenantManager["ReviewGrant"], UserObjectPermissionManager):
    """Scoped like that of every tenant table, and able to answer what guardian asks a manager.

    Guardian's own `assign_perm` cannot make a grant: it knows no giver and no end, which the table demands.
    """


class ReviewGrant(TenantModel, UserObjectPermissionBase):
    """`user` may read and review `content_object` until `expires_at`, unless revoked before."""

    content_object = TenantForeignKey("assessments.Assessment", related_name="review_grants")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[GrantManager] = GrantManager()
    own: ClassVar[OwnRowsManager[Self]] = OwnRowsManager(column="user_id")

    class Meta(TenantModel.Meta):
        unique_together = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "permission", "content_object"], name="assessments_reviewgrant_once"
            ),
        ]
        indexes = [models.Index(fields=["user"], name="assessments_reviewgrant_user")]


class OutsideInvitation(TenantModel):
    """Which assessment an invitation from outside is for, and until when access will last."""

    invitation = TenantForeignKey("tenants.Invitation")
    assessment = TenantForeignKey("assessments.Assessment")
    access_until = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "invitation", "assessment"], name="assessments_outsideinvitation_once"
            ),
        ]
