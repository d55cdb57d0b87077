"""`./plumbline test` fails when any of its checks fails, and ends with the closing line of pytest."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from config import quality

CLOSING = "===== 3 passed in 0.10s ====="


def _check(name: str, program: str) -> quality.Check:
    return quality.Check(name, [sys.executable, "-c", program])


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    def run(*checks: quality.Check, pytest_code: int = 0) -> int:
        def pytest_alone(variables: Mapping[str, str], *, arguments: Sequence[str]) -> tuple[int, str]:
            return pytest_code, CLOSING

        monkeypatch.setattr(quality, "checks", lambda **_: checks)
        monkeypatch.setattr(quality, "_pytest", pytest_alone)
        return quality.run_checks({}, pytest_arguments=[], folder=tmp_path)

    return run


@pytest.mark.parametrize(
    ("programs", "pytest_code", "code"),
    [
        (["", ""], 0, 0),
        (["raise SystemExit(1)", ""], 0, 1),
        ([""], 1, 1),
        ([""], 5, 5),
        (["raise SystemExit(1)"], 2, 2),
    ],
)
def test_one_failing_check_fails_the_run(programs: list[str], pytest_code: int, code: int, run: object) -> None:
    assert callable(run)
    checks = [_check(f"check {number}", program) for number, program in enumerate(programs)]
    assert run(*checks, pytest_code=pytest_code) == code


def test_every_check_runs_and_only_the_failing_one_shows_its_output(
    run: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(run)
    assert run(_check("loud", "print('found it'); raise SystemExit(1)"), _check("quiet", "print('all well')")) == 1
    captured = capsys.readouterr()
    assert "found it" in captured.err
    assert "all well" not in captured.err
    assert captured.out.splitlines()[-1] == CLOSING


@pytest.mark.parametrize(
    "line",
    [
        "=== 3 failed, 12 passed, 1 warning in 12.31s ===",
        "9 passed in 13.40s",
        "=== no tests ran in 0.01s ===",
        "=== 812 passed, 2 skipped in 130.00s (0:02:10) ===",
    ],
)
def test_the_closing_line_of_pytest_is_known_in_all_its_forms(line: str) -> None:
    assert quality.CLOSING.match(line)
    assert not quality.CLOSING.match("=== short test summary info ===")
