"""The sweep: Alfa's people try everything of Bravo's at every address, and each answer is compared with the answer to
something that never was. Each function yields one sentence per leak, so that the same sweep runs with belts taken off.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any, Final

import time_machine

from tests.isolation.bodies import body_for
from tests.isolation.calls import Answer, Body, call
from tests.isolation.database import digest
from tests.isolation.factories import STANDARD
from tests.isolation.routes import Operation, body_schema, id_fields, operations, query_parameters
from tests.isolation.world import ACTORS, Tenant, World, arguments_nobody_has

PUBLIC: Final = {
    "slug": STANDARD, "a": STANDARD, "b": "iso-13485-2016", "source": "eu-gdpr", "target": "iso-27001-2022",
    "guide": "tools-for-iso-27001",
}  # fmt: skip
"""What the parameters of public addresses stand for; source and target have a crosswalk between them."""
NOT_OWNED: Final = {"ref", *PUBLIC}
"""Parameters that are no organisation's secret."""
EVERYBODY: Final = (*ACTORS, "both")
"""Who stands before Alfa's door and, with Alfa's rights, before Bravo's; `both` is at home in Charlie, too."""
ABOUT_NOBODY: Final = {"livez", "readyz", "openapi", "docs"}
BODY_STATUS: Final = {("invitation-accept", "POST", "token"): 404}
"""What a foreign value in a body is answered with, where it is not 400: a token is an address of sorts."""


@dataclass(frozen=True, slots=True)
class Leak:
    operation: Operation
    sentence: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.sentence}"


@dataclass
class Watch:
    """Whether the rows of a tenant still are what they were, looked at after each request and before it is undone."""

    tenant: Tenant
    before: str = ""
    changed: bool = field(default=False, init=False)

    def look(self) -> None:
        now = digest(self.tenant.pk)
        self.before = self.before or now
        self.changed = self.changed or now != self.before


def tenant_operations() -> list[Operation]:
    return [operation for operation in operations() if operation.route.names_an_organisation]


def foreign_ids_in_own_addresses(world: World, actors: Sequence[str] = EVERYBODY) -> Iterator[Leak]:
    """In Alfa's addresses, each parameter in turn is Bravo's: the answer is, byte for byte, that to a random id."""
    nobody = arguments_nobody_has(world.a)
    watch = Watch(world.b)
    for operation in tenant_operations():
        for name in owned(operation):
            for actor in actors:
                foreign = world.c if actor == "both" else world.b
                ask = partial(_ask, world, operation, actor, tenant=world.a)
                got = ask({name: foreign.arguments[name]}, watch=None if operation.is_safe else watch)
                control = ask({name: nobody[name]})
                yield from _judge(operation, got, control=control, what=f"{actor} with a foreign {name}", world=world)
                if control.status != 404 and actor == "owner":
                    yield Leak(operation, f"{actor} with an unknown {name} gets {control}, not 404")
    if watch.changed:
        yield Leak(operations()[0], "rows of Bravo were changed through Alfa's addresses")


def foreign_organisations(world: World, actors: Sequence[str] = EVERYBODY) -> Iterator[Leak]:
    """At Bravo's addresses, with its ids or with one's own: the answer is that of an organisation that never was."""
    a, b, nobody = world.a, world.b, arguments_nobody_has(world.a)
    for operation in tenant_operations():
        # Whoever holds a token of Bravo's is let in by it: that is what it is for.
        theirs = b.arguments | {name: nobody[name] for name in nobody if name.endswith("token")}
        for actor in actors:
            ask = partial(_ask, world, operation, actor, tenant=a)
            control = ask(nobody)
            for words, arguments in (("its ids", theirs), ("own ids", a.arguments | {"slug": b.arguments["slug"]})):
                got = ask(arguments)
                yield from _judge(operation, got, control=control, what=f"{actor} at Bravo with {words}", world=world)
            if control.status not in {401, 404}:
                yield Leak(operation, f"{actor} at an organisation that never was gets {control}")


def foreign_ids_in_bodies(world: World, actors: Sequence[str] = EVERYBODY) -> Iterator[Leak]:
    """Each id in a body in turn is one of Bravo's, of any kind: 400, as for an unknown id, and nothing is stored.

    400 is for the owner, who may send every body; whoever is refused at the door is refused alike.
    """
    watches = (Watch(world.a), Watch(world.b))

    def look() -> None:
        for watch in watches:
            watch.look()

    for operation, actor in product(operations(), actors):
        good = body_for(operation, world.a)
        for path in id_fields(operation):
            where = ".".join(path)
            expected = BODY_STATUS.get((operation.name, operation.method, where), 400)
            unknown = str(uuid.uuid4())
            path_to = operation.route.path(world.a.arguments)
            send = partial(call, world.clients[actor], operation.method, path_to)
            control = send(body=_with(good, path=path, value=unknown)).without(unknown)
            if actor == "owner" and control.status != expected:
                yield Leak(operation, f"an unknown {where} gets {control}, not {expected}")
            for kind, foreign in world.b.ids.items():
                if path[-1] != "token" and not _is_id(foreign):
                    continue
                looking = None if control.is_refused else look
                got = send(body=_with(good, path=path, value=foreign), looking=looking)
                what = f"{actor} with {where} of Bravo's {kind}"
                yield from _judge(operation, got.without(foreign), control=control, what=what, world=world)
            if any(watch.changed for watch in watches):
                yield Leak(operation, f"a foreign {where} has changed rows")
            for watch in watches:
                watch.changed = False


def foreign_owners_in_bodies(world: World) -> Iterator[Leak]:
    """No body says whose a row is: 400 for one that tries, and nothing is stored."""
    watch = Watch(world.b)
    for operation in operations():
        schema, good = body_schema(operation), body_for(operation, world.a)
        if schema is None or good.json is None:
            continue
        for name in ("organisation", "organisation_id"):
            path = operation.route.path(world.a.arguments)
            body = Body(json={**good.json, name: str(world.b.pk)})
            got = call(world.clients["owner"], operation.method, path, body=body, looking=watch.look)
            if got.status != 400:
                yield Leak(operation, f"a body with {name} gets {got}")
    if watch.changed:
        yield Leak(operations()[0], "a body that names another organisation has changed rows")


def foreign_words_in_queries(world: World, actors: Sequence[str] = EVERYBODY) -> Iterator[Leak]:
    """Each filter in turn asks for something of Bravo's: the answer is that to asking for what nobody has."""
    for operation, actor in product(operations(), actors):
        client = world.clients[actor]
        for name in query_parameters(operation) if operation.is_safe and not operation.route.is_public else ():
            address = address_of(operation, world.a)
            wanted = {**world.b.ids, "canary": world.b.canary, "reference": f"{world.b.canary}.told"}
            unknown_id, unknown_word = str(uuid.uuid4()), "qznobody"
            controls = {
                unknown: call(client, "GET", f"{address}?{name}={unknown}").without(unknown)
                for unknown in (unknown_id, unknown_word)
            }
            for kind, value in wanted.items():
                got = call(client, "GET", f"{address}?{name}={value}").without(value)
                control = controls[unknown_id if _is_id(value) else unknown_word]
                what = f"{actor} with ?{name}= Bravo's {kind}"
                yield from _judge(operation, got, control=control, what=what, world=world)


def canaries_in_answers(world: World, actors: Sequence[str]) -> Iterator[Leak]:
    """Whatever Alfa's actors may read at Alfa's addresses, there is no word of another organisation in it."""
    for operation, actor, answer in readings(world, actors):
        foreign = [world.b.canary] if actor == "both" else [world.b.canary, world.c.canary]
        for canary in foreign:
            if answer.told(canary):
                yield Leak(operation, f"{actor} reads {canary}")


def readings(world: World, actors: Sequence[str]) -> Iterator[tuple[Operation, str, Answer]]:
    """Every address that can be read, as each actor reads it; what is public knows no actors and is read once.

    All at one moment, whenever it is done: what is exported says when.
    """
    assert world.alone_at is not None
    with time_machine.travel(world.alone_at, tick=False):
        for operation in operations():
            if operation.is_safe and operation.name not in ABOUT_NOBODY:
                for actor in actors[:1] if operation.route.is_public else actors:
                    yield operation, actor, call(world.clients[actor], "GET", address_of(operation, world.a))


def whole(world: World) -> list[Leak]:
    """All of it with the actors who get furthest: for trying the belts one by one."""
    return [
        *foreign_ids_in_own_addresses(world, ("owner", "both")),
        *foreign_organisations(world, ("owner", "anonymous")),
        *foreign_ids_in_bodies(world, ("owner",)),
        *foreign_words_in_queries(world, ("owner",)),
        *canaries_in_answers(world, ("owner", "granted", "both", "stranger", "key")),
    ]


def owned(operation: Operation) -> list[str]:
    """The arguments of an operation's address that are somebody's."""
    return [name for name in operation.route.arguments if name not in NOT_OWNED]


def address_of(operation: Operation, tenant: Tenant) -> str:
    """An operation's address among the tenant's, or in the public catalogue."""
    public = {} if operation.route.names_an_organisation else PUBLIC
    return operation.route.path(tenant.arguments | public)


def _ask(
    world: World,
    operation: Operation,
    actor: str,
    arguments: Mapping[str, str],
    *,
    tenant: Tenant,
    watch: Watch | None = None,
) -> Answer:
    path = operation.route.path(tenant.arguments | arguments)
    body = body_for(operation, tenant)
    return call(world.clients[actor], operation.method, path, body=body, looking=watch.look if watch else None)


def _judge(operation: Operation, got: Answer, *, control: Answer, what: str, world: World) -> Iterator[Leak]:
    if got != control:
        yield Leak(operation, f"{what} gets {got}, where something that never was gets {control}")
    elif got.told(world.b.canary):
        yield Leak(operation, f"{what} reads {world.b.canary}")


def _with(body: Body, *, path: tuple[str, ...], value: str) -> Body:
    changed: Any = deepcopy(body.json)
    place = changed
    for step in path[:-1]:
        place = place[0] if step == "*" else place[step]
    place[0 if path[-1] == "*" else path[-1]] = value
    return Body(json=changed)


def _is_id(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
