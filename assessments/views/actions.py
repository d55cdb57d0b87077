"""Planned improvements of an assessment."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import etag, expected_version
from api.pagination import Filters, paginate
from api.problems import Invalid
from api.serializers import parse
from assessments.selectors.actions import ORDERINGS, action_body, get_action, list_actions
from assessments.selectors.assessments import get_assessment
from assessments.serializers.action import STATES, ActionChange, ActionShape, GapsToPlan, NewAction, PlannedGaps
from assessments.services.action import change_action, create_action, delete_action, plan_gaps
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView

FILTERS = [
    OpenApiParameter("state", str, enum=STATES),
    OpenApiParameter("owner", str, description="Id of a member."),
    OpenApiParameter("ref", str, description="Of a requirement."),
]
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")


class ActionsView(TenantView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ, "POST": Action.ACTION_WRITE}

    @extend_schema(operation_id="actions_list", parameters=FILTERS, responses=page_of(ActionShape))
    def get(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """List the planned improvements of an assessment, newest first."""
        filters = Filters(request, "state", "owner", "ref")
        rows = list_actions(
            get_assessment(assessment_id),
            state=filters.choice("state", STATES),
            owner=_person(filters.get("owner")),
            ref=filters.get("ref"),
        )
        return paginate(rows, request=request, orderings=ORDERINGS, render=action_body)

    @extend_schema(operation_id="actions_create", request=NewAction, responses={201: ActionShape})
    def post(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """Plan an improvement of one requirement."""
        fields = parse(NewAction, request.data)
        made = create_action(
            assessment=get_assessment(assessment_id), access=request.access, ref=fields.pop("ref"), fields=fields
        )
        action = get_action(assessment_id=assessment_id, action_id=made.pk)
        return Response(action_body(action), status=201, headers={"ETag": etag(action.version)})


class ActionView(TenantView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ, "PATCH": Action.ACTION_WRITE, "DELETE": Action.ACTION_WRITE}

    @extend_schema(operation_id="action_read", responses=ActionShape)
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, action_id: uuid.UUID) -> Response:
        """One planned improvement."""
        action = get_action(assessment_id=assessment_id, action_id=action_id)
        return Response(action_body(action), headers={"ETag": etag(action.version)})

    @extend_schema(operation_id="action_change", parameters=[IF_MATCH], request=ActionChange, responses=ActionShape)
    def patch(self, request: TenantRequest, assessment_id: uuid.UUID, action_id: uuid.UUID) -> Response:
        """Change a planned improvement."""
        action = change_action(
            assessment=get_assessment(assessment_id),
            action_id=action_id,
            version=expected_version(request),
            fields=parse(ActionChange, request.data),
        )
        return Response(action_body(action), headers={"ETag": etag(action.version)})

    @extend_schema(operation_id="action_delete", responses={204: None})
    def delete(self, request: TenantRequest, assessment_id: uuid.UUID, action_id: uuid.UUID) -> Response:
        """Take a planned improvement back; to decide against one, set its state to dropped."""
        delete_action(assessment=get_assessment(assessment_id), action_id=action_id)
        return Response(status=204)


class ActionsFromGapsView(TenantView):
    actions: ClassVar = {"POST": Action.ACTION_WRITE}

    @extend_schema(operation_id="actions_from_gaps", request=GapsToPlan, responses={201: PlannedGaps})
    def post(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """Plan one level up for the most pressing gaps that have no action yet."""
        fields = parse(GapsToPlan, request.data)
        assessment = get_assessment(assessment_id)
        made, remaining = plan_gaps(assessment=assessment, access=request.access, **fields)
        found = {action.pk: action for action in list_actions(assessment).filter(pk__in=made)}
        return Response({"actions": [action_body(found[pk]) for pk in made], "remaining": remaining}, status=201)


def _person(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Invalid({"owner": ["Send the id of a member."]}) from None
