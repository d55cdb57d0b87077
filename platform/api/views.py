"""The view classes for what belongs to no organisation; `tenants.views.tenant` has the one for what does."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.views import APIView

from api.throttling import AddressThrottle, PersonThrottle


class PublicView(APIView):
    """Open to anyone; knows no person, so that its answers may be cached."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (AddressThrottle,)


class PersonView(APIView):
    """For a signed-in person, outside any organisation. One transaction per request."""

    permission_classes = (IsAuthenticated,)
    throttle_classes = (PersonThrottle, AddressThrottle)

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with transaction.atomic():
            response = super().dispatch(*args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
