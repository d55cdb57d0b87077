"""Child processes that never outlive the process that started them.

Each child leads its own process group, so that Ctrl-C reaches only the parent, which then stops its children in order.
On Linux the kernel signals a child when its parent dies (PR_SET_PDEATHSIG), even by kill -9. Elsewhere the next start
finds what was left behind in a `Register` and ends it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Protocol

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Restartable(Protocol):
    """Something that runs as one process and can be started again after it died."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...
    def stop(self) -> None: ...


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    variables: Mapping[str, str],
    folder: Path,
    death_signal: signal.Signals = signal.SIGTERM,
    account: tuple[int, int] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` with its output appended to `log`; `account` is a (uid, gid) to run as. Raises OSError."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 -- commands are made by this package, never by a request
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(variables),
            process_group=0,
            user=account[0] if account else None,
            group=account[1] if account else None,
            extra_groups=[] if account else None,
            # Runs after the change of user, which would clear the death signal. It makes one system call and
            # takes no lock, so it is safe in a process with threads.
            preexec_fn=die_with_parent(death_signal),  # noqa: PLW1509
        )


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """What a new child calls so that the kernel sends it `death_signal` when this process dies."""
    parent = os.getpid()

    def prepare() -> None:
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the call above
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def stop(process: subprocess.Popen[bytes], *, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send each signal and wait its seconds until `process` ends; then end what is left of its group.

    Returns whether the process ended before the last step's SIGKILL.
    """
    gentle = True
    for number, seconds in steps:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            break
    else:
        gentle = False
        process.kill()
        process.wait()
    end_group(process)
    return gentle


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what a process that has ended left of its group: the forks of a web server, say, that hold its port."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def tail(log: Path, *, lines: int = 15) -> str:
    """The last lines of a log, indented, for an error message."""
    try:
        text = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return ""
    return "".join(f"\n    {line}" for line in text)


class Register:
    """A file of the children now running, so that the next start can end those of a killed run."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
        """Write the names, process ids and start times of the live processes."""
        rows = []
        for name, process in processes.items():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.poll() is None:
                    born = psutil.Process(process.pid).create_time()
                    rows.append({"name": name, "pid": process.pid, "born": born})
        draft = self._path.with_suffix(".draft")
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(rows))
        draft.rename(self._path)

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def end_leftovers(self, *, patience: float = 5.0) -> list[str]:
        """End the process groups of a former run; returns their names. A reused process id is left alone."""
        try:
            rows = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return []
        left = [row for row in rows if self._lives(row)]
        names = [row["name"] for row in left]
        self._signal(left, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = [row for row in left if self._lives(row)]
        self._signal(left, signal.SIGKILL)
        self.clear()
        return names

    @staticmethod
    def _signal(rows: Sequence[Mapping[str, int]], number: signal.Signals) -> None:
        for row in rows:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(row["pid"], number)

    @staticmethod
    def _lives(row: Mapping[str, float]) -> bool:
        try:
            process = psutil.Process(int(row["pid"]))
            return abs(process.create_time() - row["born"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False
