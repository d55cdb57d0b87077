"""Questions other floors ask about people."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from allauth.account.models import EmailAddress

from identity.models import Person


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
