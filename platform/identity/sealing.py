"""Small secrets at rest (seeds of authenticator apps, mails that wait): encrypted with keys made from SECRET_KEY.

Fernet (AES-128-CBC with HMAC-SHA256), its key by HKDF-SHA256 (RFC 5869) from the secret key. The first key seals; those
of SECRET_KEY_FALLBACKS still open. `./plumbline manage reseal` seals everything anew, after which a fallback can go.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"plumbline identity secrets at rest"


class SealBroken(RuntimeError):
    """What was sealed cannot be opened: the key it was sealed with is neither SECRET_KEY nor among its fallbacks."""


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises SealBroken."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("A secret was sealed with a key that SECRET_KEY_FALLBACKS no longer holds.") from error


def reseal(sealed: str) -> str:
    """The same secret, sealed with the newest key. Raises SealBroken."""
    return seal(unseal(sealed))


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
