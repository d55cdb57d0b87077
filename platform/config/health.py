"""/livez: the process answers. /readyz: everything it needs answers, and the schema is the code's."""

from __future__ import annotations

import logging
from functools import cache

from django.core.cache import cache as valkey
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 with each part `ok`, or 503 naming what is missing."""
    parts = {"database": _database(), "valkey": _valkey()}
    status = 200 if set(parts.values()) == {"ok"} else 503
    return JsonResponse({"status": "ready" if status == 200 else "not ready", **parts}, status=status)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if _migrated() else "migrations are missing"
    except DatabaseError:
        logger.warning("The database does not answer.", exc_info=True)
        connection.close()
        return "does not answer"


@cache
def _migrations_applied() -> None:
    """Raises while migrations are missing, so that only the good answer is remembered."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise LookupError


def _migrated() -> bool:
    try:
        _migrations_applied()
    except LookupError:
        return False
    return True


def _valkey() -> str:
    try:
        valkey.get("readyz")
    except RedisError:
        return "does not answer"
    return "ok"
