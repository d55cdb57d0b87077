"""How pytest-xdist deals out the tests (`-n 2`): one by one, but those of a file that makes something once for all of
them stay together, so that one process makes it and it is made once.

Such files come first, those with the most tests ahead: they hold the slowest tests, and one begun last would keep a
core waiting.
(`--dist loadgroup` is meant for this, but its marks have no effect with pytest 9.2: pytest-xdist issue 1386.)
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]


class TogetherWhatShares(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if _makes_something_once(file) else nodeid


@cache
def _makes_something_once(file: str) -> bool:
    """Whether the file, or the conftest beside it, has a fixture of module scope."""
    path = ROOT / file
    sources = (source for source in (path, path.with_name("conftest.py")) if source.exists())
    return any('scope="module"' in source.read_text() for source in sources)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return TogetherWhatShares(config, log) if config.getvalue("dist") == "load" else None
