"""The audit trail: read by few, written by nobody twice, and broken by no one unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from psycopg import Connection

from tenants import audit
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tenants.services.heads import sign_head
from tenants.verification import verify
from tests.cast import House, InScope, run_jobs


def _write(house: House, count: int = 3) -> None:
    with tenant_scope(house.organisation.pk):
        for number in range(count):
            audit.record(
                "answer.changed",
                object_type="answer",
                object_id=number,
                before={"level": number, "note": "ä\u2028"},
                after={"level": number + 0.1, "at": timezone.now()},
            )


@pytest.mark.django_db
def test_the_trail_is_read_newest_first_with_names(aria: House):
    alice = aria.as_("alice")
    alice.change(f"{aria.path}/", {"name": "One"})
    alice.change(f"{aria.path}/members/{aria.people['bob'].pk}/", {"role": "viewer"}, X_Request_Id="trace-me-1")
    key = alice.post(f"{aria.path}/api-keys/", {"name": "ci", "scope": "admin"}).json()
    from tests.cast import Api

    Api(key=key["secret"]).change(f"{aria.path}/members/{aria.people['bob'].pk}/", {"role": "reviewer"})
    rows = aria.as_("adam").get(f"{aria.path}/audit-events/").json()["results"]
    assert [(row["seq"], row["event"], row["actor_name"]) for row in rows] == [
        (4, "member.role_changed", "ci"),
        (3, "api_key.created", "Alice"),
        (2, "member.role_changed", "Alice"),
        (1, "organisation.changed", "Alice"),
    ]
    assert rows[2]["request_id"] == "trace-me-1"
    assert rows[2]["before"] == {"role": "assessor"}
    assert rows[2]["address"] == "127.0.0.1"
    head = aria.as_("adam").get(f"{aria.path}/audit-head/").json()
    assert head == {"seq": 4, "hash": rows[0]["hash"]}


@pytest.mark.django_db
def test_the_trail_is_filtered(aria: House):
    alice, bob = aria.as_("alice"), str(aria.people["bob"].pk)
    alice.change(f"{aria.path}/", {"name": "One"})
    alice.change(f"{aria.path}/members/{bob}/", {"role": "viewer"})
    adam = aria.as_("adam")
    adam.change(f"{aria.path}/members/{bob}/", {"role": "reviewer"})
    now = timezone.now()
    before, after = (now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=1)).isoformat()

    def seqs(**query: str) -> list[int]:
        response = adam.client.get(f"/api/v1{aria.path}/audit-events/", query)
        assert response.status_code == 200, response.content
        return [row["seq"] for row in response.json()["results"]]

    assert seqs(event="member.role_changed") == [3, 2]
    assert seqs(object_type="person", object_id=bob) == [3, 2]
    assert seqs(actor=f"person:{adam.person.pk}") == [3]
    assert seqs(since=before, until=after) == [3, 2, 1]
    assert seqs(since=after) == seqs(until=before) == []
    assert seqs(ordering="seq") == [1, 2, 3]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["since=yesterday", "until=x", "who=me", "ordering=actor"])
def test_a_wrong_filter_is_named(aria: House, query: str):
    response = aria.as_("adam").get(f"{aria.path}/audit-events/?{query}")
    assert response.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["bob", "ravi", "carol"])
def test_only_owner_and_admin_read_the_trail(aria: House, name: str):
    assert aria.as_(name).get(f"{aria.path}/audit-events/").status_code == 403
    assert aria.as_(name).get(f"{aria.path}/audit-head/").status_code == 403


@pytest.mark.django_db
def test_strangers_get_404(aria: House, nextdoor: House):
    assert nextdoor.as_("charlie").get(f"{aria.path}/audit-events/").status_code == 404
    assert nextdoor.as_("charlie").get(f"{aria.path}/audit-head/").status_code == 404


@pytest.mark.django_db
def test_a_page_of_the_trail_costs_the_same_for_more_events(aria: House, django_assert_num_queries: Callable[..., Any]):
    from django.test.utils import CaptureQueriesContext

    alice = aria.as_("alice")
    alice.change(f"{aria.path}/", {"name": "One"})
    with CaptureQueriesContext(connection) as few:
        alice.get(f"{aria.path}/audit-events/")
    _write(aria, 30)
    with django_assert_num_queries(len(few)):
        assert len(alice.get(f"{aria.path}/audit-events/").json()["results"]) == 31


@pytest.mark.django_db
def test_the_chain_holds_and_the_chains_of_two_organisations_are_apart(aria: House, nextdoor: House, in_scope: InScope):
    _write(aria, 5)
    _write(nextdoor, 2)
    with in_scope(aria):
        verdict = verify()
    assert (verdict.events, verdict.fault) == (5, "")
    with in_scope(nextdoor):
        assert verify().events == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenants_auditevent SET event = 'x'",
        "DELETE FROM tenants_auditevent",
        "TRUNCATE tenants_auditevent",
        "TRUNCATE tenants_audithead",
        "DELETE FROM tenants_audithead",
        "UPDATE tenants_audithead SET seq = seq - 1",
        "UPDATE tenants_audithead SET seq = seq + 2",
        "UPDATE tenants_audithead SET hash = ''::bytea",
    ],
)
def test_the_app_role_only_appends(aria: House, in_scope: InScope, statement: str):
    _write(aria)
    with in_scope(aria):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
        assert verify().fault == ""


@pytest.mark.django_db
def test_the_orm_changes_no_event(aria: House, in_scope: InScope):
    _write(aria)
    with in_scope(aria):
        for spoil in (
            lambda: AuditEvent.objects.update(event="x"),
            lambda: AuditEvent.objects.all().delete(),
            lambda: AuditEvent.objects.first().delete(),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                spoil()


@pytest.mark.parametrize("table", ["tenants_auditevent", "tenants_signedhead", "tenants_audithead"])
def test_a_careless_grant_opens_nothing(
    committed: None, aria: House, owner_connection: Connection, in_scope: InScope, table: str
):
    """The trigger is the second lock: it holds when the first, the missing right, is gone."""
    from config.environment import environment

    app = environment().database
    assert app is not None
    _write(aria)
    with in_scope(aria):
        sign_head(day="2026-03-01")
    owner_connection.execute(f'GRANT UPDATE, DELETE, TRUNCATE ON {table} TO "{app.user}"')
    try:
        for spoil in ("UPDATE {} SET seq = seq + 7", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(ProgrammingError, match="permission denied"), in_scope(aria):
                connection.cursor().execute(spoil.format(table))
    finally:
        owner_connection.execute(f'REVOKE DELETE, TRUNCATE ON {table} FROM "{app.user}"')
        if table != "tenants_audithead":
            owner_connection.execute(f'REVOKE UPDATE ON {table} FROM "{app.user}"')
    with in_scope(aria):
        assert verify().fault == ""


@pytest.mark.django_db
def test_numbers_that_databases_spell_otherwise_do_not_break_the_chain(aria: House, in_scope: InScope):
    with in_scope(aria):
        values = {"n": [1e16, -1e300, 2**60, 0.1 + 0.2, 1e-7, -0.0, 5e-324, 1.0, True, 2**53], "t": {"é": None}}
        audit.record("thing.counted", object_type="thing", object_id=1, before=values, after=values)
        assert verify().fault == ""


@pytest.mark.django_db
def test_a_job_tells_the_request_it_was_asked_in(aria: House, in_scope: InScope, published: list[Any]):
    """Who asked, in which request and from where, also for what the worker did with it later."""
    from tenants import jobs
    from tenants.models import Job

    @jobs.job_handler("test.told")
    def told(run: jobs.Run) -> None:
        with run.finish():
            audit.record("thing.done", object_type="thing", object_id=1)

    with in_scope(aria):
        audit.act_as("person:somebody", request_id="trace-me-22", address="192.0.2.7")
        jobs.enqueue("test.told", key="1", payload={}, requested_by=aria.people["bob"].pk)
        audit.act_as("system:scheduler")
        jobs.enqueue("test.told", key="2", payload={})
    run_jobs(aria)
    with in_scope(aria):
        first, second = AuditEvent.objects.order_by("seq")
        assert (first.actor, first.request_id) == (f"person:{aria.people['bob'].pk}", "trace-me-22")
        assert first.address == "192.0.2.7"
        assert (second.actor, second.address) == ("system:worker", "internal")
        assert second.request_id == Job.objects.get(key="2").request_id
