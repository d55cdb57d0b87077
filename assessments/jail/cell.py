"""The parent's side: a child behind walls, started, fed, waited for, and gone afterwards."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Final

from assessments.jail import landlock

logger = logging.getLogger(__name__)

ROOT: Final = Path(__file__).resolve().parents[2]
_START: Final = Path(__file__).with_name("start.py")
_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
_TRY_SECONDS = 20
_TMP_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Cell:
    """What a child sees: `code`, folders below ROOT; `readable`, further paths; `environment`, all of its variables."""

    module: str
    code: tuple[str, ...]
    seconds: float
    readable: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    answer_bytes: int = 16 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: its exit code, None when it took too long; at most `answer_bytes` of what it wrote."""

    code: int | None
    said: bytes
    complained: str


def run(cell: Cell, *arguments: str, stdin: IO[bytes], pass_fds: Sequence[int] = ()) -> Outcome:
    """Run the module in a child that has `stdin` and `pass_fds` open, and nothing else of this process.

    Never raises for what the child does. What it writes goes into files, whose size its own limits bound, so that a
    child gone wild cannot fill this process's memory.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and module; what is hostile comes in by stdin
                _command(cell, arguments),
                stdin=stdin,
                stdout=said,
                stderr=complained,
                env={},
                cwd="/",
                timeout=cell.seconds,
                pass_fds=tuple(pass_fds),
                check=False,
            )
            code: int | None = done.returncode
        except subprocess.TimeoutExpired:
            code = None
        said.seek(0)
        complained.seek(max(0, complained.seek(0, os.SEEK_END) - 2000))
        return Outcome(code, said.read(cell.answer_bytes), complained.read().decode(errors="replace").strip())


def visible(cell: Cell) -> tuple[str, ...]:
    """Every path a child needs: the system's libraries, the interpreter, the code. None of them holds a secret."""
    interpreter = {sys.prefix, sys.base_prefix, str(Path(sys.prefix).resolve()), str(Path(sys.base_prefix).resolve())}
    code = (str(_START.parent), str(ROOT / "assessments" / "__init__.py"), *(str(ROOT / name) for name in cell.code))
    found = (*_SYSTEM, *sorted(interpreter), *code, *cell.readable)
    return tuple(path for path in dict.fromkeys(found) if os.path.lexists(path))


@cache
def wall() -> str:
    """`bubblewrap`, or `seccomp` where that does not work. Tried once in each process, and logged."""
    program = shutil.which("bwrap")
    why = "it is not installed"
    if program:
        try:
            tried = subprocess.run(  # noqa: S603
                [*_bubblewrap(Cell("", (), 0)), sys.executable, "-I", "-c", "pass"],
                env={}, capture_output=True, timeout=_TRY_SECONDS, check=False,
            )  # fmt: skip
            why = tried.stderr.decode(errors="replace").strip()[-300:]
            if tried.returncode == 0:
                logger.info("Parsers and the PDF renderer run behind bubblewrap and seccomp.")
                return "bubblewrap"
        except (OSError, subprocess.TimeoutExpired) as error:
            why = str(error)
    files = "Landlock" if landlock.version() else "NO wall between the PDF renderer and readable files (no Landlock)"
    logger.warning("Parsers and the PDF renderer run behind seccomp and %s; bubblewrap does not work: %s", files, why)
    return "seccomp"


def _command(cell: Cell, arguments: Sequence[str]) -> list[str]:
    walled = wall() == "bubblewrap"
    parent = "0" if walled else str(os.getpid())
    child = [sys.executable, "-I", "-B", str(_START), parent, str(ROOT), cell.module, *arguments]
    if walled:
        return [*_bubblewrap(cell), *child]
    variables = [f"{name}={value}" for name, value in cell.environment.items()]
    return [_program("env"), "-i", *variables, *child] if variables else child


def _program(name: str) -> str:
    return shutil.which(name, path="/usr/bin:/bin") or name


def _bubblewrap(cell: Cell) -> list[str]:
    command = [
        shutil.which("bwrap") or "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--uid", "65534", "--gid", "65534", "--hostname", "cell", "--chdir", "/", "--clearenv",
        "--dev", "/dev", "--size", str(_TMP_BYTES), "--tmpfs", "/tmp",  # noqa: S108 - its own, gone with the child
    ]  # fmt: skip
    for name, value in cell.environment.items():
        command += ["--setenv", name, value]
    for path in visible(cell):
        real = os.path.realpath(path)
        if Path(path).is_symlink() and path in _SYSTEM:
            command += ["--symlink", os.readlink(path), path]  # noqa: PTH115
        else:
            command += ["--ro-bind-try", real, path]
    return command
