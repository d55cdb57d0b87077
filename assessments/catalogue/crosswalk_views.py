"""Crosswalks in the API. Open to anyone, and cacheable by anyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from api.pagination import Filters, paginate
from api.problems import NotFound
from api.views import PublicView
from assessments.catalogue import crosswalk_selectors
from assessments.catalogue.crosswalk_pages import CrosswalkShape, CrosswalkSummaryPage, crosswalk_page, mapping_page
from assessments.catalogue.schema import DEFAULT_LANGUAGE
from assessments.catalogue.views import CACHE_CONTROL, CURSOR, LANGUAGE, PAGE_SIZE, FileView, answer, asked_language
from assessments.exporting.forms import FORMS


class CrosswalksView(PublicView):
    @extend_schema(
        operation_id="crosswalks_list",
        parameters=[
            OpenApiParameter("standard", str, description="Only crosswalks with this standard (slug) on a side."),
            CURSOR,
            PAGE_SIZE,
            LANGUAGE,
        ],
        responses=CrosswalkSummaryPage,
        tags=["crosswalks"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List the crosswalks between standards, each with its figures."""
        filters = Filters(request, "standard")
        language = asked_language(request) or DEFAULT_LANGUAGE
        rows = crosswalk_selectors.list_crosswalks(standard=filters.get("standard"))
        page = paginate(
            rows,
            request=request,
            orderings=("source_slug", "target_slug"),
            render=lambda row: _summary(request, row, language=language),
        )
        page["Cache-Control"] = CACHE_CONTROL
        return page


def _summary(request: Request, row: Mapping[str, Any], *, language: str) -> dict[str, Any]:
    a, b = row["source_slug"], row["target_slug"]
    address = reverse("crosswalk", kwargs={"source": a, "target": b})
    return asdict(crosswalk_selectors.crossing_in(row, language=language)) | {
        "a_slug": a,
        "b_slug": b,
        "content_hash": row["content_hash"],
        "url": request.build_absolute_uri(address),
    }


class CrosswalkView(PublicView):
    @extend_schema(operation_id="crosswalk_read", parameters=[LANGUAGE], responses=CrosswalkShape, tags=["crosswalks"])
    def get(self, request: Request, source: str, target: str) -> HttpResponseBase:
        """How two standards relate, link by link; the other order of the pair reads the same links backwards."""
        language = asked_language(request)
        found = crosswalk_selectors.between(source, target, language=language or DEFAULT_LANGUAGE)
        if found is None:
            raise NotFound
        response = answer(request, crosswalk_page(source, target, found=found, language=language))
        kwargs = {"source": target, "target": source} if found.turned else {"source": source, "target": target}
        canonical = request.build_absolute_uri(reverse("crosswalk", kwargs=kwargs))
        response["Link"] = f'<{canonical}>; rel="canonical"'
        return response


class CrosswalkOscalView(FileView):
    @extend_schema(
        operation_id="crosswalk_oscal",
        parameters=[OpenApiParameter("format", str, enum=FORMS), LANGUAGE],
        responses={
            (200, "application/json"): OpenApiResponse(
                OpenApiTypes.OBJECT, description="A mapping-collection of OSCAL 1.2.1; exporting/PROPERTIES.md."
            ),
            (200, "application/yaml"): OpenApiResponse(OpenApiTypes.OBJECT, description="The same as YAML."),
            (200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, description="The same as XML."),
        },
        tags=["crosswalks"],
    )
    def get(self, request: Request, source: str, target: str) -> HttpResponseBase:
        """How two standards relate as an OSCAL mapping-collection, read from the first to the second."""
        form = Filters(request, "format", "language").choice("format", FORMS) or "json"
        language = asked_language(request)
        found = crosswalk_selectors.between(source, target, language=language or DEFAULT_LANGUAGE)
        if found is None:
            raise NotFound
        of, to = (f"{settings.BASE_URL}{reverse('standard-oscal', kwargs={'slug': slug})}" for slug in (source, target))
        page = mapping_page(source, target, found=found, hrefs=(of, to), language=language, form=form)
        response = answer(request, page, content_type=f"application/{form}")
        response["Content-Disposition"] = f'attachment; filename="{source}--{target}-mapping.{form}"'
        return response
