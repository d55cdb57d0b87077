"""How much of its storage an organisation has used."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from assessments.selectors.storage import storage_use
from assessments.serializers.storage import StorageUse
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView


class StorageView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ}

    @extend_schema(operation_id="storage_read", responses=StorageUse)
    def get(self, request: TenantRequest) -> Response:
        """Bytes of evidence the organisation keeps, and how many it may."""
        return Response(storage_use())
