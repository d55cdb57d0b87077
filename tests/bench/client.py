"""One client: a process of its own that sends requests over one kept connection, one after the other, and times them.

    python -S client.py < plan.json > result.json

It knows nothing but sockets, so that on a machine of two cores it takes as little as can be from the server. The time
of a request runs from its first byte sent to the last byte of the answer received; reading the JSON is not part of it.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from typing import Any

RECEIVED_AT_A_TIME = 1 << 20


class Connection:
    """HTTP/1.1 with keep-alive, as much of it as our own server speaks."""

    def __init__(self, *, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        made = socket.create_connection(self._address, timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by small name, body. Raises ConnectionError when the server hangs up in the middle."""
        self._socket.sendall(request)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        first, *lines = received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        total = end + 4 + int(headers["content-length"])
        while len(received) < total:
            received += self._receive()
        if headers.get("connection", "").lower() == "close":
            self._socket.close()
            self._socket = self._connect()
        return int(first.split(" ", 2)[1]), headers, bytes(received[end + 4 :])

    def _receive(self) -> bytes:
        part = self._socket.recv(RECEIVED_AT_A_TIME)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part


class Reading:
    """The same request again and again."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._request = encoded(plan, method=plan["method"], path=plan["path"], body=plan.get("body"))

    def request(self) -> bytes:
        return self._request

    def answered(self, headers: dict[str, str], body: bytes) -> None:
        """Nothing changes."""


class Rotating:
    """One reading after another, of many organisations, round and round."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._requests = [encoded(one, method="GET", path=one["path"]) for one in plan["readings"]]
        self._turn = 0

    def request(self) -> bytes:
        return self._requests[self._turn % len(self._requests)]

    def answered(self, headers: dict[str, str], body: bytes) -> None:
        self._turn += 1


class Starting:
    """POST with a new name each time."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan, self._count = plan, 0

    def request(self) -> bytes:
        self._count += 1
        body = self._plan["body"] | {"name": f"{self._plan['body']['name']} {self._plan['number']}.{self._count}"}
        return encoded(self._plan, method="POST", path=self._plan["path"], body=body)

    def answered(self, headers: dict[str, str], body: bytes) -> None:
        """The next one has its own name."""


class Changing:
    """PATCH of one answer after the other with If-Match; each answer's next version comes with the ETag."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan, self._turn = plan, 0
        self._versions = dict(plan["versions"])
        self._refs = list(self._versions)
        self._levels = plan["levels"]

    def request(self) -> bytes:
        ref = self._refs[self._turn % len(self._refs)]
        # Each round over the refs has another level than the one before, so that every request is a change.
        level = self._levels[self._turn // len(self._refs) % len(self._levels)]
        body = {"level": level, "note": f"Seen on the floor, record {self._turn}."}
        path = f"{self._plan['path']}{ref}/"
        return encoded(self._plan, method="PATCH", path=path, body=body, also=f'If-Match: "{self._versions[ref]}"\r\n')

    def answered(self, headers: dict[str, str], body: bytes) -> None:
        self._versions[self._refs[self._turn % len(self._refs)]] = int(headers["etag"].strip('W/"'))
        self._turn += 1


class ChangingMany:
    """PATCH of all of the plan's answers in one request."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan, self._turn = plan, 0
        self._versions = dict(plan["versions"])

    def request(self) -> bytes:
        level = self._plan["levels"][self._turn % len(self._plan["levels"])]
        answers = [
            {"ref": ref, "version": version, "level": level, "note": f"Round {self._turn}."}
            for ref, version in self._versions.items()
        ]
        return encoded(self._plan, method="PATCH", path=self._plan["path"], body={"answers": answers})

    def answered(self, headers: dict[str, str], body: bytes) -> None:
        for row in json.loads(body)["answers"]:
            self._versions[row["ref"]] = row["version"]
        self._turn += 1


KINDS = {"read": Reading, "rotate": Rotating, "start": Starting, "change": Changing, "change-many": ChangingMany}


def encoded(plan: dict[str, Any], *, method: str, path: str, body: Any = None, also: str = "") -> bytes:
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{plan['credentials']}{also}"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + content


def measure(plan: dict[str, Any]) -> dict[str, Any]:
    """Warm up, wait for the common start, send until the common end (and `at_least` times); microseconds each."""
    connection = Connection(host=plan["host"], port=plan["port"])
    kind = KINDS[plan["kind"]](plan)
    latencies: list[int] = []
    size = 0

    def once() -> int:
        nonlocal size
        request = kind.request()
        began = time.perf_counter_ns()
        status, headers, body = connection.exchange(request)
        took = time.perf_counter_ns() - began
        if not 200 <= status < 300:
            raise RuntimeError(f"{request.split(b' HTTP', 1)[0].decode()}: {status} {body[:600].decode()}")
        size = len(body)
        kind.answered(headers, body)
        return took // 1000

    rounds = 0
    while rounds < plan["warm_rounds"] and time.monotonic() < plan["start_at"]:
        once()
        rounds += 1
    time.sleep(max(0.0, plan["start_at"] - time.monotonic()))
    began = time.monotonic()
    while time.monotonic() < plan["until"] or len(latencies) < plan["at_least"]:
        latencies.append(once())
    return {"latencies": latencies, "began": began, "ended": time.monotonic(), "bytes": size}


if __name__ == "__main__":
    try:
        json.dump(measure(json.load(sys.stdin)), sys.stdout)
    except (OSError, RuntimeError, KeyError, ValueError) as fault:
        json.dump({"fault": f"{type(fault).__name__}: {fault}"}, sys.stdout)
