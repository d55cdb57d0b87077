"""The belts at one place at a time: at each, one of the two belts is enough, and without both the sweep finds the leak.

`./plumbline test --belts` runs these and `test_belts_apart`. A place is a table and an operation that reads or changes
it; there, only that table's filter and that table's policies are taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from django.apps import apps

from tests.isolation import sweep
from tests.isolation.database import without_orm_filter, without_row_level_security
from tests.isolation.routes import Operation
from tests.isolation.world import World

Find = Callable[[World], Iterable[sweep.Leak]]
BY_ADDRESS: Find = lambda world: sweep.foreign_ids_in_own_addresses(world, ("owner",))  # noqa: E731
BY_BODY: Find = lambda world: sweep.foreign_ids_in_bodies(world, ("owner",))  # noqa: E731
BY_QUERY: Find = lambda world: sweep.foreign_words_in_queries(world, ("owner",))  # noqa: E731
BY_READING: Find = lambda world: sweep.canaries_in_answers(world, ("owner",))  # noqa: E731


@dataclass(frozen=True)
class Place:
    """The table by its model, the operation, and the part of the sweep that must see what is open there."""

    model: str
    operation: str
    find: Find

    def __str__(self) -> str:
        return f"{self.model.partition('.')[2]} at {self.operation}"


PLACES = (
    Place("tenants.Membership", "members GET", BY_READING),
    Place("tenants.Membership", "member PATCH", BY_ADDRESS),
    Place("tenants.Invitation", "invitations GET", BY_READING),
    Place("tenants.Invitation", "invitation DELETE", BY_ADDRESS),
    Place("tenants.ApiKey", "api-keys GET", BY_READING),
    Place("tenants.ApiKey", "api-key DELETE", BY_ADDRESS),
    Place("tenants.AuditEvent", "audit-events GET", BY_READING),
    Place("tenants.Job", "job GET", BY_ADDRESS),
    Place("assessments.Assessment", "assessments GET", BY_READING),
    Place("assessments.Assessment", "reports POST", BY_BODY),
    Place("assessments.Evidence", "evidence GET", BY_ADDRESS),
    Place("assessments.Evidence", "evidence PATCH", BY_ADDRESS),
    Place("assessments.Evidence", "evidence-versions POST", BY_ADDRESS),
    Place("assessments.Evidence", "answer-evidence POST", BY_BODY),
    Place("assessments.Evidence", "evidence-links POST", BY_BODY),
    Place("assessments.Evidence", "evidence-list GET", BY_QUERY),
    Place("assessments.EvidenceVersion", "evidence-file GET", BY_ADDRESS),
    Place("reports.Report", "report GET", BY_ADDRESS),
    Place("reports.Report", "report-file GET", BY_ADDRESS),
    Place("reports.Report", "report-links POST", BY_ADDRESS),
    Place("reports.Report", "reports GET", BY_READING),
    Place("reports.Schedule", "schedule GET", BY_ADDRESS),
    Place("reports.Schedule", "schedule PATCH", BY_ADDRESS),
    Place("reports.Schedule", "schedule DELETE", BY_ADDRESS),
    Place("reports.Schedule", "schedules GET", BY_READING),
)


def test_there_are_at_least_twenty_places() -> None:
    assert len({str(place) for place in PLACES}) >= 20


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_at_this_place_one_belt_is_enough_and_without_both_it_is_open(
    place: Place, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = apps.get_model(place.model)
    operation = Operation(*place.operation.split())
    assert operation in sweep.operations(), f"no operation {operation}"
    monkeypatch.setattr(sweep, "operations", lambda: (operation,))

    def leaks() -> list[str]:
        return [str(leak) for leak in place.find(world)]

    assert leaks() == [], "with both belts"
    with without_orm_filter(model):
        assert leaks() == [], "with row-level security alone"
    with without_row_level_security(model):
        assert leaks() == [], "with the filter alone"
    with without_row_level_security(model), without_orm_filter(model):
        assert leaks(), "without both, the sweep saw nothing"
    assert leaks() == [], "with both belts again"
