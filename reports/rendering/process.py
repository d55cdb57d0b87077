"""Rendering in a process of its own.

A report of 1,000 requirements needs some hundred MiB while it is laid out, and Python gives little of that back:
rendered inside the worker, one large report would leave every worker process that large. In its own process the memory
goes when the report is done, a crash of a native library costs one attempt, the worker's secrets are out of reach, and
time and memory have hard ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TIMEOUT_SECONDS: Final = 480
"""Below the worker's own limit for a task, so that the fault is told and not cut off."""

_ROOT: Final = Path(__file__).resolve().parents[2]
_PASSED_ON: Final = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
    "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
)  # fmt: skip
"""Nothing that names a database, a key or a mail server."""


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


@contextmanager
def rendered(document: bytes, *, language: str) -> Iterator[RenderedFile]:
    """Render a snapshot's JSON. Raises RenderingRefusedError and RenderingFailedError."""
    # A file without a name: whoever is killed in the middle leaves nothing of anybody's report behind.
    with tempfile.TemporaryFile(prefix="report-") as file:
        path = Path(f"/dev/fd/{file.fileno()}")
        answer = _run_child(document, language=language, path=path, keep_open=file.fileno())
        if "refused" in answer:
            raise RenderingRefusedError(f"The report cannot be rendered: {answer['refused']}.")
        yield RenderedFile(
            path=path, pages=int(answer["pages"]), size=int(answer["size"]), sha256=str(answer["sha256"])
        )


def _run_child(document: bytes, *, language: str, path: Path, keep_open: int) -> dict[str, str]:
    command = [sys.executable, "-m", "reports.rendering.child", str(os.getpid()), language, str(path)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the document comes in as standard input
            command,
            input=document,
            capture_output=True,
            cwd=_ROOT,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            timeout=TIMEOUT_SECONDS,
            pass_fds=(keep_open,),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RenderingFailedError(f"The renderer took more than {TIMEOUT_SECONDS} s.") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
        raise RenderingFailedError(f"The renderer ended with {done.returncode}: {said[-1][:500]}")
    answer: dict[str, str] = json.loads(done.stdout)
    return answer
