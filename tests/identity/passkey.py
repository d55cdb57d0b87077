"""An authenticator in software: makes real attestations and assertions (WebAuthn Level 3, ES256), byte for byte."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One key on one device. Wrong on purpose where a test sets a field: another origin, a finger never asked for."""

    origin: str = "http://localhost:8000"
    flags: int = PRESENT | VERIFIED
    resident: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: str = ""
    count: int = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to creation options: attestation "none", as passkeys give it."""
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"]
        data = self._data(asked["rp"]["id"], flags=self.flags | ATTESTED) + self._credential_data()
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"attestationObject": b64(attestation), "clientDataJSON": self._client_data("create", asked)}
        return self._said(response) | {"clientExtensionResults": {"credProps": {"rk": self.resident}}}

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to request options: a signature over the challenge."""
        asked = options["publicKey"]
        self.count += 1
        data = self._data(asked["rpId"], flags=self.flags)
        client_data = self._client_data("get", asked)
        signed = data + hashlib.sha256(unb64(client_data)).digest()
        return self._said(
            {
                "authenticatorData": b64(data),
                "clientDataJSON": client_data,
                "signature": b64(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": self.user_handle,
            }
        ) | {"clientExtensionResults": {}}

    def _said(self, response: dict[str, Any]) -> dict[str, Any]:
        name = b64(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _client_data(self, what: str, asked: dict[str, Any]) -> str:
        said = {
            "type": f"webauthn.{what}",
            "challenge": asked["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return b64(json.dumps(said).encode())

    def _data(self, relying_party: str, *, flags: int) -> bytes:
        return hashlib.sha256(relying_party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _credential_data(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor.encode(cose)
