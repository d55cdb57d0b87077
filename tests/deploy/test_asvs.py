"""The table of OWASP ASVS 5.0, level 2, is whole and honest: every requirement once, every test it names exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
TABLE: Final = ROOT / "deploy" / "security" / "asvs.md"
ROW: Final = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$")
TEST: Final = re.compile(r"[\w/]+\.py::\w+")
STATES: Final = {"met", "built", "n/a", "operator", "open"}
LEVEL_TWO: Final = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2",
    "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2",
    "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3",
    "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5", "6.6": "1-3", "6.8": "1-4",
    "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2",
    "8.1": "1-2", "8.2": "1-3", "8.3": "1", "8.4": "1",
    "9.1": "1-3", "9.2": "1-4",
    "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11", "10.5": "1-5", "10.6": "1-2", "10.7": "1-3",
    "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1",
    "12.1": "1-3", "12.2": "1-2", "12.3": "1-4",
    "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5",
    "14.1": "1-2", "14.2": "1-4", "14.3": "1-3",
    "15.1": "1-3", "15.2": "1-3", "15.3": "1-7",
    "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3",
    "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}  # fmt: skip
"""Section → the numbers of its requirements of levels 1 and 2 (ASVS 5.0.0, the published CSV: 70 and 183 of them)."""


def _wanted() -> set[str]:
    found = set()
    for section, numbers in LEVEL_TWO.items():
        first, _, last = numbers.partition("-")
        found |= {f"V{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def _rows() -> list[tuple[str, str, str, str]]:
    matches = (ROW.match(line) for line in TABLE.read_text().splitlines())
    return [(found[1], found[2].strip(), found[3].strip(), found[4].strip()) for found in matches if found]


@cache
def _tests_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _missing(words: str) -> list[str]:
    """The tests named in `words` that are not there."""
    missing = []
    for name in TEST.findall(words):
        file, _, test = name.partition("::")
        path = ROOT / "tests" / file
        if not path.is_file() or test not in _tests_of(path):
            missing.append(name)
    return missing


def test_every_requirement_of_level_two_stands_there_once() -> None:
    counted = Counter(row[0] for row in _rows())
    assert len(_wanted()) == 70 + 183
    assert set(counted) == _wanted()
    assert [name for name, count in counted.items() if count > 1] == []


def test_every_test_that_is_named_exists() -> None:
    assert [(row[0], name) for row in _rows() for name in _missing(row[3])] == []


def test_a_test_that_does_not_exist_would_be_seen() -> None:
    assert _missing("deploy/test_asvs.py::test_that_is_not_there") != []
    assert _missing("deploy/test_nothing.py::test_x") != []


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_state_says_what_it_needs(state: str) -> None:
    for name, short, given, words in _rows():
        assert given in STATES, f"{name}: {given}"
        assert short, f"{name} says nothing in short"
        if given == state:
            assert words, f"{name} gives neither test nor reason"
            assert state != "met" or TEST.search(words), f"{name} is met, and names no test"
