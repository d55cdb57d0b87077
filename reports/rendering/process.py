"""Rendering in a process of its own.

A report of 1,000 requirements needs some hundred MiB while it is laid out, and Python gives little of that back:
rendered inside the worker, one large report would leave every worker process that large. In its own process the memory
goes when the report is done, a crash of a native library costs one attempt, the worker's secrets are out of reach, and
time and memory have hard ends.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assessments.jail.cell import Cell, run, visible

TIMEOUT_SECONDS: Final = 480
"""Below the worker's own limit for a task, so that the fault is told and not cut off."""

_FONTS: Final = ("/etc/fonts", "/var/cache/fontconfig", "~/.fonts", "~/.local/share/fonts")
_PASSED_ON: Final = ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH")
"""Where fonts and libraries are; nothing that names a database, a key or a mail server."""


class RenderingRefusedError(Exception):
    """The document can never be rendered; the message says why, for people."""


class RenderingFailedError(Exception):
    """The attempt came to nothing; another may succeed."""


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A finished PDF on disk, there until the `with` ends. `size` in bytes, `sha256` in hexadecimal."""

    path: Path
    pages: int
    size: int
    sha256: str


SNAPSHOT: Final = "reports.rendering.child"
WEB_PAGE: Final = "reports.rendering.web_child"
"""The programs of the renderer; what each of them reads is told there."""


@contextmanager
def rendered(document: bytes, *, language: str, by: str = SNAPSHOT) -> Iterator[RenderedFile]:
    """Render the JSON of a snapshot or of a page. Raises RenderingRefusedError and RenderingFailedError."""
    # A file without a name: whoever is killed in the middle leaves nothing of anybody's report behind.
    with tempfile.TemporaryFile(prefix="report-") as file:
        path = Path(f"/dev/fd/{file.fileno()}")
        answer = _run_child(document, language=language, target=file.fileno(), by=by)
        if "refused" in answer:
            raise RenderingRefusedError(f"The report cannot be rendered: {answer['refused']}.")
        yield RenderedFile(
            path=path, pages=int(answer["pages"]), size=int(answer["size"]), sha256=str(answer["sha256"])
        )


def _run_child(document: bytes, *, language: str, target: int, by: str) -> dict[str, Any]:
    renderer = cell(by)
    with tempfile.TemporaryFile(prefix="snapshot-") as source:
        source.write(document)
        source.seek(0)
        readable = os.pathsep.join(visible(renderer))
        outcome = run(renderer, language, str(target), readable, stdin=source, pass_fds=(target,))
    if outcome.code is None:
        raise RenderingFailedError(f"The renderer took more than {TIMEOUT_SECONDS} s.")
    if outcome.code:
        said = outcome.complained.splitlines() or [""]
        raise RenderingFailedError(f"The renderer ended with {outcome.code}: {said[-1][:500]}")
    answer: dict[str, Any] = json.loads(outcome.said)
    return answer


def cell(program: str = SNAPSHOT) -> Cell:
    """The renderer's walls: it sees its own code, fonts and libraries."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    named = [path for value in passed.values() for path in value.split(os.pathsep) if path]
    return Cell(
        module=program,
        code=("reports",),
        seconds=TIMEOUT_SECONDS,
        readable=(*(os.path.expanduser(path) for path in _FONTS), *named),  # noqa: PTH111 - text, for the child
        environment={"HOME": "/tmp", "LANG": "C.UTF-8"} | passed,  # noqa: S108 - the child's own
    )
