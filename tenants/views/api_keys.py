"""API keys of an organisation."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import parse
from tenants import selectors
from tenants.idempotency import SecretResponse
from tenants.roles import Action, Scope
from tenants.serializers import ApiKeyMade, ApiKeyShape, NewApiKey, page_of
from tenants.services.api_keys import create_key, revoke_key
from tenants.views.tenant import TenantRequest, TenantView


class ApiKeysView(TenantView):
    actions: ClassVar = {"GET": Action.API_KEY_MANAGE, "POST": Action.API_KEY_MANAGE}

    @extend_schema(operation_id="api_keys_list", responses=page_of(ApiKeyShape))
    def get(self, request: TenantRequest) -> Response:
        """List the keys, newest first. Their secrets are kept nowhere."""
        Filters(request)
        return paginate(selectors.list_keys(), request=request, orderings=("-id",), render=selectors.key_body)

    @extend_schema(operation_id="api_keys_create", request=NewApiKey, responses={201: ApiKeyMade})
    def post(self, request: TenantRequest) -> Response:
        """Make a key that acts for you here; the answer holds its secret, this once."""
        fields = parse(NewApiKey, request.data)
        key, secret = create_key(
            access=request.access, name=fields["name"], scope=Scope(fields["scope"]), expires_at=fields["expires_at"]
        )
        return SecretResponse(selectors.key_body(key) | {"secret": secret}, secret="secret", status=201)  # noqa: S106


class ApiKeyView(TenantView):
    actions: ClassVar = {"DELETE": Action.API_KEY_MANAGE}

    @extend_schema(operation_id="api_key_revoke", responses={204: None})
    def delete(self, request: TenantRequest, key_id: uuid.UUID) -> Response:
        """Revoke a key, at once and for good."""
        revoke_key(key_id=key_id)
        return Response(status=204)
