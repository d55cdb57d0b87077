"""Puts clients on the running server and reads what they and the kernel counted."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench import machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLIENT = Path(__file__).with_name("client.py")
WARM_ROUNDS = 12  # so that each of the threads behind a connection has had its turn, and its database connection
WARM_SECONDS = 1.0
AT_LEAST = 20  # requests of each client, however long they take
SERVERS = ("web", "postgres", "valkey")


class LoadFailed(Exception):
    """A client got an answer that is none, or was not ready in time."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Milliseconds per request, requests per second, milliseconds of processor time per request by part of the server,
    cores that neither server nor clients kept busy (an estimate: 0.3 and more make latencies too long), bytes of an
    answer.
    """

    requests: int
    p50: float
    p95: float
    per_second: float
    processor_ms: Mapping[str, float]
    others: float
    bytes: int


def put_load(
    plans: Sequence[Mapping[str, Any]], *, host: str, port: int, processes: Mapping[str, int], seconds: float
) -> Measured:
    """Run one client process per plan at the same time. Raises LoadFailed.

    Processor time is that of web server, PostgreSQL and Valkey from the common start until the last client is done.
    """
    start_at = time.monotonic() + WARM_SECONDS + 0.1 * len(plans)
    times = {"start_at": start_at, "until": start_at + seconds, "warm_rounds": WARM_ROUNDS, "at_least": AT_LEAST}
    clients = [_start({**plan, **times, "host": host, "port": port}) for plan in plans]
    time.sleep(max(0.0, start_at - 0.02 - time.monotonic()))
    before, clients_before, all_before, at = (
        _spent(processes),
        _clients_spent(),
        machine.busy_seconds(),
        time.monotonic(),
    )
    results = [_result(client) for client in clients]
    spent = {name: seconds - before[name] for name, seconds in _spent(processes).items()}
    ours = sum(spent.values()) + _clients_spent() - clients_before
    others = (machine.busy_seconds() - all_before - ours) / (time.monotonic() - at)
    latencies = sorted(latency for result in results for latency in result["latencies"])
    took = max(result["ended"] for result in results) - min(result["began"] for result in results)
    return Measured(
        requests=len(latencies),
        p50=percentile(latencies, 50) / 1000,
        p95=percentile(latencies, 95) / 1000,
        per_second=len(latencies) / took,
        processor_ms={name: seconds * 1000 / len(latencies) for name, seconds in spent.items()},
        others=max(0.0, others),
        bytes=results[0]["bytes"],
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Nearest rank: a latency that was measured, not one in between."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _spent(processes: Mapping[str, int]) -> dict[str, float]:
    return {name: machine.processor_seconds([processes[name]]) for name in SERVERS if name in processes}


def _clients_spent() -> float:
    """Processor time of this process and of the clients that have ended; the servers, still running, are not in it."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _start(plan: Mapping[str, Any]) -> subprocess.Popen[str]:
    client = subprocess.Popen(
        [sys.executable, "-S", str(CLIENT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdin is not None
    client.stdin.write(json.dumps(plan))
    client.stdin.close()
    return client


def _result(client: subprocess.Popen[str]) -> dict[str, Any]:
    assert client.stdout is not None
    text = client.stdout.read()
    client.wait()
    result: dict[str, Any] = json.loads(text) if text else {"fault": f"exit code {client.returncode}"}
    if "fault" in result:
        raise LoadFailed(result["fault"])
    return result
