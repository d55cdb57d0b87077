"""The tenancy matrix: nothing of Bravo's or Charlie's reaches Alfa's people, at any address, by any parameter."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.contrib import admin

from tenants.managed import TenantModel
from tests.isolation import sweep
from tests.isolation.calls import call
from tests.isolation.neighbourhood import READERS
from tests.isolation.routes import id_fields, operations
from tests.isolation.world import ACTORS, World


def _none(leaks: Iterable[sweep.Leak]) -> None:
    found = [str(leak) for leak in leaks]
    assert not found, "\n".join([f"{len(found)} leaks", *found[:20]])


def test_a_foreign_id_in_ones_own_address_is_answered_like_one_that_never_was(world: World) -> None:
    _none(sweep.foreign_ids_in_own_addresses(world))


def test_a_foreign_organisation_is_answered_like_one_that_never_was(world: World) -> None:
    _none(sweep.foreign_organisations(world))


def test_a_foreign_id_in_a_body_is_answered_like_an_unknown_one_and_nothing_is_stored(world: World) -> None:
    _none(sweep.foreign_ids_in_bodies(world))


def test_no_body_says_whose_a_row_is(world: World) -> None:
    _none(sweep.foreign_owners_in_bodies(world))


def test_a_filter_does_not_tell_that_something_is_there_for_others(world: World) -> None:
    _none(sweep.foreign_words_in_queries(world))


def test_nothing_that_can_be_read_holds_a_word_of_another_organisation(world: World) -> None:
    _none(sweep.canaries_in_answers(world, (*ACTORS, "both")))


def test_what_an_organisation_reads_is_the_same_whether_others_exist_or_not(world: World) -> None:
    """Counts, scores, pages and orders among it."""
    changed = [
        f"{operation} as {actor}: {answer}, before {world.alone[str(operation), actor]}"
        for operation, actor, answer in sweep.readings(world, READERS)
        if answer != world.alone[str(operation), actor]
    ]
    assert not changed, "\n".join(changed)


def test_a_key_of_another_organisation_is_answered_like_no_key(world: World) -> None:
    for operation in sweep.tenant_operations():
        path = operation.route.path(world.a.arguments)
        found = [call(world.clients[key], operation.method, path) for key in ("foreign_key", "unknown_key")]
        assert found[0] == found[1], f"{operation}: {found[0]}, {found[1]}"


def test_the_owner_next_door_is_answered_like_a_stranger(world: World) -> None:
    for operation in sweep.tenant_operations():
        if operation.name == "invitation-page":  # tells everybody whom they are signed in as
            continue
        path = operation.route.path(world.a.arguments)
        found = [call(world.clients[actor], operation.method, path) for actor in ("neighbour", "stranger")]
        assert found[0] == found[1], f"{operation}: {found[0]}, {found[1]}"


def test_an_outside_reviewer_reads_nothing_of_another_assessment(world: World) -> None:
    told = [str(operation) for operation, _, answer in sweep.readings(world, ["granted"]) if answer.told(world.a.aside)]
    assert not told


def test_the_words_of_another_assessment_are_there_for_members(world: World) -> None:
    """Or the test above would prove nothing."""
    told = {operation.name for operation, _, answer in sweep.readings(world, ["owner"]) if answer.told(world.a.aside)}
    assert {"assessments", "evidence-list"} <= told


def test_the_sweep_tries_ids_in_addresses_bodies_and_queries() -> None:
    assert sum(len(sweep.owned(operation)) for operation in sweep.tenant_operations()) > 60
    assert sum(len(id_fields(operation)) for operation in operations()) >= 10


def test_the_operators_admin_knows_no_tenant_table() -> None:
    assert not [model for model in admin.site._registry if issubclass(model, TenantModel)]


@pytest.mark.parametrize("actor", ["owner", "granted", "stranger", "anonymous"])
def test_the_operators_admin_is_closed_to_the_people_of_organisations(world: World, actor: str) -> None:
    answer = call(world.clients[actor], "GET", "/operators/")
    assert answer.status == 302
    assert "/operators/login/" in dict(answer.headers)["Location"]
