"""PDF: from the first byte to the last mark, and opened by a parser in a process of its own.

A parser cannot be interrupted inside a thread, and a crafted file can keep one busy for hours; so it runs as a child
with limits on time and memory, sees no environment, and answers with its exit code alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from assessments.files import pdf_child
from assessments.files.archives import is_archive_too
from assessments.files.refusals import TypeMismatch, TypeRefused

TIMEOUT_SECONDS: Final = 20
_HEADER, _END = b"%PDF-", b"%%EOF"
_TAIL_BYTES = 2048
_BLANK = b"\r\n\t \0"


def check_pdf(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            raise TypeMismatch("The file does not begin like a PDF.")
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES), os.SEEK_SET)
        _, mark, rest = file.read().rpartition(_END)
    if not mark:
        raise TypeMismatch("The PDF is cut off: its last mark is missing.")
    if rest.strip(_BLANK):
        raise TypeMismatch("There are bytes after the end of the PDF.")
    if is_archive_too(path):
        raise TypeMismatch("The file is a PDF and an archive at once.")
    match _read_in_child(path):
        case pdf_child.READABLE:
            return
        case pdf_child.ENCRYPTED:
            raise TypeRefused("The PDF is encrypted, so nobody could check it.")
        case pdf_child.TOO_LONG:
            raise TypeRefused(f"The PDF has more than {pdf_child.MAX_PAGES} pages.")
        case _:
            raise TypeMismatch("The file does not open as a PDF.")


def _read_in_child(path: Path) -> int | None:
    """The child's exit code; None when it had to be stopped."""
    command = [sys.executable, "-I", str(Path(pdf_child.__file__))]
    with path.open("rb") as file:
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and script, the file comes in as standard input
                command,
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return done.returncode
