"""The child of `assessments.files.pdf`: reads a PDF from standard input, answers with its exit code.

Run as a script by a bare interpreter, so it imports nothing of Plumbline.
"""

from __future__ import annotations

import resource
import sys
from typing import Final

READABLE: Final = 0
ENCRYPTED: Final = 3
TOO_LONG: Final = 4
UNREADABLE: Final = 5

MAX_PAGES: Final = 2_000
CPU_SECONDS: Final = 10
MEMORY_BYTES: Final = 1024**3


def limit_this_process() -> None:
    """No more time and memory than a real document needs; no file is written and no core dumped."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def read() -> int:
    from pypdf import PdfReader

    limit_this_process()  # after the import, which may write compiled modules and is not the file's doing
    reader = PdfReader(sys.stdin.buffer, strict=False)
    if reader.is_encrypted:
        return ENCRYPTED
    pages = len(reader.pages)
    if pages > MAX_PAGES:
        return TOO_LONG
    return READABLE if pages and reader.pages[0].get("/Type") == "/Page" else UNREADABLE


if __name__ == "__main__":
    try:
        answer = read()
    except BaseException:  # noqa: BLE001 - recursion, memory, and whatever else hostile bytes bring out of a parser
        answer = UNREADABLE
    sys.exit(answer)
