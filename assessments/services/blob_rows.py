"""The lock between rows that name blobs and whoever removes blobs that no row names.

Those who make rows share it; only the scrub has it alone, while it removes. Without it a blob could be taken up by a
new row, being there already, in the moment between the last look at the rows and its removal.
"""

from __future__ import annotations

from django.db import connection

from tenants.scope import current_organisation


def announce_row() -> None:
    """A row that names a blob is made in this transaction: wait for a removal under way, keep the next one waiting."""
    _lock("pg_advisory_xact_lock_shared")


def hold_off_new_rows() -> None:
    """From here to the end of the transaction nobody makes such a row in the organisation in scope."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"blob-rows:{current_organisation()}"])
