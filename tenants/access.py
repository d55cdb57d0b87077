"""Who stands before an organisation's door, and how far in they may go."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from api.problems import Forbidden, NotFound, Problem
from identity.selectors import has_factor
from tenants.last_seen import Sighting, sighting
from tenants.models import Membership, Organisation
from tenants.roles import ACTIONS, OUTSIDE_ACTIONS, Action, Role, Scope, may_hand_out, reach


@dataclass(frozen=True, slots=True)
class OutsideGrant:
    """A live grant: until when, and on which parts (refs) of its subject; on all of it when there are none."""

    id: uuid.UUID
    until: datetime
    parts: tuple[str, ...] = ()
    sighting: Sighting | None = None


OutsideSource = Callable[[uuid.UUID, uuid.UUID], OutsideGrant | None]
NO_GRANTS: Final[Mapping[uuid.UUID, OutsideGrant]] = {}

_outside_source: OutsideSource | None = None


def read_outside_grants_with(source: OutsideSource) -> None:
    """Floors above tell this one how to find the live grant of a person on a subject, in the organisation in scope."""
    global _outside_source  # noqa: PLW0603 - set once, while the apps load
    _outside_source = source


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One person's reach inside one organisation, worked out anew for each request."""

    organisation: Organisation
    person_id: uuid.UUID
    role: Role | None = None
    key_id: uuid.UUID | None = None
    key_scope: Scope | None = None
    grants: Mapping[uuid.UUID, OutsideGrant] = field(default_factory=lambda: NO_GRANTS)
    sighting: Sighting | None = None

    @property
    def actor(self) -> str:
        return f"key:{self.key_id}" if self.key_id else f"person:{self.person_id}"

    @property
    def is_member(self) -> bool:
        return self.role is not None

    @property
    def actions(self) -> frozenset[Action]:
        if self.role is None:
            return frozenset()
        return reach(self.role, self.key_scope) if self.key_scope else ACTIONS[self.role]

    def may(self, action: Action, *, on: uuid.UUID | None = None) -> bool:
        """Whether `action` is allowed, for an outside reviewer only `on` the assessment of a live grant."""
        if self.is_member:
            return action in self.actions
        return on is not None and on in self.grants and action in OUTSIDE_ACTIONS

    def may_give(self, role: Role) -> bool:
        """Whether `role` is within reach: not above the person's own, and through a key not above that of an admin."""
        own = [self.role, Role.ADMIN if self.key_scope else self.role]
        return all(held is not None and may_hand_out(own=held, offered=role) for held in own)


def authorize(access: Access, action: Action, *, on: uuid.UUID | None = None) -> None:
    """Refuse with 403 what a member's role lacks; with 404 everything an outside reviewer was not invited to."""
    if access.may(action, on=on):
        return
    if access.is_member or (on is not None and on in access.grants):
        raise Forbidden(f"This needs the right {action.value}.", action=action.value)
    raise NotFound


def authorize_role(access: Access, role: Role) -> None:
    """Refuse to hand out, or to take away, a role above the caller's own."""
    if not access.may_give(role):
        raise Forbidden("That role is above your own.", slug="role-above-own", role=role.value)


def require_factor(access: Access) -> None:
    """Refuse a person without a second factor where the organisation asks for one.

    Keys are not asked: they belong to programs, are made by somebody who was let in, and end by themselves.
    """
    if not access.organisation.mfa_required or has_factor(access.person_id):
        return
    page = f"{settings.BASE_URL}/account/2fa/"
    raise Problem(
        "mfa-required",
        status=403,
        title="This organisation lets people in with a second factor only.",
        detail=f"Set up an authenticator app or a passkey at {page}, then ask again.",
        set_up_at=page,
    )


def role_of(person_id: uuid.UUID) -> Role | None:
    """The role somebody who gave something away (an offer, a link) has now; None for no active member."""
    held = Membership.objects.filter(person_id=person_id, person__is_active=True).values_list("role", flat=True).first()
    return None if held is None else Role(held)


def still_may(person_id: uuid.UUID, action: Action) -> bool:
    held = role_of(person_id)
    return held is not None and action in ACTIONS[held]


def access_of(*, organisation: Organisation, person_id: uuid.UUID, on: uuid.UUID | None = None) -> Access:
    """The access of a signed-in person, or NotFound: to strangers the organisation does not exist.

    Whoever is no member needs a live grant `on` the subject of the address; read anew for every request, so that what
    was revoked is over with the next one.
    """
    found = Membership.objects.filter(person_id=person_id).values_list("id", "role", "last_active_at").first()
    if found is not None:
        membership_id, role, before = found
        seen = sighting(Membership, membership_id, column="last_active_at", before=before, now=timezone.now())
        return Access(organisation=organisation, person_id=person_id, role=Role(role), sighting=seen)
    grant = _outside_source(person_id, on) if _outside_source and on is not None else None
    if grant is None or on is None or grant.until <= timezone.now():
        raise NotFound
    return Access(organisation=organisation, person_id=person_id, grants={on: grant}, sighting=grant.sighting)
