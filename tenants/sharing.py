"""The belts of tables that hold public rows beside those of organisations, as migration operations.

`tenants.managed.SharedModel` is the first belt of such a table, these are the second and third.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants.rls import POLICY, PREDICATE

PUBLIC_POLICY = "public_reading"
OWNER_POLICY = "public_writing"
PUBLIC_PREDICATE = "(organisation_id IS NULL)"


class ShareTable(Operation):
    """Row-level security for a table whose rows are public (organisation_id is NULL) or an organisation's own.

    1. The one policy of all tenant tables: an organisation reads and writes its own.
    2. Everybody reads what is public, with or without a scope.
    3. What is public is written by the role that runs the migration, and so owns the table, alone.
    A row never changes sides, and every key to another shared table leads to a row of the same side.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models look the same to Django; only the database knows more."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table  # noqa: SLF001 - Django's documented-by-use interface
        run = schema_editor.execute
        run(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        run(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        run(f'CREATE POLICY {POLICY} ON "{table}" USING {PREDICATE} WITH CHECK {PREDICATE}')
        run(f'CREATE POLICY {PUBLIC_POLICY} ON "{table}" FOR SELECT USING {PUBLIC_PREDICATE}')
        run(
            f'CREATE POLICY {OWNER_POLICY} ON "{table}" TO CURRENT_USER'
            f" USING {PUBLIC_PREDICATE} WITH CHECK {PUBLIC_PREDICATE}"
        )
        run(steady_sql(table))
        for field in model._meta.local_fields:  # noqa: SLF001
            target = field.related_model
            if isinstance(target, type) and is_shared(target):
                run(same_side_sql(table=table, field=field, condition="p.organisation_id IS NOT DISTINCT FROM {own}"))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table  # noqa: SLF001
        for policy in (POLICY, PUBLIC_POLICY, OWNER_POLICY):
            schema_editor.execute(f'DROP POLICY {policy} ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        schema_editor.execute(f'DROP FUNCTION "{table}_steady" CASCADE')
        for field in model._meta.local_fields:  # noqa: SLF001
            target = field.related_model
            if isinstance(target, type) and is_shared(target):
                schema_editor.execute(f'DROP FUNCTION "{guard_name(table, field.column)}" CASCADE')

    def describe(self) -> str:
        return f"Share {self.model_name}: public rows, and each organisation's own"


class BindToShared(Operation):
    """A tenant table's key to a shared table leads to a public row, or to one of the same organisation.

    A composite key cannot say so (NULL in it asks for nothing), and a plain key passes by row-level security: hence a
    trigger, once per statement that inserts, and per row whose key is changed.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name, self.field_name = model_name, field_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.field_name], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models look the same to Django; only the database knows more."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)  # noqa: SLF001
        condition = "(p.organisation_id IS NULL OR p.organisation_id = {own})"
        schema_editor.execute(same_side_sql(table=model._meta.db_table, field=field, condition=condition))  # noqa: SLF001

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)  # noqa: SLF001
        name = guard_name(model._meta.db_table, field.column)  # noqa: SLF001
        schema_editor.execute(f'DROP FUNCTION "{name}" CASCADE')

    def describe(self) -> str:
        return f"Bind {self.model_name}.{self.field_name} to public rows and the organisation's own"


def is_shared(model: Any) -> bool:
    """Whether rows of a model, as migrations know it, may be public: its organisation may be NULL."""
    return any(field.name == "organisation" and field.null for field in model._meta.local_fields)  # noqa: SLF001


def guard_name(table: str, column: str) -> str:
    return f"{table}_{column}_side"[:63]


def same_side_sql(*, table: str, field: Any, condition: str) -> str:
    """Triggers that look up what `field` leads to, under the policies of whoever writes.

    `condition` names that row `p` and the writer's organisation `{own}`.
    """
    name, column = guard_name(table, field.column), field.column
    target = field.remote_field.model._meta.db_table  # noqa: SLF001
    return f"""
CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE astray boolean;
BEGIN
  IF TG_LEVEL = 'STATEMENT' THEN
    astray := EXISTS (SELECT 1 FROM added c WHERE c."{column}" IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM "{target}" p WHERE p.id = c."{column}" AND {condition.format(own="c.organisation_id")}));
  ELSE
    astray := NEW."{column}" IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM "{target}" p WHERE p.id = NEW."{column}" AND {condition.format(own="NEW.organisation_id")});
  END IF;
  IF astray THEN
    RAISE EXCEPTION '{table}.{column} leads to a row that is not there for its organisation'
      USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = '{name}';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "{name}_new" AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "{name}"();
CREATE CONSTRAINT TRIGGER "{name}" AFTER UPDATE OF "{column}" ON "{table}" DEFERRABLE INITIALLY IMMEDIATE
  FOR EACH ROW WHEN (OLD."{column}" IS DISTINCT FROM NEW."{column}") EXECUTE FUNCTION "{name}"();
"""  # noqa: S608 - names of the models


def steady_sql(table: str) -> str:
    """A trigger that refuses to move a row from one side to the other, whoever asks."""
    return f"""
CREATE FUNCTION "{table}_steady"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'a row of {table} never changes its organisation' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "{table}_steady" BEFORE UPDATE OF organisation_id ON "{table}" FOR EACH ROW
  WHEN (OLD.organisation_id IS DISTINCT FROM NEW.organisation_id) EXECUTE FUNCTION "{table}_steady"();
"""


def grant_sql(*, table: str, privileges: str) -> str:
    """Give privileges to the app role, where that role exists already."""
    role = settings.DATABASE_APP_ROLE
    known = f"EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}')"  # noqa: S608 - a name from the settings
    return f"""DO $$ BEGIN IF {known} THEN GRANT {privileges} ON "{table}" TO "{role}"; END IF; END $$"""
