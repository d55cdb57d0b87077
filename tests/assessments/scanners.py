"""Virus scanners for tests: the real clamd with one signature, and a listener that answers as it is told."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assessments.files import antivirus

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""The test virus of the European Institute for Computer Antivirus Research; in two parts, so that no scanner of the
machine takes this file away.
"""


class Clamd:
    """A real clamd that knows one virus, in `folder`. It can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        if program is None:
            # `./plumbline test` installs it where it may; a test left out there would look like one that passed.
            may_install = os.geteuid() == 0 and shutil.which("apt-get")
            (pytest.fail if may_install else pytest.skip)("clamd is not installed (Debian: clamav-daemon)")
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder}/clamd.sock"
        (folder / "db").mkdir(parents=True)
        # A body signature: found anywhere in a file, and in files that clamd takes out of archives and documents.
        (folder / "db" / "eicar.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        (folder / "clamd.conf").write_text(
            f"LocalSocket {folder}/clamd.sock\nFixStaleSocket yes\nDatabaseDirectory {folder}/db\nForeground yes\n"
            f"LogFile {folder}/clamd.log\nStreamMaxLength 60M\nMaxFileSize 100M\nMaxThreads 2\n"
        )

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, f"--config-file={self._folder}/clamd.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not antivirus.ping(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = self._folder / "clamd.log"
                pytest.fail(f"clamd does not start: {log.read_text()[-2000:] if log.exists() else 'no log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


@contextlib.contextmanager
def running_clamd(folder: Path) -> Iterator[Clamd]:
    clamd = Clamd(folder)
    clamd.start()
    try:
        yield clamd
    finally:
        clamd.stop()


@contextlib.contextmanager
def answering(answer: bytes, *, read: bool = True) -> Iterator[str]:
    """The URL of a listener that gives this answer to whatever it is sent, after reading it or at once."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection: socket.socket = self.request
            connection.settimeout(5)
            with contextlib.suppress(OSError):
                stream = connection.makefile("rb")
                if read and stream.read(10) == b"zINSTREAM\0":
                    while (length := struct.unpack(">L", stream.read(4))[0]) != 0:
                        stream.read(length)
                connection.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
