"""What follows from a delivery's row alone: its Message-ID, its link's token, and when to try again.

SMTP gives no exactly-once: between the last byte sent and the server's yes the outcome is unknown. So a delivery says
`sending` before and `sent` after; one found in `sending` is sent once more under the same Message-ID and marked as
possibly doubled; and a second unknown outcome ends it.
"""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta
from typing import Final

from django.utils.crypto import salted_hmac

LATER: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440))
"""How long to wait after each refusal for now (4xx, or no answer at all): some 41 hours together."""
AFTER_UNKNOWN: Final = timedelta(minutes=1)
LINK_DAYS: Final = 7


def wait_after(attempts: int) -> timedelta | None:
    """The pause after that many attempts; None when it was the last."""
    return LATER[attempts - 1] if attempts <= len(LATER) else None


def message_id_of(delivery_id: uuid.UUID, *, domain: str) -> str:
    """The same for every attempt, so that servers and readers can tell a repeat."""
    return f"<delivery-{delivery_id.hex}@{domain}>"


def link_token_of(delivery_id: uuid.UUID) -> str:
    """The token in the mail: derived with SECRET_KEY and kept nowhere, so that a second attempt has the same link."""
    digest = salted_hmac("reports.delivery.link", delivery_id.hex, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
