"""SQL statements per request, counted exactly: the same request through the same code on the same rows, in-process.

What opens and ends the transaction (BEGIN, COMMIT) is not counted; everything else is, savepoints too.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


def count_statements(plan: dict[str, Any]) -> int:
    """Statements of the plan's request, when everything that is kept in memory is there."""
    headers = dict(line.split(": ", 1) for line in plan["credentials"].strip().split("\r\n") if line)
    client = Client(headers={"Host": "localhost", **headers})
    _send(client, plan, turn=0)
    with CaptureQueriesContext(connection) as captured:
        _send(client, plan, turn=1)
    return sum(not query["sql"].startswith(_TRANSACTION) for query in captured.captured_queries)


def _send(client: Client, plan: dict[str, Any], *, turn: int) -> None:
    method, path, body, headers = "GET", plan["path"], None, {}
    note = f"Counted {turn}."
    match plan["kind"]:
        case "start":
            method, body = "POST", plan["body"] | {"name": f"Counted {turn}"}
        case "change":
            ref, version = next(iter(plan["versions"].items()))
            method, path, headers = "PATCH", f"{path}{ref}/", {"If-Match": f'"{version + turn}"'}
            body = {"level": plan["levels"][turn], "note": note}
        case "change-many":
            method = "PATCH"
            body = {
                "answers": [
                    {"ref": ref, "version": version + turn, "level": plan["levels"][turn], "note": note}
                    for ref, version in plan["versions"].items()
                ]
            }
    response = client.generic(
        method, path, data=json.dumps(body) if body else "", content_type="application/json", headers=headers
    )
    if response.status_code >= 300:
        raise RuntimeError(f"{method} {path}: {response.status_code} {response.content[:600].decode()}")
