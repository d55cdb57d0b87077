"""The whole product as processes: it starts, answers, stops, and starts again after the worst."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.environment import ROOT
from config.variables import SETTINGS

pytestmark = [pytest.mark.journey, pytest.mark.slow]


class Serve:
    """`./plumbline serve` in a data folder of its own, on a free port."""

    def __init__(self, folder: Path) -> None:
        own = {setting.name for setting in SETTINGS}
        variables = {name: value for name, value in os.environ.items() if name not in own}
        variables |= {"DATA_DIR": str(folder), "PORT": "0", "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"}
        self._log = (folder.parent / "said").open("a+")
        self._from = self._log.tell()
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.commands", "serve"],
            env=variables,
            cwd=ROOT,
            stderr=self._log,
            start_new_session=True,
        )

    def said(self) -> str:
        return os.pread(self._log.fileno(), 1_000_000, self._from).decode()

    def wait_until_ready(self) -> int:
        while "Ctrl-C stops everything" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() - self.began < 120, self.said()
            time.sleep(0.05)
        found = re.search(r"http://localhost:(\d+)/", self.said())
        assert found
        return int(found[1])

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        self._log.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests here: only the first start has to make the tables."""
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    started = Serve(folder)
    yield started
    started.close()


def _left(processes: list[psutil.Process], *, seconds: float) -> list[str]:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [" ".join(process.cmdline()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def _status(port: int, path: str) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Host": "localhost"})
        response = connection.getresponse()
        response.read()
        return response.status


def test_ctrl_c_stops_everything_and_leaves_no_orphan(serve: Serve) -> None:
    port = serve.wait_until_ready()
    assert _status(port, "/readyz") == 200
    family = serve.descendants()
    assert {"postgres", "valkey-server"} <= {process.name() for process in family}
    serve.process.send_signal(signal.SIGINT)
    assert serve.process.wait(60) == 0
    assert _left(family, seconds=1) == []


def test_a_run_killed_in_the_middle_leaves_no_orphan_and_starts_again_quickly(serve: Serve, folder: Path) -> None:
    serve.wait_until_ready()
    family = serve.descendants()
    serve.process.send_signal(signal.SIGKILL)
    serve.process.wait(10)
    again = Serve(folder)
    try:
        assert _status(again.wait_until_ready(), "/readyz") == 200
        assert "making the tables" not in again.said(), "nothing to migrate, so no time is spent on it"
        assert _left(family, seconds=10) == []
    finally:
        again.close()
