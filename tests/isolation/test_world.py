"""The world of the sweep is whole: a table, text, parameter or body that it does not know fails here."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction

from tenants.models import Membership
from tenants.scope import tenant_scope
from tests.isolation.bodies import body_for, known_bodies
from tests.isolation.calls import call
from tests.isolation.database import digest, tables, tenant_models
from tests.isolation.factories import FACTORIES
from tests.isolation.routes import body_schema, id_fields, operations, routes
from tests.isolation.sweep import NOT_OWNED
from tests.isolation.wordless import NO_CANARY
from tests.isolation.world import World

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)


def test_every_tenant_model_has_a_factory() -> None:
    assert set(FACTORIES) == set(tenant_models())


@pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model._meta.label)
def test_every_text_carries_its_organisations_canary(world: World, model: type[models.Model]) -> None:
    for tenant in world.tenants.values():
        with tenant_scope(tenant.pk):
            row = model.objects.get(pk=tenant.of(model).pk)
        assert row.organisation_id == tenant.pk
        for field in model._meta.local_concrete_fields:
            if isinstance(field, TEXTS) and f"{model._meta.label}.{field.name}" not in NO_CANARY:
                assert tenant.canary in _text(getattr(row, field.name)), f"{model._meta.label}.{field.name}"


def test_no_exception_from_the_canaries_is_left_over() -> None:
    labels = {f"{model._meta.label}.{field.name}" for model in FACTORIES for field in model._meta.local_fields}
    assert set(NO_CANARY) <= labels


def test_every_parameter_of_an_address_is_known(world: World) -> None:
    named = {name for route in routes().values() if route.is_tenants for name in route.arguments}
    assert named - {"slug"} <= world.a.arguments.keys()
    assert named & NOT_OWNED <= {"slug", "ref", "b"}


def test_every_body_is_known() -> None:
    taking = {operation for operation in operations() if body_schema(operation) is not None}
    assert taking == known_bodies()


def test_a_body_with_ones_own_ids_is_accepted(world: World) -> None:
    """So that a foreign id in its place is refused for being foreign, and for nothing else."""
    for operation in (operation for operation in operations() if id_fields(operation)):
        if operation.name == "invitation-accept":  # it is for somebody else than the owner
            continue
        path = operation.route.path(world.a.arguments)
        answer = call(world.clients["owner"], operation.method, path, body=body_for(operation, world.a))
        assert answer.status < 300, f"{operation}: {answer}"


def test_the_digest_sees_every_change(world: World) -> None:
    with transaction.atomic():
        before = digest(world.b.pk)
        assert before == digest(world.b.pk) != digest(world.a.pk)
        with tenant_scope(world.b.pk):
            Membership.objects.filter(person=world.b.people["target"]).update(role="admin")
        assert digest(world.b.pk) != before
        transaction.set_rollback(True)
    assert len(tables()) == len(FACTORIES)


def _text(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, (bytes, memoryview)) else str(value).lower()
