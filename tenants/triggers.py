"""What the audit trail's tables refuse even to a role that was granted it: triggers, as statements for migrations.

Grants are the first lock. A careless GRANT ALL, or a restore that makes the tables anew without the REVOKE, opens it
unseen; these triggers stay. The owner of a table passes, for it could drop the trigger as well: against the owner stand
the chain and the heads that were signed and kept outside.
"""

from __future__ import annotations

from tenants.rls import revoke_sql

_OWNER = "current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)"

FUNCTIONS_SQL = f"""
CREATE FUNCTION tenants_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NOT {_OWNER} THEN
    RAISE EXCEPTION 'permission denied: table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION tenants_one_event_forward() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.seq = OLD.seq + 1 AND NEW.organisation_id = OLD.organisation_id THEN RETURN NEW; END IF;
  IF NOT {_OWNER} THEN
    RAISE EXCEPTION 'permission denied: a head moves one event forward' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
  RETURN NULL;
END $$;
"""
DROP_FUNCTIONS_SQL = "DROP FUNCTION tenants_append_only; DROP FUNCTION tenants_one_event_forward;"


def guard_sql(table: str, *, function: str = "tenants_append_only") -> str:
    """Refuse UPDATE, DELETE and TRUNCATE of `table` as `function` says."""
    return f"""
CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


def unguard_sql(table: str) -> str:
    return f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table};"


def revoke_delete_sql(table: str) -> str:
    """Rows of `table` are the app role's to change, not to take away."""
    return revoke_sql(table=table, privileges="DELETE, TRUNCATE")
