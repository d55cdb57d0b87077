"""How a request shows who sends it. API keys belong to organisations and are read in `tenants.authentication`."""

from __future__ import annotations

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from identity.models import Person


class BrowserSession(SessionAuthentication):
    """Django's session cookie; DRF enforces the CSRF token on every unsafe method of it."""

    def authenticate_header(self, request: object) -> str:
        # Without a challenge DRF would answer 403 to a stranger where 401 tells what to do.
        return "Session"


def signed_in(request: Request) -> Person:
    """The person behind a request; NotAuthenticated when there is none."""
    if not isinstance(request.user, Person):
        raise NotAuthenticated
    return request.user
