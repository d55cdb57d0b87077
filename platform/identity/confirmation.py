"""Whether it was shown a moment ago who sits before the screen: asked before what cannot be taken back."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records

from api.problems import Problem


class ConfirmFirst(Problem):
    def __init__(self) -> None:
        super().__init__(
            "confirm-first",
            status=401,
            title="Show once more that it is you.",
            detail="Sign in again, or send your password to /api/v1/auth/browser/v1/auth/reauthenticate.",
        )


def require_recent_proof(request: Any) -> None:
    """ConfirmFirst unless this session's person gave a password or another proof within REAUTHENTICATION_TIMEOUT."""
    records = get_authentication_records(request, request.user)
    last = max((float(record.get("at", 0)) for record in records), default=0.0)
    if time.time() - last > app_settings.REAUTHENTICATION_TIMEOUT:
        raise ConfirmFirst
