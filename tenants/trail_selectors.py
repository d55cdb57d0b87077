"""What is read of the audit trail and its signed heads, and how it is shown."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from api.problems import NotFound
from identity.selectors import display_names
from tenants.models import ApiKey, AuditEvent, AuditHead, Membership, SignedHead
from tenants.services.heads import head_document

Row = dict[str, Any]


def list_events(
    *, exactly: Mapping[str, str | None], since: datetime | None = None, until: datetime | None = None
) -> QuerySet[AuditEvent]:
    """The audit trail. `exactly`: column → value, None for any; `since` is included, `until` is not."""
    rows = AuditEvent.objects.filter(**{name: value for name, value in exactly.items() if value is not None})
    if since:
        rows = rows.filter(at__gte=since)
    return rows.filter(at__lt=until) if until else rows


def event_body(event: AuditEvent) -> Row:
    return {
        "seq": event.seq,
        "hash": bytes(event.hash).hex(),
        "at": event.at,
        "event": event.event,
        "actor": event.actor,
        "actor_name": None,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "before": event.before,
        "after": event.after,
        "request_id": event.request_id,
        "address": event.address,
    }


def name_actors(events: Sequence[Row]) -> None:
    """Fill in `actor_name` of a page of events, in two statements however many they are."""
    ids: dict[str, set[uuid.UUID]] = {"person": set(), "key": set()}
    for event in events:
        kind, _, value = event["actor"].partition(":")
        if kind in ids:
            ids[kind].add(uuid.UUID(value))
    names = {f"person:{key}": name for key, name in display_names(ids["person"]).items()}
    if ids["key"]:
        keys = ApiKey.objects.filter(pk__in=ids["key"]).values_list("pk", "name")
        names |= {f"key:{key}": name for key, name in keys}
    for event in events:
        event["actor_name"] = names.get(event["actor"])


def head_body() -> Row:
    head = AuditHead.objects.get()
    return {"seq": head.seq, "hash": bytes(head.hash).hex()}


def list_heads() -> QuerySet[SignedHead]:
    return SignedHead.objects.all()


def signed_head_body(row: SignedHead) -> Row:
    return {"id": row.pk, "day": row.day, "head": head_document(row)}


def signed_head_of(head_id: uuid.UUID) -> SignedHead:
    row = SignedHead.objects.filter(pk=head_id).first()
    if row is None:
        raise NotFound
    return row


def wants_heads(person_id: uuid.UUID) -> bool:
    return Membership.objects.filter(person_id=person_id, wants_heads=True).exists()
