"""Leaving: exports of everything, and the deletion of the organisation. For owners."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import parse
from tenants import selectors
from tenants.idempotency import SecretResponse
from tenants.roles import Action
from tenants.serializers import Closing, ClosingShape, ExportLinkShape, ExportShape, page_of
from tenants.services.closing import dates, recall_closing, request_closing
from tenants.services.exports import link_address, make_link, open_export, request_export
from tenants.views.tenant import TenantRequest, TenantView
from tenants.views.trail import FileView

_FILE = {(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="See README, “Leaving”.")}


class ExportsView(TenantView):
    actions: ClassVar = {"GET": Action.ORGANISATION_EXPORT, "POST": Action.ORGANISATION_EXPORT}
    while_closing: ClassVar = ("GET", "POST")

    @extend_schema(operation_id="exports_list", responses=page_of(ExportShape))
    def get(self, request: TenantRequest) -> Response:
        """List the exports of the organisation, newest first."""
        Filters(request)
        return paginate(selectors.list_exports(), request=request, orderings=("-id",), render=selectors.export_body)

    @extend_schema(operation_id="exports_create", request=None, responses={202: ExportShape})
    def post(self, request: TenantRequest) -> Response:
        """Ask for an export of everything; five in a day. You are mailed when it is ready."""
        export = request_export(access=request.access)
        return Response(selectors.export_body(selectors.export_of(export.pk)), status=202)


class ExportView(TenantView):
    actions: ClassVar = {"GET": Action.ORGANISATION_EXPORT}

    @extend_schema(operation_id="export_read", responses=ExportShape)
    def get(self, request: TenantRequest, export_id: uuid.UUID) -> Response:
        """One export: how far it is, and what became of it."""
        return Response(selectors.export_body(selectors.export_of(export_id)))


class ExportLinkView(TenantView):
    actions: ClassVar = {"POST": Action.ORGANISATION_EXPORT}
    while_closing: ClassVar = ("POST",)

    @extend_schema(operation_id="export_link_create", request=None, responses={201: ExportLinkShape})
    def post(self, request: TenantRequest, export_id: uuid.UUID) -> Response:
        """Make a link to the file, good for a quarter of an hour and for owners alone; the one before ends."""
        export, token = make_link(access=request.access, export_id=export_id)
        address = link_address(organisation=request.organisation, export=export, token=token)
        return SecretResponse({"url": address, "expires_at": export.link_until}, secret="url", status=201)  # noqa: S106 - a field's name


class ExportFileView(FileView):
    actions: ClassVar = {"GET": Action.ORGANISATION_EXPORT}

    @extend_schema(operation_id="export_file", responses=_FILE)
    def get(self, request: TenantRequest, export_id: uuid.UUID, token: str) -> FileResponse:
        """The export as a ZIP file. 410 when the link has ended."""
        export, file = open_export(access=request.access, export_id=export_id, token=token)
        response = FileResponse(
            file,
            as_attachment=True,
            filename=f"{request.organisation.slug}-{export.requested_at:%Y-%m-%d}.zip",
            content_type="application/zip",
        )
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


class ClosingView(TenantView):
    actions: ClassVar = {
        "GET": Action.ORGANISATION_READ,
        "POST": Action.ORGANISATION_CLOSE,
        "DELETE": Action.ORGANISATION_CLOSE,
    }
    while_closing: ClassVar = ("GET", "POST", "DELETE")

    @extend_schema(operation_id="closing_read", responses=ClosingShape)
    def get(self, request: TenantRequest) -> Response:
        """Whether the organisation waits for its deletion, and until when that can be taken back."""
        return Response(dates(request.organisation))

    @extend_schema(operation_id="closing_request", request=Closing, responses={201: ClosingShape})
    def post(self, request: TenantRequest) -> Response:
        """Ask for the deletion of the organisation: thirty days to read and to take it back, then everything goes."""
        fields = parse(Closing, request.data)
        return Response(dates(request_closing(access=request.access, slug=fields["slug"])), status=201)

    @extend_schema(operation_id="closing_recall", responses={204: None})
    def delete(self, request: TenantRequest) -> Response:
        """Take the deletion back."""
        recall_closing(access=request.access)
        return Response(status=204)
