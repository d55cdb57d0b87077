"""An organisation's own standards: those it has published. Their drafts stand in `draft_views`."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.files import AnswersWithFile
from api.pagination import Filters, paginate
from api.problems import NotFound
from api.serializers import parse
from assessments.catalogue import pages
from assessments.catalogue.drafts.draft_views import TAGS, NoFields, head_answer
from assessments.catalogue.drafts.selectors import ORDERINGS, own_standard, own_standards, standard_body
from assessments.catalogue.drafts.serializers import DraftHead, NewEdition, OwnStandardDetail, OwnStandardPage
from assessments.catalogue.drafts.services import retire_standard, start_edition
from assessments.catalogue.serializers import RequirementList, RequirementShape
from assessments.catalogue.views import CATALOG, CURSOR, OWN_LANGUAGE, PAGE_SIZE, asked_languages
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView


def _answer(page: pages.Page | None) -> HttpResponse:
    if page is None:
        raise NotFound
    response = HttpResponse(page.body, content_type="application/json")
    response["Content-Language"] = page.language
    return response


class OwnStandardsView(TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(
        operation_id="own_standards_list",
        parameters=[
            OpenApiParameter("current", str, enum=["yes", "no"], description="Only what new assessments start from."),
            OpenApiParameter("ordering", str, enum=[*ORDERINGS, *(f"-{name}" for name in ORDERINGS)]),
            CURSOR,
            PAGE_SIZE,
        ],
        responses=OwnStandardPage,
        tags=TAGS,
    )
    def get(self, request: TenantRequest) -> Response:
        """List the editions of its own standards that the organisation has published."""
        current = Filters(request, "current").choice("current", ("yes", "no"))
        rows = own_standards(current=None if current is None else current == "yes")
        return paginate(rows, request=request, orderings=ORDERINGS, render=standard_body)


class OwnStandardView(TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(operation_id="own_standard_read", parameters=[OWN_LANGUAGE], responses=OwnStandardDetail, tags=TAGS)
    def get(self, request: TenantRequest, own_slug: str) -> HttpResponse:
        """One of the organisation's standards, as one of the public catalogue is told.

        The current edition, or the last one where there is none.
        """
        found = own_standard(own_slug)
        return _answer(pages.standard_page(found, language=found.language(*asked_languages(request))))


class OwnStandardRetireView(TenantView):
    actions = {"POST": Action.STANDARD_MANAGE}

    @extend_schema(operation_id="own_standard_retire", request=None, responses={204: None}, tags=TAGS)
    def post(self, request: TenantRequest, own_slug: str) -> Response:
        """Retire a standard: no new assessment starts from it, and those under way go on."""
        parse(NoFields, request.data or {})
        retire_standard(slug=own_slug)
        return Response(status=204)


class OwnStandardEditionsView(TenantView):
    actions = {"POST": Action.STANDARD_MANAGE}

    @extend_schema(operation_id="own_standard_edition", request=NewEdition, responses={201: DraftHead}, tags=TAGS)
    def post(self, request: TenantRequest, own_slug: str) -> Response:
        """Begin the next edition of a standard: a draft with all that the last one says."""
        edition = parse(NewEdition, request.data)["edition"]
        return head_answer(start_edition(access=request.access, slug=own_slug, edition=edition).pk, status=201)


class OwnOscalView(AnswersWithFile, TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(
        operation_id="own_standard_oscal",
        parameters=[OpenApiParameter("format", str, enum=pages.OSCAL_FORMS), OWN_LANGUAGE],
        responses=CATALOG,
        tags=TAGS,
    )
    def get(self, request: TenantRequest, own_slug: str) -> HttpResponse:
        """One of the organisation's standards as an OSCAL catalog, which an import takes back whole."""
        form = Filters(request, "format", "language").choice("format", pages.OSCAL_FORMS) or "json"
        found = own_standard(own_slug)
        response = _answer(pages.oscal_page(found, form=form, language=found.language(*asked_languages(request))))
        response["Content-Type"] = f"application/{form}"
        response["Content-Disposition"] = f'attachment; filename="{own_slug}-catalog.{form}"'
        return response


class OwnRequirementsView(TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(
        operation_id="own_standard_requirements", parameters=[OWN_LANGUAGE], responses=RequirementList, tags=TAGS
    )
    def get(self, request: TenantRequest, own_slug: str) -> HttpResponse:
        """The tree of one of the organisation's standards as a list in document order."""
        found = own_standard(own_slug)
        return _answer(pages.requirements_page(found, language=found.language(*asked_languages(request))))


class OwnRequirementView(TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(
        operation_id="own_standard_requirement", parameters=[OWN_LANGUAGE], responses=RequirementShape, tags=TAGS
    )
    def get(self, request: TenantRequest, own_slug: str, own_ref: str) -> HttpResponse:
        """One requirement of one of the organisation's standards."""
        found = own_standard(own_slug)
        spoken = found.language(*asked_languages(request))
        return _answer(pages.requirement_page(found, ref=own_ref, language=spoken))
