"""Building the world: Alfa first and alone, then Bravo and Charlie beside it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tenants.authentication import new_key
from tenants.roles import Role
from tests.cast import make_person
from tests.isolation.sweep import readings
from tests.isolation.world import World, build_tenant, client_with, clients_of, join, signed_in

READERS = ("owner", "viewer", "granted", "key")


def build_world(folder: Path) -> World:
    """Three organisations, the actors before Alfa's door, and some more:

    `both` assesses in Alfa and owns Charlie, `neighbour` owns Bravo and nothing else, `foreign_key` is Bravo's key,
    `unknown_key` nobody's.
    """
    world = World(storages=settings.STORAGES)
    world.tenants["alfa"] = build_tenant("alfa", folder=folder)
    both = make_person("both", domain="both.example")
    join(world.a, both, role=Role.ASSESSOR)
    world.clients = clients_of(world.a)
    world.alone_at = timezone.now()
    world.alone = {(str(operation), actor): answer for operation, actor, answer in readings(world, READERS)}
    world.tenants |= {name: build_tenant(name, folder=folder) for name in ("bravo", "charlie")}
    join(world.c, both, role=Role.OWNER)
    world.clients |= {
        "both": signed_in(both),
        "neighbour": signed_in(world.b.people["owner"]),
        "foreign_key": client_with(key=world.b.key),
        "unknown_key": client_with(key=new_key().text),
    }
    return world
