"""The trail as a file: streamed in pages, each read in a short transaction of its own.

No transaction is open while bytes wait for a slow reader. Events never change and the last number is fixed before the
first byte, so the pages together are one moment of the trail.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from api.encoding import canonical
from api.spreadsheet import csv_lines
from tenants import audit, trail_selectors
from tenants.models import AuditEvent, AuditHead
from tenants.scope import current_organisation, tenant_scope
from tenants.trail_proof import trail_line

_PAGE: Final = 1000
COLUMNS: Final = (
    "seq", "at", "event", "actor", "actor_name", "object_type", "object_id", "before", "after", "request_id", "address",
    "hash",
)  # fmt: skip


class TrailFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """What is asked for; `until_seq` is the last event there was when it was asked."""

    exactly: Mapping[str, str | None]
    since: datetime | None
    until: datetime | None
    until_seq: int = 0


def begin_export(query: TrailQuery, *, form: TrailFormat) -> tuple[int, Iterator[bytes]]:
    """Tell the trail of its export; the number of the last event in it, and its bytes, for after the commit."""
    organisation_id = current_organisation()
    last = AuditHead.objects.values_list("seq", flat=True).get()
    asked = {
        "format": form.value,
        "until_seq": last,
        "since": query.since,
        "until": query.until,
        **{name: value for name, value in query.exactly.items() if value is not None},
    }
    audit.record("audit.exported", object_type="organisation", object_id=organisation_id, after=asked)
    fixed = TrailQuery(query.exactly, query.since, query.until, until_seq=last)
    if form is TrailFormat.CSV:
        return last, _csv(fixed, organisation_id=organisation_id)
    return last, _pages(fixed, organisation_id=organisation_id, render=_jsonl)


def _csv(query: TrailQuery, *, organisation_id: uuid.UUID) -> Iterator[bytes]:
    yield csv_lines([COLUMNS])
    yield from _pages(query, organisation_id=organisation_id, render=_csv_page)


def _pages(
    query: TrailQuery, *, organisation_id: uuid.UUID, render: Callable[[Sequence[AuditEvent]], bytes]
) -> Iterator[bytes]:
    after = 0
    while True:
        with tenant_scope(organisation_id):
            rows = trail_selectors.list_events(exactly=query.exactly, since=query.since, until=query.until)
            page = list(rows.filter(seq__gt=after, seq__lte=query.until_seq).order_by("seq")[:_PAGE])
            text = render(page)
        if page:
            yield text
        if len(page) < _PAGE:
            return
        after = page[-1].seq


def _jsonl(events: Sequence[AuditEvent]) -> bytes:
    return b"".join(
        trail_line(
            seq=event.seq,
            link=bytes(event.hash),
            content=audit.content_of({name: getattr(event, name) for name in audit.FIELDS}),
        )
        for event in events
    )


def _csv_page(events: Sequence[AuditEvent]) -> bytes:
    rows = [trail_selectors.event_body(event) for event in events]
    trail_selectors.name_actors(rows)
    return csv_lines([_cell(row[name]) for name in COLUMNS] for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return canonical(value).decode() if isinstance(value, dict) else value
