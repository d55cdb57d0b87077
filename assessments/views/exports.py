"""An assessment, or a snapshot of it, as a file: OSCAL for other tools, CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from api.pagination import Filters
from api.problems import Conflict
from assessments.catalogue.addresses import catalog_address
from assessments.exporting.forms import FORMS, written
from assessments.exporting.oscal import Json
from assessments.exporting.plan import NothingToPlan, build_plan
from assessments.exporting.record import Record
from assessments.exporting.results import build_results
from assessments.exporting.tables import answer_rows, csv_pieces, gap_rows
from assessments.services.exports import export_assessment, export_snapshot
from assessments.views.downloads import DownloadView
from tenants.roles import Action
from tenants.views.tenant import TenantRequest

BOM = OpenApiParameter("bom", str, enum=["true", "false"], description="true: begin with a byte order mark.")
FORM = OpenApiParameter("format", str, enum=FORMS, description="json unless told.")
OSCAL = {
    (200, "application/json"): OpenApiResponse(
        OpenApiTypes.OBJECT, description="OSCAL 1.2.1. Its properties: assessments/exporting/PROPERTIES.md."
    ),
    (200, "application/yaml"): OpenApiResponse(OpenApiTypes.OBJECT, description="The same as YAML."),
    (200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, description="The same as XML."),
}
CSV = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, description="UTF-8, safe for spreadsheets.")}


class ExportView(DownloadView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ}

    def record(self, request: TenantRequest, *, form: str) -> Record:
        """What the address is about, as the caller may see it; told in the audit trail, but for HEAD."""
        told = request.method != "HEAD"
        if "snapshot_id" in self.kwargs:
            return export_snapshot(
                assessment_id=self.kwargs["assessment_id"],
                snapshot_id=self.kwargs["snapshot_id"],
                form=form,
                told=told,
            )
        return export_assessment(
            access=request.access, assessment_id=self.kwargs["assessment_id"], form=form, told=told
        )

    def oscal(self, request: TenantRequest, document: Json, *, record: Record, name: str, form: str) -> HttpResponse:
        return HttpResponse(
            written(document, form),
            content_type=f"application/{form}",
            headers=_headers(request, record, f"{name}.{form}"),
        )

    def results(self, request: TenantRequest) -> HttpResponse:
        form = _form(request)
        record = self.record(request, form="oscal-assessment-results")
        document = build_results(record, catalog_href=_catalog_of(record))
        return self.oscal(request, document, record=record, name="assessment-results", form=form)

    def plan(self, request: TenantRequest) -> HttpResponse:
        form = _form(request)
        record = self.record(request, form="oscal-plan-of-action")
        try:
            document = build_plan(record)
        except NothingToPlan:
            raise Conflict("nothing-to-plan", "There is no gap and no planned improvement to tell of.") from None
        return self.oscal(request, document, record=record, name="plan-of-action", form=form)

    def csv(
        self, request: TenantRequest, rows: Iterator[Sequence[object]], *, record: Record, name: str
    ) -> StreamingHttpResponse:
        """Everything has been read by now: the pieces are made while they are sent, without the database."""
        with_mark = Filters(request, "bom").choice("bom", ("true", "false")) == "true"
        return StreamingHttpResponse(
            csv_pieces(rows, with_mark=with_mark),
            content_type="text/csv; charset=utf-8; header=present",
            headers=_headers(request, record, f"{name}.csv"),
        )


class ResultsView(ExportView):
    members_only = False

    @extend_schema(operation_id="assessment_oscal_results", parameters=[FORM], responses=OSCAL)
    def get(self, request: TenantRequest, assessment_id: UUID) -> HttpResponse:
        """The assessment as OSCAL assessment results, with its maturity levels."""
        return self.results(request)


class PlanView(ExportView):
    @extend_schema(operation_id="assessment_oscal_plan", parameters=[FORM], responses=OSCAL)
    def get(self, request: TenantRequest, assessment_id: UUID) -> HttpResponse:
        """Gaps and planned improvements as an OSCAL plan of action and milestones. 409 where there are none."""
        return self.plan(request)


class SnapshotResultsView(ExportView):
    @extend_schema(operation_id="snapshot_oscal_results", parameters=[FORM], responses=OSCAL)
    def get(self, request: TenantRequest, assessment_id: UUID, snapshot_id: UUID) -> HttpResponse:
        """A snapshot as OSCAL assessment results."""
        return self.results(request)


class SnapshotPlanView(ExportView):
    @extend_schema(operation_id="snapshot_oscal_plan", parameters=[FORM], responses=OSCAL)
    def get(self, request: TenantRequest, assessment_id: UUID, snapshot_id: UUID) -> HttpResponse:
        """The gaps and planned improvements of a snapshot as an OSCAL plan of action and milestones."""
        return self.plan(request)


class AnswersFileView(ExportView):
    members_only = False

    @extend_schema(operation_id="answers_file", parameters=[BOM], responses=CSV)
    def get(self, request: TenantRequest, assessment_id: UUID) -> StreamingHttpResponse:
        """Every requirement that can be answered, with its answer, as CSV."""
        Filters(request, "bom").choice("bom", ("true", "false"))
        record = self.record(request, form="csv-answers")
        return self.csv(request, answer_rows(record), record=record, name="answers")


class GapsFileView(ExportView):
    members_only = False

    @extend_schema(operation_id="gaps_file", parameters=[BOM], responses=CSV)
    def get(self, request: TenantRequest, assessment_id: UUID) -> StreamingHttpResponse:
        """Every answer below its target as CSV, the most pressing first; for members with what is planned."""
        Filters(request, "bom").choice("bom", ("true", "false"))
        record = self.record(request, form="csv-gaps")
        rows = gap_rows(record, with_plan=request.access.is_member)
        return self.csv(request, rows, record=record, name="gaps")


def _form(request: TenantRequest) -> str:
    return Filters(request, "format").choice("format", FORMS) or "json"


def _catalog_of(record: Record) -> str:
    return catalog_address(record.whole.standard, organisation=record.whole.organisation_slug)


def _headers(request: TenantRequest, record: Record, name: str) -> dict[str, str]:
    stem = f"{request.organisation.slug}-{record.whole.standard}-{record.whole.taken_at[:10]}"
    return {"Content-Disposition": f'attachment; filename="{stem}-{name}"', "X-Content-Type-Options": "nosniff"}
