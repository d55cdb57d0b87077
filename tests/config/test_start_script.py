"""`./plumbline` and the locks it installs from."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from config.environment import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "plumbline"), *arguments], capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    help_text = _run("--help")
    assert help_text.returncode == 0
    for command in ("demo [--once]", "serve", "test [args]", "bench [args]", "manage", "lock"):
        assert f"./plumbline {command}" in help_text.stdout


def test_an_unknown_command_is_refused() -> None:
    refused = _run("fly")
    assert refused.returncode == 1
    assert "no command 'fly'" in refused.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"(https?|file)://|--(extra-)?index|--find-links", text)
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    assert len(blocks) > 50
    for block in blocks:
        assert re.match(r"[a-z0-9.-]+==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime, development = (_pinned(ROOT / lock) for lock in LOCKS)
    wanted = {_name(requirement) for requirement in project["project"]["dependencies"]}
    assert wanted <= runtime.keys()
    assert {_name(requirement) for requirement in project["dependency-groups"]["dev"]} <= development.keys()
    assert runtime.items() <= development.items(), "one version of each package, with or without the tools"


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _pinned(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock.read_text(), flags=re.MULTILINE))


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert '/../plumbline" test' in (ROOT / ".ci" / "run").read_text()
