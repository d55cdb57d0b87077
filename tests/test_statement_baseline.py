"""SQL statements per request: those of every read stand in a committed baseline, and none grows with the rows.

A change that costs a statement, or spares one, shows as a change of tests/baselines/statements.json. The numbers are of
a process that has the standards in memory, and leave out the beginning and the end of the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.test import Client

from assessments.models import Assessment
from identity.models import Person
from tenants.scope import tenant_scope
from tests.assessments.standards import standard_of
from tests.baselines.growth import grow, tell, welcome
from tests.isolation.routes import CATALOGUE_PAGES, UNDOCUMENTED, Route, routes
from tests.isolation.world import Tenant, build_tenant, client_with, signed_in
from tests.statements import statements

BASELINE = Path(__file__).parent / "baselines" / "statements.json"
MORE = 6
STANDARDS = {
    "slug": "iso-13485-2016", "ref": "4.1.1", "a": "iso-13485-2016", "b": "iso-56002-2019",
    "source": "eu-gdpr", "target": "iso-27001-2022", "guide": "tools-for-iso-27001",
}  # fmt: skip
NEIGHBOURS = ("bravo", "charlie")
OUT_OF_DATE = "assessments, all scores out of date"


def _reads() -> list[Route]:
    left_out = UNDOCUMENTED.keys() - set(CATALOGUE_PAGES)
    return [route for route in routes().values() if "GET" in route.methods and route.name not in left_out]


def _address(route: Route, *, tenant: Tenant) -> str:
    return route.path(tenant.arguments if route.names_an_organisation else tenant.arguments | STANDARDS)


def _count(client: Client, path: str) -> int:
    with statements() as sent:
        response = client.get(path)
        content = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200, f"{path}: {response.status_code} {content.decode()[:300]}"
    return len(sent)


def _counts(tenant: Tenant) -> dict[str, int]:
    """Statements of every read by the name of its route, and of some by others than a signed-in member."""
    owner, outside, key = (
        signed_in(tenant.people["owner"]),
        signed_in(tenant.people["granted"]),
        client_with(key=tenant.key),
    )
    lists = _address(routes()["assessments"], tenant=tenant)
    _make_scores_stale(tenant)
    found = {OUT_OF_DATE: _count(owner, lists)}
    asked = [(route.name, outside if route.name == "granted-assessments" else owner, route) for route in _reads()]
    asked += [
        ("assessments, with an API key", key, routes()["assessments"]),
        ("assessment-requirements, from outside", outside, routes()["assessment-requirements"]),
    ]
    for name, client, route in asked:
        path = _address(route, tenant=tenant)
        _count(client, path)
        found[name] = _count(client, path)
    return dict(sorted(found.items()))


def _make_scores_stale(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        for assessment in Assessment.objects.all():
            assessment.answers_revision += 1
            assessment.save(update_fields=["answers_revision"])


@pytest.fixture
def tenant(db: None, settings: object, tmp_path: Path) -> Tenant:
    made = build_tenant("alfa", folder=tmp_path)
    with tenant_scope(made.pk):
        tell(made.people["owner"])
    return made


@pytest.fixture
def larger(tenant: Tenant, tmp_path: Path) -> Iterator[Mapping[str, Mapping[str, int]]]:
    """The counts with one row of everything, and with many."""
    few = _counts(tenant)
    grow(tenant, by=MORE)
    owner: Person = tenant.people["owner"]
    for name in NEIGHBOURS:
        neighbour = build_tenant(name, folder=tmp_path)
        welcome(owner, tenant=neighbour, inside=True)
        welcome(tenant.people["granted"], tenant=neighbour, inside=False)
    with standard_of(20), standard_of(40):
        yield {"few": few, "many": _counts(tenant)}


def test_every_read_costs_the_statements_of_the_baseline(tenant: Tenant, tmp_path: Path) -> None:
    counts = _counts(tenant)
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    differ = [
        f"{name}: {baseline.get(name, 'not there')} in the baseline, {counts.get(name, 'not there')} now"
        for name in sorted(counts.keys() | baseline.keys())
        if counts.get(name) != baseline.get(name)
    ]
    new = tmp_path / "statements.json"
    new.write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    assert not differ, "\n".join([*differ, f"If that is meant: cp {new} {BASELINE}"])


def test_no_read_costs_more_statements_with_more_rows(larger: Mapping[str, Mapping[str, int]]) -> None:
    grown = [
        f"{name}: {before}, then {larger['many'][name]}"
        for name, before in larger["few"].items()
        if larger["many"][name] > before
    ]
    assert not grown, "\n".join(grown)


def test_lists_and_opened_assessments_stay_within_their_statements() -> None:
    """What the aims of the benchmark allow."""
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert baseline["assessments"] <= 6
    assert baseline["assessment-requirements"] <= 8
