"""The permission matrix: `permissions.yaml` says who may do what, and every cell of it is tried over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.isolation.bodies import body_for_row
from tests.isolation.calls import NOTHING, Answer, call
from tests.isolation.routes import Operation, operations
from tests.isolation.sweep import address_of
from tests.isolation.world import ACTORS, World

MATRIX: Final[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text())
ROWS: Final[dict[str, list[str]]] = {row: said.split() for row, said in MATRIX["operations"].items()}
WORDS: Final = {"ok", "401", "403", "404"}


def _operation(row: str) -> Operation:
    return Operation(*row.partition(",")[0].split())


def _word(answer: Answer) -> str:
    return str(answer.status) if answer.is_refused else "ok"


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert {str(operation) for operation in operations()} == {row for row in ROWS if "," not in row}
    assert {_operation(row) for row in ROWS} <= set(operations())


def test_every_row_says_something_of_every_actor() -> None:
    assert MATRIX["actors"] == list(ACTORS)
    for row, said in ROWS.items():
        assert len(said) == len(ACTORS), row
        assert set(said) <= WORDS, row


@pytest.mark.parametrize("row", ROWS)
def test_the_matrix_holds(world: World, row: str) -> None:
    operation, body = _operation(row), body_for_row(row, world.a)
    answers = {
        actor: call(world.clients[actor], operation.method, address_of(operation, world.a), body=body)
        for actor in (ACTORS[:1] if operation.route.is_public else ACTORS)
    }
    expected = dict(zip(ACTORS, ROWS[row], strict=True))
    wrong = {actor: str(answer) for actor, answer in answers.items() if _word(answer) != expected[actor]}
    assert not wrong, f"{row} should be {expected}"
    assert not [answer for answer in answers.values() if answer.status >= 500]


READ: Final = [str(operation) for operation in operations() if operation.is_safe and not operation.route.is_public]


@pytest.mark.parametrize("row", READ)
def test_head_is_answered_like_get(world: World, row: str) -> None:
    operation = _operation(row)
    expected = dict(zip(ACTORS, ROWS[row], strict=True))
    for actor in ("viewer", "granted", "expired", "key"):
        answer = call(world.clients[actor], "HEAD", address_of(operation, world.a))
        assert _word(answer) == expected[actor], f"{actor}: {answer}"
        assert not answer.content


def test_what_an_outside_reviewer_may_do_ends_with_the_assessment_of_the_grant(world: World) -> None:
    """At the addresses of another assessment of the same organisation they are strangers."""
    aside = world.a.arguments | {"assessment_id": world.a.arguments["aside_id"]}
    for operation in operations():
        if "assessment_id" in operation.route.arguments:
            path = operation.route.path(aside)
            answers = [call(world.clients[a], operation.method, path, body=NOTHING) for a in ("granted", "stranger")]
            assert answers[0].status == 404
            assert answers[0] == answers[1], str(operation)


def test_addresses_that_take_no_such_method_say_so_only_to_those_they_exist_for(world: World) -> None:
    for operation in operations():
        if operation.route.is_tenants and not operation.route.needs_a_token:
            answer = call(world.clients["stranger"], "PUT", operation.route.path(world.a.arguments))
            assert answer.status == 404 or operation.name == "invitation-accept", f"{operation.name}: {answer}"
