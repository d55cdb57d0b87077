"""Invitations: made, sent again and revoked by members, accepted by whoever was invited."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.problems import TooLarge
from api.serializers import parse
from identity.authentication import BrowserSession
from tenants import selectors
from tenants.idempotency import key_of
from tenants.invitation_file import BYTES_MOST
from tenants.roles import Action
from tenants.serializers import Acceptance, AcceptedShape, InvitationListShape, InvitationShape, NewInvitation, page_of
from tenants.services import invitations
from tenants.services.invitation_list import invite_listed
from tenants.views.tenant import TenantRequest, TenantView


class InvitationsView(TenantView):
    actions: ClassVar = {"GET": Action.INVITATION_READ, "POST": Action.INVITATION_SEND}

    @extend_schema(
        operation_id="invitations_list",
        parameters=[
            OpenApiParameter("state", str, enum=selectors.INVITATION_STATES),
            OpenApiParameter("email", str),
        ],
        responses=page_of(InvitationShape),
    )
    def get(self, request: TenantRequest) -> Response:
        """List the invitations, newest first."""
        filters = Filters(request, "state", "email")
        rows = selectors.list_invitations(
            state=filters.choice("state", selectors.INVITATION_STATES), email=filters.get("email")
        )
        return paginate(rows, request=request, orderings=("-id",), render=selectors.invitation_body)

    @extend_schema(operation_id="invitations_create", request=NewInvitation, responses={201: InvitationShape})
    def post(self, request: TenantRequest) -> Response:
        """Invite somebody by e-mail, to a role not above your own."""
        fields = parse(NewInvitation, request.data)
        made = invitations.invite(access=request.access, email=fields["email"], offer=fields["role"])
        return Response(selectors.invitation_body(made), status=201)


class CsvParser(BaseParser):
    """The bytes as they came: reading them is for whoever may invite."""

    media_type = "text/csv"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, bytes]:
        content: bytes = stream.read(BYTES_MOST + 1)
        if len(content) > BYTES_MOST:
            raise TooLarge(f"A list may have {BYTES_MOST} bytes.", limit=BYTES_MOST)
        return {"list": content}


class InvitationListView(TenantView):
    actions: ClassVar = {"POST": Action.INVITATION_SEND}
    parser_classes = (CsvParser,)

    @extend_schema(
        operation_id="invitations_upload",
        request={"text/csv": OpenApiTypes.STR},
        responses=InvitationListShape,
    )
    def post(self, request: TenantRequest) -> Response:
        """Invite the people of a CSV file with the columns email and role, in UTF-8, at most 500.

        Good lines are invited and bad ones told with line, column and reason. The same file again invites nobody twice.
        Mails that are too many for now leave later, each at its `mail_at`.
        """
        return Response(invite_listed(access=request.access, content=request.data.get("list", b"")))


class InvitationView(TenantView):
    actions: ClassVar = {"GET": Action.INVITATION_READ, "DELETE": Action.INVITATION_SEND}

    @extend_schema(operation_id="invitation_read", responses=InvitationShape)
    def get(self, request: TenantRequest, invitation_id: uuid.UUID) -> Response:
        """One invitation."""
        return Response(selectors.invitation_body(selectors.invitation_of(invitation_id)))

    @extend_schema(operation_id="invitation_revoke", responses={204: None})
    def delete(self, request: TenantRequest, invitation_id: uuid.UUID) -> Response:
        """Revoke an invitation: its link ends at once."""
        invitations.revoke(invitation_id=invitation_id)
        return Response(status=204)


class InvitationResendView(TenantView):
    actions: ClassVar = {"POST": Action.INVITATION_SEND}

    @extend_schema(operation_id="invitation_resend", request=None, responses=InvitationShape)
    def post(self, request: TenantRequest, invitation_id: uuid.UUID) -> Response:
        """Send it again with a new link and a new week; the old link ends at once."""
        sent = invitations.resend(access=request.access, invitation_id=invitation_id)
        return Response(selectors.invitation_body(sent))


class InvitationAcceptView(TenantView):
    """The one address of an organisation that somebody outside it may use: the token is what lets them in."""

    authentication_classes = (BrowserSession,)  # type: ignore[assignment] # fewer than the class above

    def refuse_early(self, request: Any) -> None:
        if request.method != "POST":
            raise MethodNotAllowed(request.method)
        key_of(request)
        parse(Acceptance, request.data)

    def find_access(self, request: Any) -> None:
        """Nobody's role matters here."""

    @extend_schema(operation_id="invitation_accept", request=Acceptance, responses=AcceptedShape)
    def post(self, request: TenantRequest) -> Response:
        """Accept with the token of the mail. 404 for any other token, 410 when it was used, revoked or has expired."""
        fields = parse(Acceptance, request.data)
        accepted = invitations.accept(person=request.person, token=fields["token"])
        return Response(selectors.accepted_body(accepted, organisation=request.organisation))
