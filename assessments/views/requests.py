"""Requests for evidence, made and watched by members."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import parse
from assessments.selectors.assessments import get_assessment
from assessments.selectors.requests import STATES, get_request, list_requests, request_body, request_detail
from assessments.serializers.request import EvidenceRequestDetail, EvidenceRequestShape, NewEvidenceRequest
from assessments.services import requests
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView


class EvidenceRequestsView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ, "POST": Action.EVIDENCE_WRITE}

    @extend_schema(
        operation_id="evidence_requests_list",
        parameters=[OpenApiParameter("state", str, enum=STATES)],
        responses=page_of(EvidenceRequestShape),
    )
    def get(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """List what was asked of people outside, newest first."""
        filters = Filters(request, "state")
        get_assessment(assessment_id)
        rows = list_requests(assessment_id, state=filters.choice("state", STATES))
        return paginate(rows, request=request, orderings=("-id",), render=request_body)

    @extend_schema(
        operation_id="evidence_request_create", request=NewEvidenceRequest, responses={201: EvidenceRequestDetail}
    )
    def post(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """Ask somebody for evidence by mail. The link in it opens a page for sending files, without an account."""
        fields = parse(NewEvidenceRequest, request.data)
        made = requests.create_request(assessment_id, access=request.access, fields=fields)
        return Response(_detail(assessment_id, made.pk), status=201)


class EvidenceRequestView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ, "DELETE": Action.EVIDENCE_WRITE}

    @extend_schema(operation_id="evidence_request_read", responses=EvidenceRequestDetail)
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, evidence_request_id: uuid.UUID) -> Response:
        """One request with the files that came."""
        return Response(_detail(assessment_id, evidence_request_id))

    @extend_schema(operation_id="evidence_request_revoke", responses={204: None})
    def delete(self, request: TenantRequest, assessment_id: uuid.UUID, evidence_request_id: uuid.UUID) -> Response:
        """Revoke a request: its link ends at once. Files that came stay."""
        requests.revoke(assessment_id, request_id=evidence_request_id)
        return Response(status=204)


class EvidenceRequestResendView(TenantView):
    actions: ClassVar = {"POST": Action.EVIDENCE_WRITE}

    @extend_schema(operation_id="evidence_request_resend", request=None, responses=EvidenceRequestDetail)
    def post(self, request: TenantRequest, assessment_id: uuid.UUID, evidence_request_id: uuid.UUID) -> Response:
        """Send it again with a new link; the old one ends at once."""
        requests.resend(assessment_id, request_id=evidence_request_id, access=request.access)
        return Response(_detail(assessment_id, evidence_request_id))


def _detail(assessment_id: uuid.UUID, request_id: uuid.UUID) -> dict[str, object]:
    return request_detail(get_request(request_id, assessment_id=assessment_id))
