"""Drafts of an organisation's own standards: making, changing, checking and publishing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import IF_MATCH, etag, expected_version
from api.pagination import Filters, paginate
from api.problems import Invalid
from api.serializers import StrictSerializer, parse
from assessments.catalogue.drafts import selectors, services
from assessments.catalogue.drafts.serializers import (
    DraftHead,
    DraftPage,
    DraftShape,
    FactsOfDraft,
    FindingsShape,
    NewDraft,
    NewRequirements,
    RequirementChange,
    RequirementOfDraft,
)
from assessments.catalogue.drafts.states import STATES
from assessments.catalogue.views import CURSOR, PAGE_SIZE
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

TAGS = ["own standards"]


class NoFields(StrictSerializer):
    """No body, or an empty object."""


def head_answer(draft_id: UUID, *, status: int = 200) -> Response:
    head = selectors.draft_head(draft_id)
    return Response(head, status=status, headers={"ETag": etag(head["version"])})


def _object(request: TenantRequest) -> dict[str, Any]:
    """The body, whose members `drafts.reading` knows."""
    if not isinstance(request.data, dict):
        raise Invalid({"body": ["Send an object."]})
    return request.data


class DraftsView(TenantView):
    actions = {"GET": Action.STANDARD_MANAGE, "POST": Action.STANDARD_MANAGE}

    @extend_schema(
        operation_id="standard_drafts_list",
        parameters=[
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("ordering", str, enum=[*selectors.DRAFT_ORDERINGS, "-slug", "-updated_at"]),
            CURSOR,
            PAGE_SIZE,
        ],
        responses=DraftPage,
        tags=TAGS,
    )
    def get(self, request: TenantRequest) -> Response:
        """List the drafts of the organisation's own standards, published ones among them."""
        rows = selectors.drafts(state=Filters(request, "state").choice("state", STATES))
        return paginate(rows, request=request, orderings=selectors.DRAFT_ORDERINGS, render=selectors.head_body)

    @extend_schema(operation_id="standard_draft_start", request=NewDraft, responses={201: DraftHead}, tags=TAGS)
    def post(self, request: TenantRequest) -> Response:
        """Begin a standard of one's own: from nothing, or as an adaptation of another (`base`).

        The slug gets own- in front, if it has not. Facts that every standard has are filled in where they are not told.
        """
        return head_answer(services.start_draft(access=request.access, fields=_object(request)).pk, status=201)


class DraftView(TenantView):
    actions = {
        "GET": Action.STANDARD_MANAGE,
        "PATCH": Action.STANDARD_MANAGE,
        "DELETE": Action.STANDARD_MANAGE,
    }

    @extend_schema(operation_id="standard_draft_read", responses=DraftShape, tags=TAGS)
    def get(self, request: TenantRequest, draft_id: UUID) -> Response:
        """One draft with its whole content."""
        draft = selectors.get_draft(draft_id)
        return Response(selectors.draft_body(draft), headers={"ETag": etag(draft.version)})

    @extend_schema(
        operation_id="standard_draft_change",
        parameters=[IF_MATCH],
        request=FactsOfDraft,
        responses=DraftHead,
        tags=TAGS,
    )
    def patch(self, request: TenantRequest, draft_id: UUID) -> Response:
        """Change what the draft says besides its requirements. A member that is given replaces all of it."""
        version = expected_version(request)
        services.change_draft(draft_id=draft_id, expected_version=version, fields=_object(request))
        return head_answer(draft_id)

    @extend_schema(operation_id="standard_draft_delete", parameters=[IF_MATCH], responses={204: None}, tags=TAGS)
    def delete(self, request: TenantRequest, draft_id: UUID) -> Response:
        """Delete a draft that was never published."""
        services.delete_draft(draft_id=draft_id, expected_version=expected_version(request))
        return Response(status=204)


class DraftRequirementsView(TenantView):
    actions = {"POST": Action.STANDARD_MANAGE}

    @extend_schema(
        operation_id="standard_draft_add",
        parameters=[IF_MATCH],
        request=NewRequirements,
        responses={201: DraftHead},
        tags=TAGS,
    )
    def post(self, request: TenantRequest, draft_id: UUID) -> Response:
        """Add requirements, as many as one body holds, parents before what stands below them."""
        version = expected_version(request)
        body = _object(request)
        if body.keys() != {"requirements"}:
            raise Invalid({"body": ["Send an object with the one member requirements."]})
        services.add_to_draft(draft_id=draft_id, expected_version=version, given=body["requirements"])
        return head_answer(draft_id, status=201)


class DraftRequirementView(TenantView):
    actions = {
        "GET": Action.STANDARD_MANAGE,
        "PATCH": Action.STANDARD_MANAGE,
        "DELETE": Action.STANDARD_MANAGE,
    }

    @extend_schema(operation_id="standard_draft_requirement", responses=RequirementOfDraft, tags=TAGS)
    def get(self, request: TenantRequest, draft_id: UUID, own_ref: str) -> Response:
        """One requirement of a draft, as it was written."""
        return _requirement(draft_id, ref=own_ref)

    @extend_schema(
        operation_id="standard_draft_requirement_change",
        parameters=[IF_MATCH],
        request=RequirementChange,
        responses=RequirementOfDraft,
        tags=TAGS,
    )
    def patch(self, request: TenantRequest, draft_id: UUID, own_ref: str) -> Response:
        """Change, rename or move one requirement, with what is below it. Null takes a member away."""
        version = expected_version(request)
        given = _object(request)
        _, ref = services.change_in_draft(draft_id=draft_id, expected_version=version, ref=own_ref, given=given)
        return _requirement(draft_id, ref=ref)

    @extend_schema(
        operation_id="standard_draft_requirement_remove",
        parameters=[IF_MATCH],
        responses=DraftHead,
        tags=TAGS,
    )
    def delete(self, request: TenantRequest, draft_id: UUID, own_ref: str) -> Response:
        """Take a requirement out, and all that stands below it."""
        services.remove_from_draft(draft_id=draft_id, expected_version=expected_version(request), ref=own_ref)
        return head_answer(draft_id)


def _requirement(draft_id: UUID, *, ref: str) -> Response:
    body = selectors.requirement_of_draft(draft_id, ref=ref)
    return Response(body, headers={"ETag": etag(body["draft"]["version"])})


class DraftLintView(TenantView):
    actions = {"GET": Action.STANDARD_MANAGE}

    @extend_schema(operation_id="standard_draft_lint", responses=FindingsShape, tags=TAGS)
    def get(self, request: TenantRequest, draft_id: UUID) -> Response:
        """What keeps the draft from being published (faults), and what it had better have (warnings), with places."""
        draft = selectors.get_draft(draft_id)
        body = selectors.findings_body(draft, services.lint_draft(draft))
        return Response(body, headers={"ETag": etag(draft.version)})


class DraftPublishView(TenantView):
    actions = {"POST": Action.STANDARD_MANAGE}

    @extend_schema(
        operation_id="standard_draft_publish",
        parameters=[IF_MATCH],
        request=None,
        responses=DraftHead,
        tags=TAGS,
    )
    def post(self, request: TenantRequest, draft_id: UUID) -> Response:
        """Publish the draft: from then on it does not change, and assessments can be started on it.

        422 with the faults where lint finds some. Assessments under way stay on the edition they started from.
        """
        parse(NoFields, request.data or {})
        services.publish_draft(draft_id=draft_id, expected_version=expected_version(request))
        return head_answer(draft_id)
