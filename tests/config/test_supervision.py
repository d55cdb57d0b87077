"""A part that dies is started again; parts are stopped in order and leave nothing behind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.children import Register
from config.supervision import Part, Supervisor

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

SLEEPER = "import time; time.sleep(600)"
# A leader with a child in its group, like a web server with its workers.
LEADER = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', '{SLEEPER}']); time.sleep(600)"


class Stage:
    """A supervisor, what it said, and parts for it."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.folder = folder
        self.register = Register(folder / "children.json")
        self.supervisor = Supervisor(register=self.register, say=self.said.append)

    def part(self, name: str, program: str) -> Part:
        command = [sys.executable, "-c", program]
        return Part(name=name, command=command, variables=dict(os.environ), log=self.folder / f"{name}.log")

    def pid(self, name: str) -> int | None:
        return self.supervisor.processes().get(name)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.supervisor.stop(order=("first", "second"))


def _eventually(condition: Callable[[], object], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_part_that_is_killed_is_started_again(stage: Stage) -> None:
    stage.supervisor.start(stage.part("first", SLEEPER))
    before = stage.pid("first")
    assert before is not None
    os.kill(before, signal.SIGKILL)
    _eventually(lambda: stage.pid("first") not in {None, before})
    assert stage.said == ["first ended (signal SIGKILL); it starts again in 0.5 s"]


def test_a_part_that_keeps_dying_is_started_ever_more_slowly(stage: Stage) -> None:
    stage.supervisor.start(stage.part("first", "raise SystemExit(3)"))
    _eventually(lambda: len(stage.said) >= 3)
    assert stage.said[:3] == [f"first ended (exit code 3); it starts again in {wait} s" for wait in ("0.5", "1", "2")]


def test_the_forks_of_a_part_end_with_it(stage: Stage) -> None:
    stage.supervisor.start(stage.part("first", LEADER))
    leader = stage.pid("first")
    assert leader is not None
    _eventually(lambda: psutil.Process(leader).children())
    fork = psutil.Process(leader).children()[0].pid
    os.kill(leader, signal.SIGKILL)
    _eventually(lambda: _gone(fork))


def test_parts_are_stopped_in_the_order_asked_for(stage: Stage) -> None:
    note = stage.folder / "order"
    program = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    open({note!r}, 'a').write({name!r} + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "open({ready!r}, 'w').close()\n"
        "time.sleep(600)\n"
    )
    for name in ("second", "first"):
        ready = stage.folder / f"{name}.ready"
        stage.supervisor.start(stage.part(name, program.format(note=str(note), name=name, ready=str(ready))))
        _eventually(ready.exists)
    stage.supervisor.stop(order=("first", "second"))
    assert note.read_text() == "first second "


def test_a_part_that_was_started_again_is_stopped_as_gently_as_ever(stage: Stage) -> None:
    ready, note = stage.folder / "ready", stage.folder / "said"
    program = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep(0.5)\n"
        f"    pathlib.Path({str(note)!r}).write_text('goodbye')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "time.sleep(600)\n"
    )
    part = stage.part("first", program)
    part.death_signal = signal.SIGKILL  # as the worker's
    stage.supervisor.start(part)
    _eventually(ready.exists)
    ready.unlink()
    os.kill(stage.pid("first") or 0, signal.SIGKILL)
    _eventually(ready.exists)
    stage.supervisor.stop(order=("first",))
    assert note.exists()


def test_the_next_start_ends_what_a_killed_run_left(stage: Stage) -> None:
    stage.supervisor.start(stage.part("first", SLEEPER))
    pid = stage.pid("first")
    assert pid is not None
    assert Register(stage.folder / "children.json").end_leftovers() == ["first"]
    _eventually(lambda: _gone(pid))


def test_a_process_id_that_was_given_to_someone_else_is_left_alone(stage: Stage) -> None:
    stage.supervisor.start(stage.part("first", SLEEPER))
    kept = stage.folder / "children.json"
    kept.write_text(kept.read_text().replace('"born": ', '"born": 1'))
    assert Register(kept).end_leftovers() == []
    assert stage.pid("first") is not None
