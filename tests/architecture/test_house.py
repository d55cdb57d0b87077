"""The rules of the house that a linter does not know: sizes, names, the folder `platform`, settings, foreign paths."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from config.variables import ROOT, SETTINGS

MOST_LINES: Final = 400
CODE: Final = ("platform", "tenants", "assessments", "reports", "worker", "tests")
NO_NOUNS: Final = {"utils", "util", "helpers", "helper", "core", "common", "base", "misc", "shared", "lib"}
_LEFT_BEHIND: Final = {".git", ".venv", "var", "__pycache__", ".hypothesis"}
_SOMEBODYS: Final = re.compile(
    r"(?<![\w.$}~-])/(?:home|Users|root|work|workspace|mnt)/\w|\.\./(?:shared)\b|[A-Z]:\\\\?Users"
)


def _files() -> Iterator[Path]:
    """Every file of the repository, relative to its root, without what tools and running servers leave behind."""
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(name for name in below if name not in _LEFT_BEHIND and not name.endswith("_cache"))
        yield from (Path(folder, name).relative_to(ROOT) for name in sorted(names) if name not in _LEFT_BEHIND)


def _python_files() -> list[Path]:
    return [path for path in _files() if path.suffix == ".py" and path.parts[0] in CODE]


def _texts() -> Iterator[tuple[Path, str]]:
    for path in _files():
        try:
            yield path, (ROOT / path).read_text()
        except UnicodeDecodeError:
            continue


def test_no_python_file_is_long() -> None:
    files = [path for path in _python_files() if "migrations" not in path.parts]
    lines = {str(path): len((ROOT / path).read_text().splitlines()) for path in files}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
    assert len(files) > 100


def test_modules_are_named_for_nouns_of_the_domain() -> None:
    assert [path for path in _python_files() if NO_NOUNS & {part.removesuffix(".py") for part in path.parts}] == []


def test_platform_is_still_the_standard_librarys() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.__file__ is not None
    assert not Path(platform.__file__).resolve().is_relative_to(ROOT)
    assert platform.python_version()


def test_nothing_in_platform_hides_a_module_of_the_standard_library() -> None:
    """The folder stands on the import path, so a logging.py in it would be everybody's logging."""
    modules = {path.parts[1].removesuffix(".py") for path in _files() if path.parts[0] == "platform"}
    assert modules == {"config", "identity", "api", "manage"}
    assert not modules & sys.stdlib_module_names


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_the_readme_names_no_setting_that_is_none() -> None:
    """That it tells of every one is a promise of tests/config, what deploy/ names one of tests/deploy."""
    table = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert table == [setting.name for setting in SETTINGS]


def test_no_text_names_a_place_on_somebodys_machine() -> None:
    image = (ROOT / "deploy" / "Dockerfile").read_text()
    here = re.escape(str(ROOT)) if str(ROOT) not in image else "(?!)"
    places = re.compile(rf"{_SOMEBODYS.pattern}|{here}\b")
    named = [
        f"{path}: {line.strip()[:120]}"
        for path, text in _texts()
        if places.search(text)
        for line in text.splitlines()
        if places.search(line)
    ]
    assert named == []


def test_the_locks_name_no_index() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "--hash=sha256:" in lock.read_text()
        assert "://" not in lock.read_text(), lock.name
