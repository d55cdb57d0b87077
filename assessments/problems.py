"""How the refusals of the pure cores reach the caller."""

from __future__ import annotations

from typing import Any

from api.problems import Conflict
from assessments.lifecycle import LifecycleError


def refused(error: LifecycleError, **members: Any) -> Conflict:
    """A move that is not open now: 409 with the lifecycle's own slug and sentence, and the moves that are open."""
    return Conflict(error.slug, error.sentence, open_moves=list(error.open_moves), **members)
