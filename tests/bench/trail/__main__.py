"""`./plumbline bench trail`: appends per second to the audit trail of one organisation, from several connections.

Every append is what a service does at the end of its transaction: a scope opened (BEGIN, setting), one event recorded,
COMMIT with its flush to the disk. Connections are processes of their own, all at the same organisation, so that they
wait for one another at its head. Afterwards the trail is verified; a run whose trail does not hold fails.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from config import embedded
from config.environment import ROOT, Environment
from config.processes import MANAGE, say, variables_for
from tests.bench.own import measured

AIM = 200
CONNECTIONS = (1, 4, 8)
SECONDS = 5.0


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./plumbline bench trail", description=__doc__).parse_args(arguments)
    return measured("trail", _run)


def _run(given: Environment) -> None:
    """Measure and print one line for each number of connections. Raises what the embedded servers raise."""
    servers = embedded.EmbeddedServers(given, purpose="bench trail")
    try:
        urls = servers.start(reset=True, durable=True)
        variables = variables_for(given, urls, owner=True)
        subprocess.run([*MANAGE, "migrate", "--noinput"], env=variables, cwd=ROOT, check=True, stdout=sys.stderr)
        os.environ |= {name: text for name, text in variables.items() if name != "DATABASE_OWNER_URL"}
        before = os.getloadavg()[0]
        organisation_id, rates = _measured()
        print(f"appends/s to one organisation's audit trail, aim >= {AIM}; load of this machine before: {before:.2f}")
        for connections, (rate, slowest) in rates.items():
            word = "reached" if rate >= AIM else "MISSED"
            print(f"  {connections:2} connections  {rate:7.0f} appends/s  p99 {slowest:6.1f} ms  {word}")
        print(f"  {_verified(organisation_id)} events verified, the chain holds")
    finally:
        servers.stop()


def _measured() -> tuple[UUID, dict[int, tuple[float, float]]]:
    import django

    django.setup()
    from django.db import connections as databases

    from identity.models import Person
    from tests.cast import make_organisation

    owner = Person.objects.create(email="owner@bench.example", name="Owner", password="!")
    organisation_id: UUID = make_organisation("bench", owner=owner).pk
    databases.close_all()
    rates = {}
    for count in CONNECTIONS:
        say(f"appending from {count} connection(s) for {SECONDS:g} s …")
        rates[count] = _load(organisation_id, connections=count)
    return organisation_id, rates


def _load(organisation_id: UUID, *, connections: int) -> tuple[float, float]:
    """Appends per second over all connections, and the 99th percentile of one append in milliseconds."""
    context = multiprocessing.get_context("spawn")
    ready, outcomes = context.Barrier(connections), context.Queue()
    workers = [
        context.Process(target=_append, args=(str(organisation_id), ready, outcomes)) for _ in range(connections)
    ]
    for worker in workers:
        worker.start()
    found: list[tuple[float, list[float]]] = [outcomes.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(30)
    times = sorted(milliseconds for _, own in found for milliseconds in own)
    return sum(len(own) / took for took, own in found), times[int(len(times) * 0.99)]


def _append(organisation: str, ready: Any, outcomes: Any) -> None:
    import django

    django.setup()
    from tenants import audit
    from tenants.scope import tenant_scope

    organisation_id, times = UUID(organisation), []
    values = {"4.1.1": {"level": 3.0, "note": "Manual 7, chapter 1.", "version": 2}}

    def once() -> None:
        with tenant_scope(organisation_id):
            audit.act_as("person:0192f5a0-0000-7000-8000-000000000000", request_id="bench", address="192.0.2.1")
            audit.record("answers.changed", object_type="assessment", object_id="1", before=values, after=values)

    once()
    ready.wait(60)
    began = time.perf_counter()
    while (at := time.perf_counter()) - began < SECONDS:
        once()
        times.append((time.perf_counter() - at) * 1000)
    outcomes.put((time.perf_counter() - began, times))


def _verified(organisation_id: UUID) -> int:
    from django.db import connections

    from tenants.scope import tenant_scope
    from tenants.verification import verify

    with tenant_scope(organisation_id):
        verdict = verify()
    connections.close_all()
    if verdict.fault:
        raise SystemExit(f"bench: the trail does not hold: {verdict.fault}")
    return verdict.events
