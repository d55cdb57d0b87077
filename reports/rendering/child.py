"""The renderer's own process: `python -m reports.rendering.child <parent's pid> <language> <file to write>`.

Reads a snapshot document from standard input, writes the PDF to the file and one line of JSON to standard output:
{"pages", "size", "sha256"}, or {"refused": why} when no attempt can succeed. Anything else is a fault. It knows no
settings, no database and no network, and ends with its parent.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

CPU_SECONDS: Final = 420
MEMORY_BYTES: Final = 4 * 1024**3
"""Of addresses, not of memory in use: fonts and libraries are mapped generously."""

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when its parent ends, however that ends; and end if it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The worker is gone.")


def limit_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def render(*, language: str, target: Path) -> dict[str, object]:
    from reports.contents import SnapshotMalformedError, build_contents
    from reports.rendering.pdf import ReportUnprintableError, render_pdf

    try:
        made = render_pdf(build_contents(json.load(sys.stdin.buffer)), language=language)
    except (SnapshotMalformedError, ReportUnprintableError) as fault:
        return {"refused": str(fault)}
    target.write_bytes(made.data)
    return {"pages": made.pages, "size": len(made.data), "sha256": made.sha256}


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    limit_this_process()
    print(json.dumps(render(language=sys.argv[2], target=Path(sys.argv[3]))))  # noqa: T201 - the answer to the parent
