"""The checks of `./plumbline test`, one after the other with their times, pytest last.

A check that passes says so in one line; one that fails shows its output. All of them run, so that one round tells all
that is wrong. The closing line of pytest is repeated at the end.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.environment import ROOT
from config.processes import MANAGE, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OPENAPI = ROOT / "platform" / "api" / "openapi.yaml"
BIN = ROOT / ".venv" / "bin"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CLOSING = re.compile(r"(=+ )?(no tests ran|\d+ (passed|failed|errors?|skipped|deselected)\b.*) in [\d.]+s.*")


@dataclass(frozen=True)
class Check:
    """One check and the command that makes it; it passes when the command exits with 0."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    seconds: float


def checks(*, scratch: Path) -> tuple[Check, ...]:
    """All but pytest, cheapest first."""
    return (
        Check("lint", [str(BIN / "ruff"), "check", "."]),
        Check("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Check("floors", [str(BIN / "lint-imports")]),
        Check("types", [str(BIN / "mypy")]),
        Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
        Check("openapi", [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", str(scratch)]),
    )


def run_checks(variables: Mapping[str, str], *, pytest_arguments: Sequence[str], folder: Path) -> int:
    """Run everything, or pytest alone where it is given arguments; returns the exit code for the shell."""
    if pytest_arguments:
        return _pytest(variables, arguments=pytest_arguments)[0]
    outcomes = []
    scratch = folder / "openapi.yaml"
    for check in checks(scratch=scratch):
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603 -- the fixed commands above
            check.command, env=dict(variables), cwd=ROOT, check=False, capture_output=True, text=True
        )
        output = done.stdout + done.stderr
        passed = done.returncode == 0
        if check.name == "openapi" and passed:
            passed, output = _same_openapi(scratch)
        outcomes.append(Outcome(check.name, passed, time.monotonic() - began))
        say(_line(outcomes[-1]))
        if not passed:
            say(output)
    began = time.monotonic()
    code, closing = _pytest(variables, arguments=["-n", "2"])
    outcomes.append(Outcome("pytest", code == 0, time.monotonic() - began))
    say("")
    for outcome in outcomes:
        say(_line(outcome))
    say(f"{'all of it':<12} {'':<7} {sum(outcome.seconds for outcome in outcomes):7.1f} s")
    sys.stdout.write(closing + "\n")
    sys.stdout.flush()
    return 0 if all(outcome.passed for outcome in outcomes) else code or 1


def _line(outcome: Outcome) -> str:
    return f"{outcome.name:<12} {'passed' if outcome.passed else 'FAILED':<7} {outcome.seconds:7.1f} s"


def _pytest(variables: Mapping[str, str], *, arguments: Sequence[str]) -> tuple[int, str]:
    """Pytest with its output passed on as it comes; returns its exit code and its closing line."""
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [sys.executable, "-m", "pytest", f"--color={colour}", *arguments]
    closing = "pytest ended without its closing line"
    with subprocess.Popen(  # noqa: S603 -- the person's own arguments
        command, env=dict(variables), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                plain = COLOUR.sub("", line).strip()
                if CLOSING.match(plain):
                    closing = plain
        except BaseException:
            process.terminate()
            raise
    return process.returncode, closing


def _same_openapi(fresh: Path) -> tuple[bool, str]:
    """Whether the committed description of the API is the one the code gives now."""
    if OPENAPI.exists() and OPENAPI.read_bytes() == fresh.read_bytes():
        return True, ""
    name = OPENAPI.relative_to(ROOT)
    return False, f"{name} is not what the code gives; ./plumbline manage spectacular --file {name} writes it anew"
