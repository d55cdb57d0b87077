"""One run of the bench, from the empty folder to the results."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from config import embedded
from config.environment import ROOT, Environment
from config.processes import MANAGE, Services, run_services, say, variables_for
from tests.bench import machine
from tests.bench.load import put_load
from tests.bench.sizes import Sizes
from tests.bench.standards import write_standards
from tests.bench.starts import measure_migration, measure_starts
from tests.bench.table import Row, table

if TYPE_CHECKING:
    from tests.bench.dataset import Dataset
    from tests.bench.workloads import Workload

CLIENTS = (1, 8)
HOST = "127.0.0.1"
STALE_ROUNDS = 10
BUSY = 0.3  # cores kept busy by others from which on latencies say little


@dataclass(frozen=True, kw_only=True)
class Options:
    sizes: Sizes
    seconds: float
    only: tuple[str, ...] = ()
    quick: bool = False

    def wants(self, name: str) -> bool:
        return not self.only or name.startswith(self.only)


def run_bench(given: Environment, *, options: Options) -> None:
    """Measure and write down. Raises what `run_services` raises, and LoadFailed."""
    described, variables = machine.description(), dict(os.environ)
    say(f"load of this machine before: {described['load_before'][0]:g}; figures are good when nothing else runs")
    rows: list[Row] = []
    about: dict[str, Any] = {"machine": described}
    try:
        _measure_all(given, options=options, rows=rows, about=about, variables=variables)
    finally:
        _write(given.data_dir / "results.json", rows=rows, about=about)
    print(_page(rows, about=about))
    say(f"written to {given.data_dir / 'results.json'}")


def _measure_all(
    given: Environment,
    *,
    options: Options,
    rows: list[Row],
    about: dict[str, Any],
    variables: Mapping[str, str],
) -> None:
    """Add to `rows` what the running services give, then what starting them again does."""
    with run_services(given, purpose="bench", reset=True, any_port=True) as services:
        try:
            for row in _measured(services, options=options, about=about):
                rows.append(row)
                say(f"  {row.title.strip():48} {row.clients} client(s) {row.value:9.2f} {row.unit:3} {row.verdict}")
        finally:
            about["peaks_mib"] = machine.peaks(services.processes())
    if options.wants("start") or options.wants("idle"):
        say("starting again …")
        rows += [row for row in measure_starts(given.data_dir, variables=variables) if options.wants(row.name)]


def _measured(services: Services, *, options: Options, about: dict[str, Any]) -> Iterator[Row]:
    given = services.environment
    with embedded.joined(given) as urls:
        assert urls is not None, "the servers were started by this very process"
        owner = variables_for(given, urls, owner=True)
        if options.wants("migrate"):
            yield from measure_migration(owner)
        began = time.monotonic()
        data = _prepare(services, options=options, owner=owner)
        about |= {
            "rows": dict(data.counts),
            "seconds_to_make_the_data": round(time.monotonic() - began, 1),
            "seconds_of_load": options.seconds,
        }
        say(f"made the data in {time.monotonic() - began:.1f} s: {data.counts}")
        yield from _loads(services, data, options=options)
        yield from _reports(services, data, options=options)


def _prepare(services: Services, *, options: Options, owner: Mapping[str, str]) -> Dataset:
    """The standards as the owner through the real sync, then everything else as the app role."""
    folder = services.data_dir / "catalogue"
    write_standards(folder, sizes=options.sizes.standards)
    subprocess.run(
        [*MANAGE, "sync_catalogue", "--data", str(folder)], env=dict(owner), cwd=ROOT, check=True, stdout=sys.stderr
    )
    os.environ |= services.variables
    import django

    django.setup()
    from tests.bench.dataset import make_dataset

    data = make_dataset(options.sizes)
    with psycopg.connect(owner["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # what autovacuum would do within a minute
    return data


def _loads(services: Services, data: Dataset, *, options: Options) -> Iterator[Row]:
    from tests.bench.workloads import all_workloads

    for workload in all_workloads(data, sizes=options.sizes):
        if not options.wants(workload.name):
            continue
        statements, floors = _exact(workload, data, url=services.variables["DATABASE_URL"])
        for clients in CLIENTS:
            found = put_load(
                workload.plans(clients),
                host=HOST,
                port=services.environment.port,
                processes=services.processes(),
                seconds=options.seconds,
            )
            yield Row(
                workload.name,
                workload.title,
                found.p50,
                clients=clients,
                p95=found.p95,
                per_second=found.per_second,
                statements=statements,
                processor_ms=sum(found.processor_ms.values()),
                floor_ms=floors.get("rows") if clients == 1 else None,
                floor_with_words_ms=floors.get("with words") if clients == 1 else None,
                kib=found.bytes / 1024,
                more={
                    "requests": found.requests,
                    "processor_ms_by_part": _rounded(found.processor_ms),
                    "cores_busy_with_others": round(found.others, 2),
                },
            )
        if workload.name == "list-200":
            yield _stale(workload, data, services=services)


def _rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: round(number, 2) for name, number in numbers.items()}


def _exact(workload: Workload, data: Dataset, *, url: str) -> tuple[int, dict[str, float]]:
    """What needs no load: the number of statements, and the floor of a read."""
    from tests.bench.floors import floor_ms
    from tests.bench.statements import count_statements

    statements = count_statements(workload.plans(1)[0])
    if workload.floor is None:
        return statements, {}
    where: dict[str, Any] = {"url": url, "organisation_id": data.main_id, "size": workload.size, "whole": data.whole}
    floors = {"rows": floor_ms(workload.floor, **where)}
    if workload.floor == "open":
        floors["with words"] = floor_ms("open, with words", **where)
    return statements, floors


def _stale(workload: Workload, data: Dataset, *, services: Services) -> Row:
    """The list right after all its assessments have moved on, so that every score in it is worked out again."""
    from tests.bench.client import Connection, Reading
    from tests.bench.dataset import make_scores_stale

    connection = Connection(host=HOST, port=services.environment.port)
    reading = Reading(workload.plans(1)[0])
    times = []
    for _ in range(STALE_ROUNDS):
        make_scores_stale(data.main_id)
        began = time.perf_counter()
        connection.exchange(reading.request())
        times.append((time.perf_counter() - began) * 1000)
    row = Row("list-200-stale", "  the same, all scores out of date", statistics.median(times), p95=max(times))
    row.more = {"requests": STALE_ROUNDS}
    return row


def _reports(services: Services, data: Dataset, *, options: Options) -> Iterator[Row]:
    from tests.bench.documents import measure_report

    for size in sorted(data.whole):
        if not options.wants(f"report-{size}") or (options.quick and size == options.sizes.large):
            continue
        processes = services.processes()
        yield measure_report(data, size=size, host=HOST, port=services.environment.port, worker=processes["worker"])


def _write(path: Path, *, rows: list[Row], about: Mapping[str, Any]) -> None:
    results = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **about, "rows": [row.as_json() for row in rows]}
    path.write_text(json.dumps(results, indent=1, default=asdict) + "\n", encoding="utf-8")


def _page(rows: list[Row], *, about: Mapping[str, Any]) -> str:
    described = about["machine"]
    counted = ", ".join(f"{count:,} {name}" for name, count in about.get("rows", {}).items())
    parts = "\n".join(f"  {name:32} {mib:7.1f} MiB" for name, mib in about["peaks_mib"].items())
    busy = max((row.more.get("cores_busy_with_others", 0.0) for row in rows), default=0.0)
    too_long = ", so that times are too long" if busy > BUSY else ""
    missed = sum(bool(row.misses) for row in rows)
    aimed = sum(row.aim.at_most is not None for row in rows)
    return f"""
{table(rows)}

p50 and p95 in milliseconds unless a unit stands there. SQL: statements of one request besides BEGIN and COMMIT. CPU ms:
processor time of web server, PostgreSQL and Valkey per request (of the worker for a report). Floor: the rows alone,
fetched by psycopg and encoded by orjson in a bare loop. Aims are for one client; {aimed - missed} of {aimed} are met.
Data: {counted}.
Machine: {described["cores"]} cores, {described["processor"]}, Python {described["python"]}; load before
the run {described["load_before"][0]:g}. Other programs kept up to {busy:g} cores busy meanwhile{too_long}.
Peak memory of the run (resident, shared pages counted in each process):
{parts}
"""
