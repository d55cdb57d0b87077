"""The stranger next door tries every address that the people of the other organisation have read."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx

from config.demo.client import Browser

METHODS = ("GET", "POST", "PATCH", "DELETE")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass
class Finding:
    tried: int = 0
    leaked: list[str] = field(default_factory=list)

    def note(self, what: str, *, ok: bool) -> None:
        self.tried += 1
        if not ok:
            self.leaked.append(what)

    def as_row(self) -> dict[str, Any]:
        return {"tried": self.tried, "leaked": len(self.leaked), "leaks": self.leaked[:20]}


def try_everything(stranger: Browser, *, victim: str, own: str, paths: list[str]) -> Finding:
    """Every address read under `victim`, by every method: first as it is, then with the stranger's own organisation in
    front and the victim's ids behind.

    Expected each time: the very answer, byte for byte, that ids get which nobody ever had.
    """
    finding = Finding()
    nowhere = f"/organisations/no-such-{uuid.uuid4().hex[:8]}/"
    for path in paths:
        if f"/organisations/{victim}/" not in path or "/report-links/" in path:
            continue
        invented = _ID.sub(lambda _: str(uuid.uuid4()), path)
        attempts = [(path, invented.replace(f"/organisations/{victim}/", nowhere))]
        if _ID.search(path):
            door = f"/organisations/{own}/"
            inside = f"/organisations/{victim}/"
            attempts.append((path.replace(inside, door), invented.replace(inside, door)))
        for (real, fancied), method in product(attempts, METHODS):
            got, reference = _send(stranger, method, real), _send(stranger, method, fancied)
            same = (got.status_code, got.content) == (reference.status_code, reference.content)
            refused = method != "GET" or "?" in real or got.status_code == 404
            finding.note(f"{got.status_code} {method} {real}", ok=same and refused)
    return finding


def _send(stranger: Browser, method: str, path: str) -> httpx.Response:
    body: dict[str, str] | None = None if method == "GET" else {}
    return stranger.send(method, path, json=body, expect=None, headers={"If-Match": '"1"'})
