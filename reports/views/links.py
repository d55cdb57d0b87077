"""Links to reports: made and revoked by members, opened by whoever holds one."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import parse
from api.throttling import client_address
from reports.models import ReportLink
from reports.selectors import get_report, link_body, list_links
from reports.serializers import LinkMade, LinkShape, NewLink
from reports.services.link import LinkEnded, link_address, make_link, open_link, revoke_link
from reports.views.pdf import FILE, PdfRenderer
from reports.views.reports import attach
from tenants import audit
from tenants.idempotency import SecretResponse
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView
from tenants.views.token import TokenView


class ReportLinksView(TenantView):
    actions: ClassVar = {"GET": Action.REPORT_READ, "POST": Action.REPORT_MAKE}

    @extend_schema(operation_id="report_links_list", responses=page_of(LinkShape))
    def get(self, request: TenantRequest, report_id: uuid.UUID) -> Response:
        """List the links to a report, newest first; their addresses are kept nowhere."""
        Filters(request)
        get_report(report_id)
        return paginate(list_links(report_id), request=request, orderings=("-id",), render=link_body)

    @extend_schema(operation_id="report_links_create", request=NewLink, responses={201: LinkMade})
    def post(self, request: TenantRequest, report_id: uuid.UUID) -> Response:
        """Make a link that opens the report without signing in; the answer holds its address, this once."""
        fields = parse(NewLink, request.data)
        link, token = make_link(report=get_report(report_id), access=request.access, **fields)
        address = link_address(organisation=request.organisation, token=token)
        return SecretResponse(link_body(link) | {"url": address}, secret="url", status=201)  # noqa: S106 - a field's name


class ReportLinkView(TenantView):
    actions: ClassVar = {"DELETE": Action.REPORT_MAKE}

    @extend_schema(operation_id="report_link_revoke", responses={204: None})
    def delete(self, request: TenantRequest, report_id: uuid.UUID, link_id: uuid.UUID) -> Response:
        """Revoke a link, at once and for good."""
        revoke_link(report_id=report_id, link_id=link_id)
        return Response(status=204)


class OpenLinkView(TokenView):
    renderer_classes = (*TenantView.renderer_classes, PdfRenderer)
    actions: ClassVar = {}

    def refuse_closing(self) -> None:
        raise LinkEnded

    @extend_schema(operation_id="report_link_open", responses=FILE, auth=[])
    def get(self, request: TenantRequest, token: str) -> FileResponse:
        """The PDF behind a link. 410 when the link expired or was revoked."""

        def act(link: ReportLink) -> None:
            audit.set_actor(
                request._request,  # noqa: SLF001 - DRF's own name for the request it wraps
                actor=f"link:{link.pk}",
                address=client_address(request),
            )

        response = attach(open_link(token, act=act))
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response
