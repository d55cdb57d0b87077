"""How a request shows who sends it. API keys belong to organisations and are read in `tenants.authentication`."""

from __future__ import annotations

from rest_framework.authentication import SessionAuthentication


class BrowserSession(SessionAuthentication):
    """Django's session cookie; DRF enforces the CSRF token on every unsafe method of it."""

    def authenticate_header(self, request: object) -> str:
        # Without a challenge DRF would answer 403 to a stranger where 401 tells what to do.
        return "Session"
