"""Operators see people and may deactivate them; they see nothing of any organisation's data."""

from __future__ import annotations

from django.contrib import admin

from identity.models import Person


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    search_fields = ("email", "name")
    list_filter = ("is_active", "is_staff")
    readonly_fields = ("id", "last_login", "date_joined", "password")
    fields = ("id", "email", "name", "language", "time_zone", "is_active", "is_staff", "last_login", "date_joined")
