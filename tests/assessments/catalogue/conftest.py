"""A data folder with the sample standard, a connection that may write the catalogue, and empty caches around tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from assessments.catalogue import editions, pages, selectors
from tests.assessments.catalogue.sample import write_sample


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A catalogue data folder that holds one standard, the sample."""
    folder = tmp_path / "data"
    write_sample(folder)
    return folder


@pytest.fixture
def owner(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A connection to the test database as the owner of its tables; everything done on it is rolled back."""
    from config.environment import environment

    address = environment().database_owner
    assert address is not None
    connections.databases["owner"] = {
        **connections["default"].settings_dict,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": str(address.port or ""),
    }
    with django_db_blocker.unblock():
        try:
            with transaction.atomic(using="owner"):
                yield "owner"
                transaction.set_rollback(True, using="owner")
        finally:
            connections["owner"].close()
            del connections["owner"]
            del connections.databases["owner"]


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    yield
    editions.forget_editions()
    selectors.forget_profiles()
    pages.forget_pages()
