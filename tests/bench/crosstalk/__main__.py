"""`./plumbline bench crosstalk`: organisations that share few database connections, and every answer searched for what
is another's.

Starts its own servers in var/crosstalk, one web process of 32 threads with 4 connections between them (through
psycopg's pool, then through PgBouncer in transaction mode), and sends mixed requests of 50 organisations at once. Exit
code 1 when an answer held a foreign canary or was not what it had to be.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from config import embedded
from config.addresses import parse_database_url
from config.environment import Environment, read_environment
from config.processes import Services, in_folder, run_services, say
from tests.bench.crosstalk.bouncer import BouncerFailed, pgbouncer
from tests.bench.own import COULD_NOT, measured

CLIENT = Path(__file__).with_name("client.py")
PROCESSES = 4
THREADS = 32
CONNECTIONS = 4
WAYS = ("pool", "pgbouncer")


@dataclass(frozen=True)
class Options:
    organisations: int
    requests: int


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./plumbline bench crosstalk", description=__doc__)
    parser.add_argument("--organisations", type=int, default=50)
    parser.add_argument("--requests", type=int, default=100_000, help="of each way (default 100,000)")
    parser.add_argument("--through", choices=WAYS, action="append", help="one way only; both without it")
    given = parser.parse_args(arguments)
    options = Options(max(2, given.organisations), given.requests)

    def measure(_: Environment) -> int:
        """Each way reads the environment again: whether there is a pool is a setting of its own."""
        return int(sum(_one_way(way, options) for way in given.through or WAYS) > 0)

    try:
        return measured("crosstalk", measure, WEB_WORKERS="1", WEB_THREADS=str(THREADS))
    except BouncerFailed as fault:
        say(f"bench crosstalk: {fault}")
        return COULD_NOT


def _one_way(way: str, options: Options) -> int:
    """Prints one line of figures; returns how many answers were not as they had to be."""
    with contextlib.ExitStack() as stack:
        stack.callback(_restore, dict(os.environ))
        services, owner_url = stack.enter_context(_running(way))
        os.environ |= services.variables
        organisations = _organisations(options.organisations)
        counted, seen = Counter[str](), _Connections(owner_url)
        with seen:
            results = [
                json.loads(part.communicate()[0])
                for part in [_start(number, services, organisations, options) for number in range(PROCESSES)]
            ]
    for result in results:
        counted.update(result["counted"])
        for fault in result["shown"]:
            say(f"  {fault}")
    requests, leaks = sum(counted.values()), sum(result["leaks"] for result in results)
    faults, seconds = sum(result["faults"] for result in results), max(result["seconds"] for result in results)
    answers = ", ".join(f"{count:,} {name}" for name, count in sorted(counted.items()))
    print(
        f"{way}: {requests:,} requests of {options.organisations} organisations by {THREADS} people at once in"
        f" {seconds:.0f} s ({requests / seconds:.0f}/s), {CONNECTIONS} connections for the web"
        f" (all processes together held up to {seen.most}): {leaks} foreign canaries, {faults - leaks} other faults\n"
        f"  {answers}"
    )
    return faults


def _restore(variables: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables)


@contextlib.contextmanager
def _running(way: str) -> Iterator[tuple[Services, str]]:
    """The services with their database reached that way, and the owner's own URL."""
    os.environ["DATABASE_POOL"] = str(CONNECTIONS if way == "pool" else 0)
    given = in_folder(read_environment(os.environ), "crosstalk")
    if way == "pool":
        with (
            run_services(given, purpose="bench", reset=True, any_port=True) as services,
            embedded.joined(services.environment) as urls,
        ):
            assert urls is not None, "the servers were started by this very process"
            yield services, urls.database_owner_url or ""
        return
    servers = embedded.EmbeddedServers(in_folder(read_environment(os.environ), "crosstalk-servers"), purpose="bench")
    try:
        urls = servers.start(reset=True)
        # Below /tmp, for PgBouncer is never root, and the data folder may be one that only root enters.
        folder = Path(tempfile.mkdtemp(prefix="plumbline-bouncer-"))
        with pgbouncer(urls.database_url or "", size=CONNECTIONS, folder=folder) as url:
            reached = replace(
                given,
                database=parse_database_url(url),
                database_owner=parse_database_url(urls.database_owner_url or ""),
                redis_url=urls.redis_url,
            )
            os.environ |= {"DATABASE_URL": url, "REDIS_URL": urls.redis_url or ""}
            with run_services(reached, purpose="bench", reset=True, any_port=True) as services:
                yield services, urls.database_owner_url or ""
    finally:
        servers.stop()


def _organisations(count: int) -> list[dict[str, Any]]:
    """Made in a process of their own, so that each way begins with settings of its own."""
    code = (
        "import django, json, sys; django.setup(); from tests.bench.crosstalk.data import make_organisations;"
        f" json.dump(make_organisations({count}), sys.stdout)"
    )
    began = time.monotonic()
    made = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    say(f"made {count} organisations in {time.monotonic() - began:.0f} s")
    organisations: list[dict[str, Any]] = json.loads(made.stdout)
    return organisations


def _start(
    number: int, services: Services, organisations: list[dict[str, Any]], options: Options
) -> subprocess.Popen[str]:
    plan = {
        "organisations": organisations,
        "people": THREADS,
        "numbers": list(range(number, THREADS, PROCESSES)),
        "requests_each": -(-options.requests // THREADS),
        "seed": 7,
        "host": "127.0.0.1",
        "port": services.environment.port,
    }
    client = subprocess.Popen([sys.executable, str(CLIENT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert client.stdin is not None
    client.stdin.write(json.dumps(plan))
    client.stdin.close()
    client.stdin = None
    return client


class _Connections:
    """Counts, twice a second, the connections that the app role holds to PostgreSQL itself."""

    def __init__(self, owner_url: str) -> None:
        self.most, self._url, self._ended = 0, owner_url, threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _count(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._ended.wait(0.5):
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE usename <> current_user AND datname = current_database()"
                ).fetchone()
                self.most = max(self.most, row[0] if row else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
