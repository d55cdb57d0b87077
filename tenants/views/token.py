"""The view class for addresses of an organisation in which a token takes the place of a person."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.views import APIView

from api.problems import NotFound
from api.throttling import AddressThrottle
from tenants.views.tenant import TenantView


class TokenView(TenantView):
    """In the organisation's scope like every tenant view; nobody is identified, and callers are counted by address."""

    authentication_classes = ()  # type: ignore[assignment] # fewer than the class above
    throttle_classes = (AddressThrottle,)  # type: ignore[assignment] # likewise

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Throttle, and find the organisation.

        Other methods are refused before, so that they do not tell whether there is such an organisation.
        """
        APIView.initial(self, request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else request.method
        if not hasattr(self, str(method).lower()) or method == "OPTIONS":
            raise MethodNotAllowed(request.method)
        if self._organisation is None:
            raise NotFound
        if self._organisation.closing_at is not None:
            self.refuse_closing()
        request.organisation = self._organisation

    def refuse_closing(self) -> None:
        """Tokens of an organisation that waits for its deletion open nothing; which problem says so."""
        raise NotFound
