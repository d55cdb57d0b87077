"""The world of the isolation tests: made once per module, committed, and taken away at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from tests.isolation.world import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    from tests.isolation.database import empty
    from tests.isolation.neighbourhood import build_world

    folder = tmp_path_factory.mktemp("isolation")
    with django_db_blocker.unblock(), override_settings(**_quiet(folder)):
        try:
            yield build_world(folder)
        finally:
            empty()


@pytest.fixture(autouse=True)
def _files_of_the_world(request: pytest.FixtureRequest, settings: Any, _quiet_settings: None) -> None:
    """The settings that every test gets anew would look for files elsewhere."""
    if "world" in request.fixturenames:
        settings.STORAGES = request.getfixturevalue("world").storages


def _quiet(folder: Path) -> dict[str, Any]:
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder / "files"), "base_url": None},
    }
    return {
        "STORAGES": {**django_settings.STORAGES, "default": files},
        "MIDDLEWARE": [name for name in django_settings.MIDDLEWARE if "whitenoise" not in name],
        "THROTTLE_PERSON_PER_MINUTE": 10**6,
        "THROTTLE_ADDRESS_PER_MINUTE": 10**6,
    }
