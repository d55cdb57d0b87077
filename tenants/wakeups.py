"""Wakeups: which task is to be sent for which subject, and when; the relay reads them over all organisations.

The one shared table of ids and times, without any content. A message may be lost or sent twice: what it wakes looks at
its own row first.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from tenants.models import Wakeup
from tenants.scope import current_organisation

logger = logging.getLogger(__name__)

PUBLISHED_FOR = timedelta(seconds=15)
"""How long the relay trusts a message it has sent before it sends it again."""

_EVERYBODY = """
INSERT INTO tenants_wakeup (id, organisation_id, task, subject_id, due_at)
SELECT gen_random_uuid(), o.id, %(task)s, o.id, now() FROM tenants_organisation o
WHERE NOT EXISTS (SELECT 1 FROM tenants_wakeup w WHERE w.organisation_id = o.id AND w.task = %(task)s)
ON CONFLICT DO NOTHING
"""


def wake_at(*, task: str, subject_id: uuid.UUID, due_at: datetime) -> None:
    """Have the relay send `task` for `subject_id` of the organisation in scope, not before `due_at`."""
    Wakeup.objects.update_or_create(
        organisation_id=current_organisation(), task=task, subject_id=subject_id, defaults={"due_at": due_at}
    )


def wake_everybody(*, task: str) -> int:
    """Have the relay send `task` once for every organisation that has no wakeup for it; returns how many there were.
    The task's subject is the organisation itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EVERYBODY, {"task": task})
        return int(cursor.rowcount)


def forget_wakeup(*, task: str, subject_id: uuid.UUID) -> None:
    Wakeup.objects.filter(organisation_id=current_organisation(), task=task, subject_id=subject_id).delete()


def publish(task: str, *, organisation_id: uuid.UUID, subject_id: uuid.UUID) -> None:
    """Send the message, best effort: when the broker is gone the relay sends it later."""
    from celery import current_app

    try:
        current_app.send_task(task, args=[str(organisation_id), str(subject_id)], retry=False)
    except Exception:  # noqa: BLE001 - any broker fault: the row in PostgreSQL is the truth and the relay comes by
        logger.warning("The broker did not take %s %s; the relay will send it.", task, subject_id)


def due_wakeups(*, limit: int = 200) -> list[tuple[str, uuid.UUID, uuid.UUID]]:
    """(task, organisation id, subject id) of what is due, each handed to one relay only and put off by
    PUBLISHED_FOR.
    """
    with transaction.atomic():
        rows = list(
            Wakeup.objects.select_for_update(skip_locked=True)
            .filter(due_at__lte=timezone.now())
            .order_by("due_at")
            .values_list("task", "organisation_id", "subject_id", "id")[:limit]
        )
        Wakeup.objects.filter(id__in=[row[3] for row in rows]).update(due_at=timezone.now() + PUBLISHED_FOR)
    return [row[:3] for row in rows]
