"""Identifiers: UUIDv7 (RFC 9562), so that primary keys sort by the time they were made and index pages stay warm."""

from __future__ import annotations

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """A new UUIDv7 as the standard library's type."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
