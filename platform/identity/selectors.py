"""Questions other floors ask about people."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.utils import timezone

from identity.devices import in_words
from identity.models import Person, Session
from identity.sessions import digest, ends_at


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
