"""Operators see that organisations exist, and nothing inside them: no tenant table is registered, on purpose."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from tenants.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    list_display = ("slug", "name", "created_at")
    search_fields = ("slug", "name")
    fields = readonly_fields = ("id", "slug", "name", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False
