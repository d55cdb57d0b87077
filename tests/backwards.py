"""Rows that nobody put in order come last first: `./plumbline test -n 2 -p tests.backwards`.

PostgreSQL gives the rows of a query without ORDER BY as they lie, mostly in the order they were written, and one day in
another. A test, or a promise of an answer, that holds by that luck alone fails under this plugin on every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Any

from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import MULTI


@contextmanager
def backwards() -> Iterator[None]:
    """Within it, every queryset without an order of its own gives its rows the other way round."""
    order_by, execute = SQLCompiler.get_order_by, SQLCompiler.execute_sql

    def noted(self: SQLCompiler) -> Any:
        found = order_by(self)
        self.is_ordered = bool(found)
        return found

    def turned(self: SQLCompiler, result_type: str = MULTI, *args: Any, **options: Any) -> Any:
        rows = execute(self, result_type, *args, **options)
        if result_type != MULTI or not rows or self.is_ordered or self.query.combinator:
            return rows
        return iter([list(chain.from_iterable(rows))[::-1]])

    SQLCompiler.get_order_by, SQLCompiler.execute_sql = noted, turned
    try:
        yield
    finally:
        SQLCompiler.get_order_by, SQLCompiler.execute_sql = order_by, execute


_THE_RUN = ExitStack()


def pytest_sessionstart() -> None:
    _THE_RUN.enter_context(backwards())


def pytest_sessionfinish() -> None:
    _THE_RUN.close()
