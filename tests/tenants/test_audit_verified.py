"""What was changed behind the trail's back is found, and many append at once without a gap."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from psycopg import Connection

from tenants.models import AuditEvent, AuditHead
from tenants.verification import verify
from tests.cast import House, InScope
from tests.tenants.test_audit import _write


@pytest.fixture
def tamper(committed: None, aria: House, owner_connection: Connection):
    """Run a statement as the owner of the tables, who may do what the app role may not."""
    _write(aria, 4)

    def run(statement: str) -> None:
        with owner_connection.transaction():
            owner_connection.execute("SELECT set_config('app.organisation', %s, true)", [str(aria.organisation.pk)])
            done = owner_connection.execute(statement)
            assert done.rowcount >= 1

    return run


_FORGED = """
INSERT INTO tenants_auditevent (id, organisation_id, seq, hash, at, event, actor, object_type, object_id, before, after,
                                request_id, address)
SELECT gen_random_uuid(), organisation_id, 5, hash, at, event, actor, object_type, object_id, before, after,
       request_id, address
FROM tenants_auditevent WHERE seq = 4
"""


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE tenants_auditevent SET event = 'answer.kept' WHERE seq = 2", "event 2 was altered"),
        ("UPDATE tenants_auditevent SET after = '{\"level\": 5}' WHERE seq = 3", "event 3 was altered"),
        ("UPDATE tenants_auditevent SET actor = 'person:nobody' WHERE seq = 4", "event 4 was altered"),
        ("UPDATE tenants_auditevent SET at = at + interval '1 microsecond' WHERE seq = 1", "event 1 was altered"),
        ("DELETE FROM tenants_auditevent WHERE seq = 2", "event 2 is missing"),
        ("DELETE FROM tenants_auditevent WHERE seq = 1", "event 1 is missing"),
        ("DELETE FROM tenants_auditevent WHERE seq = 4", "the head does not fit the last event"),
        (_FORGED, "event 5 was altered"),
        (
            "UPDATE tenants_auditevent SET seq = CASE seq WHEN 2 THEN 30 ELSE 20 END WHERE seq IN (2, 3)",
            "event 2 is missing",
        ),
        ("UPDATE tenants_audithead SET seq = 3", "the head does not fit the last event"),
    ],
)
def test_what_the_owner_of_the_tables_changes_is_found(
    aria: House, tamper: Callable[[str], None], in_scope: InScope, statement: str, fault: str
):
    tamper(statement)
    with in_scope(aria):
        assert verify().fault == fault


def test_a_chain_cut_off_with_its_head_is_found_by_a_head_kept_outside(
    aria: House, tamper: Callable[[str], None], in_scope: InScope
):
    head = aria.as_("alice").get(f"{aria.path}/audit-head/").json()
    with in_scope(aria):
        assert verify(bare=[(head["seq"], head["hash"])]).fault == ""
        third = bytes(AuditEvent.objects.get(seq=3).hash).hex()
    tamper("DELETE FROM tenants_auditevent WHERE seq = 4")
    tamper(f"UPDATE tenants_audithead SET seq = 3, hash = '\\x{third}'")  # noqa: S608 - a hash of our own
    with in_scope(aria):
        assert verify().fault == ""
        assert verify(bare=[(head["seq"], head["hash"])]).fault
    with pytest.raises(CommandError):
        call_command("verify_audit", organisation="aria", head=f"{head['seq']}:{head['hash']}", stdout=io.StringIO())


def test_verify_audit_tells_the_fault_and_fails(aria: House, tamper: Callable[[str], None]):
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert "ok aria: 4 events hold" in out.getvalue()
    tamper("UPDATE tenants_auditevent SET event = 'x' WHERE seq = 2")
    with pytest.raises(CommandError, match=r"1 audit trail"):
        call_command("verify_audit", organisation="aria", stdout=out)
    assert "BROKEN aria: event 2 was altered" in out.getvalue()


@pytest.mark.django_db
def test_verify_audit_refuses_unclear_wishes(aria: House):
    for options in ({"organisation": "there-is-none"}, {"head": "1:" + "0" * 64}):
        with pytest.raises(CommandError):
            call_command("verify_audit", **options, stdout=io.StringIO())
    with pytest.raises(CommandError):
        call_command("verify_audit", "--organisation", "aria", "--head", "nonsense", stdout=io.StringIO())


def test_parallel_appends_leave_no_gap(
    committed: None, aria: House, in_threads: Callable[..., list[Any]], in_scope: InScope
):
    in_threads(lambda _: _write(aria, 5), range(6))
    with in_scope(aria):
        assert verify().events == 30
        assert verify().fault == ""
        assert AuditHead.objects.get().seq == 30
