"""What Plumbline does differently from django-allauth's defaults."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.http import HttpRequest, HttpResponse

from api.problems import Throttled
from api.throttling import client_address
from identity import limits, post, services
from identity.models import Person

logger = logging.getLogger(__name__)
_BACKEND = f"{AuthenticationBackend.__module__}.{AuthenticationBackend.__qualname__}"


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

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """The person with this address and password, or None: after hashing one password, whatever is wrong.

        Django would ask each of its backends and hash for each. Raises Throttled.
        """
        mail = str(credentials.get("email", ""))
        tried = limits.take(limits.PASSWORD, request=request, mail=mail)
        person: Person | None = AuthenticationBackend().authenticate(request, **credentials)
        # Somebody deactivated is kept aside there, for a page that would tell them so.
        AuthenticationBackend.unstash_authenticated_user()
        if person is None:
            logger.info("sign-in refused: wrong address or password: %s from %s", mail, client_address(request))
            return None
        tried.give_back()
        person.backend = _BACKEND  # type: ignore[attr-defined] # as Django's own authenticate leaves it
        return person

    def pre_login(self, request: HttpRequest, user: Person, **said: Any) -> HttpResponse | None:
        """The key a browser had before its person proved anything is worth nothing from here on."""
        if request.session.session_key:
            request.session.cycle_key()
        return super().pre_login(request, user, **said)  # type: ignore[no-any-return]

    def login(self, request: HttpRequest, user: Person) -> None:
        super().login(request, user)
        logger.info("signed in: person %s from %s", user.pk, client_address(request))

    def set_password(self, user: Person, password: str) -> None:
        """A new password ends every other session, and whatever its owner was shut out by."""
        request = context.request
        keep = request.session.session_key if request.user.is_authenticated and request.user.pk == user.pk else None
        services.end_sessions(user, keep=keep)
        super().set_password(user, password)
        limits.clear(limits.PASSWORD, mail=user.email)

    def send_mail(self, template_prefix: str, email: str, said: dict[str, Any]) -> None:
        words = {"request": context.request, "email": email} | said
        post.hand_in(self.render_mail(template_prefix, email, words))

    def send_account_already_exists_mail(self, email: str) -> None:
        from identity.signup import rehearse  # allauth's forms import that module while this one loads

        rehearse(context.request)
        super().send_account_already_exists_mail(email)

    def should_send_confirmation_mail(self, request: HttpRequest, email_address: Any, signup: bool) -> bool:  # noqa: FBT001 - the library's signature
        """Signing in again and again with an address that is not verified is no way to fill a stranger's mailbox."""
        if signup:
            return True  # counted at the gate
        try:
            limits.take(limits.MAIL, request=request, mail=email_address.email)
        except Throttled:
            return False
        return True
