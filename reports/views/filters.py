"""Query parameters that reports and schedules read alike."""

from __future__ import annotations

import uuid

from api.pagination import Filters
from api.problems import Invalid


def read_id(filters: Filters, name: str) -> uuid.UUID | None:
    text = filters.get(name)
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Invalid({name: ["Send an id."]}) from None


def read_yes_no(filters: Filters, name: str) -> bool | None:
    value = filters.choice(name, ("true", "false"))
    return None if value is None else value == "true"
