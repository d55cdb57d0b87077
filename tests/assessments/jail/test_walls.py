"""From the inside: what a parser that was taken over by its file could do. Every wall is tried alone."""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assessments.files import inspection
from assessments.files.refusals import TypeMismatch
from assessments.jail import cell, filters, landlock
from assessments.jail.cell import Cell, Outcome
from tests.assessments import evidence_samples as samples

PROBE = Cell(module="tests.assessments.jail.probe", code=("tests/assessments/jail/probe.py",), seconds=20)
SECRET = "do-not-tell-anybody"
real_wall = cell.wall


@pytest.fixture(params=["bubblewrap", "seccomp"])
def wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way a child may be started; bubblewrap only where it works."""
    if request.param == "bubblewrap" and real_wall() != "bubblewrap":
        pytest.skip("bubblewrap does not work here: the log says why")
    monkeypatch.setattr(cell, "wall", lambda: request.param)
    return str(request.param)


@pytest.fixture
def bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    if real_wall() != "bubblewrap":
        pytest.skip("bubblewrap does not work here: the log says why")


@pytest.fixture
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """An address that listens, and what it was sent."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                heard.append(connection.recv(100))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file as the data folder has them, and a variable as the worker has them. The path is open to everybody."""
    monkeypatch.setenv("SECRET_KEY", SECRET)
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o755)
    path = folder / "secret_key"
    path.write_text(SECRET)
    path.chmod(0o644)
    yield path
    shutil.rmtree(folder)


def attempt(what: str, argument: str = "", *, doors: str = "closed", seconds: float = 20) -> dict[str, Any]:
    outcome = end(what, argument, doors=doors, seconds=seconds)
    assert outcome.code == 0, (what, outcome)
    return dict(json.loads(outcome.said))


def end(what: str, argument: str = "", *, doors: str = "closed", seconds: float = 20) -> Outcome:
    here = replace(PROBE, seconds=seconds)
    with tempfile.TemporaryFile() as stdin:
        return cell.run(here, doors, what, argument, os.pathsep.join(cell.visible(here)), stdin=stdin)


def test_the_probe_gets_through_where_nothing_holds_it(
    monkeypatch: pytest.MonkeyPatch, canary: tuple[str, list[bytes]], secret: Path
) -> None:
    """Else the tests below would prove nothing."""
    monkeypatch.setattr(cell, "wall", lambda: "seccomp")
    assert attempt("tcp", canary[0], doors="open") == {"did": "connected"}
    deadline = time.monotonic() + 5
    while not canary[1] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(canary[1]) == 1
    assert attempt("read", str(secret), doors="open") == {"did": SECRET}
    assert attempt("fork", doors="open") == {"did": "forked"}
    assert "did" in attempt("read", f"/proc/{os.getpid()}/environ", doors="open")


@pytest.mark.parametrize("doors", ["closed", "files"])
def test_no_child_reaches_the_network(wall: str, canary: tuple[str, list[bytes]], doors: str, tmp_path: Path) -> None:
    address, heard = canary
    for what in ("tcp", "udp"):
        assert "refused" in attempt(what, address, doors=doors), what
    assert "refused" in attempt("socket_of_every_family", doors=doors)
    with socket.socket(socket.AF_UNIX) as listener, tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        listener.bind(f"{folder}/s")
        listener.listen()
        assert "refused" in attempt("unix", f"{folder}/s", doors=doors)
    time.sleep(0.05)
    assert heard == []


def test_bubblewrap_alone_keeps_the_network_out(bubblewrap: None, canary: tuple[str, list[bytes]]) -> None:
    assert "refused" in attempt("tcp", canary[0], doors="open")
    assert canary[1] == []


@pytest.mark.parametrize("doors", ["closed", "files"])
def test_no_child_reads_what_is_not_its_own(wall: str, secret: Path, doors: str) -> None:
    for path in ("/etc/passwd", "/etc/shadow", str(secret), "/proc/self/environ", f"/proc/{os.getpid()}/environ"):
        assert "refused" in attempt("read", path, doors=doors), path
    for path in ("/x", str(secret), str(secret.with_name("new"))):
        said = attempt("write", path, doors=doors)
        assert "refused" in said, path
    assert secret.read_text() == SECRET
    assert not secret.with_name("new").exists()


def test_bubblewrap_alone_hides_files_variables_and_processes(bubblewrap: None, secret: Path) -> None:
    for path in ("/etc/passwd", str(secret), f"/proc/{os.getpid()}/environ", str(cell.ROOT / "README.md")):
        assert attempt("read", path, doors="open")["refused"] == 2, path
    assert SECRET not in attempt("variables", doors="open")["did"]
    assert "refused" in attempt("kill", str(os.getpid()), doors="open")


def test_a_parser_may_open_nothing_at_all_not_even_its_own_code(wall: str) -> None:
    assert attempt("read", cell.__file__.replace("cell", "inside"))["refused"] in {1, 13}


def test_landlock_alone_keeps_files_from_a_child_that_may_open_some(
    monkeypatch: pytest.MonkeyPatch, secret: Path
) -> None:
    if not landlock.version():
        pytest.skip("this kernel has no Landlock")
    monkeypatch.setattr(cell, "wall", lambda: "seccomp")
    assert attempt("read", str(secret), doors="files")["refused"] == 13
    assert "did" in attempt("read", cell.__file__.replace("cell", "inside"), doors="files")


def test_nothing_of_this_process_is_handed_on(wall: str, secret: Path) -> None:
    with secret.open("rb") as kept:
        os.set_inheritable(kept.fileno(), True)
        told = attempt("variables")["did"]
        assert SECRET not in told
        assert set(json.loads(told)) <= {"PWD", "LC_CTYPE"}
        assert json.loads(attempt("descriptors")["did"]) == [0, 1, 2]


def test_a_child_is_nobody(wall: str) -> None:
    if wall == "bubblewrap" or os.geteuid() == 0:
        assert json.loads(attempt("who")["did"])["uid"] == 65534


@pytest.mark.parametrize(
    "what", ["fork", "fork_bomb", "execute", "unshare", "io_uring", "newest", "raise_limits", "trace"]
)
def test_no_child_starts_changes_or_looks_into_anything(wall: str, what: str) -> None:
    if platform.machine() != "x86_64" and what in {"unshare", "trace"}:
        pytest.skip("the probe knows the numbers of x86-64")
    said = attempt(what, str(os.getpid()) if what == "trace" else "")
    assert "refused" in said, said


def test_no_child_kills_its_parent(wall: str) -> None:
    assert "refused" in attempt("kill", str(os.getpid()))


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 is a numbering of x86-64")
def test_calls_under_another_numbering_end_the_child(wall: str) -> None:
    assert end("other_numbering").code != 0


def test_time_and_memory_have_ends(wall: str) -> None:
    begun = time.monotonic()
    assert end("sleep", "60", seconds=0.5).code is None
    assert time.monotonic() - begun < 5
    for what in ("spin", "memory", "slow_memory", "crash"):
        assert end(what).code != 0, what
    assert time.monotonic() - begun < 20


def test_threads_are_bounded_by_memory(wall: str) -> None:
    outcome = end("threads")
    assert outcome.code != 0 or int(json.loads(outcome.said)["did"]) < 2_000


def test_a_child_that_writes_without_end_fills_nothing(wall: str) -> None:
    outcome = end("flood")
    assert outcome.code != 0
    assert len(outcome.said) <= PROBE.answer_bytes


def test_without_a_filter_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine the filter has no list for: the child ends before it looks at the file, whatever else holds."""
    monkeypatch.setattr(filters.platform, "machine", lambda: "abacus")
    with pytest.raises(filters.NoFilterError):
        filters.write_program(may_open=False)


def test_the_filter_holds_for_arm_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters.platform, "machine", lambda: "aarch64")
    numbers = {row[1] for row in filters.REACHING_OUT.values()}
    program = filters.write_program(may_open=False)
    assert len(program) % 8 == 0
    assert {198, 221, 203} <= numbers
    assert len(program) // 8 < 256 * 2


@pytest.mark.parametrize("name", samples.GOOD)
def test_every_parser_works_behind_each_wall(wall: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(samples.GOOD[name][0]())
    assert inspection.media_type_of(path, file_name=name) == samples.GOOD[name][1]


@pytest.mark.parametrize("what", ["crash", "spin", "slow_memory", "flood", "memory"])
def test_a_parser_that_dies_is_a_file_that_could_not_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    def probed(_: Cell, *__: str, stdin: io.BufferedReader) -> Outcome:
        return end(what)

    monkeypatch.setattr(inspection, "run", probed)
    path = tmp_path / "file"
    path.write_bytes(samples.pdf())
    with pytest.raises(TypeMismatch, match="could not be read"):
        inspection.media_type_of(path, file_name="a.pdf")


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[]", b'{"slug": "x"}', b'{"slug": "type-refused"}', b"null", b'{"slug": [], "sentence": 1}']
)
def test_an_answer_that_is_no_verdict_is_a_file_that_could_not_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: bytes
) -> None:
    monkeypatch.setattr(inspection, "run", lambda *_, **__: Outcome(0, said, ""))
    path = tmp_path / "file"
    path.write_bytes(b"x")
    with pytest.raises(TypeMismatch, match="could not be read"):
        inspection.media_type_of(path, file_name="a.pdf")


def test_the_way_that_is_taken_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    cell.wall.cache_clear()
    with caplog.at_level("INFO", logger="assessments.jail.cell"):
        assert {cell.wall(), cell.wall()} <= {"bubblewrap", "seccomp"}
    assert len(caplog.records) == 1


def test_where_bubblewrap_does_not_work_the_log_says_why(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell.shutil, "which", lambda *_, **__: None)
    assert cell.wall.__wrapped__() == "seccomp"
    assert "bubblewrap does not work: it is not installed" in caplog.text
