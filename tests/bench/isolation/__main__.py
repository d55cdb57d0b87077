"""`./plumbline bench isolation`: what row-level security costs at a million answers of a thousand organisations.

The same requests over HTTP, of many organisations in turn, with every policy on and with every policy off (which only
the owner of the tables can do), in rounds that alternate so that whatever else the machine does falls on both. The cost
is the difference of the p95, of the median round each. Aim: at most 10 %.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from config import embedded
from config.environment import Environment
from config.processes import Services, run_services, say
from tests.bench import machine
from tests.bench.load import Measured, put_load
from tests.bench.own import measured

MOST_PERCENT = 10.0
OF_EACH = 8
"""Assessments of each of the two shipped standards in each organisation: 992 answers."""
ASKED = 200
"""Organisations whose requests take turns."""
TENANT_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relrowsecurity AND a.attname = 'organisation_id' ORDER BY 1
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./plumbline bench isolation", description=__doc__)
    parser.add_argument("--organisations", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5, help="with the policies on, and as many off (default 5)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round (default 3)")
    given = parser.parse_args(arguments)
    return measured("isolation", lambda where: _measure(where, given))


def _measure(where: Environment, given: argparse.Namespace) -> None:
    before = machine.description()["load_before"][0]
    with (
        run_services(where, purpose="bench", reset=True, any_port=True, durable=False) as services,
        embedded.joined(services.environment) as urls,
    ):
        assert urls is not None, "the servers were started by this very process"
        os.environ |= services.variables
        began = time.monotonic()
        readings = _data(given.organisations)
        owner = psycopg.connect(urls.database_owner_url or "", autocommit=True)
        owner.execute("VACUUM ANALYZE")
        counted = _count(owner, given.organisations)
        say(f"made {counted} in {time.monotonic() - began:.0f} s")
        print(
            f"{counted}; load of the machine before {before:g}; {given.rounds} rounds of {given.seconds:g} s each way"
        )
        print(f"{'request':34}{'p50 on':>9}{'p50 off':>9}{'p95 on':>9}{'p95 off':>9}{'cost of p95':>13}")
        for title, plan in readings.items():
            rounds: dict[bool, list[Measured]] = {True: [], False: []}
            _put(services, plan, seconds=given.seconds)  # scores that were never asked for are worked out once
            for _ in range(given.rounds):
                for on in (True, False):
                    _switch(owner, on=on)
                    rounds[on].append(_put(services, plan, seconds=given.seconds))
            _switch(owner, on=True)
            print(_line(title, rounds))


def _put(services: Services, readings: list[dict[str, Any]], *, seconds: float) -> Measured:
    return put_load(
        [{"kind": "rotate", "readings": readings}],
        host="127.0.0.1",
        port=services.environment.port,
        processes=services.processes(),
        seconds=seconds,
    )


def _line(title: str, rounds: Mapping[bool, Sequence[Measured]]) -> str:
    middle = {
        (on, what): statistics.median(getattr(found, what) for found in rounds[on])
        for on in (True, False)
        for what in ("p50", "p95")
    }
    cost = (middle[True, "p95"] / middle[False, "p95"] - 1) * 100
    cells = [middle[True, "p50"], middle[False, "p50"], middle[True, "p95"], middle[False, "p95"]]
    verdict = "met" if cost <= MOST_PERCENT else f"MISSED: at most {MOST_PERCENT:g} %"
    return f"{title:34}" + "".join(f"{cell:9.2f}" for cell in cells) + f"{cost:+12.1f}%  {verdict}"


def _data(organisations: int) -> dict[str, list[dict[str, Any]]]:
    import django

    django.setup()
    from django.db import transaction

    from assessments.catalogue.models import Standard
    from identity.models import Person
    from tests.bench.dataset import make_assessments, make_organisation
    from tests.bench.sizes import SHIPPED

    standards = {row.slug: row for row in Standard.objects.filter(is_current=True)}
    owner, assessor = (Person.objects.create(email=f"{name}@bench.example", password="!") for name in ("o", "a"))
    found: dict[str, list[dict[str, Any]]] = {"list the assessments": [], "open a workbook": [], "list the answers": []}
    for number in range(organisations):
        with transaction.atomic():
            organisation, key = make_organisation(number, owner=owner, assessor=assessor)
            ids = make_assessments(
                organisation, slugs=SHIPPED * OF_EACH, standards=standards, owner=owner, assessor=assessor
            )
        if number % max(1, organisations // ASKED) == 0:
            path = f"/api/v1/organisations/{organisation.slug}/assessments/"
            credentials = f"Authorization: Bearer {key}\r\n"
            addresses = (path, f"{path}{ids[0]}/requirements/", f"{path}{ids[0]}/answers/")
            for title, address in zip(found, addresses, strict=True):
                found[title].append({"path": address, "credentials": credentials})
    return found


def _switch(owner: psycopg.Connection[Any], *, on: bool) -> None:
    """All policies of all tenant tables, forced or off; the first call finds the tables while they are on."""
    if not _TABLES:
        _TABLES.extend(name for (name,) in owner.execute(TENANT_TABLES))
        assert _TABLES, "no table has row-level security"
    words = sql.SQL("ENABLE ROW LEVEL SECURITY, FORCE" if on else "DISABLE ROW LEVEL SECURITY, NO FORCE")
    for table in _TABLES:
        owner.execute(sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(sql.SQL(table), words))  # type: ignore[arg-type]


_TABLES: list[str] = []


def _count(owner: psycopg.Connection[Any], organisations: int) -> str:
    """Counted by the planner's own statistics, for the owner, too, is bound by the policies."""
    row = owner.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = 'assessments_answer'").fetchone()
    assert row is not None
    return f"{row[0]:,} answers of {organisations:,} organisations"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
