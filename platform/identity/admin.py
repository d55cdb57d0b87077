"""Operators see people and may deactivate them; they see nothing of any organisation's data.

They cannot change an address: it is what invitations and password resets go to. They cannot delete a person: that
person's memberships and audit trail belong to organisations.
"""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.http import HttpRequest

from identity.models import Person
from identity.services import end_sessions

# Operators sign in where everybody does: with the limits on guessing, and with a verified address.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Whoever may mark any address as verified may accept anybody's invitation.
admin.site.unregister(EmailAddress)

# Whoever may write factors may add one of their own to anybody. A lost one is removed by `manage remove_factors`.
admin.site.unregister(Authenticator)


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    search_fields = ("email", "name")
    list_filter = ("is_active", "is_staff")
    readonly_fields = ("id", "email", "name", "language", "time_zone", "last_login", "date_joined")
    fields = ("id", "email", "name", "language", "time_zone", "is_active", "is_staff", "last_login", "date_joined")

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_sessions(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        return False
