"""Keys for programs: made with the secret shown once, and revoked."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils import timezone

from api.problems import Forbidden, NotFound
from tenants import audit
from tenants.access import Access
from tenants.authentication import new_key
from tenants.models import ApiKey
from tenants.roles import Scope


def create_key(*, access: Access, name: str, scope: Scope, expires_at: datetime) -> tuple[ApiKey, str]:
    """A key that acts for the caller within `scope`, and its text, which is kept nowhere.

    However wide the scope, the key never does more than the role the person has at that moment.
    """
    if access.key_id is not None:
        # Else a key could outlive its own expiry in its children.
        raise Forbidden("Keys are made by people who signed in, not by keys.", slug="key-may-not")
    fresh = new_key()
    key = ApiKey.objects.create(
        name=name,
        prefix=fresh.prefix,
        secret_hash=fresh.secret_hash,
        scope=scope,
        person_id=access.person_id,
        expires_at=expires_at,
    )
    audit.record(
        "api_key.created",
        object_type="api_key",
        object_id=key.pk,
        after={"name": name, "prefix": fresh.prefix, "scope": scope, "expires_at": expires_at},
    )
    return key, fresh.text


def revoke_key(*, key_id: uuid.UUID) -> None:
    """End a key at once. Revoking it twice is revoking it."""
    key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NotFound
    if key.revoked_at is not None:
        return
    told = {"name": key.name, "prefix": key.prefix, "scope": key.scope, "person": key.person_id}
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    audit.record(
        "api_key.revoked",
        object_type="api_key",
        object_id=key.pk,
        before={**told, "revoked_at": None},
        after={**told, "revoked_at": key.revoked_at},
    )
