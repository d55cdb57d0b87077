"""When somebody was last seen: to within five minutes, for no statement in between, and without waiting for anybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from django.utils import timezone

from tenants.models import ApiKey, Membership
from tenants.scope import tenant_scope
from tests.cast import Api, House, InScope
from tests.statements import statements


@pytest.fixture
def unseen(aria: House, in_scope: InScope) -> House:
    with in_scope(aria):
        Membership.objects.update(last_active_at=None)
    return aria


def _seen(house: House, who: str) -> datetime | None:
    with tenant_scope(house.organisation.pk):
        return Membership.objects.get(person=house.people[who]).last_active_at


def test_a_member_is_seen_once_in_five_minutes(unseen: House) -> None:
    bob, started = unseen.as_("bob"), timezone.now()
    for expected in (1, 0, 0):
        with statements() as sent:
            assert bob.get(f"{unseen.path}/").status_code == 200
        assert sum("UPDATE tenants_membership" in sql for sql in sent) == expected
    first = _seen(unseen, "bob")
    assert first is not None
    assert first >= started
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        unseen.as_("bob").get(f"{unseen.path}/")
        assert _seen(unseen, "bob") > first + timedelta(minutes=5)
    listed = unseen.as_("alice").get(f"{unseen.path}/members/").json()["results"]
    assert {row["name"]: row["last_active_at"] is not None for row in listed}["Bob"]
    assert _seen(unseen, "carol") is None


def test_what_is_refused_leaves_no_trace(unseen: House) -> None:
    assert unseen.as_("bob").get(f"{unseen.path}/audit-events/").status_code == 403
    assert _seen(unseen, "bob") is None


def test_a_program_shows_as_its_key_and_not_as_its_person(unseen: House, in_scope: InScope) -> None:
    made = unseen.as_("adam").post(f"{unseen.path}/api-keys/", {"name": "ci", "scope": "read"}).json()
    with in_scope(unseen):
        Membership.objects.update(last_active_at=None)
    program = Api(key=made["secret"])
    for expected in (1, 0):
        with statements() as sent:
            assert program.get(f"{unseen.path}/").status_code == 200
        assert sum(sql.lstrip().startswith("UPDATE tenants_apikey") for sql in sent) == expected
    assert _seen(unseen, "adam") is None
    with in_scope(unseen):
        assert ApiKey.objects.get().last_used_at is not None


def test_nobody_waits_for_a_row_that_is_held(
    committed: None, unseen: House, owner_connection: psycopg.Connection[Any], in_threads: Callable[..., list[Any]]
) -> None:
    """While a member's role is being changed by somebody else, their requests go on."""
    bob = unseen.people["bob"]
    with owner_connection.transaction():
        owner_connection.execute("SELECT set_config('app.organisation', %s, true)", [str(unseen.organisation.pk)])
        held = owner_connection.execute(
            "SELECT id FROM tenants_membership WHERE person_id = %s FOR UPDATE", [bob.pk]
        ).fetchall()
        assert len(held) == 1
        began = time.perf_counter()
        assert in_threads(lambda _: Api(bob).get(f"{unseen.path}/").status_code, [1]) == [200]
        assert time.perf_counter() - began < 1
    assert _seen(unseen, "bob") is None
