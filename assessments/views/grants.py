"""Outside reviewers of an assessment, and what a person may review from outside."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.etag import IF_MATCH, etag, expected_version
from api.pagination import Filters, paginate
from api.serializers import parse
from api.views import PersonView
from assessments.lifecycle import AssessmentState
from assessments.models import ReviewGrant
from assessments.selectors.assessments import get_assessment
from assessments.selectors.grants import (
    GRANTED_ORDERINGS,
    PENDING_SHOWN,
    get_grant,
    grant_body,
    granted_assessments,
    granted_body,
    list_grants,
    offer_body,
    pending_invitations,
)
from assessments.serializers.grant import (
    GrantChange,
    GrantedAssessment,
    GrantPage,
    GrantShape,
    NewOutsideReviewer,
    OfferShape,
)
from assessments.services.grants import change_grant, invite_reviewer, revoke_grant
from identity.authentication import signed_in
from tenants.roles import Action
from tenants.scope import person_scope
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView

STATES = tuple(state.value for state in AssessmentState)


class OutsideReviewersView(TenantView):
    actions: ClassVar = {"GET": Action.GRANT_MANAGE, "POST": Action.GRANT_MANAGE}

    @extend_schema(operation_id="outside_reviewers_list", responses=GrantPage)
    def get(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """List who was let in from outside, newest first, and who is invited."""
        Filters(request)
        get_assessment(assessment_id)
        page = paginate(list_grants(assessment_id), request=request, orderings=("-id",), render=grant_body)
        page.data["pending"] = [offer_body(offer) for offer in pending_invitations(assessment_id)[:PENDING_SHOWN]]
        return page

    @extend_schema(operation_id="outside_reviewers_create", request=NewOutsideReviewer, responses={201: OfferShape})
    def post(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """Invite somebody by e-mail to review this assessment or sections of it, and nothing else, until a moment."""
        fields = parse(NewOutsideReviewer, request.data)
        offer = invite_reviewer(access=request.access, assessment_id=assessment_id, **fields)
        return Response(offer_body(offer), status=201)


class OutsideReviewerView(TenantView):
    actions: ClassVar = {
        "GET": Action.GRANT_MANAGE,
        "PATCH": Action.GRANT_MANAGE,
        "DELETE": Action.GRANT_MANAGE,
    }

    @extend_schema(operation_id="outside_reviewer_read", responses=GrantShape)
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, grant_id: uuid.UUID) -> Response:
        """One access from outside: whose, of what, until when, given by whom, and when it was last used."""
        return _one(get_grant(assessment_id, grant_id=grant_id))

    @extend_schema(
        operation_id="outside_reviewer_change", parameters=[IF_MATCH], request=GrantChange, responses=GrantShape
    )
    def patch(self, request: TenantRequest, assessment_id: uuid.UUID, grant_id: uuid.UUID) -> Response:
        """Let access end at another moment, or reach other sections."""
        version = expected_version(request)
        fields = parse(GrantChange, request.data)
        return _one(change_grant(assessment_id, grant_id=grant_id, expected_version=version, **fields))

    @extend_schema(operation_id="outside_reviewer_revoke", responses={204: None})
    def delete(self, request: TenantRequest, assessment_id: uuid.UUID, grant_id: uuid.UUID) -> Response:
        """End access at once."""
        revoke_grant(assessment_id, grant_id=grant_id)
        return Response(status=204)


def _one(grant: ReviewGrant) -> Response:
    return Response(grant_body(grant), headers={"ETag": etag(grant.version)})


class GrantedAssessmentsView(PersonView):
    @extend_schema(
        operation_id="granted_assessments_list",
        parameters=[
            OpenApiParameter("organisation", str, description="Slug of an organisation."),
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("standard", str, description="Slug of a standard."),
            OpenApiParameter("ordering", str, enum=[*GRANTED_ORDERINGS, "id", "-expires_at", "-assessment_name"]),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int, description="1 to 200, 50 unless told."),
        ],
        responses=page_of(GrantedAssessment),
    )
    def get(self, request: Request) -> Response:
        """List what you may review from outside, over all organisations, the newest access first."""
        filters = Filters(request, "organisation", "state", "standard")
        with person_scope(signed_in(request).pk):
            rows = granted_assessments(
                organisation=filters.get("organisation"),
                state=filters.choice("state", STATES),
                standard=filters.get("standard"),
            )
            return paginate(rows, request=request, orderings=GRANTED_ORDERINGS, render=granted_body)
