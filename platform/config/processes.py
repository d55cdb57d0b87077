"""The processes of one machine: servers, migrations, web, worker and scheduler, started and stopped in order."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import hashlib
import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from config import children, embedded
from config.environment import ROOT, Environment, inherited
from config.supervision import Part, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READY_WITHIN = 60.0  # seconds
LONG_LOG = 10_000_000  # bytes
MANAGE = [sys.executable, str(ROOT / "platform" / "manage.py")]


class StartFailed(Exception):
    """A part of the start failed; the message is for a person and ends with the log where there is one."""


@dataclasses.dataclass(frozen=True)
class Services:
    """A running Plumbline: where it is reached and where its files are. `processes()` gives process ids by name."""

    base_url: str
    environment: Environment
    variables: dict[str, str]
    processes: Callable[[], dict[str, int]]

    @property
    def mail_dir(self) -> Path:
        return self.environment.mail_dir

    @property
    def data_dir(self) -> Path:
        return self.environment.data_dir

    @property
    def log_dir(self) -> Path:
        return self.environment.log_dir


def say(text: str) -> None:
    """A line of progress. It goes to stderr, so that stdout holds only what was asked for."""
    print(text, file=sys.stderr, flush=True)


def in_folder(given: Environment, name: str) -> Environment:
    """The same environment with its data in a folder of its own below DATA_DIR."""
    return dataclasses.replace(given, data_dir=given.data_dir / name)


def variables_for(given: Environment, urls: embedded.ServerUrls, *, owner: bool = False) -> dict[str, str]:
    """Environment variables for a child process. Only migrations and tests may have the owner's URL."""
    variables = inherited() | {
        "ANTIVIRUS": given.antivirus,
        "AUDIT_SIGNING_KEY": base64.b64encode(given.audit_signing_key).decode(),
        "BASE_URL": given.base_url,
        "DATA_DIR": str(given.data_dir),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PORT": str(given.port),
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": given.secret_key,
    }
    variables |= urls.variables()
    owner_url = urls.database_owner_url or (given.database_owner.url if given.database_owner else None)
    variables.pop("DATABASE_OWNER_URL", None)
    return variables | {"DATABASE_OWNER_URL": owner_url} if owner and owner_url else variables


@contextlib.contextmanager
def run_services(
    given: Environment, *, purpose: str, reset: bool = False, any_port: bool = False, durable: bool = True
) -> Iterator[Services]:
    """Start everything, wait until the web server answers, and stop everything at the end of the block.

    `reset` empties the data folder first; `any_port` takes the next free port where PORT is in use.
    Raises StartFailed, embedded.Held or one of embedded.ServerFailed.
    """
    servers = embedded.EmbeddedServers(given, purpose=purpose)
    register = children.Register(given.data_dir / "run" / "children.json")
    supervisor = Supervisor(register=register, say=say)
    try:
        for name in register.end_leftovers():
            say(f"ended {name}, left over from a run that was killed")
        given = _with_port(given, any_port=any_port)
        _set_aside_long_logs(given.log_dir)
        urls = servers.start(reset=reset, durable=durable)
        for server in servers.servers:
            supervisor.watch(server)
        variables = variables_for(given, urls)
        migrate(given, variables_for(given, urls, owner=True), fast=urls.database_url is not None)
        web, worker, scheduler = _parts(given, variables)
        supervisor.start(web)
        _wait_until_ready(given, log=web.log, alive=lambda: "web" in supervisor.processes())
        supervisor.start(worker)
        supervisor.start(scheduler)
        yield Services(base_url=given.base_url, environment=given, variables=variables, processes=supervisor.processes)
    finally:
        with _signals_ignored():
            supervisor.stop(order=("web", "scheduler", "worker"))
            servers.stop()


def _parts(given: Environment, variables: dict[str, str]) -> tuple[Part, Part, Part]:
    celery = [sys.executable, "-m", "celery", "-A", "worker.app"]
    level = f"--loglevel={given.log_level}"
    web = Part(
        name="web",
        command=[sys.executable, "-m", "gunicorn", "--config", "python:config.webserver", "config.wsgi:application"],
        variables=variables,
        log=given.log_dir / "web.log",
    )
    # SIGTERM lets running jobs end, SIGQUIT gives them up: their lease runs out and they are done again. When the
    # supervisor is killed the servers go too, and a worker that says goodbye to a broker that is gone takes long.
    worker = Part(
        name="worker",
        command=[
            *celery,
            *("worker", "--pool=prefork", f"--concurrency={given.worker_concurrency}", level),
            *("--without-gossip", "--without-mingle"),
        ],
        variables=variables,
        log=given.log_dir / "worker.log",
        steps=((signal.SIGTERM, 20.0), (signal.SIGQUIT, 5.0)),
        death_signal=signal.SIGKILL,
    )
    scheduler = Part(
        name="scheduler",
        command=[*celery, "beat", "--pidfile=", level],
        variables=variables,
        log=given.log_dir / "scheduler.log",
    )
    return web, worker, scheduler


def migrate(given: Environment, variables: dict[str, str], *, fast: bool) -> None:
    """Bring tables and catalogue up to date. For our own PostgreSQL a stamp beside the cluster says that they are."""
    if "DATABASE_OWNER_URL" not in variables:
        say("no DATABASE_OWNER_URL: migrations are left to whoever has it")
        return
    stamp = given.data_dir / "postgres" / "migrated"
    digest = schema_digest()
    if fast and stamp.exists() and stamp.read_text() == digest:
        return
    steps = (("making the tables", ["migrate", "--noinput"]), ("reading the catalogue", ["sync_catalogue"]))
    for doing, arguments in steps:
        began = time.monotonic()
        say(f"{doing} …")
        run = subprocess.run(
            [*MANAGE, *arguments],
            env=variables,
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            preexec_fn=children.die_with_parent(signal.SIGTERM),
        )
        if run.returncode:
            raise StartFailed(f"manage {' '.join(arguments)} failed:\n{run.stdout}{run.stderr}")
        say(f"{doing} took {time.monotonic() - began:.1f} s")
    if fast:
        stamp.write_text(digest)


def schema_digest() -> str:
    """A hash of all that migrations and the catalogue are made from."""
    digest = hashlib.sha256()
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), ROOT / "requirements.lock"]
    sources += [path for path in (ROOT / "assessments" / "catalogue").rglob("*") if path.suffix in {".py", ".yaml"}]
    for path in sorted(sources):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _set_aside_long_logs(folder: Path) -> None:
    """One former log of each kind is kept, so that the folder does not grow for ever."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > LONG_LOG:
            log.rename(log.with_suffix(".log.old"))


def _wait_until_ready(given: Environment, *, log: Path, alive: Callable[[], bool]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(given.bind, given.bind)  # noqa: S104 -- compared, not bound
    deadline = time.monotonic() + READY_WITHIN
    answer = "nothing"
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, given.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": "localhost"})
            response = connection.getresponse()
            if response.status == http.HTTPStatus.OK:
                return
            answer = f"{response.status} {response.read(500).decode(errors='replace')}"
        except OSError:
            if not alive():
                break
        finally:
            connection.close()
        time.sleep(0.05)
    raise StartFailed(
        f"the web server does not get ready (its answer: {answer}); its log {log} ends:{children.tail(log)}"
    )


def _with_port(given: Environment, *, any_port: bool) -> Environment:
    """The environment with a port that is free. Raises StartFailed when it is not and none else may be taken."""
    wanted = given.port
    last = wanted + 100 if any_port and wanted else wanted
    for port in range(wanted, last + 1):
        with socket.socket(socket.AF_INET6 if ":" in given.bind else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((given.bind, port))
            except OSError as error:
                if port == last:
                    raise StartFailed(f"cannot listen on {given.bind}:{wanted} ({error.strerror}); set PORT") from error
                continue
            chosen: int = probe.getsockname()[1]
        if chosen == wanted:
            return given
        say(f"taking port {chosen}" + (f", since {wanted} is in use" if wanted else ""))
        own = given.base_url == f"http://localhost:{wanted}"
        return dataclasses.replace(given, port=chosen, base_url=f"http://localhost:{chosen}" if own else given.base_url)
    raise AssertionError("the loop returns or raises")


@contextlib.contextmanager
def _signals_ignored() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave half of the processes running; every step of a stop is bounded."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A handler that does nothing, for SIG_IGN would be inherited by a part that is just being started again.
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
