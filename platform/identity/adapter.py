"""What Plumbline does differently from django-allauth's defaults."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from api.throttling import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # the library has no types
    def clean_email(self, email: str) -> str:
        """One person, one spelling."""
        return str(super().clean_email(email)).lower()

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def format_email_subject(self, subject: str) -> str:
        return f"Plumbline: {subject}"

    def get_user_search_fields(self) -> list[str]:
        return ["email", "name"]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user names here."""
