"""What the audit trail's tables refuse even to a role that was granted it: triggers, as statements for migrations.

Grants are the first lock. A careless GRANT ALL, or a restore that makes the tables anew without the REVOKE, opens it
unseen; these triggers stay. The owner of a table passes, for it could drop the trigger as well: against the owner stand
the chain and the heads that were signed and kept outside.
"""

from __future__ import annotations

from django.conf import settings

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


CLOSING_CLOCK_SQL = f"""
CREATE FUNCTION tenants_closing_clock() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF {_OWNER} THEN RETURN NEW; END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.closing_at := NULL;
  ELSIF NEW.closing_at IS NOT NULL THEN
    NEW.closing_at := coalesce(OLD.closing_at, statement_timestamp());
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tenants_organisation_clock BEFORE INSERT OR UPDATE ON tenants_organisation
FOR EACH ROW EXECUTE FUNCTION tenants_closing_clock();
"""
"""When a deletion was asked for is what the database's clock said: nobody who speaks as the app can put it back."""
DROP_CLOSING_CLOCK_SQL = (
    "DROP TRIGGER tenants_organisation_clock ON tenants_organisation; DROP FUNCTION tenants_closing_clock;"
)

ERASE_SQL = """
CREATE FUNCTION tenants_erase(gone uuid) RETURNS TABLE(relation text, removed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE place record;
BEGIN
  PERFORM 1 FROM public.tenants_organisation
    WHERE id = gone AND closing_at <= statement_timestamp() - interval '30 days' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'permission denied: the organisation is not due for deletion'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM set_config('app.organisation', gone::text, true);
  FOR place IN
    SELECT c.relname, a.attname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND ((a.attname = 'organisation_id' AND a.atttypid = 'uuid'::regtype) OR EXISTS (
        SELECT 1 FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey)
          AND k.confrelid = 'public.tenants_organisation'::regclass))
    ORDER BY c.relname
  LOOP
    EXECUTE format('DELETE FROM public.%I WHERE %I = $1', place.relname, place.attname) USING gone;
    GET DIAGNOSTICS removed = ROW_COUNT;
    relation := place.relname;
    RETURN NEXT;
  END LOOP;
  DELETE FROM public.tenants_organisation WHERE id = gone;
  relation := 'tenants_organisation';
  removed := 1;
  RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION tenants_erase(uuid) FROM PUBLIC;
"""
"""SECURITY DEFINER, since the app role may not delete from append-only tables, and shall not: this is the one way, it
takes a whole organisation or nothing, and only thirty days after somebody asked. It finds its tables in the database's
catalogue, so that none can be forgotten."""


def grant_erase_sql() -> str:
    """Let the app role call it, where that role exists already."""
    role = settings.DATABASE_APP_ROLE
    known = f"EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}')"  # noqa: S608 - a name from the settings
    grant = f'GRANT EXECUTE ON FUNCTION tenants_erase(uuid) TO "{role}"'
    return f"DO $$ BEGIN IF {known} THEN {grant}; END IF; END $$"
