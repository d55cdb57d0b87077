"""An organisation's own crosswalks, and comparisons over them, for its members."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import IF_MATCH, etag, expected_version
from api.pagination import Filters, paginate
from api.problems import Invalid
from api.serializers import parse
from assessments.catalogue.models import Crosswalk
from assessments.catalogue.own_crosswalks import comparing, selectors, services
from assessments.catalogue.own_crosswalks.checking import MEMBERS
from assessments.catalogue.own_crosswalks.serializers import (
    CrosswalkFindings,
    CrosswalkReview,
    OwnComparisonShape,
    OwnCrosswalkContent,
    OwnCrosswalkHead,
    OwnCrosswalkPage,
    OwnCrosswalkShape,
)
from assessments.catalogue.views import CURSOR, LANGUAGE, PAGE_SIZE, asked_language
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

TAGS = ["own crosswalks"]


def _content(request: TenantRequest) -> dict[str, Any]:
    """The body, whose members `checking` knows."""
    if not isinstance(request.data, dict):
        raise Invalid({"body": ["Send an object."]})
    if unknown := sorted(set(request.data) - set(MEMBERS)):
        raise Invalid({name: ["There is no such field."] for name in unknown[:20]})
    return request.data


def _head(row: Crosswalk, *, status: int = 200) -> Response:
    return Response(selectors.head_of(row), status=status, headers={"ETag": etag(row.version)})


class OwnCrosswalksView(TenantView):
    actions = {"GET": Action.STANDARD_READ, "POST": Action.STANDARD_MANAGE}

    @extend_schema(
        operation_id="own_crosswalks_list",
        parameters=[
            OpenApiParameter("standard", str, description="Only crosswalks with this standard (slug) on a side."),
            OpenApiParameter(
                "current", str, enum=["yes", "no"], description="yes unless told; no: what was replaced or withdrawn."
            ),
            OpenApiParameter(
                "ordering", str, enum=[*selectors.ORDERINGS, *(f"-{name}" for name in selectors.ORDERINGS)]
            ),
            CURSOR,
            PAGE_SIZE,
        ],
        responses=OwnCrosswalkPage,
        tags=TAGS,
    )
    def get(self, request: TenantRequest) -> Response:
        """List the crosswalks that the organisation keeps for itself."""
        filters = Filters(request, "standard", "current")
        current = filters.choice("current", ("yes", "no")) != "no"
        rows = selectors.own_crosswalks(standard=filters.get("standard"), current=current)
        return paginate(rows, request=request, orderings=selectors.ORDERINGS, render=selectors.head_body)

    @extend_schema(
        operation_id="own_crosswalk_create", request=OwnCrosswalkContent, responses={201: OwnCrosswalkHead}, tags=TAGS
    )
    def post(self, request: TenantRequest) -> Response:
        """Keep a crosswalk between two standards, each public or the organisation's own.

        422 with every fault and its place where something is wrong; 409 where the two have one of the organisation's.
        """
        return _head(services.create_crosswalk(access=request.access, body=_content(request)), status=201)


class CrosswalkLintView(TenantView):
    actions = {"POST": Action.STANDARD_MANAGE}

    @extend_schema(
        operation_id="own_crosswalk_check", request=OwnCrosswalkContent, responses=CrosswalkFindings, tags=TAGS
    )
    def post(self, request: TenantRequest) -> Response:
        """What would keep a crosswalk from being kept (faults), and what it had better have. Nothing is kept."""
        return Response(selectors.findings_body(services.lint_crosswalk(_content(request))))


class OwnCrosswalkView(TenantView):
    actions = {"GET": Action.STANDARD_READ, "PUT": Action.STANDARD_MANAGE, "DELETE": Action.STANDARD_MANAGE}

    @extend_schema(operation_id="own_crosswalk_read", responses=OwnCrosswalkShape, tags=TAGS)
    def get(self, request: TenantRequest, own_crosswalk: str) -> Response:
        """One of the organisation's crosswalks with all its links, in either order of its two standards."""
        row = selectors.own_crosswalk(own_crosswalk)
        return Response(selectors.crosswalk_body(row), headers={"ETag": etag(row.version)})

    @extend_schema(
        operation_id="own_crosswalk_replace",
        parameters=[IF_MATCH],
        request=OwnCrosswalkContent,
        responses=OwnCrosswalkHead,
        tags=TAGS,
    )
    def put(self, request: TenantRequest, own_crosswalk: str) -> Response:
        """Put a new state in the place of the current one, which is kept as it was."""
        version = expected_version(request)
        return _head(
            services.replace_crosswalk(
                access=request.access, name=own_crosswalk, expected_version=version, body=_content(request)
            )
        )

    @extend_schema(operation_id="own_crosswalk_withdraw", parameters=[IF_MATCH], responses={204: None}, tags=TAGS)
    def delete(self, request: TenantRequest, own_crosswalk: str) -> Response:
        """Withdraw a crosswalk: it offers and counts nothing any more. What was answered over it stays answered."""
        services.withdraw_crosswalk(name=own_crosswalk, expected_version=expected_version(request))
        return Response(status=204)


class OwnCrosswalkLintView(TenantView):
    actions = {"GET": Action.STANDARD_MANAGE}

    @extend_schema(operation_id="own_crosswalk_lint", responses=CrosswalkFindings, tags=TAGS)
    def get(self, request: TenantRequest, own_crosswalk: str) -> Response:
        """What is wrong with a kept crosswalk now that its standards are as they are: a new edition may lack a ref."""
        row, checked = services.lint_kept(own_crosswalk)
        return Response(selectors.findings_body(checked), headers={"ETag": etag(row.version)})


class OwnCrosswalkReviewView(TenantView):
    actions = {"POST": Action.STANDARD_MANAGE}

    @extend_schema(
        operation_id="own_crosswalk_review",
        parameters=[IF_MATCH],
        request=CrosswalkReview,
        responses=OwnCrosswalkHead,
        tags=TAGS,
    )
    def post(self, request: TenantRequest, own_crosswalk: str) -> Response:
        """Say that links are right, all or some: from then on they count. Who said so, and when, is kept."""
        version = expected_version(request)
        positions = parse(CrosswalkReview, request.data or {}).get("groups")
        return _head(
            services.review_crosswalk(
                access=request.access, name=own_crosswalk, expected_version=version, positions=positions
            )
        )


class OwnComparisonView(TenantView):
    actions = {"GET": Action.STANDARD_READ}

    @extend_schema(operation_id="own_comparison_read", parameters=[LANGUAGE], responses=OwnComparisonShape, tags=TAGS)
    def get(self, request: TenantRequest, own_slug: str, b: str) -> HttpResponse:
        """Any two standards that the organisation sees, its own among them, over public and own links together."""
        body, language = comparing.comparison_of(own_slug, b, language=asked_language(request))
        response = HttpResponse(body, content_type="application/json")
        response["Content-Language"] = language
        return response
