"""Both servers of one data folder, and who holds them.

One process at a time holds a data folder: it starts the servers, watches them and stops them. A short command (manage)
that finds them held uses them and is waited for before they stop. The kernel gives the locks back however a process
ends, so a killed run leaves nothing to clean up by hand.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

from config.children import Restartable
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.environment import Environment


class Server(Restartable, Protocol):
    """A server in a folder of ours: it also tells its URLs and ends the one a killed run left behind."""

    def urls(self) -> dict[str, str]: ...
    def end_predecessor(self) -> None: ...


@dataclass(frozen=True)
class ServerUrls:
    """Addresses of the servers; None for one that is not embedded."""

    database_url: str | None = None
    database_owner_url: str | None = None
    redis_url: str | None = None

    def variables(self) -> dict[str, str]:
        """As environment variables, without the owner's URL, which only migrations may have."""
        pairs = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return {name: url for name, url in pairs.items() if url}


class Held(Exception):
    """Another process holds the data folder; `holder` says which."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"{folder} is in use by {holder}")
        self.holder = holder


class EmbeddedServers:
    """The servers `environment` does not name, in its data folder, which is held by this process until `stop`."""

    def __init__(self, environment: Environment, *, purpose: str) -> None:
        """Takes hold of the data folder; nothing is started yet. Raises Held."""
        self.servers: list[Server] = []
        self._environment = environment
        self._run = environment.data_dir / "run"
        self._lock = _hold(self._run, purpose=purpose)

    def start(self, *, reset: bool = False, durable: bool = True) -> ServerUrls:
        """Start the servers one after the other and tell others their addresses; `reset` empties the folder first."""
        given = self._environment
        if reset:
            for server in self._make(durable=durable):
                server.end_predecessor()
            for path in given.data_dir.iterdir():
                if path.is_dir() and path != self._run:
                    shutil.rmtree(path)
                elif path.is_file():
                    path.unlink()
        urls: dict[str, str] = {}
        for server in self._make(durable=durable):
            self.servers.append(server)  # before its start, so that a start cut short is stopped too
            server.start()
            urls |= server.urls()
        draft = self._run / "servers.draft"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(urls))
        draft.rename(self._run / "servers.json")
        return ServerUrls(**urls)

    def _make(self, *, durable: bool) -> list[Server]:
        given, servers = self._environment, list[Server]()
        if given.database is None:
            log = given.log_dir / "postgres.log"
            folder = given.data_dir / "postgres"
            servers.append(Postgres(folder, log=log, programs=given.postgres_bin, durable=durable))
        if given.redis_url is None:
            log = given.log_dir / "valkey.log"
            servers.append(Valkey(given.data_dir / "valkey", log=log, program=given.valkey_server))
        return servers

    def stop(self, *, wait_for_users: float = 0) -> None:
        """Stop the servers, after waiting up to so many seconds for those who joined them."""
        with (self._run / "users.lock").open("a") as users:
            _wait_for_lock(users, seconds=wait_for_users)
            (self._run / "servers.json").unlink(missing_ok=True)
            for server in reversed(self.servers):
                server.stop()
        self._lock.close()


@contextlib.contextmanager
def joined(environment: Environment, *, patience: float = 60) -> Iterator[ServerUrls | None]:
    """The servers another process holds, kept up by it while this block runs; None when nobody holds the folder."""
    run = environment.data_dir / "run"
    run.mkdir(parents=True, exist_ok=True)
    with (run / "users.lock").open("a") as users:
        urls, deadline = None, time.monotonic() + patience
        while urls is None and _held(run) and time.monotonic() < deadline:
            # The holder writes the addresses once its servers answer and removes them, alone, before it stops them.
            fcntl.flock(users, fcntl.LOCK_SH)
            with contextlib.suppress(OSError, ValueError):
                urls = ServerUrls(**json.loads((run / "servers.json").read_text()))
            if urls is None:
                fcntl.flock(users, fcntl.LOCK_UN)
                time.sleep(0.05)
        yield urls


def _hold(run: Path, *, purpose: str) -> IO[str]:
    run.mkdir(parents=True, exist_ok=True)
    lock = (run / "holder.lock").open("a+")
    # Not given up at once, for whoever asks whether the folder is held takes this lock for a moment.
    if not _wait_for_lock(lock, seconds=0.5):
        lock.seek(0)
        holder = lock.read() or "another process"
        lock.close()
        raise Held(run.parent, holder)
    (run / "servers.json").unlink(missing_ok=True)
    lock.truncate(0)
    lock.write(f"./plumbline {purpose} (process {os.getpid()})")
    lock.flush()
    return lock


def _held(run: Path) -> bool:
    with (run / "holder.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def _wait_for_lock(file: IO[str], *, seconds: float) -> bool:
    """Whether the lock was had for this process alone within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
