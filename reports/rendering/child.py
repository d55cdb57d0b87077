"""The renderer's own process: `… reports.rendering.child <language> <descriptor to write to> <readable paths>`.

Reads a snapshot document from standard input, writes the PDF to the open file and one line of JSON to standard output:
{"pages", "size", "sha256"}, or {"refused": why} when no attempt can succeed. Anything else is a fault. It knows no
settings, no database and no network, runs behind the walls of `assessments.jail`, and ends with its parent.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Final

from assessments.jail.inside import Limits, close_the_doors

LIMITS: Final = Limits(cpu_seconds=420, memory_bytes=4 * 1024**3, file_bytes=512 * 1024**2, files=256)
"""Memory is that of addresses, not of memory in use: fonts and libraries are mapped generously."""


def render(*, language: str, target: int) -> dict[str, object]:
    from reports.contents import SnapshotMalformedError, build_contents
    from reports.rendering.pdf import ReportUnprintableError, render_pdf

    try:
        made = render_pdf(build_contents(json.load(sys.stdin.buffer)), language=language)
    except (SnapshotMalformedError, ReportUnprintableError) as fault:
        return {"refused": str(fault)}
    with os.fdopen(target, "wb") as file:
        file.write(made.data)
    return {"pages": made.pages, "size": len(made.data), "sha256": made.sha256}


if __name__ == "__main__":
    close_the_doors(LIMITS, readable=sys.argv[3].split(os.pathsep))
    print(json.dumps(render(language=sys.argv[1], target=int(sys.argv[2]))))  # noqa: T201 - the answer to the parent
