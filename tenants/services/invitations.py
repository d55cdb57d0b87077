"""Offers to join, or to review from outside: made, sent again, revoked, accepted.

1. `invite` writes the row and asks for the mail in the same transaction; the row holds a hash that no token has.
2. The mail's job (`tenants.services.invitation_mails`) makes the token, keeps its hash and sends it: the token itself
   never stands in the database.
3. Sending again and revoking end the token sent before. A token is accepted once, under the row's lock, by the person
   whose verified address it went to, and gives no more than the inviter may still give at that moment.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from api.problems import Conflict, Forbidden, NotFound, Problem
from identity.models import Person
from identity.selectors import owns_address
from tenants import audit, jobs
from tenants.access import Access, authorize, authorize_role, role_of
from tenants.models import Invitation, InvitationMail, Membership
from tenants.models.invitation import OUTSIDE
from tenants.roles import ACTIONS, Action, Role, may_hand_out
from tenants.services.invitation_turns import Turns

VALID_FOR = timedelta(days=7)
MAIL = "mail.invitation"

_accept_outside: Callable[..., object] | None = None
_describe_outside: Callable[[Invitation], str] | None = None


def on_accept_outside(accept: Callable[..., object], *, describe: Callable[[Invitation], str] | None = None) -> None:
    """The floor above says what accepting an offer to review from outside means.

    `accept(invitation=…, person=…)` runs inside the organisation's scope and the accepting transaction;
    `describe(invitation)` names in a few words what is to be reviewed, for the mail and the page.
    """
    global _accept_outside, _describe_outside
    _accept_outside, _describe_outside = accept, describe


def invite(*, access: Access, email: str, offer: str) -> Invitation:
    """Offer a role, or `outside`, to an address; the mail follows the commit. Whether it has an account is not told."""
    _authorize_offer(access, offer)
    email = email.strip().lower()
    at = Turns(access.organisation, inviter_id=access.person_id).take()
    if Membership.objects.filter(person__email=email).exists():
        raise Conflict("already-member", "This address belongs to a member.")
    if offer != OUTSIDE and open_offers().filter(email=email).exclude(offer=OUTSIDE).exists():
        raise Conflict("already-invited", "An invitation to this address is open; send it again or revoke it.")
    return make(access=access, email=email, offer=offer, at=at)


def make(*, access: Access, email: str, offer: str, at: datetime) -> Invitation:
    """The invitation, its mail for the moment `at`, and the event; what may refuse was looked at by the caller."""
    invitation = Invitation.objects.create(
        email=email,
        offer=offer,
        token_hash=_nobodys_hash(),
        invited_by_id=access.person_id,
        mail_at=at,
        expires_at=at + VALID_FOR,
    )
    _ask_for_mail(invitation, access=access, at=at)
    audit.record(
        "invitation.created",
        object_type="invitation",
        object_id=invitation.pk,
        after={"email": email, "offer": offer},
    )
    return invitation


def resend(*, access: Access, invitation_id: uuid.UUID) -> Invitation:
    """A new token and a new week, in the name of whoever sends it now; the old token ends at once."""
    at = Turns(access.organisation, inviter_id=access.person_id).take()
    invitation = _locked(invitation_id)
    _authorize_offer(access, invitation.offer)
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("invitation-closed", "This invitation was accepted or revoked; make a new one.")
    before = _told(invitation)
    invitation.token_hash = _nobodys_hash()
    invitation.mail_at, invitation.expires_at = at, at + VALID_FOR
    invitation.sent_at = None
    invitation.invited_by_id = access.person_id
    invitation.save(update_fields=["token_hash", "mail_at", "expires_at", "sent_at", "invited_by"])
    _ask_for_mail(invitation, access=access, at=at)
    audit.record(
        "invitation.resent",
        object_type="invitation",
        object_id=invitation.pk,
        before=before,
        after=_told(invitation),
    )
    return invitation


def revoke(*, invitation_id: uuid.UUID) -> None:
    """End an offer. One revoked before stays so; an accepted one is a membership now."""
    invitation = _locked(invitation_id)
    if invitation.accepted_at:
        raise Conflict("invitation-closed", "This invitation was accepted.")
    if invitation.revoked_at:
        return
    before = _told(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    # A mail that has not left will not, and its turn is free again.
    InvitationMail.objects.filter(invitation=invitation, at__gt=invitation.revoked_at).delete()
    audit.record(
        "invitation.revoked",
        object_type="invitation",
        object_id=invitation.pk,
        before=before,
        after=_told(invitation),
    )


def find_by_token(token: str, *, lock: bool = False) -> Invitation:
    """The invitation a token opens, whatever its state; NotFound for any other token."""
    rows = Invitation.objects.filter(token_hash=hash_of(token)).select_related("invited_by")
    invitation = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if invitation is None:
        raise NotFound
    return invitation


def require_open(invitation: Invitation) -> None:
    """410 with the reason when the offer has ended."""
    if invitation.accepted_at:
        raise _gone("invitation-used", "This invitation was accepted before.")
    if invitation.revoked_at:
        raise _gone("invitation-revoked", "This invitation was taken back.")
    if invitation.expires_at <= timezone.now():
        raise _gone("invitation-expired", "This invitation has expired; ask for a new one.")
    if not inviter_still_may(invitation):
        raise _gone("invitation-revoked", "Whoever sent this invitation may no longer give what it offers.")


def accept(*, person: Person, token: str) -> Invitation:
    """Take up an offer in the organisation in scope. Once, by the person it was sent to."""
    invitation = find_by_token(token, lock=True)
    require_open(invitation)
    if not owns_address(person, email=invitation.email):
        if owns_address(person, email=invitation.email, verified=False):
            raise Forbidden("Verify your e-mail address first.", slug="email-not-verified")
        raise Forbidden("It was sent to another address than yours.", slug="invitation-for-another")
    if invitation.offer == OUTSIDE:
        _open_outside(invitation, person=person)
    else:
        _join(person=person, role=Role(invitation.offer), by=invitation.invited_by_id)
    before = _told(invitation)
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    audit.record(
        "invitation.accepted",
        object_type="invitation",
        object_id=invitation.pk,
        before=before,
        after={**_told(invitation), "person": person.pk},
    )
    return invitation


def _told(invitation: Invitation) -> dict[str, Any]:
    """An offer as the trail tells of it, never its token."""
    names = ("email", "offer", "invited_by_id", "expires_at", "sent_at", "revoked_at", "accepted_at")
    return {name: getattr(invitation, name) for name in names}


def offer_in_words(invitation: Invitation) -> str:
    """As in: you are invited <…> of the organisation."""
    if invitation.offer != OUTSIDE:
        return f"to join as {invitation.offer}"
    subject = _describe_outside(invitation) if _describe_outside else ""
    return f"to review {subject or 'an assessment'} from outside"


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _join(*, person: Person, role: Role, by: uuid.UUID) -> None:
    _, joined = Membership.objects.get_or_create(person=person, defaults={"role": role, "granted_by_id": by})
    if not joined:
        raise Conflict("already-member", "You are a member already.")
    audit.record("member.joined", object_type="person", object_id=person.pk, after={"role": role})


def _open_outside(invitation: Invitation, *, person: Person) -> None:
    if Membership.objects.filter(person=person).exists():
        raise Conflict("already-member", "You are a member already, and see more than this offers.")
    if _accept_outside is None:
        raise RuntimeError("No floor has said what accepting an outside offer means.")
    _accept_outside(invitation=invitation, person=person)


def _authorize_offer(access: Access, offer: str) -> None:
    if offer == OUTSIDE:
        authorize(access, Action.GRANT_MANAGE)
    else:
        authorize(access, Action.INVITATION_SEND)
        authorize_role(access, Role(offer))


def inviter_still_may(invitation: Invitation) -> bool:
    """Whether whoever stands for the offer may still give it: looked at when it is mailed, shown and accepted."""
    held = role_of(invitation.invited_by_id)
    if held is None:
        return False
    if invitation.offer == OUTSIDE:
        return Action.GRANT_MANAGE in ACTIONS[held]
    return Action.INVITATION_SEND in ACTIONS[held] and may_hand_out(own=held, offered=Role(invitation.offer))


def open_offers() -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        Q(accepted_at__isnull=True), Q(revoked_at__isnull=True), expires_at__gt=timezone.now()
    )


def _locked(invitation_id: uuid.UUID) -> Invitation:
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound
    return invitation


def _ask_for_mail(invitation: Invitation, *, access: Access, at: datetime) -> None:
    mail = InvitationMail.objects.create(invitation=invitation, inviter_id=access.person_id, at=at)
    jobs.enqueue(
        MAIL,
        key=str(mail.pk),
        payload={"invitation": str(invitation.pk), "mail": str(mail.pk)},
        requested_by=access.person_id,
        due_at=at,
    )


def _nobodys_hash() -> str:
    """Stands where a token's hash will be: 256 random bits, the hash of no token anybody knows."""
    return secrets.token_hex(32)


def _gone(slug: str, detail: str) -> Problem:
    return Problem(slug, status=410, title="This invitation can no longer be accepted.", detail=detail)
