"""Mails about accounts: handed in with the transaction, sent by the worker.

Nothing is sent while somebody waits for the answer, so that the time it takes tells nobody whether there was a mail to
send. Each is kept, sealed, until the server has taken it; a mail whose sender was lost goes out again with the same
Message-ID.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from identity import sealing
from identity.models import WaitingMail

logger = logging.getLogger(__name__)

SEND = "identity.post"
PAUSES = (60, 60, 300, 900, 3600, 7200)
"""Seconds until the next attempt; after the last one the mail is given up, for its links have ended."""


def hand_in(mail: EmailMessage) -> None:
    """Keep the mail with the caller's transaction, and wake a worker after it."""
    said = {"to": mail.to, "subject": mail.subject, "body": mail.body, "from": mail.from_email}
    WaitingMail.objects.create(sealed=sealing.seal(orjson.dumps(said).decode()))
    transaction.on_commit(lambda: wake(), robust=True)  # noqa: PLW0108 - looked up when it is called


def send_waiting(*, limit: int = 50) -> int:
    """Send what is due; how many have left. Any number of these may run at once."""
    sent = 0
    for _ in range(limit):
        claimed = _claim()
        if claimed is None:
            break
        sent += _send(*claimed)
    return sent


def _claim() -> tuple[uuid.UUID, int, str] | None:
    with transaction.atomic():
        row = WaitingMail.objects.select_for_update(skip_locked=True).filter(due_at__lte=timezone.now()).first()
        if row is None:
            return None
        if row.attempts >= len(PAUSES):
            logger.error("A mail about an account, handed in at %s, could not be sent and is given up.", row.created_at)
            row.delete()
            return row.pk, -1, ""
        row.due_at = timezone.now() + timedelta(seconds=PAUSES[row.attempts])
        row.attempts += 1
        row.save(update_fields=["due_at", "attempts"])
        return row.pk, row.attempts, row.sealed


def _send(key: uuid.UUID, attempt: int, sealed: str) -> int:
    if not sealed:
        return 0
    try:
        said: dict[str, Any] = orjson.loads(sealing.unseal(sealed))
        EmailMessage(
            subject=said["subject"],
            body=said["body"],
            from_email=said["from"],
            to=said["to"],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": f"<{key.hex}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>",
            },
        ).send()
    except Exception as error:  # noqa: BLE001 - whatever the mail server does: the row stays and is tried again
        logger.warning("A mail about an account was not taken in attempt %s: %s", attempt, type(error).__name__)
        return 0
    WaitingMail.objects.filter(pk=key).delete()
    return 1


def wake() -> None:
    """Tell a worker, best effort."""
    from celery import current_app

    try:
        current_app.send_task(SEND, retry=False, expires=60)
    except Exception:  # noqa: BLE001 - any broker fault: the scheduler comes by every ten seconds
        logger.warning("The broker did not take %s; the scheduler will send it.", SEND)
