"""Proofs about an audit trail that need no database: the chain, signed heads, and both checked offline.

Needs Python and `cryptography`, nothing else of Plumbline, so that whoever was given the files can check them:

    python tenants/trail_proof.py trail.jsonl --head head.json --keys keys.json
    python tenants/trail_proof.py --certificate certificate.json --keys keys.json

1. Link 0 is the SHA-256 of the organisation's id (16 bytes). Link n is SHA-256(link n-1 || n as 8 bytes, big-endian ||
   content of event n). The content is canonical JSON: UTF-8, keys sorted, no blanks.
2. A trail is JSON Lines, one event per line, `{"seq":n,"hash":"<link n in hex>","content":{…}}`; the bytes between
   `"content":` and the last brace are the very bytes that were hashed, so no reader has to encode JSON again.
3. A head is {format, organisation, seq, hash, signed_at, key_id, signature}. Signed (Ed25519, RFC 8032) is the
   canonical JSON of all members but `signature`, which is base64url without padding.
4. Keys are a JWK Set (RFC 7517, 8037), as /.well-known/plumbline-keys.json has it; `kid` is the key's thumbprint
   (RFC 7638). Keep a copy of your own: a key fetched from a forger proves nothing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HEAD_FORMAT: Final = "plumbline-audit-head/1"
_LINE: Final = re.compile(rb'\{"seq":(\d{1,18}),"hash":"([0-9a-f]{64})","content":(\{.*\})\}')


class ProofFault(Exception):
    """What was given is no trail, no head, or no set of keys; the message says which and why."""


def first_link(organisation_id: uuid.UUID) -> bytes:
    return hashlib.sha256(organisation_id.bytes).digest()


def next_link(previous: bytes, *, seq: int, content: bytes) -> bytes:
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + content).digest()


def trail_line(*, seq: int, link: bytes, content: bytes) -> bytes:
    """One line of an exported trail, with its line feed."""
    return b'{"seq":%d,"hash":"%s","content":%s}\n' % (seq, link.hex().encode(), content)


def canonical_text(document: Mapping[str, Any]) -> bytes:
    """Canonical JSON of a document of texts and whole numbers, the same in every language."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def public_bytes(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id_of(public: bytes) -> str:
    """The thumbprint of a public key of 32 bytes (RFC 7638)."""
    thumbprint = canonical_text({"crv": "Ed25519", "kty": "OKP", "x": to_text(public)})
    return to_text(hashlib.sha256(thumbprint).digest())


def to_text(value: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The bytes behind base64 of either alphabet, padded or not. Raises ValueError."""
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


def sign(document: Mapping[str, Any], *, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The document with `key_id` and `signature`."""
    signed = {**document, "key_id": key_id_of(public_bytes(key.public_key()))}
    return {**signed, "signature": to_text(key.sign(canonical_text(signed)))}


def signature_fault(document: Mapping[str, Any], *, keys: Mapping[str, bytes]) -> str:
    """Why the signature of a document does not hold, or nothing. `keys`: key id → public key of 32 bytes."""
    public = keys.get(str(document.get("key_id")))
    if public is None:
        return f"it was signed with the key {document.get('key_id')}, which is none of those known here"
    message = {name: value for name, value in document.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            from_text(str(document.get("signature"))), canonical_text(message)
        )
    except (InvalidSignature, ValueError):
        return "its signature is wrong: it was altered, or another key signed it"
    return ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: how many events hold, the last link in hex, the first fault or none, and remarks."""

    events: int
    link: str
    fault: str = ""
    remarks: tuple[str, ...] = ()


def check_trail(
    lines: Iterable[bytes],
    *,
    organisation_id: uuid.UUID,
    heads: Sequence[Mapping[str, Any]] = (),
    keys: Mapping[str, bytes] | None = None,
) -> Finding:
    """Check an exported trail of an organisation against heads kept apart from it, whose signatures are checked."""
    for head in heads:
        if fault := head_fault(head, organisation_id=organisation_id, keys=keys or {}):
            return Finding(0, first_link(organisation_id).hex(), fault)
    wanted = {int(head["seq"]): str(head["hash"]) for head in heads}
    newest = max(wanted, default=0)
    seq, link, fault = _walk(lines, link=first_link(organisation_id), wanted=wanted)
    if not fault and wanted:
        fault = f"the trail was cut off: it ends at event {seq}, and event {max(wanted)} was signed"
    remark = ""
    if not heads:
        remark = "no head was given, so only the inner order was checked"
    elif seq > newest:
        remark = f"the last {seq - newest} events are younger than the newest head given"
    return Finding(seq, link.hex(), fault, (remark,) if remark and not fault else ())


def _walk(lines: Iterable[bytes], *, link: bytes, wanted: dict[int, str]) -> tuple[int, bytes, str]:
    """Number and link of the last event that holds, and the first fault; takes from `wanted` the heads it met."""
    seq = 0
    if wanted.pop(0, link.hex()) != link.hex():
        return seq, link, "the head signed before the first event is not that of this organisation"
    for line in lines:
        found = _LINE.fullmatch(line.rstrip(b"\r\n"))
        if found is None:
            return seq, link, f"line {seq + 1} is no line of a trail"
        if int(found[1]) != seq + 1:
            return seq, link, f"event {seq + 1} is missing (a filtered export cannot be checked)"
        made = next_link(link, seq=seq + 1, content=found[3])
        if made.hex() != found[2].decode():
            return seq, link, f"event {seq + 1} was altered, or what stood before it"
        seq, link = seq + 1, made
        if wanted.pop(seq, link.hex()) != link.hex():
            return seq - 1, link, f"the trail was written anew: event {seq} is not the one that was signed"
    return seq, link, ""


def head_fault(head: Mapping[str, Any], *, organisation_id: uuid.UUID, keys: Mapping[str, bytes]) -> str:
    """What is wrong with a head itself, or nothing."""
    if head.get("format") != HEAD_FORMAT:
        return f"the head's format is not {HEAD_FORMAT}"
    if str(head.get("organisation")) != str(organisation_id):
        return f"the head is that of the organisation {head.get('organisation')}"
    fault = signature_fault(head, keys=keys)
    return f"the head at event {head.get('seq')} does not hold: {fault}" if fault else ""


def read_keys(text: str) -> dict[str, bytes]:
    """Key id → public key, from a JWK Set. Raises ProofFault."""
    try:
        found = {}
        for key in json.loads(text)["keys"]:
            public = from_text(key["x"])
            if key["crv"] != "Ed25519" or len(public) != 32 or key_id_of(public) != key["kid"]:
                raise ProofFault("A key of the set is no Ed25519 key, or its kid is not its thumbprint.")
            found[str(key["kid"])] = public
    except (ValueError, TypeError, KeyError) as error:
        raise ProofFault(f"The keys are no JWK Set: {error}") from error
    return found


def read_heads(text: str) -> list[dict[str, Any]]:
    """One head, a list of them, one per line, or a page of the API. Raises ProofFault."""
    try:
        documents = [json.loads(text)]
    except ValueError:
        try:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise ProofFault(f"The head is no JSON: {error}") from error
    heads: list[Any] = []
    for document in documents:
        many = document.get("results", [document]) if isinstance(document, dict) else document
        heads.extend(many if isinstance(many, list) else [many])
    heads = [head.get("head", head) if isinstance(head, dict) else head for head in heads]
    for head in heads:
        whole = isinstance(head, dict) and {"organisation", "seq", "hash", "key_id", "signature"} <= head.keys()
        if not whole or not isinstance(head["seq"], int):
            raise ProofFault("The file holds no head: organisation, seq, hash, key_id and signature are needed.")
    if not heads:
        raise ProofFault("The file holds no head.")
    return heads


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Check an exported audit trail against signed heads.")
    parser.add_argument("trail", type=Path, nargs="?", help="the export in JSON Lines, unfiltered")
    parser.add_argument("--head", type=Path, action="append", default=[], help="a signed head; may be given often")
    parser.add_argument("--certificate", type=Path, help="check a certificate of deletion instead")
    parser.add_argument("--keys", type=Path, required=True, help="the JWK Set of /.well-known/plumbline-keys.json")
    given = parser.parse_args(arguments)
    if given.certificate is None and (given.trail is None or not given.head):
        parser.error("give a trail and a head, or a certificate")
    try:
        if given.certificate is not None:
            return _say_of_certificate(given.certificate, keys=read_keys(given.keys.read_text()))
        heads = [head for path in given.head for head in read_heads(path.read_text())]
        keys = read_keys(given.keys.read_text())
        with given.trail.open("rb") as lines:
            organisation_id = uuid.UUID(str(heads[0]["organisation"]))
            finding = check_trail(lines, organisation_id=organisation_id, heads=heads, keys=keys)
    except (OSError, ProofFault, ValueError) as fault:
        sys.stderr.write(f"cannot check: {fault}\n")
        return 2
    said = f"BROKEN: {finding.fault}" if finding.fault else "; ".join(("holds", *finding.remarks))
    sys.stdout.write(f"{finding.events} events hold, last link {finding.link}: {said}\n")
    return 1 if finding.fault else 0


def _say_of_certificate(path: Path, *, keys: Mapping[str, bytes]) -> int:
    document = json.loads(path.read_text())
    fault = signature_fault(document, keys=keys)
    rows = sum(document.get("rows", {}).values())
    told = f"deleted at {document.get('deleted_at')}: {rows} rows, {document.get('files')} files"
    sys.stdout.write(f"BROKEN: {fault}\n" if fault else f"the certificate holds; {told}\n")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
