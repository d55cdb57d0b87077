"""Another installation: a database of its own, with the same catalogue under other ids, and another storage."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.test import override_settings
from psycopg import sql

from config.environment import environment
from tests.conftest import _schema_hash

_NEW_IDS = """
DO $$ DECLARE place record; BEGIN
  SET CONSTRAINTS ALL DEFERRED;
  FOR place IN SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name LIKE 'catalogue_%' AND data_type = 'uuid'
  LOOP
    EXECUTE format('UPDATE %I SET %I = md5(''elsewhere'' || %I)::uuid', place.table_name, place.column_name,
                   place.column_name);
  END LOOP;
END $$
"""


@contextmanager
def another_installation(folder: Path) -> Iterator[Elsewhere]:
    """A clone of the template that this process's own database is a clone of, whose catalogue has other ids."""
    owner = environment().database_owner
    assert owner is not None
    here = str(connections["default"].settings_dict["NAME"])
    name = f"{here.rpartition('_')[0]}x{uuid.uuid4().hex[:6]}_{here.rpartition('_')[2]}"
    # Of the template nobody holds a connection: a database that is in use cannot be cloned.
    template = f"plumbline_test_{_schema_hash()}"
    with psycopg.connect(owner.url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    try:
        with psycopg.connect(owner.url, dbname=name, autocommit=True) as database:
            database.execute(_NEW_IDS)
        yield Elsewhere(here=here, name=name, owner_url=owner.url, folder=folder)
    finally:
        connections.close_all()
        connections["default"].settings_dict["NAME"] = here
        with psycopg.connect(owner.url, autocommit=True) as admin:
            # Not by force: an autovacuum worker may be at it, which gives way by itself and is not ours to end.
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


class Elsewhere:
    def __init__(self, *, here: str, name: str, owner_url: str, folder: Path) -> None:
        self.here, self.name, self.owner_url, self.folder = here, name, owner_url, folder

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Everything this process does in the block, it does there."""
        files: dict[str, Any] = {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(self.folder), "base_url": None},
        }
        connections.close_all()
        connections["default"].settings_dict["NAME"] = self.name
        try:
            with override_settings(STORAGES={**settings.STORAGES, "default": files}):
                yield
        finally:
            connections.close_all()
            connections["default"].settings_dict["NAME"] = self.here

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.owner_url, dbname=self.name, autocommit=True) as connection:
            yield connection
