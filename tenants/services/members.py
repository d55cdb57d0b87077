"""Roles of members, and their leaving. An organisation always keeps an owner."""

from __future__ import annotations

import uuid

from django.db.models import Q
from django.utils import timezone

from api.problems import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from tenants import audit
from tenants.access import Access, authorize, authorize_role
from tenants.models import ApiKey, Membership
from tenants.roles import Action, Role


def change_role(*, access: Access, person_id: uuid.UUID, expected_version: int, role: Role) -> Membership:
    """Give a member another role. Neither the old nor the new one may be above the caller's own (403).

    Raises PreconditionFailed when the role was changed since it was read, Conflict for the last owner.
    """
    membership, owners = _locked(person_id)
    before = Role(membership.role)
    authorize_role(access, before)
    authorize_role(access, role)
    if membership.version != expected_version:
        raise PreconditionFailed(membership.version)
    if role == before:
        return membership
    if before == Role.OWNER and owners == 1:
        raise _last_owner()
    _give(membership, role=role, by=access.person_id)
    audit.record(
        "member.role_changed",
        object_type="person",
        object_id=person_id,
        before={"role": before},
        after={"role": role},
    )
    return membership


def transfer_ownership(*, access: Access, person_id: uuid.UUID) -> None:
    """Make a member an owner and oneself an admin, in one step. Other owners stay what they are.

    Raises Invalid for somebody who is no member, or oneself; Conflict for somebody who is an owner already.
    """
    if person_id == access.person_id:
        raise Invalid({"person": ["Name somebody else."]})
    rows = {row.person_id: row for row in _owners_and(person_id)}
    heir, giver = rows.get(person_id), rows.get(access.person_id)
    if heir is None:
        raise Invalid({"person": ["There is no such member."]})
    if giver is None or giver.role != Role.OWNER:
        raise Forbidden("You are no owner any more.", action=Action.OWNERSHIP_TRANSFER.value)
    if heir.role == Role.OWNER:
        raise Conflict("already-owner", "This member is an owner already; to step down, change your own role.")
    before = {str(row.person_id): row.role for row in (heir, giver)}
    _give(heir, role=Role.OWNER, by=access.person_id)
    _give(giver, role=Role.ADMIN, by=access.person_id)
    audit.record(
        "ownership.transferred",
        object_type="person",
        object_id=person_id,
        before={"roles": before},
        after={"roles": {str(row.person_id): row.role for row in (heir, giver)}},
    )


def _give(membership: Membership, *, role: Role, by: uuid.UUID) -> None:
    membership.role, membership.granted_by_id, membership.role_since = role, by, timezone.now()
    membership.version += 1
    membership.save(update_fields=["role", "granted_by", "role_since", "version"])


def remove_member(*, access: Access, person_id: uuid.UUID) -> None:
    """End a membership; anybody may end their own. The person's API keys end with it."""
    leaves = person_id == access.person_id and access.key_id is None
    membership, owners = _locked(person_id)
    role = Role(membership.role)
    if not leaves:
        authorize(access, Action.MEMBER_CHANGE)
        authorize_role(access, role)
    if role == Role.OWNER and owners == 1:
        raise _last_owner()
    # A key must not come back to life when the person is invited again.
    ApiKey.objects.filter(person_id=person_id, revoked_at__isnull=True).update(revoked_at=timezone.now())
    membership.delete()
    audit.record(
        "member.left" if leaves else "member.removed",
        object_type="person",
        object_id=person_id,
        before={"role": role},
    )


def _locked(person_id: uuid.UUID) -> tuple[Membership, int]:
    """The membership and the number of owners, locked in one order: of two owners demoting each other one wins."""
    rows = _owners_and(person_id)
    found = next((row for row in rows if row.person_id == person_id), None)
    if found is None:
        raise NotFound
    return found, sum(row.role == Role.OWNER for row in rows)


def _owners_and(person_id: uuid.UUID) -> list[Membership]:
    return list(
        Membership.objects.select_for_update().filter(Q(role=Role.OWNER) | Q(person_id=person_id)).order_by("id")
    )


def _last_owner() -> Conflict:
    return Conflict("last-owner", "An organisation needs an owner; make somebody else one first.")
