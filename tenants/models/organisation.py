"""Organisations and who belongs to them."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from api.ids import new_id
from api.languages import LANGUAGE
from tenants.managed import OwnRowsManager, TenantModel
from tenants.roles import Role

SLUG = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]{1,46}[a-z0-9])$",
    "3 to 48 small letters, digits and hyphens; neither first nor last a hyphen.",
)

MOST_LANGUAGES = 8


def usual_languages() -> list[str]:
    return ["en"]


class Organisation(models.Model):
    """A tenant. One of the few shared tables: a request finds its organisation here before any scope is open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=48, unique=True, validators=[SLUG])
    name = models.CharField(max_length=200)
    sector = models.CharField(max_length=80, blank=True)
    languages = ArrayField(
        models.CharField(max_length=5, validators=[RegexValidator(rf"^{LANGUAGE.pattern}\Z")]),
        default=usual_languages,
        db_default=["en"],
        help_text="Read in this order; all of them are searched.",
    )
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="The ETag of what it says of itself.")
    mfa_required = models.BooleanField(
        default=False, db_default=False, help_text="Whether people need a second factor to be let in."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closing_at = models.DateTimeField(
        null=True, editable=False, help_text="When its deletion was asked for, by the database's clock; else empty."
    )
    closing_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    creation_key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null: made without a key
    creation_fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["created_by", "creation_key"], name="tenants_organisation_creation_key"),
            models.CheckConstraint(
                condition=models.Q(languages__len__gte=1, languages__len__lte=MOST_LANGUAGES),
                name="tenants_organisation_some_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """A person's place in an organisation. `last_active_at` is kept to a few minutes (`tenants.last_seen`)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="The ETag of the role.")
    created_at = models.DateTimeField(auto_now_add=True)
    role_since = models.DateTimeField(default=timezone.now, db_default=Now())
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who gave the role; empty for a founder.",
    )
    last_active_at = models.DateTimeField(null=True)
    wants_heads = models.BooleanField(
        default=False, db_default=False, help_text="Gets each signed head of the audit trail by mail, as an owner."
    )

    own: ClassVar[OwnRowsManager[Self]] = OwnRowsManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], name="tenants_membership_one_per_person"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="tenants_membership_known_role"
            ),
        ]
        indexes = [models.Index(fields=["person"], name="tenants_membership_person")]
