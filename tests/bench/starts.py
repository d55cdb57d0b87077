"""What is counted once: the tables of an empty database, a start, and the memory of a web process that waits."""

from __future__ import annotations

import http.client
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg

from config.environment import ROOT
from tests.bench import machine
from tests.bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

EMPTY = "bench_empty"
STARTS = 3
PATIENCE = 60  # seconds


def measure_migration(variables: Mapping[str, str]) -> list[Row]:
    """`manage migrate` and `manage sync_catalogue` on a new database; `variables` have the owner's URL."""
    owner = variables["DATABASE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {EMPTY} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {EMPTY}")
    moved = {
        name: urlunsplit(urlsplit(variables[name])._replace(path=f"/{EMPTY}"))
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    rows = []
    for name, command, title in (
        ("migrate", ["migrate", "--noinput"], "migrate an empty database"),
        ("catalogue", ["sync_catalogue"], "  and bring in the shipped catalogue"),
    ):
        began = time.monotonic()
        run = subprocess.run(
            [sys.executable, str(ROOT / "platform" / "manage.py"), *command],
            env={**variables, **moved}, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(f"manage {command[0]} failed: {run.stderr[-2000:]}")
        rows.append(Row(name, title, time.monotonic() - began, unit="s"))
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")
    return rows


def measure_starts(data_dir: Path, *, variables: Mapping[str, str]) -> list[Row]:
    """`./plumbline serve` on data that is there already: until /readyz says yes, and memory a second later.

    `variables` are those of the bench itself, without the addresses of servers.
    """
    times, idle = [], []
    for _ in range(STARTS):
        took, memory = _start({**variables, "DATA_DIR": str(data_dir)})
        times.append(took)
        idle.append(memory)
    start = Row("start", "./plumbline serve, second start until ready", statistics.median(times), unit="s")
    start.more = {"each": [round(took, 2) for took in times]}
    largest = [max(memory["resident"]) for memory in idle]
    row = Row("idle", "idle web process, resident", statistics.median(largest), unit="MiB")
    row.more = {"runs": idle, "proportional": idle[-1]["proportional"]}
    return [start, row]


def _start(variables: Mapping[str, str]) -> tuple[float, dict[str, list[float]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    process = subprocess.Popen(
        [str(ROOT / "plumbline"), "serve"],
        env={**variables, "PORT": str(port)},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not _ready(port):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                process.kill()
                raise RuntimeError(f"./plumbline serve did not start: {process.communicate()[1][-2000:]}")
            time.sleep(0.02)
        took = time.monotonic() - began
        time.sleep(1)
        return took, _web_memory(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _web_memory(root: int) -> dict[str, list[float]]:
    """MiB of each web process that answers requests; their parent, which only watches them, is left out."""
    gunicorn = [process for process in machine.family(root) if "gunicorn" in " ".join(process.cmdline())]
    pids = {process.pid for process in gunicorn}
    workers = [process for process in gunicorn if process.ppid() in pids]
    return {
        "resident": [round(machine.resident_mib(process.pid), 1) for process in workers],
        "proportional": [round(machine.proportional_mib(process.pid) or 0, 1) for process in workers],
    }
