"""Editors in threads of one process: each reads a shared answer, writes on what it read, and begins again when somebody
was faster. What was taken is written down, for others to check.

    python client.py < plan.json > result.json
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import Connection, encoded  # type: ignore[import-not-found]

BUSY = (409, 412)


class Editor:
    """`taken`: [ref, version written, the note it was based on, the note]."""

    def __init__(self, plan: dict[str, Any], *, number: int) -> None:
        self._plan, self._number = plan, number
        self._random = random.Random(number)
        self._connection = Connection(host=plan["host"], port=plan["port"])
        self.taken: list[tuple[str, int, str, str]] = []
        self.statuses: Counter[int] = Counter()
        self.fault = ""

    def work(self) -> None:
        try:
            while len(self.taken) < self._plan["writes_each"]:
                self._write(self._random.choice(self._plan["refs"]))
        except Exception as fault:  # noqa: BLE001 -- told with the others
            self.fault = f"{type(fault).__name__}: {fault}"

    def _write(self, ref: str) -> None:
        path = f"{self._plan['path']}{ref}/"
        status, _, body = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:200]!r}")
        answer = json.loads(body)["answer"] or {"version": 0, "note": ""}
        note = f"editor {self._number}, write {len(self.taken)} on {answer['version']}"
        status, headers, body = self._ask(
            "PATCH", path, body={"note": note, "level": self._random.randrange(6)}, version=answer["version"]
        )
        if status == 200:
            self.taken.append((ref, int(headers["etag"].strip('W/"')), answer["note"], note))
        elif status not in BUSY:
            raise RuntimeError(f"PATCH {path}: {status} {body[:200]!r}")

    def _ask(self, method: str, path: str, *, body: Any = None, version: int | None = None) -> Any:
        also = "" if version is None else f'If-Match: "{version}"\r\n'
        answer = self._connection.exchange(encoded(self._plan, method=method, path=path, body=body, also=also))
        self.statuses[answer[0]] += 1
        return answer


def main() -> None:
    plan = json.load(sys.stdin)
    editors = [Editor(plan, number=number) for number in plan["numbers"]]
    began = time.monotonic()
    threads = [threading.Thread(target=editor.work) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses: Counter[int] = Counter()
    for editor in editors:
        statuses += editor.statuses
    json.dump(
        {
            "taken": [write for editor in editors for write in editor.taken],
            "statuses": statuses,
            "faults": [editor.fault for editor in editors if editor.fault],
            "seconds": time.monotonic() - began,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
