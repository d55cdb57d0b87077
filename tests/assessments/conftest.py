"""Fixtures of the tests of evidence: storages of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.assessments.bucket import Bucket, running_bucket


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with running_bucket(tmp_path_factory.mktemp("bucket")) as bucket:
        yield bucket


@pytest.fixture
def in_bucket(server: Bucket, settings: Any) -> Bucket:
    settings.STORAGES = {**settings.STORAGES, "default": server.storage}
    settings.STORAGE_IN_REACH = True
    return server


@pytest.fixture
def in_bucket_inside(server: Bucket, settings: Any) -> Bucket:
    """One that only Plumbline itself can reach."""
    settings.STORAGES = {**settings.STORAGES, "default": server.storage}
    settings.STORAGE_IN_REACH = False
    return server


@pytest.fixture(params=["folder", "bucket", "bucket inside"])
def anywhere(request: pytest.FixtureRequest) -> str:
    if request.param != "folder":
        request.getfixturevalue("in_bucket" if request.param == "bucket" else "in_bucket_inside")
    return str(request.param)
