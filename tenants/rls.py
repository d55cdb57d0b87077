"""The second and third belts: row-level security and composite foreign keys, as migration operations.

Measured facts behind the policy (PostgreSQL 15 to 18): a table's owner bypasses policies unless they are FORCEd; after
SET LOCAL and COMMIT the setting is an empty string and not NULL, hence nullif; the sub-select makes the planner read
the setting once.
"""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants.managed import TenantForeignKey

POLICY = "tenant_isolation"
PREDICATE = "(organisation_id = (SELECT (NULLIF(current_setting('app.organisation'::text, true), ''::text))::uuid))"
OWN_ROWS_POLICY = "own_rows"
OWN_ROWS_PREDICATE = "({column} = (SELECT (NULLIF(current_setting('app.person'::text, true), ''::text))::uuid))"


class IsolateTable(Operation):
    """ENABLE and FORCE row-level security with the one policy, and bind every TenantForeignKey of the model by
    organisation.

    Stands in the migration that creates the table. `append_only` takes UPDATE, DELETE and TRUNCATE from the app role.
    `own_rows`: a column naming a person who may, in their person scope, read their own rows of all organisations.
    """

    reduces_to_sql = True
    reversible = True
    elidable = False

    def __init__(self, model_name: str, *, append_only: bool = False, own_rows: str | None = None) -> None:
        self.model_name, self.append_only, self.own_rows = model_name, append_only, own_rows

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], {"append_only": self.append_only, "own_rows": self.own_rows}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models look the same to Django; only the database knows more."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        apps: Apps = to_state.apps
        model = apps.get_model(app_label, self.model_name)
        table = model._meta.db_table  # noqa: SLF001 - Django's documented-by-use interface
        run = schema_editor.execute
        run(f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_organisation_id_id" UNIQUE (organisation_id, id)')
        for field in model._meta.local_fields:  # noqa: SLF001
            if isinstance(field, TenantForeignKey):
                run(composite_key_sql(table=table, field=field))
        run(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        run(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        run(f'CREATE POLICY {POLICY} ON "{table}" USING {PREDICATE} WITH CHECK {PREDICATE}')
        if self.own_rows:
            predicate = OWN_ROWS_PREDICATE.format(column=self.own_rows)
            run(f'CREATE POLICY {OWN_ROWS_POLICY} ON "{table}" FOR SELECT USING {predicate}')
        if self.append_only:
            run(revoke_sql(table=table, privileges="UPDATE, DELETE, TRUNCATE"))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing to undo: the table itself is dropped by the reverse of its creation."""

    def describe(self) -> str:
        return f"Isolate {self.model_name} by organisation"


class ConstrainTenantKey(Operation):
    """The composite constraint for one TenantForeignKey added after its table was isolated."""

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
        schema_editor.execute(composite_key_sql(table=model._meta.db_table, field=field))  # noqa: SLF001

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The reverse of the field's creation drops the constraint with its column."""

    def describe(self) -> str:
        return f"Bind {self.model_name}.{self.field_name} by organisation"


def composite_key_sql(*, table: str, field: Any) -> str:
    target = field.remote_field.model._meta.db_table  # noqa: SLF001
    name = f"{table}_{field.column}_same_organisation"[:63]
    return (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (organisation_id, "{field.column}") '
        f'REFERENCES "{target}" (organisation_id, id) DEFERRABLE INITIALLY DEFERRED'
    )


def revoke_sql(*, table: str, privileges: str) -> str:
    """Take privileges from the app role, where that role exists already (deploy/postgres/roles.sql makes it first)."""
    role = settings.DATABASE_APP_ROLE
    known = f"EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}')"  # noqa: S608 - a name from the settings
    return f"""DO $$ BEGIN IF {known} THEN REVOKE {privileges} ON "{table}" FROM "{role}"; END IF; END $$"""
