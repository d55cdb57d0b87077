"""An organisation's own crosswalks, and comparisons over them, as files for other tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from api.files import AnswersWithFile
from api.pagination import Filters
from assessments.catalogue.own_crosswalks import comparing, selectors
from assessments.catalogue.own_crosswalks.views import TAGS
from assessments.catalogue.views import LANGUAGE, asked_language
from assessments.exporting.forms import FORMS, written
from assessments.exporting.link_table import TABLE_FORMS, csv_of, workbook_of
from assessments.exporting.sheet import MEDIA_TYPE
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

_FORM: Final = OpenApiParameter("format", str, enum=FORMS, description="json unless told.")
_OSCAL: Final = {
    (200, "application/json"): OpenApiResponse(
        OpenApiTypes.OBJECT, description="A mapping-collection of OSCAL 1.2.1; exporting/PROPERTIES.md."
    ),
    (200, "application/yaml"): OpenApiResponse(OpenApiTypes.OBJECT, description="The same as YAML."),
    (200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, description="The same as XML."),
}


class OwnCrosswalkOscalView(AnswersWithFile, TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(operation_id="own_crosswalk_oscal", parameters=[_FORM, LANGUAGE], responses=_OSCAL, tags=TAGS)
    def get(self, request: TenantRequest, own_crosswalk: str) -> HttpResponse:
        """One of the organisation's crosswalks as an OSCAL mapping-collection, which an import takes back."""
        form, language = _form(request), asked_language(request)
        row = selectors.own_crosswalk(own_crosswalk)
        document = comparing.own_mapping(row, organisation=request.organisation.slug, language=language)
        return _mapping(document, name=str(row), form=form)


class OwnCrosswalkTableView(AnswersWithFile, TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(
        operation_id="own_crosswalk_table",
        parameters=[
            OpenApiParameter("format", str, enum=TABLE_FORMS, description="csv unless told."),
            OpenApiParameter("bom", str, enum=["true", "false"], description="true: CSV with a byte order mark."),
            LANGUAGE,
        ],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, description="UTF-8, safe for spreadsheets."),
            (200, MEDIA_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description="The same as a workbook."),
        },
        tags=TAGS,
    )
    def get(self, request: TenantRequest, own_crosswalk: str) -> HttpResponse:
        """One of the organisation's crosswalks as a table, a row for each link, which an import takes back whole.

        The method and the sources are in no row of it: the OSCAL file has them.
        """
        filters = Filters(request, "format", "bom", "language")
        form = filters.choice("format", TABLE_FORMS) or "csv"
        with_mark = filters.choice("bom", ("true", "false")) == "true"
        row = selectors.own_crosswalk(own_crosswalk)
        book = comparing.own_table(row, language=asked_language(request))
        is_csv = form == "csv"
        return HttpResponse(
            csv_of(book, with_mark=with_mark) if is_csv else workbook_of(book),
            content_type="text/csv; charset=utf-8; header=present" if is_csv else MEDIA_TYPE,
            headers={
                "Content-Disposition": f'attachment; filename="{row}-links.{form}"',
                "X-Content-Type-Options": "nosniff",
            },
        )


class OwnComparisonOscalView(AnswersWithFile, TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(operation_id="own_comparison_oscal", parameters=[_FORM, LANGUAGE], responses=_OSCAL, tags=TAGS)
    def get(self, request: TenantRequest, own_slug: str, b: str) -> HttpResponse:
        """All that links two standards, public and own, as one OSCAL mapping-collection; each map tells whose it is."""
        form, language = _form(request), asked_language(request)
        document = comparing.joined_mapping(own_slug, b, organisation=request.organisation.slug, language=language)
        return _mapping(document, name=f"{own_slug}--{b}", form=form)


def _form(request: TenantRequest) -> str:
    return Filters(request, "format", "language").choice("format", FORMS) or "json"


def _mapping(document: Mapping[str, Any], *, name: str, form: str) -> HttpResponse:
    return HttpResponse(
        written(document, form),
        content_type=f"application/{form}",
        headers={"Content-Disposition": f'attachment; filename="{name}-mapping.{form}"'},
    )
