"""Keys with which programs act for a person inside one organisation."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.managed import TenantModel
from tenants.roles import Scope


class ApiKey(TenantModel):
    """The secret is shown once and kept as a SHA-256 (it has 256 random bits, so a slow hash would add nothing)."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, help_text="The part a person may see, to tell keys apart.")
    secret_hash = models.CharField(max_length=64)
    scope = models.CharField(max_length=16, choices=[(scope.value, scope.value) for scope in Scope])
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "prefix"], name="tenants_apikey_prefix"),
            models.CheckConstraint(
                condition=models.Q(scope__in=[scope.value for scope in Scope]), name="tenants_apikey_known_scope"
            ),
        ]
