"""API keys: `Authorization: Bearer plb_<prefix>_<secret>`, valid inside the one organisation that issued them.

The key is looked up inside the scope of the organisation named in the address, so row-level security itself makes the
key of one organisation unknown to every other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from identity.models import Person
from tenants.models import ApiKey
from tenants.scope import scoped_organisation

LAST_USED_EVERY = timedelta(minutes=5)
_PARTS = 3


@dataclass(frozen=True, slots=True)
class NewKey:
    text: str
    prefix: str
    secret_hash: str


def new_key() -> NewKey:
    """A fresh key: 48 bits to tell keys apart, 256 bits of secret."""
    prefix = secrets.token_hex(6)
    secret = secrets.token_hex(32)
    return NewKey(text=f"plb_{prefix}_{secret}", prefix=prefix, secret_hash=_hash(secret))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="plumbline"'

    def authenticate(self, request: Request) -> tuple[Person, ApiKey] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        parts = text.strip().split("_")
        if len(parts) != _PARTS or parts[0] != "plb" or scoped_organisation() is None:
            raise AuthenticationFailed("This API key is not valid here.")
        now = timezone.now()
        key = (
            ApiKey.objects.select_related("person")
            .filter(prefix=parts[1], revoked_at__isnull=True, expires_at__gt=now, person__is_active=True)
            .first()
        )
        if key is None or not hmac.compare_digest(key.secret_hash, _hash(parts[2])):
            raise AuthenticationFailed("This API key is not valid here.")
        if key.last_used_at is None or now - key.last_used_at > LAST_USED_EVERY:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key.person, key
