"""The test database as its owner, and the belts one can take off in it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.apps import apps
from django.db import connection, connections, models
from django.db.models import QuerySet
from psycopg import sql

from tenants.managed import (
    OwnRowsManager,
    PublicManager,
    SharedManager,
    SharedModel,
    SharedQuerySet,
    TenantManager,
    TenantModel,
    TenantQuerySet,
)
from tenants.scope import ORGANISATION_SETTING, current_organisation


def tenant_models() -> list[type[models.Model]]:
    """Every model with rows of organisations, those with public rows beside them among them."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel | SharedModel)]


def tables() -> list[str]:
    return sorted(model._meta.db_table for model in tenant_models())


@contextmanager
def as_owner() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    from config.environment import environment

    owner = environment().database_owner
    assert owner is not None
    url = urlunsplit(urlsplit(owner.url)._replace(path=f"/{connections['default'].settings_dict['NAME']}"))
    with psycopg.connect(url, autocommit=True) as open_connection:
        yield open_connection


_OWN_ROWS_GO = """
DO $$ DECLARE gone uuid; place text; BEGIN
  SET CONSTRAINTS ALL DEFERRED;
  FOR gone IN SELECT id FROM tenants_organisation LOOP
    PERFORM set_config('app.organisation', gone::text, true);
    FOREACH place IN ARRAY {shared}::text[] LOOP
      EXECUTE format('DELETE FROM %I WHERE organisation_id = $1', place) USING gone;
    END LOOP;
  END LOOP;
END $$
"""


def empty() -> None:
    """Every row goes but those of the public catalogue and Django's own; mails that waited for nobody any more too."""
    kept = {"catalogue", "contenttypes", "auth", "sites"}
    models_ = apps.get_models(include_auto_created=True)
    # The catalogue's tables refer to organisations and these to people: PostgreSQL truncates neither alone.
    referred = ["tenants_organisation", "identity_person"]
    emptied = sorted(
        {
            model._meta.db_table
            for model in models_
            if model._meta.app_label not in kept or issubclass(model, TenantModel)
        }
        - {*referred}
    )
    shared = [model._meta.db_table for model in models_ if issubclass(model, SharedModel)]
    connections.close_all()
    with as_owner() as owner, owner.transaction():
        owner.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, emptied))))
        owner.execute(sql.SQL(_OWN_ROWS_GO).format(shared=sql.Literal(shared)))
        for table in referred:
            owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def digest(organisation_id: uuid.UUID) -> str:
    """A hash over every row of an organisation, whatever belts are on; in an open transaction, whose scope it ends."""
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {name}, md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM {table} t"
            " WHERE organisation_id = {organisation}"
        ).format(name=sql.Literal(table), table=sql.Identifier(table), organisation=sql.Literal(organisation_id))
        for table in tables()
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [ORGANISATION_SETTING, str(organisation_id)])
        cursor.execute(asked.as_string(cursor.connection))
        found = repr(sorted(cursor.fetchall()))
        cursor.execute("SELECT set_config(%s, '', true)", [ORGANISATION_SETTING])
    return hashlib.sha256(found.encode()).hexdigest()


@contextmanager
def without_row_level_security(*models: type[models.Model]) -> Iterator[None]:
    """The second belt off: the owner switches the policies off, and on again; of all tables, or of these."""
    chosen = [model._meta.db_table for model in models] or tables()

    def switch(word: str) -> None:
        connections.close_all()
        with as_owner() as owner:
            for table in chosen:
                owner.execute(
                    sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY, {} ROW LEVEL SECURITY").format(
                        sql.Identifier(table), sql.SQL(word), sql.SQL("NO FORCE" if word == "DISABLE" else "FORCE")
                    )
                )

    switch("DISABLE")
    try:
        yield
    finally:
        switch("ENABLE")


@contextmanager
def without_orm_filter(*models: type[models.Model]) -> Iterator[None]:
    """The first belt off: managers neither filter nor ask for a scope, and rows are not asked whose they are.

    Of all models, or only the managers of these.
    """
    filtered = {kind: kind.get_queryset for kind in (TenantManager, OwnRowsManager, SharedManager, PublicManager)}

    def unfiltered(manager: Any) -> QuerySet[Any]:
        if models and manager.model not in models:
            return filtered[type(manager) if type(manager) in filtered else TenantManager](manager)
        return QuerySet(manager.model, using=manager._db)

    with pytest.MonkeyPatch.context() as patch:
        for kind in filtered:
            patch.setattr(kind, "get_queryset", unfiltered)
        if not models:
            patch.setattr(TenantQuerySet, "_require_scope", lambda _: None)
            patch.setattr(SharedQuerySet, "_require_scope", lambda _: None)
        patch.setattr("tenants.managed._claim", _claim_unless_claimed)
        yield


def _claim_unless_claimed(row: Any) -> None:
    row.organisation_id = row.organisation_id or current_organisation()
