"""People who arrive with their organisation from another installation."""

from __future__ import annotations

import uuid

from allauth.account.models import EmailAddress

from identity.models import Person


class PersonConflict(Exception):
    """Somebody else here has that address, or that id; the message is for the operator."""


def settle_person(*, person_id: uuid.UUID, email: str, name: str) -> Person:
    """The person, made here unless they are known by this very id and address. Raises PersonConflict.

    They have no password and no verified address: resetting the password shows that the address is theirs.
    """
    address = email.strip().lower()
    known = Person.objects.filter(pk=person_id).first() or Person.objects.filter(email__iexact=address).first()
    if known is not None:
        if known.pk == person_id and known.email.lower() == address:
            return known
        raise PersonConflict(
            f"{known.email} is known here as {known.pk}, and in the export {address} is {person_id}: an organisation "
            "is imported into an installation that does not know its people under other ids."
        )
    person = Person(id=person_id, email=email, name=name)
    person.set_unusable_password()
    person.save(force_insert=True)
    EmailAddress.objects.create(user=person, email=address, verified=False, primary=True)
    return person
