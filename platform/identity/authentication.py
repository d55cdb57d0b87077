"""How a request shows who sends it. API keys belong to organisations and are read in `tenants.authentication`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.request import Request

from api.problems import BadCsrfToken
from identity.models import Person


class _WithoutBody:
    """A request whose form is empty, whatever its body holds."""

    POST: dict[str, str] = {}

    def __init__(self, request: Request) -> None:
        self._whole = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


class BrowserSession(SessionAuthentication):
    """Django's session cookie; DRF enforces the CSRF token on every unsafe method of it."""

    def enforce_csrf(self, request: Any) -> None:
        """The token counts in its header only.

        To look for it in a form, the check would parse the body, and complain of it, before it is known whether the
        sender may so much as know of the address: a stranger must get 404 for any body.
        """
        try:
            super().enforce_csrf(_WithoutBody(request))  # type: ignore[arg-type] # it reads headers, cookies and method
        except PermissionDenied as error:
            raise BadCsrfToken from error

    def authenticate_header(self, request: object) -> str:
        # Without a challenge DRF would answer 403 to a stranger where 401 tells what to do.
        return "Session"


def signed_in(request: Request | HttpRequest) -> Person:
    """The person behind a request; NotAuthenticated when there is none."""
    if not isinstance(request.user, Person):
        raise NotAuthenticated
    return request.user
