"""The platform's own signature, under heads of audit trails and certificates of deletion.

The secret is AUDIT_SIGNING_KEY; only the worker signs. Public keys, the former ones too, are for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from tenants import trail_proof
from tenants.trail_proof import key_id_of, public_bytes, to_text


def sign_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document of texts and whole numbers with `key_id` and `signature`."""
    return trail_proof.sign(document, key=_secret())


def public_keys() -> dict[str, bytes]:
    """Key id → public key, the present one first."""
    keys = [public_bytes(_secret().public_key()), *settings.AUDIT_FORMER_KEYS]
    return {key_id_of(key): key for key in keys}


def key_set() -> dict[str, Any]:
    """The public keys as a JWK Set (RFC 7517, RFC 8037)."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": to_text(public)}
            for kid, public in public_keys().items()
        ]
    }


def _secret() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEY)
