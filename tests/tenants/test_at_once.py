"""Requests that arrive at once: what must happen once happens once. With real commits and real threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from identity.models import Person
from tenants.models import Job, Membership
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.cast import Api, House, make_person

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def house(committed: None, aria: House) -> House:
    return aria


# The same request at once: idempotency keys under real concurrency.


def test_the_same_key_at_once_has_one_effect(house: House, published: list[Any], in_threads: Callable[..., list[Any]]):
    person = house.people["adam"]

    def post(_: int) -> tuple[int, bytes]:
        response = Api(person).post(
            f"{house.path}/invitations/", {"email": "x@y.example", "role": "viewer"}, Idempotency_Key="same"
        )
        return response.status_code, response.content

    answers = in_threads(post, range(100), threads=20)
    assert len(answers) == 100
    assert {status for status, _ in answers} == {201}
    assert len({body for _, body in answers}) == 1
    with tenant_scope(house.organisation.pk):
        assert Job.objects.count() == 1


def test_the_same_key_at_once_founds_one_organisation(house: House, in_threads: Callable[..., list[Any]]):
    person = make_person("olga")

    def post(_: int) -> tuple[int, bytes]:
        response = Api(person).post("/organisations/", {"name": "Omega"}, Idempotency_Key="same")
        return response.status_code, response.content

    answers = set(in_threads(post, range(8), threads=8))
    assert len(answers) == 1
    assert answers.pop()[0] == 201
    assert len(Api(person).get("/organisations/").json()["results"]) == 1


def test_a_slug_is_given_once_however_many_ask(house: House, in_threads: Callable[..., list[Any]]):
    people = [make_person(f"p{number}") for number in range(6)]

    def post(person: Person) -> int:
        return Api(person).post("/organisations/", {"name": "Omega", "slug": "omega"}).status_code

    assert sorted(in_threads(post, people)) == [201, 409, 409, 409, 409, 409]


def test_owners_who_demote_each_other_leave_one_owner(house: House, in_threads: Callable[..., list[Any]]):
    with tenant_scope(house.organisation.pk):
        Membership.objects.filter(person=house.people["adam"]).update(role=Role.OWNER)
    together = threading.Barrier(2)

    def demote(pair: tuple[str, str]) -> int:
        who, whom = pair
        api = house.as_(who)
        together.wait()
        return api.change(f"{house.path}/members/{house.people[whom].pk}/", {"role": "viewer"}).status_code

    statuses = in_threads(demote, [("alice", "adam"), ("adam", "alice")], threads=2)
    assert statuses.count(200) == 1
    with tenant_scope(house.organisation.pk):
        assert Membership.objects.filter(role=Role.OWNER).count() == 1


def test_a_token_used_by_two_at_once_lets_one_in(
    house: House, published: list[Any], in_threads: Callable[..., list[Any]]
):
    import re

    from django.core import mail

    from tests.cast import run_jobs

    dora = make_person("dora", domain="new.example")
    house.as_("adam").post(f"{house.path}/invitations/", {"email": dora.email, "role": "viewer"})
    run_jobs(house)
    token = re.search(r"/invitations/aria/(\S+)/", mail.outbox[-1].body)[1]

    def accept(_: int) -> int:
        return Api(dora).post(f"{house.path}/invitations/accept/", {"token": token}).status_code

    assert sorted(in_threads(accept, range(5))) == [200, 410, 410, 410, 410]
    with tenant_scope(house.organisation.pk):
        assert Membership.objects.filter(person=dora).count() == 1
