"""What the app role may do in the catalogue's tables, as SQL for migrations.

What is public is written by the tables' owner alone (row-level security says so); rows of organisations are added by
the app role, and never changed or taken away by it, but for which edition of a standard is current, and which state of
a crosswalk.
"""

from __future__ import annotations

from tenants.rls import revoke_sql
from tenants.sharing import grant_sql

WRITES = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"


def read_only_sql(table: str) -> str:
    """A statement that leaves the app role, where it exists, no more than SELECT on `table`."""
    return revoke_sql(table=table, privileges=WRITES)


def add_rows_sql(table: str) -> str:
    return grant_sql(table=table, privileges="INSERT")


def move_current_sql(table: str = "catalogue_standard") -> str:
    return grant_sql(table=table, privileges="UPDATE (is_current)")
