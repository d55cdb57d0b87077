"""The app refuses to serve as a database role that row-level security would not bind."""

from __future__ import annotations

import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

logger = logging.getLogger(__name__)

_QUESTION = """
SELECT rolsuper, rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')
               AND relnamespace = 'public'::regnamespace)
FROM pg_roles WHERE rolname = current_user
"""


def refuse_privileged_role() -> None:
    """Raise ImproperlyConfigured for a superuser, a role with BYPASSRLS, or one that owns tables."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_QUESTION)
            superuser, bypasses, owns = cursor.fetchone()
    except OperationalError:
        logger.warning("The database does not answer yet; its role is checked at the next start.")
        return
    finally:
        connection.close()
    faults = [
        name
        for name, found in (("is a superuser", superuser), ("has BYPASSRLS", bypasses), ("owns tables", owns))
        if found
    ]
    if faults:
        raise ImproperlyConfigured(
            f"The database role of DATABASE_URL {' and '.join(faults)}: tenants would not be safe."
        )
