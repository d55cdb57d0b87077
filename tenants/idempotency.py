"""Idempotency-Key on creating POSTs: the same key is the same effect, once.

The record is inserted before the handler runs, in the handler's own transaction. A second request with the same key
waits for the first at the unique constraint (at most lock_timeout, then 409), and then gets the first one's answer;
with another body it gets 422. A request that fails leaves no record, so it may be sent again.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from rest_framework.response import Response

from api.encoding import canonical, encode
from api.ids import new_id
from api.problems import Invalid, Problem, Unprocessable
from tenants.models import IdempotencyRecord
from tenants.scope import current_organisation

MAX_KEY = 255

_CLAIM = """
INSERT INTO tenants_idempotencyrecord (id, organisation_id, person_id, route, key, fingerprint, created_at)
VALUES (%s, %s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING
"""


class Replay(Problem):
    """Carries the stored answer out of `initial`; rendered as it was first given."""

    def __init__(self, *, status: int, body: bytes) -> None:
        super().__init__("replay", status=status, title="")
        self.stored = body


class SecretResponse(Response):
    """An answer with a secret in it, shown once: `kept`, without the secret, is what a repeat of the request gets."""

    def __init__(self, data: dict[str, Any], *, secret: str, status: int) -> None:
        super().__init__(data, status=status)
        self.kept = {**data, secret: None}


def key_of(request: Any) -> str:
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    if len(key) > MAX_KEY:
        raise Invalid({"Idempotency-Key": [f"At most {MAX_KEY} characters."]})
    return str(key)


def answer_repeat(request: Any) -> None:
    """Claim the request's key, or raise what a repeat is answered with."""
    key = key_of(request)
    if not key:
        return
    route, fingerprint = _route(request), fingerprint_of(request.data)
    record_id = new_id()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [record_id, current_organisation(), request.user.pk, route, key, fingerprint])
        if cursor.rowcount == 1:
            request._request.idempotency_record = record_id  # noqa: SLF001 - DRF's own name for the wrapped request
            return
    record = IdempotencyRecord.objects.get(person_id=request.user.pk, route=route, key=key)
    if record.fingerprint != fingerprint:
        raise Unprocessable("key-reused", "This Idempotency-Key was used with another body.")
    raise Replay(status=record.status or 200, body=bytes(record.body or b""))


def remember(request: Any, response: Response) -> None:
    """Keep the answer beside the claim. Called with Django's own request, after the handler, before the commit."""
    record_id = getattr(request, "idempotency_record", None)
    if record_id is not None:
        body = encode(response.kept if isinstance(response, SecretResponse) else response.data)
        IdempotencyRecord.objects.filter(pk=record_id).update(status=response.status_code, body=body)


def _route(request: Any) -> str:
    return str(request.path)[-200:]


def fingerprint_of(data: Any) -> str:
    """SHA-256 over the parsed body; files count by their content."""
    if hasattr(data, "lists"):
        parts = {name: [_part(value) for value in values] for name, values in data.lists()}
        return hashlib.sha256(canonical(parts)).hexdigest()
    return hashlib.sha256(canonical(data)).hexdigest()


def _part(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]
