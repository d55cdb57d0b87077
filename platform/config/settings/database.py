"""The database, as the app role; only OWNER_COMMANDS speak as the owner of the tables."""

import sys
from typing import Any

from config.environment import environment

_environment = environment()

DATABASE_APP_ROLE = _environment.database.user if _environment.database else "plumbline_app"
OWNER_COMMANDS = frozenset({"migrate", "sync_catalogue"})

_acts_as_owner = len(sys.argv) > 1 and sys.argv[0].endswith("manage.py") and sys.argv[1] in OWNER_COMMANDS
_address = (_environment.database_owner if _acts_as_owner else None) or _environment.database

_limits = {"lock_timeout": "2s", "idle_in_transaction_session_timeout": "120s"}
if not _acts_as_owner:
    _limits["statement_timeout"] = "15s"

_pool: dict[str, Any] = (
    {"pool": {"min_size": 1, "max_size": _environment.database_pool, "timeout": 10}}
    if _environment.database_pool and not _acts_as_owner
    else {}
)

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _address.name if _address else "plumbline",
        "USER": _address.user if _address else DATABASE_APP_ROLE,
        "PASSWORD": _address.password if _address else "",
        # Without a URL nothing is reachable here: the start script makes one before it starts any process.
        "HOST": _address.host if _address else "/nonexistent",
        "PORT": str(_address.port or "") if _address else "",
        # A pool keeps connections itself; Django refuses to keep them as well.
        "CONN_MAX_AGE": 0 if _environment.database_pool else 600,
        # A statement of some 25 µs at the start of a request, so that after a restart of the database no thread answers
        # one more request from a connection that is dead.
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            "options": " ".join(f"-c {name}={value}" for name, value in _limits.items()),
            **(_address.options if _address else {}),
            **_pool,
        },
    }
}
"""DISABLE_SERVER_SIDE_CURSORS: PgBouncer in transaction mode may stand between."""
