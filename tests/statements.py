"""Counting SQL statements: what a request costs, without what only a test's own transaction adds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_OF_THE_TEST = ("SAVEPOINT", "RELEASE", "ROLLBACK TO", "SELECT set_config(%s, '', true)")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent inside, in order."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if not sql.startswith(_OF_THE_TEST):
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
