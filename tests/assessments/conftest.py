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
    return server


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: pytest.FixtureRequest) -> str:
    if request.param == "bucket":
        request.getfixturevalue("in_bucket")
    return str(request.param)
