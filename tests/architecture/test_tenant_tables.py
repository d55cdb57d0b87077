"""Every tenant table as the database's own catalogue knows it. A new table that lacks a belt fails here."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection, models
from psycopg import Connection

from tenants.managed import PublicManager, SharedManager, SharedModel, TenantForeignKey, TenantManager, TenantModel
from tenants.models import Organisation, Wakeup
from tenants.rls import OWN_ROWS_POLICY, OWN_ROWS_PREDICATE, POLICY, PREDICATE
from tenants.sharing import OWNER_POLICY, PUBLIC_POLICY, PUBLIC_PREDICATE, guard_name

pytestmark = pytest.mark.django_db

SHARED = {Organisation, Wakeup}
"""Models that know organisations and are no TenantModel; each says why in its docstring."""
OWN_ROWS = {"tenants_membership": "person_id", "assessments_reviewgrant": "user_id"}
DEFINERS = {"tenants_erase"}
"""Functions that act as the owner of the tables; `tenants.triggers` says why."""
PUBLIC_ONLY = {"catalogue_searchentry"}
"""Tables that lead to shared ones and belong to nobody: made of what is public, and written by their owner alone."""
APPEND_ONLY = {"tenants_auditevent", "tenants_signedhead"}


def _ask(question: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


def _tables_with_organisation() -> set[str]:
    rows = _ask(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE a.attname = 'organisation_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')"
        " AND c.relnamespace = 'public'::regnamespace"
    )
    return {row[0] for row in rows}


def _tenant_tables() -> list[str]:
    return sorted(_tables_with_organisation() - {model._meta.db_table for model in SHARED} - set(_mixed_tables()))


def _mixed_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, SharedModel)]


def _mixed_tables() -> list[str]:
    """Those that hold public rows beside rows of organisations."""
    return sorted(model._meta.db_table for model in _mixed_models())


def _tenant_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def _plain(text: str) -> str:
    """An expression without what PostgreSQL adds when writing it back: casts, blanks, brackets, an alias."""
    return re.sub(r"::\w+|\sAS \"\w+\"|\s+|[()]", "", text).lower()


def test_there_are_tenant_tables():
    assert {"tenants_membership", "tenants_auditevent", "assessments_assessment", "reports_report"} <= set(
        _tenant_tables()
    )


def test_every_table_with_an_organisation_has_row_level_security_enabled_and_forced():
    tables = [*_tenant_tables(), *_mixed_tables()]
    rows = _ask("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = ANY(%s)", tables)
    assert {name: (enabled, forced) for name, enabled, forced in rows} == dict.fromkeys(tables, (True, True))


def test_every_policy_is_the_template():
    rows = _ask(
        "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies"
        " WHERE schemaname = 'public'"
    )
    found = {(row[0], row[1]): row[2:] for row in rows}
    expected = {
        (table, POLICY): ("PERMISSIVE", "{public}", "ALL", _plain(PREDICATE), _plain(PREDICATE))
        for table in [*_tenant_tables(), *_mixed_tables()]
    }
    public = _plain(PUBLIC_PREDICATE)
    for table in _mixed_tables():
        [(owner,)] = _ask("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = %s", table)
        expected[table, PUBLIC_POLICY] = ("PERMISSIVE", "{public}", "SELECT", public, None)
        expected[table, OWNER_POLICY] = ("PERMISSIVE", f"{{{owner}}}", "ALL", public, public)
    for table, column in OWN_ROWS.items():
        predicate = _plain(OWN_ROWS_PREDICATE.format(column=column))
        expected[table, OWN_ROWS_POLICY] = ("PERMISSIVE", "{public}", "SELECT", predicate, None)
    seen = {
        key: (permissive, roles, command, _plain(using), check and _plain(check))
        for key, (permissive, roles, command, using, check) in found.items()
    }
    assert seen == expected


def test_the_templates_words_are_compared_one_by_one():
    """The comparison above would be worthless if `_plain` threw away what matters."""
    assert _plain(PREDICATE) == "organisation_id=selectnullifcurrent_setting'app.organisation',true,''"
    assert _plain("(person_id = 1)") != _plain("(organisation_id = 1)")


def test_every_key_between_tenant_tables_is_composite():
    rows = _ask(
        """
        SELECT con.conrelid::regclass::text, con.confrelid::regclass::text, con.convalidated,
               array(SELECT attname::text FROM unnest(con.conkey) WITH ORDINALITY k(n, i)
                     JOIN pg_attribute ON attrelid = con.conrelid AND attnum = k.n ORDER BY i),
               array(SELECT attname::text FROM unnest(con.confkey) WITH ORDINALITY k(n, i)
                     JOIN pg_attribute ON attrelid = con.confrelid AND attnum = k.n ORDER BY i)
        FROM pg_constraint con WHERE con.contype = 'f' AND con.confrelid::regclass::text = ANY(%s)
        """,
        _tenant_tables(),
    )
    assert rows
    for child, parent, valid, columns, targets in rows:
        assert child in _tenant_tables(), f"{child} → {parent}: a shared table points into a tenant's"
        assert valid, (child, parent)
        assert columns[0] == "organisation_id", (child, parent, columns)
        assert targets == ["organisation_id", "id"], (child, parent, targets)
    bound = {(child, columns[1]) for child, _, _, columns, _ in rows}
    declared = {
        (model._meta.db_table, field.column)
        for model in _tenant_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    }
    assert bound == declared


def test_every_key_to_a_table_with_public_rows_is_watched_over():
    """A plain key would lead anywhere: it passes by row-level security, and a composite one asks nothing of a NULL."""
    rows = _ask(
        "SELECT con.conrelid::regclass::text, a.attname FROM pg_constraint con"
        " JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[1]"
        " WHERE con.contype = 'f' AND con.confrelid::regclass::text = ANY(%s)",
        _mixed_tables(),
    )
    keys = {(table, column) for table, column in rows if table in _tables_with_organisation()}
    assert {table for table, _ in rows} - _tables_with_organisation() == PUBLIC_ONLY
    assert ("assessments_assessment", "standard_id") in keys
    assert ("catalogue_requirement", "parent_id") in keys
    for table, column in keys:
        found = _ask(
            "SELECT t.tgname, p.proname, t.tgenabled, t.tgoldtable, t.tgnewtable,"
            " pg_get_triggerdef(t.oid) LIKE '%% AFTER INSERT %%', pg_get_triggerdef(t.oid) LIKE '%% AFTER UPDATE OF %%'"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = %s::regclass AND p.proname = %s ORDER BY t.tgname",
            table,
            guard_name(table, column),
        )
        name = guard_name(table, column)
        assert found == [
            (name, name, "O", None, None, False, True),
            (f"{name}_new", name, "O", None, "added", True, False),
        ], (table, column)


def test_what_is_public_can_be_changed_by_the_owner_alone_and_what_is_an_organisations_hardly():
    for table in _mixed_tables():
        [rights] = _ask(
            "SELECT has_table_privilege(%(t)s, 'SELECT'), has_table_privilege(%(t)s, 'INSERT'),"
            " has_table_privilege(%(t)s, 'UPDATE'), has_table_privilege(%(t)s, 'DELETE'),"
            " array(SELECT attname::text FROM pg_attribute WHERE attrelid = %(t)s::regclass AND attnum > 0"
            "  AND NOT attisdropped AND has_column_privilege(%(t)s::regclass, attnum, 'UPDATE'))".replace(
                "%(t)s", f"'{table}'"
            )
        )
        changed = ["is_current"] if table in {"catalogue_standard", "catalogue_crosswalk"} else []
        assert rights == (True, True, False, False, changed), table


def test_every_relation_between_tenant_models_is_a_tenant_key():
    for model in apps.get_models():
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            target = getattr(field, "related_model", None)
            if isinstance(target, type) and issubclass(target, TenantModel):
                assert isinstance(field, TenantForeignKey), f"{model.__name__}.{field.name}"


def test_every_unique_constraint_contains_the_organisation():
    rows = _ask(
        """
        SELECT t.relname, i.relname, x.indisprimary,
               array(SELECT attname::text FROM pg_attribute WHERE attrelid = t.oid AND attnum = ANY(x.indkey::int2[]))
        FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indisunique AND t.relname = ANY(%s)
        """,
        [*_tenant_tables(), *_mixed_tables()],
    )
    for table, index, primary, columns in rows:
        assert (primary and columns == ["id"]) or "organisation_id" in columns, (table, index, columns)
    with_pair = {table for table, _, _, columns in rows if sorted(columns) == ["id", "organisation_id"]}
    assert with_pair == set(_tenant_tables())


def test_the_organisation_is_never_null():
    rows = _ask(
        "SELECT c.relname, a.attnotnull FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE a.attname = 'organisation_id' AND c.relname = ANY(%s)",
        _tenant_tables(),
    )
    assert dict(rows) == dict.fromkeys(_tenant_tables(), True)


def test_nothing_in_the_database_reads_around_the_policies():
    views = _ask("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace")
    definers = _ask(
        "SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE'), prosrc FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert views == []
    assert {row[0] for row in definers} == DEFINERS
    for name, settings, for_all, source in definers:
        assert settings == ["search_path=pg_catalog, pg_temp"], (
            f"{name} could be made to call somebody else's functions"
        )
        assert not for_all, f"{name} may be called by every role"
        assert "set_config('app.organisation'" in source, f"{name} would see no rows, or all"


def test_every_model_with_an_organisation_is_a_tenant_model_or_on_the_short_list():
    for model in apps.get_models():
        points_there = any(getattr(field, "related_model", None) is Organisation for field in model._meta.get_fields())
        if points_there and not issubclass(model, TenantModel | SharedModel):
            assert model in SHARED, model.__name__
    assert {model._meta.db_table for model in _tenant_models()} == set(_tenant_tables())


@pytest.mark.parametrize("model", _tenant_models(), ids=lambda model: model.__name__)
def test_every_manager_of_a_tenant_model_is_bound_by_scope(model: type[models.Model]):
    from tenants.managed import OwnRowsManager

    assert isinstance(model._base_manager, TenantManager)
    assert isinstance(model._default_manager, TenantManager)
    for manager in model._meta.managers:
        assert isinstance(manager, TenantManager | OwnRowsManager), manager


@pytest.mark.parametrize("model", _mixed_models(), ids=lambda model: model.__name__)
def test_every_manager_of_a_shared_model_sees_what_is_public_and_what_is_in_scope(model: type[models.Model]):
    assert isinstance(model._base_manager, SharedManager)
    assert isinstance(model._default_manager, SharedManager)
    for manager in model._meta.managers:
        assert isinstance(manager, SharedManager | PublicManager), manager


def test_the_tests_speak_as_the_app_role_which_nothing_privileges():
    [(superuser, bypasses, creates_roles, creates_databases, memberships)] = _ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
        " (SELECT count(*) FROM pg_auth_members WHERE member = pg_roles.oid) FROM pg_roles WHERE rolname = current_user"
    )
    assert (superuser, bypasses, creates_roles, creates_databases, memberships) == (False, False, False, False, 0)
    owned = _ask("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
    assert owned == []
    [(schema, temporary)] = _ask(
        "SELECT has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'CREATE')"
    )
    assert (schema, temporary) == (False, False)


def test_the_app_refuses_to_serve_as_the_owner(django_db_setup: None, owner_connection: Connection):
    from tenants.role_check import _QUESTION

    _, bypasses, owns = owner_connection.execute(_QUESTION).fetchone()
    assert owns
    assert not bypasses


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_append_only_tables_take_inserts_and_nothing_else(table: str):
    [rights] = _ask(
        "SELECT has_table_privilege(%s, 'SELECT'), has_table_privilege(%s, 'INSERT'),"
        " has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE'), has_table_privilege(%s, 'TRUNCATE')",
        *[table] * 5,
    )
    assert rights == (True, True, False, False, False)


def test_no_table_may_be_truncated_by_the_app():
    rows = _ask(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND (has_table_privilege(oid, 'TRUNCATE') OR has_table_privilege(oid, 'TRIGGER'))"
    )
    assert rows == []
