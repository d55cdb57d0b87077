"""A data folder with the sample standard, and the catalogue's caches emptied around every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assessments.catalogue import editions, pages, selectors
from tests.assessments.catalogue.sample import write_sample


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A catalogue data folder that holds one standard, the sample."""
    folder = tmp_path / "data"
    write_sample(folder)
    return folder


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    yield
    editions.forget_editions()
    selectors.forget_profiles()
    pages.forget_pages()
