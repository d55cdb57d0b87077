"""Reports of an organisation, and their files for members."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.http import FileResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.problems import Conflict
from api.serializers import parse
from reports.files import open_checked
from reports.models import Report, ReportState
from reports.selectors import get_report, list_reports, report_body
from reports.serializers import NewReport, ReportShape
from reports.services.report import request_report
from reports.views.filters import read_id
from reports.views.pdf import FILE, PdfRenderer
from tenants import audit
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView

FILTERS = [
    OpenApiParameter("assessment", OpenApiTypes.UUID),
    OpenApiParameter("state", str, enum=ReportState.values),
]


class ReportsView(TenantView):
    actions: ClassVar = {"GET": Action.REPORT_READ, "POST": Action.REPORT_MAKE}

    @extend_schema(operation_id="reports_list", parameters=FILTERS, responses=page_of(ReportShape))
    def get(self, request: TenantRequest) -> Response:
        """List the reports, newest first."""
        filters = Filters(request, "assessment", "state")
        rows = list_reports(
            assessment_id=read_id(filters, "assessment"), state=filters.choice("state", ReportState.values)
        )
        return paginate(rows, request=request, orderings=("-id",), render=report_body)

    @extend_schema(operation_id="reports_create", request=NewReport, responses={202: ReportShape})
    def post(self, request: TenantRequest) -> Response:
        """Ask for a report. A worker makes it; follow Location until its state is ready or failed."""
        fields = parse(NewReport, request.data)
        made = request_report(
            assessment_id=fields["assessment"],
            snapshot_id=fields.get("snapshot"),
            kind=fields["kind"],
            language=fields["language"],
            access=request.access,
        )
        address = reverse("report", kwargs={"slug": request.organisation.slug, "report_id": made.pk})
        return Response(report_body(get_report(made.pk)), status=202, headers={"Location": address})


class ReportView(TenantView):
    actions: ClassVar = {"GET": Action.REPORT_READ}

    @extend_schema(operation_id="report_read", responses=ReportShape)
    def get(self, request: TenantRequest, report_id: uuid.UUID) -> Response:
        """One report: how far it is, and what became of it."""
        return Response(report_body(get_report(report_id)))


class ReportFileView(TenantView):
    actions: ClassVar = {"GET": Action.REPORT_READ}
    renderer_classes = (*TenantView.renderer_classes, PdfRenderer)

    @extend_schema(operation_id="report_file", responses=FILE)
    def get(self, request: TenantRequest, report_id: uuid.UUID) -> FileResponse:
        """The PDF of a ready report, checked against its hash."""
        report = get_report(report_id)
        if report.state != ReportState.READY:
            raise Conflict("report-not-ready", "The report has no file yet.", state=report.state)
        audit.record("report.downloaded", object_type="report", object_id=report.pk, after={"sha256": report.sha256})
        return attach(report)


def attach(report: Report) -> FileResponse:
    """The file of a ready report as an attachment."""
    file = open_checked(organisation_id=report.organisation_id, sha256=report.sha256, size=report.size or 0)
    response = FileResponse(file, as_attachment=True, filename=report.file_name, content_type="application/pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response
