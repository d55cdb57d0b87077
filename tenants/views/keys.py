"""The public keys under heads of audit trails and certificates of deletion, at an address that stays."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from tenants.signing import key_set


@require_safe
def well_known_keys(request: HttpRequest) -> JsonResponse:
    """A JWK Set. The same for everybody, so it may be cached."""
    response = JsonResponse(key_set(), content_type="application/jwk-set+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response
