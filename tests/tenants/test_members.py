"""Members: who sees them, who changes roles, who may leave."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tenants.models import ApiKey, AuditEvent, Membership
from tenants.roles import Role
from tests.cast import MEMBERS, House, InScope, make_person

pytestmark = pytest.mark.django_db


def _of(aria: House, name: str) -> str:
    return f"{aria.path}/members/{aria.people[name].pk}/"


def test_members_see_each_other_with_role_and_address(aria: House):
    rows = aria.as_("carol").get(f"{aria.path}/members/").json()["results"]
    assert {row["name"]: row["role"] for row in rows} == {name.title(): role for name, role in MEMBERS.items()}
    assert {"alice@example.org", "bob@example.org"} <= {row["email"] for row in rows}


def test_members_are_filtered_by_role(aria: House):
    rows = aria.as_("alice").get(f"{aria.path}/members/?role=assessor").json()["results"]
    assert {row["name"] for row in rows} == {"Bob", "Bella"}
    assert aria.as_("alice").get(f"{aria.path}/members/?role=king").status_code == 400
    assert aria.as_("alice").get(f"{aria.path}/members/?king=1").status_code == 400


def test_the_list_costs_the_same_for_more_members(
    aria: House, in_scope: InScope, django_assert_num_queries: Callable[..., Any]
):
    api = aria.as_("alice")
    api.get(f"{aria.path}/members/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        api.get(f"{aria.path}/members/")
    more = [make_person(f"extra{number}") for number in range(20)]
    with in_scope(aria):
        Membership.objects.bulk_create([Membership(person=person, role=Role.VIEWER) for person in more])
    with django_assert_num_queries(len(few)):
        assert len(api.get(f"{aria.path}/members/").json()["results"]) == 26


def test_strangers_get_404_for_members_as_for_nobody(aria: House, nextdoor: House, unknown_id: uuid.UUID):
    charlie = nextdoor.as_("charlie")
    answers = {
        charlie.get(_of(aria, "bob")).content,
        charlie.change(_of(aria, "bob"), {"role": "viewer"}).content,
        charlie.delete(_of(aria, "bob")).content,
        charlie.get(f"{aria.path}/members/{unknown_id}/").content,
        charlie.get(f"{nextdoor.path}/members/{aria.people['bob'].pk}/").content,
        charlie.get(f"{nextdoor.path}/members/{unknown_id}/").content,
        charlie.patch(f"{nextdoor.path}/members/{aria.people['bob'].pk}/", {"role": "viewer"}, If_Match='"1"').content,
        charlie.delete(f"{nextdoor.path}/members/{aria.people['bob'].pk}/").content,
    }
    assert len(answers) == 1
    assert b"not-found" in answers.pop()


def test_an_admin_changes_roles_up_to_their_own(aria: House, in_scope: InScope):
    adam = aria.as_("adam")
    response = adam.change(_of(aria, "carol"), {"role": "admin"})
    assert response.status_code == 200
    assert response.json()["role"] == "admin"
    assert adam.change(_of(aria, "carol"), {"role": "owner"}).json()["type"].endswith("role-above-own")
    with in_scope(aria):
        event = AuditEvent.objects.get()
    assert (event.event, event.before, event.after) == (
        "member.role_changed", {"role": "viewer"}, {"role": "admin"},
    )  # fmt: skip


def test_an_admin_cannot_touch_an_owner(aria: House):
    adam = aria.as_("adam")
    assert adam.change(_of(aria, "alice"), {"role": "viewer"}).status_code == 403
    assert adam.delete(_of(aria, "alice")).status_code == 403


@pytest.mark.parametrize("name", ["bob", "ravi", "carol"])
def test_others_change_nobody(aria: House, name: str):
    assert aria.as_(name).change(_of(aria, "bella"), {"role": "viewer"}).status_code == 403
    assert aria.as_(name).delete(_of(aria, "bella")).status_code == 403
    assert aria.as_(name).change(_of(aria, name), {"role": "admin"}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"role": "king"}, {"role": None}, {"role": "viewer", "name": "x"}])
def test_a_wrong_role_is_refused(aria: House, body: object):
    assert aria.as_("alice").change(_of(aria, "bob"), body).status_code == 400


def test_the_last_owner_stays(aria: House):
    alice = aria.as_("alice")
    for response in (alice.change(_of(aria, "alice"), {"role": "admin"}), alice.delete(_of(aria, "alice"))):
        assert response.status_code == 409
        assert response.json()["type"].endswith("last-owner")


def test_an_owner_steps_down_when_there_is_another(aria: House):
    alice = aria.as_("alice")
    assert alice.change(_of(aria, "adam"), {"role": "owner"}).status_code == 200
    assert alice.change(_of(aria, "alice"), {"role": "viewer"}).status_code == 200
    assert aria.as_("adam").delete(_of(aria, "adam")).status_code == 409


def test_anybody_may_leave_and_is_a_stranger_then(aria: House, in_scope: InScope):
    carol = aria.as_("carol")
    assert carol.delete(_of(aria, "carol")).status_code == 204
    assert carol.get(f"{aria.path}/").status_code == 404
    with in_scope(aria):
        assert AuditEvent.objects.get().event == "member.left"


def test_a_removed_member_is_out_at_once_and_their_keys_with_them(aria: House, in_scope: InScope):
    adam, alice = aria.as_("adam"), aria.as_("alice")
    made = adam.post(f"{aria.path}/api-keys/", {"name": "ci", "scope": "read", "days": 3}).json()
    assert alice.delete(_of(aria, "adam")).status_code == 204
    assert adam.get(f"{aria.path}/members/").status_code == 404
    with in_scope(aria):
        assert ApiKey.objects.get(pk=made["id"]).revoked_at is not None
        # Invited again, the key stays dead.
        Membership.objects.create(person=aria.people["adam"], role=Role.ADMIN)
    from tests.cast import Api

    assert Api(key=made["secret"]).get(f"{aria.path}/").status_code == 401
    assert adam.get(f"{aria.path}/").status_code == 200
