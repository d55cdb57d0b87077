"""The catalogue's tables are written by their owner alone: what the app role may do there, as SQL for migrations."""

from __future__ import annotations

from tenants.rls import revoke_sql

WRITES = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"


def read_only_sql(table: str) -> str:
    """A statement that leaves the app role, where it exists, no more than SELECT on `table`."""
    return revoke_sql(table=table, privileges=WRITES)
