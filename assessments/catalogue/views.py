"""The public catalogue: standards, their requirements and comparisons. Open to anyone, and cacheable by anyone."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.files import AnswersWithFile
from api.languages import LANGUAGE as WELL_FORMED
from api.pagination import Filters, paginate
from api.problems import Invalid, NotFound
from api.views import PublicView
from assessments.catalogue import pages, pairs, selectors
from assessments.catalogue.facts import KINDS
from assessments.catalogue.schema import DEPTHS
from assessments.catalogue.serializers import (
    RequirementList,
    RequirementShape,
    StandardDetail,
    StandardSummaryPage,
)
from assessments.catalogue.serializers_comparison import ComparisonShape, PairList
from tenants.views.tenant import TenantRequest

CACHE_CONTROL = "public, max-age=60"
PAIRS_PER_PAGE, MOST_PAIRS_PER_PAGE = 50, 200
R = TypeVar("R", bound="HttpResponseBase")

LANGUAGE = OpenApiParameter(
    "language", str, description="Such as en; the default language where there is no text in it."
)
OWN_LANGUAGE = OpenApiParameter(
    "language",
    str,
    description="Such as en; where there is no text in it, the organisation's languages in their order.",
)
CURSOR = OpenApiParameter("cursor", str, description="From `next` or `previous` of another page.")
PAGE_SIZE = OpenApiParameter("page_size", int, description="1 to 200, 50 unless told.")


def asked_language(request: Request) -> str | None:
    wanted = request.query_params.get("language")
    if wanted is not None and not WELL_FORMED.fullmatch(wanted):
        raise Invalid({"language": ["Write a language as en or pt-BR."]})
    return wanted


def asked_languages(request: TenantRequest) -> tuple[str | None, ...]:
    """What is read in an organisation: the language asked for, then its own in their order."""
    return asked_language(request), *request.organisation.languages


def _current(slug: str) -> selectors.Current:
    found = selectors.current_standard(slug)
    if found is None:
        raise NotFound
    return found


def is_fresh(request: HttpRequest | Request, etag: str) -> bool:
    """Whether the caller's copy is the current one (If-None-Match compares weakly, RFC 9110)."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in given.split(",")]


def answer(request: Request, page: pages.Page | None, *, content_type: str = "application/json") -> HttpResponse:
    if page is None:
        raise NotFound
    if is_fresh(request, page.etag):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(page.body, content_type=content_type)
        response["Content-Language"] = page.language
    return _cacheable(response, etag=page.etag)


def _cacheable(response: R, *, etag: str) -> R:
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    return response


def _list_etag(request: Request, standards: tuple[selectors.Current, ...]) -> str:
    """A list changes with what is current, and with the address it is asked under."""
    parts = [request.build_absolute_uri(), *(standard.content_hash for standard in standards)]
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


class StandardsView(PublicView):
    @extend_schema(
        operation_id="standards_list",
        parameters=[
            OpenApiParameter("kind", str, enum=KINDS),
            OpenApiParameter("depth", str, enum=DEPTHS),
            OpenApiParameter("sector", str, description="Also finds what is meant for every sector."),
            OpenApiParameter("q", str, description="Looked for in number and title."),
            OpenApiParameter("ordering", str, enum=["number", "-number", "title", "-title", "year", "-year"]),
            CURSOR,
            PAGE_SIZE,
            LANGUAGE,
        ],
        responses=StandardSummaryPage,
        tags=["standards"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List the standards in the catalogue."""
        filters = Filters(request, "kind", "depth", "sector", "q")
        etag = _list_etag(request, selectors.current_standards())
        if is_fresh(request, etag):
            return _cacheable(HttpResponse(status=304), etag=etag)
        rows = selectors.list_standards(
            kind=filters.choice("kind", KINDS),
            depth=filters.choice("depth", DEPTHS),
            sector=filters.get("sector"),
            words=filters.get("q"),
            language=asked_language(request),
        )
        page = paginate(rows, request=request, orderings=("number", "title", "year"), render=_summary)
        return _cacheable(page, etag=etag)


def _summary(row: dict[str, Any]) -> dict[str, Any]:
    counts, title = row.pop("outline") or {}, row.pop("local_title")
    return row | {"title": title, "requirements": counts.get("requirements"), "assessable": counts.get("assessable")}


class StandardView(PublicView):
    @extend_schema(operation_id="standard_read", parameters=[LANGUAGE], responses=StandardDetail, tags=["standards"])
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """One standard: facts, profile, FAQ, counts and scale."""
        return answer(request, pages.standard_page(_current(slug), language=asked_language(request)))


class RequirementsView(PublicView):
    @extend_schema(
        operation_id="standard_requirements", parameters=[LANGUAGE], responses=RequirementList, tags=["standards"]
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The tree of a standard as a list in document order."""
        return answer(request, pages.requirements_page(_current(slug), language=asked_language(request)))


class RequirementView(PublicView):
    @extend_schema(
        operation_id="standard_requirement", parameters=[LANGUAGE], responses=RequirementShape, tags=["standards"]
    )
    def get(self, request: Request, slug: str, ref: str) -> HttpResponseBase:
        """One requirement of a standard."""
        return answer(request, pages.requirement_page(_current(slug), ref=ref, language=asked_language(request)))


CATALOG = {
    (200, "application/json"): OpenApiResponse(
        OpenApiTypes.OBJECT, description="A catalog of OSCAL 1.2.1; assessments/exporting/PROPERTIES.md."
    ),
    (200, "application/yaml"): OpenApiResponse(OpenApiTypes.OBJECT, description="The same as YAML."),
    (200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, description="The same as XML."),
}


class FileView(AnswersWithFile, PublicView):
    """A file for everybody."""


class OscalView(FileView):
    @extend_schema(
        operation_id="standard_oscal",
        parameters=[OpenApiParameter("format", str, enum=pages.OSCAL_FORMS), LANGUAGE],
        responses=CATALOG,
        tags=["standards"],
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """A standard as an OSCAL catalog: the tree, with Plumbline's own words for every requirement."""
        form = Filters(request, "format", "language").choice("format", pages.OSCAL_FORMS) or "json"
        page = pages.oscal_page(_current(slug), form=form, language=asked_language(request))
        response = answer(request, page, content_type=f"application/{form}")
        response["Content-Disposition"] = f'attachment; filename="{slug}-catalog.{form}"'
        return response


class ComparisonsView(PublicView):
    @extend_schema(
        operation_id="comparisons_list",
        parameters=[
            OpenApiParameter("standard", str, description="Only pairs with this standard (slug) in them."),
            CURSOR,
            PAGE_SIZE,
        ],
        responses=PairList,
        tags=["comparisons"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List the comparisons: every pair of standards."""
        filters = Filters(request, "standard")
        standards = selectors.current_standards()
        etag = _list_etag(request, standards)
        if is_fresh(request, etag):
            return _cacheable(HttpResponse(status=304), etag=etag)
        found = pairs.page_of_pairs(
            standards, cursor=_pair_cursor(request), size=_page_size(request), of=filters.get("standard")
        )
        body = {
            "results": [_pair(request, a, b) for a, b in found.pairs],
            "next": _address(request, found.next),
            "previous": _address(request, found.previous),
        }
        return _cacheable(Response(body), etag=etag)


def _pair_cursor(request: Request) -> pairs.Cursor | None:
    text = request.query_params.get("cursor")
    if not text:
        return None
    cursor = pairs.read_cursor(text)
    if cursor is None:
        raise Invalid({"cursor": ["Take the cursor from next or previous of another page."]})
    return cursor


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAIRS_PER_PAGE))
    if not text.isdecimal() or not int(text):
        raise Invalid({"page_size": [f"A number from 1 to {MOST_PAIRS_PER_PAGE}."]})
    return min(int(text), MOST_PAIRS_PER_PAGE)


def _address(request: Request, cursor: str | None) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None


def _pair(request: Request, a: selectors.Current, b: selectors.Current) -> dict[str, Any]:
    address = reverse("comparison", kwargs={"a": a.slug, "b": b.slug})
    return {
        "a": {"slug": a.slug, "number": a.number, "title": a.title},
        "b": {"slug": b.slug, "number": b.number, "title": b.title},
        "title": f"{a.number} vs {b.number}",
        "url": request.build_absolute_uri(address),
    }


class ComparisonView(PublicView):
    @extend_schema(
        operation_id="comparison_read", parameters=[LANGUAGE], responses=ComparisonShape, tags=["comparisons"]
    )
    def get(self, request: Request, a: str, b: str) -> HttpResponseBase:
        """Two standards side by side, generated from their profiles; the other order of the pair mirrors it."""
        catalogue = selectors.current_standards()
        found = {standard.slug: standard for standard in catalogue}
        if a not in found or b not in found:
            raise NotFound
        language = asked_language(request)
        response = answer(request, pages.comparison_page(found[a], found[b], catalogue=catalogue, language=language))
        first, second = sorted((a, b))
        canonical = request.build_absolute_uri(reverse("comparison", kwargs={"a": first, "b": second}))
        response["Link"] = f'<{canonical}>; rel="canonical"'
        return response
