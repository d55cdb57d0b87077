"""The view class for everything that belongs to an organisation.

A request's way in: the organisation is found by the slug in the address, the same statement sets the row-level security
setting, the caller is identified inside the scope, strangers get 404, the view's action word is authorised, a repeated
Idempotency-Key is answered from its record; then the handler runs. All of it is one transaction: a problem undoes all.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import connection, transaction
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.problems import Conflict, NotFound
from api.throttling import AddressThrottle, PersonThrottle, client_address
from identity.authentication import BrowserSession
from identity.models import Person
from tenants import audit, idempotency, last_seen
from tenants.access import Access, access_of, authorize, require_factor
from tenants.authentication import ApiKeyAuthentication, KeyInUse
from tenants.models import Organisation
from tenants.roles import Action
from tenants.scope import ORGANISATION_SETTING, entered, forget
from tenants.services.closing import dates

_ENTER = (
    "SELECT id, slug, name, sector, languages, created_at, version, closing_at, mfa_required,"
    " set_config(%s, id::text, true) FROM tenants_organisation WHERE slug = %s"
)


class TenantRequest(Request):
    """What handlers get: DRF's request with the access worked out."""

    access: Access
    organisation: Organisation
    person: Person


class TenantView(APIView):
    """Subclasses state `actions`: the right each method needs.

    `on` names the URL argument by which outside reviewers are let in.
    """

    authentication_classes = (ApiKeyAuthentication, BrowserSession)
    permission_classes = ()
    throttle_classes = (PersonThrottle, AddressThrottle)
    actions: ClassVar[Mapping[str, Action]] = {}
    on: ClassVar[str] = "assessment_id"
    members_only: ClassVar[bool] = True
    while_closing: ClassVar[Collection[str]] = ("GET",)
    """Methods that work while the organisation waits for its deletion: reading, but for a few of an owner's."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with transaction.atomic():
            organisation = enter_organisation(kwargs.pop("slug"))
            self._organisation = organisation
            with entered(organisation.pk if organisation else uuid.UUID(int=0)):
                response = super().dispatch(request, *args, **kwargs)
                if response.status_code < 400:
                    if isinstance(response, Response):
                        idempotency.remember(request, response)
                    self._note_seen()
                # DRF's request and view know each other, and the view its response: a large one would wait for the
                # cycle collector. Measured: 4 MiB per opened assessment of 1,000 requirements.
                del self.response
            forget(ORGANISATION_SETTING)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise NotAuthenticated
        self.refuse_early(request)
        if self._organisation is None:
            raise NotFound
        request.organisation = self._organisation
        request.person = request.user
        request.access = self.find_access(request)
        if request.access is not None and request.access.key_id is None:
            require_factor(request.access)
        audit.set_actor(
            request._request,  # noqa: SLF001 - DRF's own name for the request it wraps
            actor=request.access.actor if request.access else f"person:{request.user.pk}",
            address=client_address(request),
        )
        method = "GET" if request.method == "HEAD" else request.method
        if request.access is not None and (action := self.actions.get(method)) is not None:
            subject = None if self.members_only else kwargs.get(self.on)
            authorize(request.access, action, on=subject)
        self._refuse_while_closing(request, method=method)
        idempotency.answer_repeat(request)

    def _refuse_while_closing(self, request: Any, *, method: str) -> None:
        if self._organisation is None or self._organisation.closing_at is None:
            return
        if request.access is not None and not request.access.is_member:
            raise NotFound  # reviewers from outside are let in no more
        if method not in self.while_closing:
            raise Conflict(
                "organisation-closing",
                "Its deletion was asked for: it can be read, and an owner can take that back.",
                **dates(self._organisation),
            )

    def _note_seen(self) -> None:
        """Last of all, so that nobody waits for the row; what failed or was a repeat is undone, and leaves no trace."""
        access: Access | None = getattr(self.request, "access", None)
        if access is not None and access.sighting is not None and not connection.needs_rollback:
            last_seen.note(access.sighting)

    def refuse_early(self, request: Any) -> None:
        """Raise what is refused alike whether there is such an organisation or not.

        For views that strangers may use: elsewhere they get 404 before anything of the request is looked at.
        """

    def find_access(self, request: Any) -> Access | None:
        if isinstance(request.auth, KeyInUse):
            if request.auth.member_role is None:
                raise NotFound
            return Access(
                organisation=request.organisation,
                person_id=request.user.pk,
                role=request.auth.member_role,
                key_id=request.auth.id,
                key_scope=request.auth.scope,
                sighting=request.auth.sighting,
            )
        return access_of(organisation=request.organisation, person_id=request.user.pk, on=self.kwargs.get(self.on))


def enter_organisation(slug: str) -> Organisation | None:
    """Find the organisation and set the row-level security setting in the same statement; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [ORGANISATION_SETTING, slug])
        row = cursor.fetchone()
    if row is None:
        return None
    names = ("id", "slug", "name", "sector", "languages", "created_at", "version", "closing_at", "mfa_required")
    organisation = Organisation(**dict(zip(names, row, strict=False)))
    organisation._state.adding = False  # noqa: SLF001 - it was read, not made
    organisation._state.db = "default"  # noqa: SLF001
    return organisation
