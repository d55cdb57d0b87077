"""Standards from files: sent, read by the worker, and what came of it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import etag
from api.pagination import Filters, paginate
from api.serializers import parse
from assessments.catalogue.importing.result import MOST_BYTES, ImportOptions, SourceFile
from assessments.catalogue.own_crosswalks.selectors import head_of, told
from assessments.selectors.standard_imports import get_import, import_body, import_line, list_imports
from assessments.serializers.standard_imports import (
    ImportDetail,
    ImportLine,
    KeepCrosswalk,
    KeptCrosswalk,
    NewImport,
)
from assessments.services.imported_crosswalks import keep_imported
from assessments.services.standard_imports import begin_import
from assessments.views.uploads import UploadView
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView

TAGS = ["own standards"]


class StandardImportsView(UploadView):
    actions: ClassVar = {"GET": Action.STANDARD_MANAGE, "POST": Action.STANDARD_MANAGE}
    keeps = False

    @property
    def most_bytes(self) -> int:
        return min(MOST_BYTES, super().most_bytes)

    @extend_schema(
        operation_id="standard_imports_list",
        parameters=[OpenApiParameter("ordering", str, enum=["created_at", "-created_at"])],
        responses=page_of(ImportLine),
        tags=TAGS,
    )
    def get(self, request: TenantRequest) -> Response:
        """List the imports of standards, newest first."""
        Filters(request)
        return paginate(list_imports(), request=request, orderings=("-created_at",), render=import_line)

    @extend_schema(
        operation_id="standard_import_begin",
        request={"multipart/form-data": NewImport},
        responses={202: ImportDetail},
        tags=TAGS,
    )
    def post(self, request: TenantRequest) -> Response:
        """Import a standard from OSCAL, a CISO Assistant library, CSV or a workbook, as a draft of one's own; or a
        crosswalk, from a mapping of these formats or, with `source` and `target`, from a table of links.

        The format is recognised by the content. The worker reads the files; poll the import. A fault in any of them
        changes nothing, and every finding has its place. With `preview` nothing is made in any case.
        """
        fields = parse(NewImport, request.data)
        files = [SourceFile(file.name or "", file.read()) for file in fields.pop("files")]
        is_preview = fields.pop("preview")
        options = ImportOptions(**fields)
        row = begin_import(access=request.access, files=files, options=options, is_preview=is_preview)
        return Response(import_body(row), status=202)


class StandardImportView(TenantView):
    actions: ClassVar = {"GET": Action.STANDARD_MANAGE}

    @extend_schema(operation_id="standard_import_read", responses=ImportDetail, tags=TAGS)
    def get(self, request: TenantRequest, import_id: UUID) -> Response:
        """How far an import is, what was understood, and every finding with its file and place."""
        return Response(import_body(get_import(import_id)))


class ImportCrosswalksView(TenantView):
    actions: ClassVar = {"POST": Action.STANDARD_MANAGE}

    @extend_schema(
        operation_id="standard_import_keep_crosswalk", request=KeepCrosswalk, responses={201: KeptCrosswalk}, tags=TAGS
    )
    def post(self, request: TenantRequest, import_id: UUID) -> Response:
        """Keep a crosswalk that an import brought as the organisation's own, all of it as suggestions.

        Standards and refs are matched to those here however they are spelt; what is not found is left out and told.
        422 where nothing of it can be kept.
        """
        fields = parse(KeepCrosswalk, request.data or {})
        number, replaces = fields.pop("crosswalk"), fields.pop("replaces", None)
        found = keep_imported(
            access=request.access, import_id=import_id, number=number, slugs=fields, replaces=replaces
        )
        body = {"crosswalk": head_of(found.crosswalk), "left_out": told(tuple(found.left_out))}
        return Response(
            body | {"left_out_count": len(found.left_out)},
            status=201,
            headers={"ETag": etag(found.crosswalk.version)},
        )
