"""The stranger next door tries every address that the people of the other organisation have read."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
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
    nowhere = stranger.send("GET", f"/api/v1/organisations/no-such-{uuid.uuid4().hex[:8]}/", expect=404).content
    for path in paths:
        if f"/organisations/{victim}/" not in path or "/report-links/" in path:
            continue
        for method in METHODS:
            answer = _send(stranger, method, path)
            finding.note(f"{method} {path}", ok=(answer.status_code, answer.content) == (404, nowhere))
        if _ID.search(path):
            borrowed = path.replace(f"/organisations/{victim}/", f"/organisations/{own}/")
            invented = _ID.sub(lambda _: str(uuid.uuid4()), borrowed)
            for method in METHODS:
                first, second = _send(stranger, method, borrowed), _send(stranger, method, invented)
                same = (first.status_code, first.content) == (second.status_code, second.content)
                finding.note(f"{method} {borrowed}", ok=same)
    return finding


def _send(stranger: Browser, method: str, path: str) -> httpx.Response:
    body = None if method == "GET" else {}
    return stranger.send(method, path, json=body, expect=None, headers={"If-Match": '"1"'})
