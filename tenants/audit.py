"""The audit trail: who acts, and appending an event. `tenants.trail_proof` defines the chain, `tenants.verification`
checks it.

An append is one statement that locks the organisation's head until the transaction ends, so numbers have no gaps and
no ties; services record last, to hold that lock briefly.
"""

from __future__ import annotations

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
from tenants.models import AuditHead
from tenants.scope import current_organisation
from tenants.trail_proof import first_link

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


INTERNAL = "internal"
_LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where: a network address, or `internal` for work nobody asked for over the network.

    `request_id` is that of the request which asked for a job; while a request is under way its own id counts.
    """

    name: str = "system:worker"
    address: str = INTERNAL
    request_id: str = ""


_actor: ContextVar[Actor] = ContextVar("audit_actor", default=Actor())  # noqa: B039 - frozen


def set_actor(request: HttpRequest, *, actor: str, address: str) -> None:
    """Who acts in the rest of this request; `request` keeps the value from outliving it."""
    _actor.set(Actor(name=actor, address=address))


def act_as(actor: str, *, request_id: str = "", address: str = "") -> None:
    """Who acts in this job: `system:<part>`, or the person who asked for it, with the request in which they did.

    Without a request the work gets an id of its own, so that its events can be told from those of other work.
    """
    _actor.set(Actor(name=actor, address=address or INTERNAL, request_id=request_id or f"work-{new_id().hex}"))


def origin() -> tuple[str, str]:
    """Request id and address of what is under way, for a job to keep: empty where nobody asked for it."""
    actor = _actor.get()
    return request_id.current.get() or actor.request_id, "" if actor.address == INTERNAL else actor.address


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
        "request_id": request_id.current.get() or actor.request_id,
        "address": actor.address,
    }
    organisation_id = current_organisation()
    values = row | {
        "organisation": organisation_id,
        "canonical": content_of(row),
        "before": _jsonb(row["before"]),
        "after": _jsonb(row["after"]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, values)
        if cursor.rowcount != 1:
            raise RuntimeError(f"Organisation {organisation_id} has no audit head.")


def begin_chain(organisation_id: uuid.UUID) -> None:
    """The first link, made with the organisation."""
    AuditHead.objects.create(seq=0, hash=first_link(organisation_id))


FIELDS = ("id", "at", "event", "actor", "object_type", "object_id", "before", "after", "request_id", "address")


def content_of(row: Mapping[str, Any]) -> bytes:
    """The bytes of an event that its link is made of."""
    at: datetime = row["at"]
    return canonical({**row, "id": str(row["id"]), "at": at.astimezone(UTC).isoformat(timespec="microseconds")})


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """JSON's own types only, as the database will give them back."""
    return None if values is None else dict(_exact(orjson.loads(canonical(values))))


def _exact(value: Any) -> Any:
    """Numbers no double holds exactly become texts: PostgreSQL writes 1e16 back as digits, another spelling."""
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if abs(value) > _LARGEST_EXACT:
            return repr(value)
        return 0.0 if value == 0 and isinstance(value, float) else value
    return value


def _jsonb(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else canonical(values).decode()
