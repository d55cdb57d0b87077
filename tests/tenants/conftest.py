"""Fixtures of the tests of tenants."""

from __future__ import annotations

from typing import Any

import pytest

from tenants import wakeups


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would have gone to the broker: (task, organisation id, subject id)."""
    sent: list[Any] = []

    def publish(task: str, *, organisation_id: Any, subject_id: Any) -> None:
        sent.append((task, organisation_id, subject_id))

    monkeypatch.setattr(wakeups, "publish", publish)
    return sent
