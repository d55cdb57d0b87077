"""The check of `bench editors` finds what it is there to find."""

from __future__ import annotations

import pytest

from tests.bench.editors.__main__ import Write, broken_chains

CHAIN: list[Write] = [("4.1", 1, "", "a"), ("4.1", 2, "a", "b"), ("4.1", 3, "b", "c")]


def test_one_chain_is_whole() -> None:
    assert list(broken_chains(CHAIN, standing={"4.1": (3, "c")})) == []


@pytest.mark.parametrize(
    ("taken", "stands"),
    [
        ([*CHAIN, ("4.1", 3, "b", "d")], (3, "c")),  # two were taken on the same version
        ([CHAIN[0], CHAIN[2]], (3, "c")),  # a version nobody wrote
        ([*CHAIN[:2], ("4.1", 3, "a", "c")], (3, "c")),  # written on a note that was no longer there
        (CHAIN, (3, "b")),  # the last one did not stay
        (CHAIN, (4, "d")),  # something stands that nobody was told
    ],
)
def test_a_lost_update_is_seen(taken: list[Write], stands: tuple[int, str]) -> None:
    assert list(broken_chains(taken, standing={"4.1": stands}))
