"""Handing the ownership over: to a member, by an owner who has just shown who they are, and never to nobody."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tenants.models import AuditEvent, Membership
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.cast import Api, House, InScope, prove

pytestmark = pytest.mark.django_db


def proven(house: House, who: str) -> Api:
    api = house.as_(who)
    prove(api.client, house.people[who])
    return api


def hand_to(house: House, heir: str, *, by: Api) -> Any:
    return by.post(f"{house.path}/ownership/", {"person": str(house.people[heir].pk)})


def roles(house: House) -> dict[str, str]:
    with tenant_scope(house.organisation.pk):
        return dict(Membership.objects.values_list("person__name", "role"))


def test_the_ownership_changes_hands_in_one_step(aria: House, in_scope: InScope) -> None:
    alice = proven(aria, "alice")
    answer = hand_to(aria, "bob", by=alice)
    assert (answer.status_code, answer.json()["role"]) == (200, "owner")
    assert (roles(aria)["Alice"], roles(aria)["Bob"]) == ("admin", "owner")
    assert alice.change(f"{aria.path}/", {"name": "New"}).status_code == 403
    assert aria.as_("bob").change(f"{aria.path}/", {"name": "New"}).status_code == 200
    assert hand_to(aria, "bella", by=alice).status_code == 403
    with in_scope(aria):
        event = AuditEvent.objects.get(event="ownership.transferred")
        assert Membership.objects.get(person=aria.people["bob"]).granted_by_id == aria.people["alice"].pk
    ids = {name: str(aria.people[name].pk) for name in ("alice", "bob")}
    assert event.before == {"roles": {ids["bob"]: "assessor", ids["alice"]: "owner"}}
    assert event.after == {"roles": {ids["bob"]: "owner", ids["alice"]: "admin"}}


def test_it_takes_a_proof_of_a_moment_ago(aria: House) -> None:
    old = aria.as_("alice")
    refused = hand_to(aria, "bob", by=old)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:plumbline:problem:confirm-first")
    prove(old.client, aria.people["alice"])
    session = old.client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 86_400}]
    session.save()
    assert hand_to(aria, "bob", by=old).status_code == 401
    session["account_authentication_methods_user"] = str(aria.people["bob"].pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    assert hand_to(aria, "bob", by=old).status_code == 401
    assert roles(aria)["Alice"] == "owner"


def test_signing_in_with_the_password_is_such_a_proof(aria: House, settings: Any) -> None:
    alice, api = aria.people["alice"], Api()
    alice.set_password("a-long-pass-phrase")
    alice.save()
    body = {"email": alice.email, "password": "a-long-pass-phrase"}
    assert api.post("/auth/browser/v1/auth/login", body).status_code == 200
    assert hand_to(aria, "bob", by=api).status_code == 200


@pytest.mark.parametrize("who", ["adam", "bob", "ravi", "carol"])
def test_only_owners_hand_it_over(aria: House, who: str) -> None:
    assert hand_to(aria, "bella", by=proven(aria, who)).status_code == 403


def test_no_key_hands_it_over(aria: House) -> None:
    made = aria.as_("alice").post(f"{aria.path}/api-keys/", {"name": "ci", "scope": "admin"}).json()
    assert hand_to(aria, "bob", by=Api(key=made["secret"])).status_code == 403


def test_it_goes_to_a_member_and_to_somebody_else(aria: House, nextdoor: House, unknown_id: uuid.UUID) -> None:
    alice, path = proven(aria, "alice"), f"{aria.path}/ownership/"
    charlie = nextdoor.people["charlie"].pk
    answers = [alice.post(path, {"person": str(person)}) for person in (charlie, unknown_id, aria.people["rita"].pk)]
    assert [answer.status_code for answer in answers] == [400] * 3
    assert len({answer.content for answer in answers}) == 1
    assert hand_to(aria, "alice", by=alice).status_code == 400
    for body in ({}, {"person": None}, {"person": "bob"}, {"person": str(unknown_id), "role": "owner"}):
        assert alice.post(path, body).status_code == 400
    assert alice.change(f"{aria.path}/members/{aria.people['bob'].pk}/", {"role": "owner"}).status_code == 200
    assert hand_to(aria, "bob", by=alice).status_code == 409
    stranger = [
        nextdoor.as_("charlie").post(at, {"person": str(charlie)}) for at in (path, "/organisations/no/ownership/")
    ]
    assert {answer.status_code for answer in stranger} == {404}
    assert stranger[0].content == stranger[1].content


@pytest.mark.parametrize("way", ["remove", "demote", "leave", "transfer"])
def test_however_owners_end_each_other_at_once_one_stays(
    committed: None, aria: House, in_threads: Callable[..., list[Any]], way: str
) -> None:
    with tenant_scope(aria.organisation.pk):
        Membership.objects.filter(person=aria.people["adam"]).update(role=Role.OWNER)
    together = threading.Barrier(2)

    def act(pair: tuple[str, str]) -> int:
        who, whom = pair
        api = proven(aria, who)
        at = f"{aria.path}/members/{aria.people[whom].pk}/"
        own = f"{aria.path}/members/{aria.people[who].pk}/"
        together.wait()
        match way:
            case "remove":
                return api.delete(at).status_code
            case "demote":
                return api.patch(at, {"role": "viewer"}, If_Match='"1"').status_code
            case "leave":
                return api.delete(own).status_code
            case _:
                return hand_to(aria, "bob" if who == "alice" else "bella", by=api).status_code

    statuses = in_threads(act, [("alice", "adam"), ("adam", "alice")], threads=2)
    assert all(status < 500 for status in statuses)
    found = list(roles(aria).values())
    assert found.count("owner") >= 1
    if way == "transfer":
        assert statuses == [200, 200]
        assert found.count("owner") == 2
    else:
        assert sum(status < 300 for status in statuses) == 1
