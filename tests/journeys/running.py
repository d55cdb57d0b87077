"""The whole product as real processes, for journeys that break parts of it: a data folder of its own, one organisation
with a filled assessment, and ways to look behind the API.

The tables are made once, in a seed that is kept until migrations or the catalogue change; every journey starts on a
copy of it. The demo's journey starts on nothing, as a fresh machine does.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import psycopg
import pytest
import redis

from config import embedded
from config.demo.client import Browser
from config.demo.mailbox import Mailbox
from config.demo.people import Town
from config.demo.round import Round, story
from config.environment import environment, read_environment
from config.processes import Services, migrate, run_services, schema_digest, variables_for
from config.variables import SETTINGS

ORGANISATION = "aria"
STANDARD = "iso-56002-2019"
PROBLEM = "application/problem+json"
PATIENCE = 90.0  # seconds; what is waited for here takes a tenth of it on an idle machine
T = TypeVar("T")

logging.getLogger("httpx").setLevel(logging.WARNING)  # not a line for every look at a report


def eventually(look: Callable[[], T], *, what: str, seconds: float = PATIENCE, pause: float = 0.05) -> T:
    """The first true value that `look` gives; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come about within {seconds:.0f} s")
        time.sleep(pause)
    return found


def gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass(frozen=True)
class Job:
    """A job's row, which the API shows only in part."""

    state: str
    attempts: int
    fence: int


@dataclass
class Running:
    """Plumbline under way, with an owner at her browser and an assessment that is answered in full."""

    services: Services
    owner: Browser
    assessment: str

    @property
    def path(self) -> str:
        return f"/api/v1/organisations/{ORGANISATION}"

    # Asking through the API

    def ask_for_report(self) -> str:
        """The id of a report that is asked for now, of an assessment unlike any before: its file is a new one."""
        place = f"{self.path}/assessments/{self.assessment}/answers/4.1.1/"
        read = self.owner.send("GET", place)
        self.owner.patch(place, {"note": f"Seen {uuid.uuid4()}."}, If_Match=read.headers["ETag"])
        return str(self.owner.post(f"{self.path}/reports/", {"assessment": self.assessment})["id"])

    def report(self, report_id: str) -> dict[str, Any]:
        return dict(self.owner.get(f"{self.path}/reports/{report_id}/"))

    def finished(self, report_id: str) -> dict[str, Any]:
        """The report once it is ready; requests that meet a part which is gone are made again."""

        def look() -> dict[str, Any] | None:
            answer = self.owner.send("GET", f"{self.path}/reports/{report_id}/", expect=None)
            if answer.status_code == 503:
                return None
            assert answer.status_code == 200, answer.text
            report = dict(answer.json())
            assert report["state"] != "failed", report
            return report if report["state"] == "ready" else None

        return eventually(look, what="a finished report", pause=0.1)

    def status(self, path: str) -> int:
        return httpx.get(f"{self.services.base_url}{path}", timeout=30).status_code

    def sha256_of_file(self, report_id: str) -> str:
        """Of the bytes that a reader of the report gets."""
        return hashlib.sha256(self.owner.send("GET", f"{self.path}/reports/{report_id}/file/").content).hexdigest()

    def times_made(self, report_id: str) -> int:
        """How often the audit trail says that this report was made."""
        query = f"event=report.made&object_id={report_id}"
        return len(self.owner.everything(f"{self.path}/audit-events/?{query}"))

    # Looking behind it

    def files(self) -> set[str]:
        """Names of all stored files; a file's name is its sha256."""
        return {path.name for path in self.services.environment.files_dir.rglob("*") if path.is_file()}

    def job_of(self, report_id: str) -> Job:
        with self._database() as connection:
            row = connection.execute(
                "SELECT job.state, job.attempts, job.fence FROM reports_report report"
                " JOIN tenants_job job ON job.id = report.job_id WHERE report.id = %s",
                [report_id],
            ).fetchone()
        assert row is not None
        return Job(*row)

    def let_the_alarm_ring(self) -> None:
        """As if the time had passed for which the relay trusts a message that was sent."""
        with self._database() as connection:
            connection.execute("UPDATE tenants_wakeup SET due_at = now() WHERE due_at > now()")

    @contextlib.contextmanager
    def _database(self) -> Iterator[psycopg.Connection[Any]]:
        """One transaction as the app role, in the organisation's scope."""
        with psycopg.connect(self.services.variables["DATABASE_URL"]) as connection:
            connection.execute(
                "SELECT set_config('app.organisation', id::text, true) FROM tenants_organisation WHERE slug = %s",
                [ORGANISATION],
            )
            yield connection

    @contextlib.contextmanager
    def valkey(self) -> Iterator[redis.Redis]:
        with redis.Redis.from_url(self.services.variables["REDIS_URL"]) as client:
            yield client

    def process(self, name: str) -> psutil.Process:
        """A part's first process, waited for where the part is being started again."""
        found = eventually(lambda: self.services.processes().get(name), what=f"a running {name}")
        return psutil.Process(found)

    def renderer(self) -> psutil.Process:
        """The process that lays out a report right now."""

        def look() -> psutil.Process | None:
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in self.process("worker").children(recursive=True):
                    if "reports.rendering.child" in process.cmdline():
                        return process
            return None

        return eventually(look, what="a renderer", pause=0.01)

    def wait_until_whole(self) -> None:
        """Every part runs, and the parts that requests need answer."""
        names = {"postgres", "valkey", "web", "worker", "scheduler"}
        eventually(lambda: names <= self.services.processes().keys(), what="all parts")
        eventually(lambda: self.status("/readyz") == 200, what="readiness")


@contextlib.contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    """Everything started on a copy of the seed in `folder`; `settings` are further environment variables."""
    seed = environment().data_dir / "seed"
    with pytest.MonkeyPatch.context() as patch:
        settings = {"DATA_DIR": str(folder), "PORT": "0", "THROTTLE_PERSON_PER_MINUTE": "1000000"} | settings
        _own_settings(patch, **settings)
        given = read_environment(os.environ)
        _lay_seed(seed, at=folder)
        with run_services(given, purpose="a journey", any_port=True) as services:
            town = Town(services.base_url, mailbox=Mailbox(services.mail_dir))
            try:
                yield _settle(services, town=town)
            finally:
                town.close()


def own_settings() -> dict[str, str]:
    """This process's variables without those Plumbline reads: `./plumbline test` sets some for its tests."""
    known = {setting.name for setting in SETTINGS}
    return {name: value for name, value in os.environ.items() if name not in known}


def _own_settings(patch: pytest.MonkeyPatch, **settings: str) -> None:
    for setting in SETTINGS:
        patch.delenv(setting.name, raising=False)
    for name, value in settings.items():
        patch.setenv(name, value)


def _lay_seed(seed: Path, *, at: Path) -> None:
    """Copy a cluster that has its tables and its catalogue; made here where there is none, or an older one."""
    seed.mkdir(parents=True, exist_ok=True)
    with seed.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = seed / "postgres" / "migrated"
        if not stamp.exists() or stamp.read_text() != schema_digest():
            shutil.rmtree(seed)
            given = read_environment(os.environ | {"DATA_DIR": str(seed)})
            servers = embedded.EmbeddedServers(given, purpose="a seed")
            try:
                urls = servers.start(durable=False)
                migrate(given, variables_for(given, urls, owner=True), fast=True)
            finally:
                servers.stop()
        shutil.copytree(seed / "postgres", at / "postgres", ignore=shutil.ignore_patterns("socket"))


def _settle(services: Services, *, town: Town) -> Running:
    owner = town.newcomer("Alice Amber", email="alice@aria.example")
    owner.post("/api/v1/organisations/", {"slug": ORGANISATION, "name": "Aria"})
    told = story(f"meridian-devices-{STANDARD}")
    made = owner.post(
        f"/api/v1/organisations/{ORGANISATION}/assessments/", {"standard": STANDARD, **told["assessment"]}
    )
    work = Round(ORGANISATION, made, told["answers"], lambda _: None)
    work.move(owner, "begin")
    work.answer([(owner, lambda _: True)])
    return Running(services, owner, made["id"])
