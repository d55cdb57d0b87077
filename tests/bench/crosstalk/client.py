"""Many people at once in one process: each thread keeps one connection, asks for something of one organisation after
another, and looks through every answer for the words of all others.

    python client.py < plan.json > result.json
"""

from __future__ import annotations

import json
import random
import re
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import Connection, encoded  # type: ignore[import-not-found]

CANARY = re.compile(rb"qx[0-9]{4}z")
READS = (
    # what stands in an organisation's address, and whether the answer must hold the organisation's own canary
    ("organisation", "", True),
    ("assessments", "assessments/", True),
    ("assessment", "assessments/{assessment}/", True),
    ("workbook", "assessments/{assessment}/requirements/", True),
    ("answers", "assessments/{assessment}/answers/", True),
    ("scores", "assessments/{assessment}/scores/", False),
    ("members", "members/", True),
    ("evidence", "evidence/", True),
    ("actions", "assessments/{assessment}/actions/", False),
    ("trail", "audit-events/?page_size=20", False),
    ("another's assessment", "assessments/{foreign}/", None),
    ("another's workbook", "assessments/{foreign}/requirements/", None),
)
WRITES_OF_TEN = 2


class Person:
    """One thread's work. `None` in READS: must be 404 and tell nothing."""

    def __init__(self, plan: dict[str, Any], *, number: int) -> None:
        self._plan = plan
        self._organisations = plan["organisations"]
        self._own = self._organisations[number :: plan["people"]]
        self._random = random.Random(f"{plan['seed']}.{number}")
        self._connection = Connection(host=plan["host"], port=plan["port"])
        self.counted: Counter[str] = Counter()
        self.faults: list[str] = []

    def work(self, requests: int) -> None:
        for _ in range(requests):
            if self._own and self._random.randrange(10) < WRITES_OF_TEN:
                self._write(self._random.choice(self._own))
            else:
                self._read(self._random.choice(self._organisations))

    def _read(self, one: dict[str, Any]) -> None:
        name, path, must = self._random.choice(READS)
        foreign = self._random.choice([other for other in self._organisations if other is not one])
        signed_in = self._random.random() < 0.5
        address = path.format(assessment=one["assessment"], foreign=foreign["assessment"])
        credentials = one["session"] if signed_in else one["key"]
        if must is None and self._random.random() < 0.3:  # at the other's own door
            base, address = foreign["path"], path.format(assessment="", foreign=foreign["assessment"])
            credentials = one["key"]
        else:
            base = one["path"]
        status, body = self._ask({"credentials": credentials}, "GET", f"{base}{address}")
        expected = {200}
        if must is None:
            expected = {401, 404}  # 401: a key that opens nothing at another's door
        elif name == "trail" and not signed_in:
            expected = {403}  # no key reads the trail
        self._judge(name, one, status=status, body=body, expected=expected, must=must)

    def _write(self, one: dict[str, Any]) -> None:
        ref = self._random.choice(list(one["versions"]))
        body = {"level": self._random.randrange(1, 5), "note": f"{one['canary']} seen {self._random.random()}"}
        status, answer = self._ask(
            {"credentials": one["key"]},
            "PATCH",
            f"{one['path']}assessments/{one['assessment']}/answers/{ref}/",
            body=body,
            also=f'If-Match: "{one["versions"][ref]}"\r\n',
        )
        self._judge("change", one, status=status, body=answer, expected={200}, must=True)
        if status == 200:
            one["versions"][ref] += 1

    def _ask(self, plan: dict[str, Any], method: str, path: str, **more: Any) -> tuple[int, bytes]:
        status, headers, body = self._connection.exchange(encoded(plan, method=method, path=path, **more))
        return status, json.dumps(headers).encode() + body

    def _judge(
        self, name: str, one: dict[str, Any], *, status: int, body: bytes, expected: set[int], must: bool | None
    ) -> None:
        self.counted[f"{name} {status}"] += 1
        canary = one["canary"].encode()
        told = set(CANARY.findall(body))
        if told - {canary}:
            self.faults.append(f"LEAK {name} of {one['path']}: {sorted(told - {canary})}")
        elif status not in expected:
            self.faults.append(f"{name} of {one['path']}: {status} {body[-300:].decode(errors='replace')}")
        elif must and canary not in told:
            self.faults.append(f"{name} of {one['path']}: its own canary is missing")
        elif must is None and told:
            self.faults.append(f"LEAK {name} of {one['path']}: {sorted(told)}")


def main() -> None:
    plan = json.load(sys.stdin)
    people = [Person(plan, number=number) for number in plan["numbers"]]
    began = time.monotonic()
    threads = [threading.Thread(target=_run, args=(person, plan["requests_each"]), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted: Counter[str] = Counter()
    for person in people:
        counted += person.counted
    faults = [fault for person in people for fault in person.faults]
    json.dump(
        {
            "counted": counted,
            "leaks": sum(fault.startswith("LEAK") for fault in faults),
            "faults": len(faults),
            "shown": faults[:10],
            "seconds": time.monotonic() - began,
        },
        sys.stdout,
    )


def _run(person: Person, requests: int) -> None:
    try:
        person.work(requests)
    except Exception as fault:  # noqa: BLE001 -- told with the others
        person.faults.append(f"{type(fault).__name__}: {fault}")


if __name__ == "__main__":
    main()
