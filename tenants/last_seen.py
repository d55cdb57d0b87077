"""When a member, an outside reviewer or a key was last seen: to within five minutes, and for next to nothing.

Most requests only compare a moment they have read anyway. The one request in five minutes that writes does so as the
last statement of its transaction, and skips the row when somebody else holds it: it neither waits nor makes wait.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from tenants.managed import TenantModel
from tenants.scope import current_organisation

EVERY: Final = timedelta(minutes=5)

_NOTE = """
UPDATE {table} SET {column} = %(now)s
WHERE id = (
  SELECT id FROM {table} WHERE organisation_id = %(organisation)s AND id = %(id)s FOR NO KEY UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A row whose moment is old enough to be written anew."""

    table: str
    column: str
    id: uuid.UUID
    at: datetime


def sighting(
    model: type[TenantModel], row_id: uuid.UUID, *, column: str, before: datetime | None, now: datetime
) -> Sighting | None:
    """What `note` should write, or None while the moment that stands there is good enough."""
    if before is not None and now - before <= EVERY:
        return None
    return Sighting(table=model._meta.db_table, column=column, id=row_id, at=now)  # noqa: SLF001 - Django's documented way


def note(seen: Sighting) -> None:
    statement = _NOTE.format(table=seen.table, column=seen.column)  # names of ours, never of a request
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": seen.at, "organisation": current_organisation(), "id": seen.id})
