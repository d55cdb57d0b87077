"""Founding an organisation and changing what it says of itself."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from api.problems import Conflict, Forbidden, NotFound, PreconditionFailed, Unprocessable
from identity.models import Person
from identity.selectors import has_factor
from tenants import audit
from tenants.access import Access
from tenants.models import Membership, Organisation
from tenants.roles import Role
from tenants.scope import tenant_scope

_SLUG_BASE = 40
_TRIES = 4


def create_organisation(
    *,
    person: Person,
    name: str,
    slug: str = "",
    sector: str = "",
    languages: Sequence[str] = ("en",),
    key: str = "",
    fingerprint: str = "",
) -> tuple[Organisation, bool]:
    """The organisation and whether it is new: the same Idempotency-Key of the same person founds one organisation once.

    Raises Conflict for a slug in use, Unprocessable for a key used with another body. Without a slug one is made from
    the name.
    """
    creation_key = hashlib.sha256(key.encode()).hexdigest() if key else None
    earlier = _earlier(person, creation_key=creation_key, fingerprint=fingerprint)
    if earlier is not None:
        return earlier, False
    for candidate in [slug] if slug else _slugs_for(name):
        try:
            with transaction.atomic():
                organisation = Organisation.objects.create(
                    slug=candidate,
                    name=name,
                    sector=sector,
                    languages=list(languages),
                    created_by=person,
                    creation_key=creation_key,
                    creation_fingerprint=fingerprint,
                )
        except IntegrityError:
            # Either the same request a moment ago, or the slug.
            earlier = _earlier(person, creation_key=creation_key, fingerprint=fingerprint)
            if earlier is not None:
                return earlier, False
        else:
            _begin(organisation, person=person)
            return organisation, True
    raise Conflict("slug-taken", "This slug is in use; choose another.")


def _begin(organisation: Organisation, *, person: Person) -> None:
    with tenant_scope(organisation.pk):
        audit.begin_chain(organisation.pk)
        Membership.objects.create(person=person, role=Role.OWNER)
        audit.record(
            "organisation.created",
            object_type="organisation",
            object_id=organisation.pk,
            after={name: getattr(organisation, name) for name in ("slug", "name", "sector", "languages")},
        )


def _earlier(person: Person, *, creation_key: str | None, fingerprint: str) -> Organisation | None:
    if creation_key is None:
        return None
    found = Organisation.objects.filter(created_by=person, creation_key=creation_key).first()
    if found is None:
        return None
    if found.creation_fingerprint != fingerprint:
        raise Unprocessable("key-reused", "This Idempotency-Key was used with another body.")
    with tenant_scope(found.pk):
        if not Membership.objects.filter(person=person).exists():
            raise NotFound
    return found


def _slugs_for(name: str) -> Iterator[str]:
    base = slugify(name)[:_SLUG_BASE].strip("-_").replace("_", "-") or "organisation"
    if len(base) > 2:
        yield base
    for _ in range(_TRIES):
        yield f"{base}-{secrets.token_hex(3)}"


def change_organisation(*, access: Access, expected_version: int, fields: Mapping[str, Any]) -> Organisation:
    """Change name, sector or languages. The slug stands in everybody's links and stays. Raises PreconditionFailed."""
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=access.organisation.pk)
    if organisation.version != expected_version:
        raise PreconditionFailed(organisation.version)
    before = {field: getattr(organisation, field) for field in fields}
    changed = {field: value for field, value in fields.items() if before[field] != value}
    if not changed:
        return organisation
    for field, value in changed.items():
        setattr(organisation, field, value)
    organisation.version += 1
    organisation.save(update_fields=[*changed, "version"])
    audit.record(
        "organisation.changed",
        object_type="organisation",
        object_id=organisation.pk,
        before={field: before[field] for field in changed},
        after=changed,
    )
    return organisation


def change_sign_in(*, access: Access, expected_version: int, mfa_required: bool) -> Organisation:
    """Require a second factor of people, or no longer. It holds from their next request on.

    Raises PreconditionFailed; Conflict for somebody who would shut themselves out; Forbidden for a key: how people sign
    in is for a person to say.
    """
    if access.key_id is not None:
        raise Forbidden("Only a person who signed in changes how people sign in.", slug="person-needed")
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=access.organisation.pk)
    if organisation.version != expected_version:
        raise PreconditionFailed(organisation.version)
    if organisation.mfa_required == mfa_required:
        return organisation
    if mfa_required and not has_factor(access.person_id):
        raise Conflict("own-factor-first", f"Set up your own second factor first, at {settings.BASE_URL}/account/2fa/.")
    organisation.mfa_required = mfa_required
    organisation.version += 1
    organisation.save(update_fields=["mfa_required", "version"])
    audit.record(
        "organisation.sign_in_changed",
        object_type="organisation",
        object_id=organisation.pk,
        before={"mfa_required": not mfa_required},
        after={"mfa_required": mfa_required},
    )
    return organisation
