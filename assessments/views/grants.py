"""Outside reviewers of an assessment, and what a person may review from outside."""

from __future__ import annotations

import uuid
from typing import ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import parse
from api.views import PersonView
from assessments.selectors.assessments import get_assessment
from assessments.selectors.grants import (
    PENDING_SHOWN,
    grant_body,
    granted_assessments,
    list_grants,
    offer_body,
    pending_invitations,
)
from assessments.serializers.grant import (
    GrantChange,
    GrantedAssessments,
    GrantPage,
    GrantShape,
    NewOutsideReviewer,
    OfferShape,
)
from assessments.services.grants import extend_grant, invite_reviewer, revoke_grant
from identity.models import Person
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView


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
        """Invite somebody by e-mail to review this assessment, and nothing else, until a moment."""
        fields = parse(NewOutsideReviewer, request.data)
        offer = invite_reviewer(access=request.access, assessment_id=assessment_id, **fields)
        return Response(offer_body(offer), status=201)


class OutsideReviewerView(TenantView):
    actions: ClassVar = {"PATCH": Action.GRANT_MANAGE, "DELETE": Action.GRANT_MANAGE}

    @extend_schema(operation_id="outside_reviewer_change", request=GrantChange, responses=GrantShape)
    def patch(self, request: TenantRequest, assessment_id: uuid.UUID, grant_id: uuid.UUID) -> Response:
        """Let access end at another moment."""
        access_until = parse(GrantChange, request.data)["access_until"]
        return Response(grant_body(extend_grant(assessment_id, grant_id=grant_id, access_until=access_until)))

    @extend_schema(operation_id="outside_reviewer_revoke", responses={204: None})
    def delete(self, request: TenantRequest, assessment_id: uuid.UUID, grant_id: uuid.UUID) -> Response:
        """End access at once."""
        revoke_grant(assessment_id, grant_id=grant_id)
        return Response(status=204)


class GrantedAssessmentsView(PersonView):
    @extend_schema(operation_id="granted_assessments_list", responses=GrantedAssessments)
    def get(self, request: Request) -> Response:
        """List what you may review from outside, over all organisations."""
        Filters(request)
        person = cast("Person", request.user)
        return Response({"results": granted_assessments(person.pk)})
