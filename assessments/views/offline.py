"""The workbook: out as XLSX, back in with a preview first, and then for the rows that were chosen."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from api.pagination import Filters
from api.serializers import parse
from assessments.exporting.merging import Merged, Standing
from assessments.exporting.sheet import MEDIA_TYPE
from assessments.files.receiving import ReceivedFile, refused
from assessments.files.refusals import TypeRefused
from assessments.selectors.sight import sight_of
from assessments.selectors.workbook import answer_body, people_in
from assessments.serializers.offline import WorkbookApplied, WorkbookPreview, WorkbookRows, WorkbookUpload
from assessments.services.offline import Preview, apply_workbook, export_workbook, preview_workbook
from assessments.views.downloads import DownloadView, disposition
from assessments.views.uploads import UploadView, received
from tenants.roles import Action
from tenants.views.tenant import TenantRequest

WORKBOOK_BYTES = 16 * 1024 * 1024
XLSX = {(200, MEDIA_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description="The workbook, to be filled in offline.")}


class OfflineView(UploadView):
    keeps = False

    @property
    def most_bytes(self) -> int:
        return min(WORKBOOK_BYTES, super().most_bytes)

    def workbook(self, request: TenantRequest, file: Any) -> ReceivedFile:
        """The one file of the form. Raises Invalid, and a Problem (415) for what is no XLSX by name and first bytes."""
        taken = received(request, file)
        if taken.media_type != MEDIA_TYPE:
            raise refused(TypeRefused("Send the workbook as .xlsx."))
        return taken


class WorkbookFileView(DownloadView, OfflineView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ, "POST": Action.ANSWER_WRITE}
    members_only = False

    @extend_schema(operation_id="workbook_export", responses=XLSX)
    def get(self, request: TenantRequest, assessment_id: UUID) -> HttpResponse:
        """The assessment as a workbook with drop-downs, to be filled in offline and sent back."""
        Filters(request)
        told = request.method != "HEAD"
        assessment, content = export_workbook(access=request.access, assessment_id=assessment_id, told=told)
        name = f"{request.organisation.slug}-{assessment.name}-{timezone.localdate().isoformat()}.xlsx"
        headers = {"Content-Disposition": disposition(name), "X-Content-Type-Options": "nosniff"}
        return HttpResponse(content, content_type=MEDIA_TYPE, headers=headers)

    @extend_schema(
        operation_id="workbook_preview", request={"multipart/form-data": WorkbookUpload}, responses=WorkbookPreview
    )
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Show what a filled-in workbook would change, row by row, with conflicts. Nothing is changed."""
        fields = parse(WorkbookUpload, request.data)
        file = self.workbook(request, fields["file"])
        preview = preview_workbook(access=request.access, assessment_id=assessment_id, path=file.path)
        return Response(_preview_body(preview))


class WorkbookApplyView(OfflineView):
    actions: ClassVar = {"POST": Action.ANSWER_WRITE}

    @extend_schema(
        operation_id="workbook_apply", request={"multipart/form-data": WorkbookRows}, responses=WorkbookApplied
    )
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Apply chosen rows of the same workbook, all or none: 412 where an answer has changed since the preview."""
        fields = parse(WorkbookRows, request.data)
        file = self.workbook(request, fields["file"])
        written = apply_workbook(
            access=request.access,
            assessment_id=assessment_id,
            path=file.path,
            sha256=file.sha256,
            chosen={row["ref"]: row["version"] for row in fields["rows"]},
        )
        people = people_in(written.rows.values(), sight=sight_of(request.access, written.assessment))
        return Response(
            {"answers": [{"ref": ref, **answer_body(row, people=people)} for ref, row in written.rows.items()]}
        )


def _preview_body(preview: Preview) -> dict[str, Any]:
    counts = Counter(line.standing for line in preview.lines)
    return {
        "counts": {standing.value: counts[standing] for standing in Standing} | {"absent": preview.absent},
        "rows": [_line_body(line) for line in preview.lines],
    }


def _line_body(line: Merged) -> dict[str, Any]:
    return {
        "row": line.row,
        "ref": line.ref,
        "standing": line.standing.value,
        "version": line.version,
        "changes": [{"field": name, "now": line.now[name], "workbook": value} for name, value in line.fields.items()],
        "errors": list(line.errors),
    }
