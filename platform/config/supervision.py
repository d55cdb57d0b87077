"""Keeps the parts of Plumbline running: starts them, starts them again when they die, stops them in order.

A part that dies is started again after half a second; each death soon after a start doubles the wait, up to half a
minute. The watch runs in its own thread, so that the main thread is free for a client of the running system.
"""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config import children
from config.environment import ROOT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from config.children import Restartable

FIRST_WAIT, LONGEST_WAIT, STEADY_AFTER = 0.5, 30.0, 60.0  # seconds
PULSE = 0.2  # seconds between two looks


@dataclass
class Part:
    """One process of Plumbline's own: web, worker or scheduler. `steps` say how it is stopped."""

    name: str
    command: Sequence[str]
    variables: Mapping[str, str]
    log: Path
    steps: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 15.0),)
    death_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self.process = children.spawn(
            self.command,
            log=self.log,
            variables=self.variables,
            folder=ROOT,
            death_signal=self.death_signal,
        )

    def stop(self) -> None:
        if self.process is not None:
            children.stop(self.process, steps=self.steps)
            self.process = None


@dataclass
class _Health:
    """When a watched part was last started, and when it may be started again after its death."""

    since: float
    wait: float = FIRST_WAIT
    again_at: float | None = None


class Supervisor:
    """Watches parts and servers. Parts are stopped by `stop` in the order given; servers belong to their maker."""

    def __init__(self, *, register: children.Register, say: Callable[[str], None]) -> None:
        self._register = register
        self._say = say
        self._watched: dict[str, Restartable] = {}
        self._health: dict[str, _Health] = {}
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def watch(self, server: Restartable) -> None:
        """Watch a server that runs already."""
        with self._guard:
            self._watched[server.name] = server
            self._health[server.name] = _Health(since=time.monotonic())
            if not self._thread.is_alive():
                self._thread.start()

    def start(self, part: Part) -> None:
        """Start a part and watch it."""
        part.start()
        self.watch(part)
        with self._guard:
            self._note()

    def processes(self) -> dict[str, int]:
        """Process ids of what runs now, by name."""
        with self._guard:
            return {name: part.process.pid for name, part in self._watched.items() if part.process and _runs(part)}

    def stop(self, *, order: Sequence[str]) -> None:
        """Stop watching, then stop the parts in this order. Their servers still run meanwhile."""
        with self._guard:
            self._over.set()
        for name in order:
            part = self._watched.get(name)
            if part is not None:
                part.stop()
        self._register.clear()

    def _watch(self) -> None:
        while not self._over.wait(PULSE):
            with self._guard:
                if self._over.is_set():
                    break
                for name, part in self._watched.items():
                    self._look_at(name, part)
        # To the kernel the thread that started a process is its parent. If this one ended now, whatever it has started
        # again would get its death signal at once instead of being stopped in its turn.
        while any(_runs(part) for part in self._watched.values()):
            time.sleep(PULSE)

    def _look_at(self, name: str, part: Restartable) -> None:
        health, now = self._health[name], time.monotonic()
        if _runs(part):
            return
        if health.again_at is None:
            if now - health.since > STEADY_AFTER:
                health.wait = FIRST_WAIT
            health.again_at = now + health.wait
            code = part.process.returncode if part.process else None
            if part.process is not None:
                children.end_group(part.process)
            self._say(f"{name} ended ({_in_words(code)}); it starts again in {health.wait:g} s")
        elif now >= health.again_at:
            health.since, health.again_at = now, None
            health.wait = min(health.wait * 2, LONGEST_WAIT)
            try:
                part.start()
            except Exception as error:  # noqa: BLE001 -- whatever stopped the start, the next try may pass
                self._say(f"{name} does not start: {error}")
            self._note()

    def _note(self) -> None:
        parts = {name: part.process for name, part in self._watched.items() if isinstance(part, Part) and part.process}
        self._register.keep(parts)


def _runs(part: Restartable) -> bool:
    process = part.process
    return process is not None and process.poll() is None


def _in_words(code: int | None) -> str:
    if code is None:
        return "did not start"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
