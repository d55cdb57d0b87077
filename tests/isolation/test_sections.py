"""An outside reviewer of one section walks every address there is, those to come included."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from assessments.models import Assessment, ReviewGrant
from assessments.services.grants import review_permission
from tenants.scope import tenant_scope
from tests.cast import make_person
from tests.isolation.bodies import body_for
from tests.isolation.calls import call
from tests.isolation.factories import pinned
from tests.isolation.routes import operations
from tests.isolation.world import World, live_until, signed_in


@pytest.fixture
def sectioned(world: World) -> Iterator[Client]:
    """Let into the last section of Alfa's main assessment; all that is written in it stands in the first."""
    with transaction.atomic():
        person = make_person("qz.sectioned", domain="outside.example")
        with tenant_scope(world.a.pk):
            ReviewGrant.objects.create(
                user=person, permission=review_permission(), content_object=world.a.of(Assessment),
                sections=[pinned().nodes[-1].ref], granted_by=world.a.people["owner"], expires_at=live_until(),
            )  # fmt: skip
        yield signed_in(person)
        transaction.set_rollback(True)


def test_they_read_no_word_of_what_is_written_elsewhere(world: World, sectioned: Client) -> None:
    a, reached = world.a, 0
    words = ("note", "reason", "comment", "verdict", "evidence", "description", "action", "report")
    hidden = [a.text(word) for word in words] + [a.aside, f"@{a.canary}.example", f"{a.canary}.txt"]
    hidden += [name for person in a.people.values() if (name := person.name.lower())]
    for operation in operations():
        if not operation.is_safe or not operation.route.is_tenants or operation.route.needs_a_token:
            continue
        answer = call(sectioned, "GET", operation.route.path(a.arguments))
        reached += answer.status == 200
        told = [word for word in hidden if answer.told(word)]
        assert not told, f"{operation}: {told}"
        if "ref" in operation.route.arguments:
            never = call(sectioned, "GET", operation.route.path(a.arguments | {"ref": "no-such-ref"}))
            assert (answer.status, answer.content) == (404, never.content), str(operation)
    assert reached >= 5


def test_they_change_nothing_elsewhere(world: World, sectioned: Client) -> None:
    """Each change with a good body about the first section is refused: as unknown, or as beyond an outside reviewer."""
    for operation in operations():
        if (
            operation.is_safe
            or not operation.route.is_tenants
            or operation.name == "invitation-accept"
            or operation.route.needs_a_token
        ):
            continue
        path = operation.route.path(world.a.arguments)
        answer = call(sectioned, operation.method, path, body=body_for(operation, world.a))
        assert answer.status in {400, 403, 404}, f"{operation}: {answer}"
