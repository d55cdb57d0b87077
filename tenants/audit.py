"""The audit trail: append an event, verify a chain.

h_n = SHA-256(h_{n-1} || n as 8 bytes big-endian || canonical JSON of the event), h_0 = SHA-256(id of the organisation).
An append is one statement that locks the organisation's head until the transaction ends, so numbers have no gaps and
no ties; services record last, to hold that lock briefly.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from api import request_id
from api.encoding import canonical
from api.ids import new_id
from tenants.models import AuditEvent, AuditHead
from tenants.scope import current_organisation

_APPEND = """
WITH head AS (
  UPDATE tenants_audithead
  SET seq = seq + 1, hash = sha256(hash || int8send(seq + 1) || %(canonical)s)
  WHERE organisation_id = %(organisation)s
  RETURNING seq, hash)
INSERT INTO tenants_auditevent
  (id, organisation_id, seq, hash, at, event, actor, object_type, object_id, before, after, request_id, address)
SELECT %(id)s, %(organisation)s, head.seq, head.hash, %(at)s, %(event)s, %(actor)s, %(object_type)s, %(object_id)s,
  %(before)s::jsonb, %(after)s::jsonb, %(request_id)s, %(address)s
FROM head
"""


@dataclass(frozen=True, slots=True)
class Actor:
    name: str = "system:worker"
    address: str = ""


_actor: ContextVar[Actor] = ContextVar("audit_actor", default=Actor())  # noqa: B039 - frozen


def set_actor(request: HttpRequest, *, actor: str, address: str) -> None:
    """Who acts in the rest of this request; `request` keeps the value from outliving it."""
    _actor.set(Actor(name=actor, address=address))


def act_as(actor: str) -> None:
    """Who acts in this job: `system:<part>`, or the person who asked for it."""
    _actor.set(Actor(name=actor))


def record(
    event: str,
    *,
    object_type: str,
    object_id: object,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append `event` (dotted, past tense: `answer.changed`) to the chain of the organisation in scope."""
    actor = _actor.get()
    row: dict[str, Any] = {
        "id": new_id(),
        "at": timezone.now(),
        "event": event,
        "actor": actor.name,
        "object_type": object_type,
        "object_id": str(object_id),
        "before": _plain(before),
        "after": _plain(after),
        "request_id": request_id.current.get(),
        "address": actor.address,
    }
    organisation_id = current_organisation()
    values = row | {
        "organisation": organisation_id,
        "canonical": _canonical(row),
        "before": _jsonb(row["before"]),
        "after": _jsonb(row["after"]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, values)
        if cursor.rowcount != 1:
            raise RuntimeError(f"Organisation {organisation_id} has no audit head.")


def begin_chain(organisation_id: uuid.UUID) -> None:
    """The first link, made with the organisation."""
    AuditHead.objects.create(seq=0, hash=hashlib.sha256(organisation_id.bytes).digest())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: the number of events that hold, and the first fault or none."""

    events: int
    head: str
    fault: str = ""


def verify(*, outside_head: tuple[int, str] | None = None) -> Verdict:
    """Recompute the chain of the organisation in scope. With an outside head (seq, hex) truncation is found as well."""
    organisation_id = current_organisation()
    link = hashlib.sha256(organisation_id.bytes).digest()
    seq = 0
    seen = {0: link.hex()}
    for event in AuditEvent.objects.order_by("seq").iterator():
        seq += 1
        if event.seq != seq:
            return Verdict(seq - 1, link.hex(), f"event {seq} is missing")
        content = _canonical({name: getattr(event, name) for name in _FIELDS})
        link = hashlib.sha256(link + seq.to_bytes(8, "big") + content).digest()
        if bytes(event.hash) != link:
            return Verdict(seq - 1, link.hex(), f"event {seq} was altered")
        seen[seq] = link.hex()
    head = AuditHead.objects.get()
    if (head.seq, bytes(head.hash)) != (seq, link):
        return Verdict(seq, link.hex(), "the head does not fit the last event")
    if outside_head is not None and seen.get(outside_head[0]) != outside_head[1]:
        return Verdict(seq, link.hex(), f"the outside head {outside_head[0]} is not part of this chain")
    return Verdict(seq, link.hex())


_FIELDS = ("id", "at", "event", "actor", "object_type", "object_id", "before", "after", "request_id", "address")


def _canonical(row: Mapping[str, Any]) -> bytes:
    at: datetime = row["at"]
    return canonical({**row, "id": str(row["id"]), "at": at.astimezone(UTC).isoformat(timespec="microseconds")})


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """JSON's own types only, as the database will give them back."""
    return None if values is None else dict(orjson.loads(canonical(values)))


def _jsonb(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else canonical(values).decode()
