"""Who can see what of the organisation in scope: members, outside reviewers, API keys and open invitations.

One statement over all four, in pages by (kind, id): the whole list is as cheap per page as one kind is.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from tenants.models.invitation import OUTSIDE
from tenants.scope import current_organisation

KINDS: Final = ("member", "outside_reviewer", "api_key", "invitation")
COLUMNS: Final = (
    "kind", "name", "email", "role", "reach", "assessment", "sections", "since", "until", "granted_by",
    "last_active_at", "key", "id",
)  # fmt: skip
"""Of the file, in order."""

_REVIEW: Final = """
WITH access AS (
  SELECT 0 AS rank, m.id AS place, m.id, m.person_id, NULL AS email, m.role, NULL::uuid AS assessment_id,
    NULL AS assessment, '{}'::varchar[] AS sections, m.role_since AS since, NULL::timestamptz AS until, m.granted_by_id,
    m.last_active_at, NULL AS label
  FROM tenants_membership m WHERE m.organisation_id = %(organisation)s
UNION ALL
  SELECT 1, g.id, g.id, g.user_id, NULL, %(outside)s, g.content_object_id, g.assessment_name, g.sections, g.granted_at,
    g.expires_at, g.granted_by_id, g.last_seen_at, NULL
  FROM assessments_reviewgrant g
  WHERE g.organisation_id = %(organisation)s AND g.revoked_at IS NULL AND g.expires_at > %(now)s
UNION ALL
  SELECT 2, k.id, k.id, k.person_id, NULL, k.scope, NULL, NULL, '{}', k.created_at, k.expires_at, k.person_id,
    k.last_used_at, k.name
  FROM tenants_apikey k
  WHERE k.organisation_id = %(organisation)s AND k.revoked_at IS NULL AND k.expires_at > %(now)s
UNION ALL
  SELECT 3, coalesce(o.id, i.id), i.id, NULL, i.email, i.offer, o.assessment_id, a.name, coalesce(o.sections, '{}'),
    i.created_at, i.expires_at, i.invited_by_id, NULL, NULL
  FROM tenants_invitation i
  LEFT JOIN assessments_outsideinvitation o
    ON o.organisation_id = i.organisation_id AND o.invitation_id = i.id
  LEFT JOIN assessments_assessment a ON a.organisation_id = o.organisation_id AND a.id = o.assessment_id
  WHERE i.organisation_id = %(organisation)s AND i.accepted_at IS NULL AND i.revoked_at IS NULL
    AND i.expires_at > %(now)s)
SELECT x.rank, x.place, x.id, x.person_id, p.name, coalesce(p.email, x.email), x.role, x.assessment_id, x.assessment,
  x.sections, x.since, x.until, x.granted_by_id, b.name, b.email, x.last_active_at, x.label
FROM access x
LEFT JOIN identity_person p ON p.id = x.person_id
LEFT JOIN identity_person b ON b.id = x.granted_by_id
WHERE x.rank = ANY(%(ranks)s) AND (x.rank, x.place) > (%(rank)s, %(place)s)
ORDER BY x.rank, x.place
LIMIT %(size)s
"""

_START: Final = (-1, uuid.UUID(int=0))
_AT_A_TIME: Final = 1000


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some of the entries, and where the next page begins: None after the last."""

    entries: list[dict[str, Any]]
    following: str | None


class WrongCursor(Exception):
    """It came from no page of this list."""


def review_page(*, kind: str | None, cursor: str | None, size: int) -> ReviewPage:
    """One page, members first, then outside reviewers, keys and invitations. Raises WrongCursor."""
    rows = _rows(kind=kind, after=_read(cursor), size=size + 1)
    following = _written(rows[size - 1][:2]) if len(rows) > size else None
    return ReviewPage([_entry(row) for row in rows[:size]], following)


def whole_review() -> Iterator[dict[str, Any]]:
    """Every entry, read a thousand at a time."""
    after = _START
    while rows := _rows(kind=None, after=after, size=_AT_A_TIME):
        yield from (_entry(row) for row in rows)
        after = rows[-1][:2]


def review_cells(entry: Mapping[str, Any]) -> list[object]:
    """The row of the file for an entry, by COLUMNS."""
    person, giver, assessment = entry["person"] or {}, entry["granted_by"] or {}, entry["assessment"] or {}
    cells = {
        **entry,
        "name": person.get("name"),
        "assessment": assessment.get("name"),
        "sections": " ".join(entry["sections"]),
        "since": entry["since"].isoformat(),
        "until": entry["until"] and entry["until"].isoformat(),
        "granted_by": giver.get("name"),
        "last_active_at": entry["last_active_at"] and entry["last_active_at"].isoformat(),
    }
    return [cells[name] for name in COLUMNS]


def _rows(*, kind: str | None, after: tuple[int, uuid.UUID], size: int) -> list[Any]:
    values: dict[str, Any] = {
        "organisation": current_organisation(),
        "outside": OUTSIDE,
        "now": timezone.now(),
        "ranks": [KINDS.index(kind)] if kind else list(range(len(KINDS))),
        "rank": after[0],
        "place": after[1],
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REVIEW, values)
        return list(cursor.fetchall())


def _entry(row: Any) -> dict[str, Any]:
    (rank, _, id_, person_id, name, email, role, assessment_id, assessment, sections, since, until, giver_id, giver,
     giver_email, last_active_at, label) = row  # fmt: skip
    return {
        "kind": KINDS[rank],
        "id": id_,
        "person": {"id": person_id, "name": name or email.partition("@")[0]} if person_id else None,
        "email": email,
        "role": role,
        "reach": "assessment" if assessment_id else "organisation",
        "assessment": {"id": assessment_id, "name": assessment} if assessment_id else None,
        "sections": sections,
        "since": since,
        "until": until,
        "granted_by": {"id": giver_id, "name": giver or giver_email.partition("@")[0]} if giver_id else None,
        "last_active_at": last_active_at,
        "key": label,
    }


def _written(place: tuple[int, uuid.UUID]) -> str:
    return base64.urlsafe_b64encode(bytes([place[0]]) + place[1].bytes).decode().rstrip("=")


def _read(cursor: str | None) -> tuple[int, uuid.UUID]:
    if cursor is None:
        return _START
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return raw[0], uuid.UUID(bytes=raw[1:])
    except (binascii.Error, ValueError, IndexError):
        raise WrongCursor from None
