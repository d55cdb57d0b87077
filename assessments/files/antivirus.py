"""The virus scanner: clamd, spoken to over its socket (clamd(8), command INSTREAM).

The file is streamed, so clamd may run on another machine and needs no right to read ours. Anything but a clear "OK" or
"FOUND" is a fault of the scanner and never a verdict: the file then stays in quarantine until the scanner answers.
"""

from __future__ import annotations

import re
import socket
import struct
from contextlib import closing, suppress
from typing import IO, Final
from urllib.parse import urlsplit

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 150
"""Longer than clamd's own MaxScanTime (120 s), so that clamd is the one to give up."""
CHUNK_BYTES: Final = 256 * 1024
_MOST_ANSWER_BYTES = 4096
_SIGNATURE = re.compile(r"[^\w.:()+-]+")


class ScannerFault(Exception):
    """The scanner gave no verdict; the same file will get one later."""


def find_virus(file: IO[bytes], *, url: str) -> str | None:
    """The name of what was found in `file`, read from its beginning; None for a clean one. Raises ScannerFault."""
    file.seek(0)
    try:
        with closing(_connect(url)) as connection:
            # A clamd that has read enough answers and hangs up, and what it said is still there to be read.
            with suppress(BrokenPipeError, ConnectionResetError):
                _send(file, connection)
            answer = _read_answer(connection)
    except OSError as error:
        raise ScannerFault(f"the virus scanner does not answer ({error})") from error
    return _verdict(answer)


def ping(url: str) -> bool:
    """Whether a clamd answers at `url`."""
    try:
        with closing(_connect(url)) as connection:
            connection.sendall(b"zPING\0")
            return _read_answer(connection) == "PONG"
    except OSError:
        return False


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT_SECONDS)
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
    else:
        connection = socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=CONNECT_SECONDS)
    connection.settimeout(ANSWER_SECONDS)
    return connection


def _send(file: IO[bytes], connection: socket.socket) -> None:
    connection.sendall(b"zINSTREAM\0")
    while chunk := file.read(CHUNK_BYTES):
        connection.sendall(struct.pack(">L", len(chunk)) + chunk)
    connection.sendall(struct.pack(">L", 0))


def _read_answer(connection: socket.socket) -> str:
    """Up to the zero byte that ends an answer. A connection that is closed before that gave none."""
    answer = b""
    while not answer.endswith(b"\0"):
        more = connection.recv(1024)
        if not more or len(answer) > _MOST_ANSWER_BYTES:
            raise ConnectionError("the answer broke off")
        answer += more
    return answer[:-1].decode(errors="replace").strip()


def _verdict(answer: str) -> str | None:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return _SIGNATURE.sub("_", said.removesuffix(" FOUND"))[:100]
    if "size limit exceeded" in said:
        raise ScannerFault("the file is larger than clamd's StreamMaxLength; raise it to UPLOAD_MAX_BYTES")
    raise ScannerFault(f"the virus scanner answered {said[:200]!r}")
