"""Members of an organisation. A member is addressed by the person's id."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import IF_MATCH, etag, expected_version
from api.pagination import Filters, paginate
from api.serializers import parse
from identity.confirmation import require_recent_proof
from tenants import selectors
from tenants.roles import Action, Role
from tenants.serializers import ROLES, Heir, MemberShape, RoleChange, page_of
from tenants.services.members import change_role, remove_member, transfer_ownership
from tenants.views.tenant import TenantRequest, TenantView


class MembersView(TenantView):
    actions: ClassVar = {"GET": Action.MEMBER_READ}

    @extend_schema(
        operation_id="members_list",
        parameters=[OpenApiParameter("role", str, enum=ROLES)],
        responses=page_of(MemberShape),
    )
    def get(self, request: TenantRequest) -> Response:
        """List the members."""
        role = Filters(request, "role").choice("role", ROLES)
        return paginate(
            selectors.list_members(role=role), request=request, orderings=("id",), render=selectors.member_body
        )


class MemberView(TenantView):
    actions: ClassVar = {
        "GET": Action.MEMBER_READ,
        "PATCH": Action.MEMBER_CHANGE,
        "DELETE": Action.MEMBER_READ,  # anybody may leave; removing others is authorised by the service
    }

    @extend_schema(operation_id="member_read", responses=MemberShape)
    def get(self, request: TenantRequest, person_id: uuid.UUID) -> Response:
        """One member."""
        return _one(person_id)

    @extend_schema(operation_id="member_change", parameters=[IF_MATCH], request=RoleChange, responses=MemberShape)
    def patch(self, request: TenantRequest, person_id: uuid.UUID) -> Response:
        """Give a member another role."""
        version = expected_version(request)
        role = Role(parse(RoleChange, request.data)["role"])
        change_role(access=request.access, person_id=person_id, expected_version=version, role=role)
        return _one(person_id)

    @extend_schema(operation_id="member_remove", responses={204: None})
    def delete(self, request: TenantRequest, person_id: uuid.UUID) -> Response:
        """Remove a member, or leave."""
        remove_member(access=request.access, person_id=person_id)
        return Response(status=204)


class OwnershipView(TenantView):
    actions: ClassVar = {"POST": Action.OWNERSHIP_TRANSFER}

    @extend_schema(operation_id="ownership_transfer", request=Heir, responses=MemberShape)
    def post(self, request: TenantRequest) -> Response:
        """Hand the ownership to a member; you become an admin. 401 `confirm-first` unless you signed in just now."""
        require_recent_proof(request)
        person_id = parse(Heir, request.data)["person"]
        transfer_ownership(access=request.access, person_id=person_id)
        return _one(person_id)


def _one(person_id: uuid.UUID) -> Response:
    row = selectors.member_of(person_id)
    return Response(selectors.member_body(row), headers={"ETag": etag(row["version"])})
