"""Inherited answers: what is offered from elsewhere in the organisation, and deciding on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import etag
from api.pagination import Filters, Page
from api.serializers import parse
from assessments.selectors.assessments import get_assessment, summary_body
from assessments.selectors.inheritance import inheritance_of
from assessments.selectors.offers import OFFERED, list_offers
from assessments.serializers.inheritance import (
    CARRIES,
    STATES,
    Confirmation,
    ConfirmedShape,
    Dismissal,
    DismissedShape,
    OfferPage,
    StartedShape,
    Upgrade,
)
from assessments.services.inheritance import Choice, confirm, dismiss
from assessments.services.upgrade import upgrade_assessment
from assessments.views.answers import address, read_cursor
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView


class InheritedView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ}

    @extend_schema(
        operation_id="inherited_list",
        parameters=[
            OpenApiParameter("state", str, enum=STATES, description="offered unless told."),
            OpenApiParameter("carries", str, enum=CARRIES),
            OpenApiParameter("ref", str, description="A requirement and everything below it."),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int, description="1 to 200, 50 unless told."),
        ],
        responses=OfferPage,
    )
    def get(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """List what answers elsewhere in the organisation say about what is open here. It counts nowhere.

        Full: whoever meets the source meets this requirement. Partial: a beginning, with the level held to the middle
        of the scale.
        """
        filters = Filters(request, "state", "carries", "ref")
        start, size = max(0, read_cursor(filters)), Page().get_page_size(request) or Page.page_size
        page = list_offers(
            inheritance_of(get_assessment(assessment_id)),
            state=filters.choice("state", STATES) or OFFERED,
            carries=filters.choice("carries", CARRIES),
            top=filters.get("ref"),
            start=start,
            size=size,
        )
        return Response(
            {
                "offered": page.counts,
                "results": page.bodies,
                "next": address(request, start + size if start + size < page.total else None),
                "previous": address(request, max(0, start - size) if start > 0 else None),
            }
        )


class ConfirmInheritedView(TenantView):
    actions = {"POST": Action.ANSWER_WRITE}

    @extend_schema(operation_id="inherited_confirm", request=Confirmation, responses=ConfirmedShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Make offers the answers of this assessment, all or none: by name, or every full one."""
        fields = parse(Confirmation, request.data)
        choices = [Choice(**item) for item in fields["answers"]] if "answers" in fields else None
        done = confirm(
            access=request.access,
            assessment_id=assessment_id,
            choices=choices,
            with_evidence=fields["with_evidence"],
        )
        return Response(
            {
                "confirmed": done.refs,
                "already": done.already,
                "evidence": done.evidence,
                "offered": inheritance_of(done.assessment).counts,
            }
        )


class DismissInheritedView(TenantView):
    actions = {"POST": Action.ANSWER_WRITE}

    @extend_schema(operation_id="inherited_dismiss", request=Dismissal, responses=DismissedShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Put offers away. They stay away until somebody confirms one by name."""
        refs = dismiss(access=request.access, assessment_id=assessment_id, refs=parse(Dismissal, request.data)["refs"])
        left = inheritance_of(get_assessment(assessment_id)).counts
        return Response({"dismissed": refs, "offered": left})


class UpgradeView(TenantView):
    actions = {"POST": Action.ASSESSMENT_CREATE}

    @extend_schema(operation_id="assessment_upgrade", request=Upgrade, responses={201: StartedShape})
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Start an assessment of the newer edition; what was answered in this one is offered there."""
        fields = parse(Upgrade, request.data)
        made = upgrade_assessment(access=request.access, assessment_id=assessment_id, **fields)
        assessment = get_assessment(made.pk)
        body: dict[str, Any] = summary_body(assessment, access=request.access)
        body["inherited"] = inheritance_of(assessment).counts
        return Response(body, status=201, headers={"ETag": etag(assessment.version)})
