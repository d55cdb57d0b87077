"""PgBouncer in transaction mode before a PostgreSQL of ours, from the system's package, in a folder that is ours."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

PACKAGE = "pgbouncer"
WITHIN = 10.0
SETTINGS = """
[databases]
{name} = host={host} port={port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
ignore_startup_parameters = options, extra_float_digits
log_connections = 0
log_disconnections = 0
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


class BouncerFailed(Exception):
    """PgBouncer is not there or did not start; the message ends with its log."""


@contextmanager
def pgbouncer(database_url: str, *, size: int, folder: Path) -> Iterator[str]:
    """The same database's URL through PgBouncer with `size` connections to the server in all."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin") or _installed()
    address, folder = urlsplit(database_url), folder.resolve()
    query = parse_qs(address.query)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = free.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "pgbouncer.ini"
    name = address.path.lstrip("/")
    settings.write_text(
        SETTINGS.format(
            name=name,
            host=query["host"][0] if "host" in query else address.hostname,
            port=query.get("port", [str(address.port or 5432)])[0],
            user=address.username,
            password=unquote(address.password or ""),
            listen=listen,
            size=size,
            folder=folder,
        )
    )
    command = [program, str(settings)]
    user = None
    if os.geteuid() == 0:  # PgBouncer refuses to be root; a folder below one that only root enters would not do either
        user = pwd.getpwnam("nobody")
        for path in (folder, settings):
            os.chown(path, user.pw_uid, user.pw_gid)
    process = subprocess.Popen(
        command, user=user.pw_uid if user else None, group=user.pw_gid if user else None, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, port=listen, log=folder / "pgbouncer.log")
        yield f"postgresql://{address.username}@127.0.0.1:{listen}/{name}"
    finally:
        process.terminate()
        process.wait(10)


def _installed() -> str:
    """Debian's package, where we may install it."""
    if os.geteuid() or not shutil.which("apt-get"):
        raise BouncerFailed(f"PgBouncer is not here; install the package {PACKAGE}")
    subprocess.run(["apt-get", "install", "-y", "-qq", PACKAGE], check=True, stdout=subprocess.DEVNULL)
    return "/usr/sbin/pgbouncer"


def _wait(process: subprocess.Popen[bytes], *, port: int, log: Path) -> None:
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BouncerFailed(f"PgBouncer did not start:\n{log.read_text() if log.exists() else ''}")
