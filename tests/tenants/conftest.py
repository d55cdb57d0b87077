"""Fixtures of the tests of tenants."""

from __future__ import annotations

from typing import Any

import pytest

from tenants import jobs


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would have gone to the broker: (task, organisation id, subject id)."""
    sent: list[Any] = []
    monkeypatch.setattr(
        jobs, "publish", lambda task, *, organisation_id, subject_id: sent.append((task, organisation_id, subject_id))
    )
    return sent
