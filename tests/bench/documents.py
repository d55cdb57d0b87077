"""Reports: from asking for one over the API until it is ready, and what the worker needed for it."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from typing import Any

from tests.bench import machine
from tests.bench.dataset import Dataset
from tests.bench.sizes import organisation_slug
from tests.bench.table import Row

PATIENCE = 180  # seconds


def measure_report(data: Dataset, *, size: int, host: str, port: int, worker: int) -> Row:
    """Ask for the full report of the assessment of so many requirements and wait for it."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    path = f"/api/v1/organisations/{organisation_slug(0)}/reports/"

    def call(method: str, path: str, body: Any = None) -> Any:
        headers = {"Host": "localhost", "Authorization": f"Bearer {data.key}", "Content-Type": "application/json"}
        connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
        response = connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {content[:600].decode()}")
        return json.loads(content)

    machine.forget_peaks([worker])
    spent = machine.processor_seconds([worker])
    began = time.monotonic()
    report = call("POST", path, {"assessment": str(data.whole[size]), "kind": "full"})
    asked = time.monotonic() - began
    peak = 0.0
    while report["state"] not in {"ready", "failed"}:
        if time.monotonic() - began > PATIENCE:
            raise RuntimeError(f"the report of {size} requirements is {report['state']} after {PATIENCE} s")
        # The renderer is a process of its own that ends with the report, so its peak is looked at while it lives.
        peak = max(peak, _largest_below(worker))
        time.sleep(0.05)
        report = call("GET", f"{path}{report['id']}/")
    took = time.monotonic() - began
    connection.close()
    if report["state"] == "failed":
        raise RuntimeError(f"the report of {size} requirements failed: {report.get('error')}")
    row = Row(f"report-{size}", f"report of {size:,} requirements", took, unit="s")
    row.processor_ms = (machine.processor_seconds([worker]) - spent) * 1000
    row.peak_mib = peak
    row.kib = report["size"] / 1024
    row.more = {"pages": report["pages"], "seconds_until_accepted": round(asked, 3)}
    row.title += f" ({report['pages']} pages)"
    return row


def _largest_below(worker: int) -> float:
    """Peak memory in MiB of the largest process below the worker."""
    peaks = [0.0]
    for process in machine.family(worker)[1:]:
        with contextlib.suppress(OSError):
            peaks.append(machine.peak_mib(process.pid))
    return max(peaks)
