"""Questions other floors ask about people."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils import timezone

from identity.devices import in_words
from identity.models import Person, Session
from identity.sessions import digest, ends_at

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What makes a sign-in stronger than a password; recovery codes only come along."""


def has_factor(person_id: uuid.UUID) -> bool:
    """Whether the person has an authenticator app or a passkey.

    Then each of their sessions was signed in with it, or is the one in which it was set up: setting up the first one
    ends the others.
    """
    return bool(Authenticator.objects.filter(user_id=person_id, type__in=FACTORS).exists())


def with_factor(person_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the people who have an authenticator app or a passkey, in one statement."""
    rows = Authenticator.objects.filter(user_id__in=person_ids, type__in=FACTORS)
    return set(rows.values_list("user_id", flat=True))


def owns_address(person: Person, *, email: str, verified: bool = True) -> bool:
    """Whether `email`, however spelt, is an address of this person, and one they have shown to be theirs."""
    addresses = EmailAddress.objects.filter(user=person, email__iexact=email)
    return bool((addresses.filter(verified=True) if verified else addresses).exists())


def display_names(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names for showing, in one statement; ids of nobody are left out."""
    if not person_ids:
        return {}
    people = Person.objects.filter(pk__in=person_ids).only("name", "email")
    return {person.pk: person.display_name for person in people}


def sessions_of(person: Person) -> QuerySet[Session]:
    """The sessions of a person that have not ended."""
    return Session.objects.filter(person=person, expire_date__gt=timezone.now())


def session_body(session: Session, *, current: str) -> dict[str, Any]:
    """`current` is the key in the caller's own cookie."""
    return {
        "id": session.id,
        "device": in_words(session.agent),
        "address": session.address,
        "first_seen": session.first_seen,
        "last_seen": session.last_seen,
        "ends_at": ends_at(first_seen=session.first_seen, last_seen=session.last_seen),
        "current": session.session_key == digest(current),
    }
