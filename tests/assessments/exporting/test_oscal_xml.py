"""OSCAL as XML says what the JSON says: read back it is the same document, with the elements in NIST's order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.catalogue.importing.documents.markup import read_xml
from assessments.catalogue.importing.report import Report
from assessments.exporting.markup import TABLE, members_of, sayable, xml_of
from assessments.exporting.plan import NothingToPlan, build_plan, read_plan
from assessments.exporting.record import Record
from assessments.exporting.results import build_results, read_results
from tests.assessments.exporting.judge import MODELS
from tests.assessments.exporting.records import records
from tests.cast import Api, House
from tests.work import make_assessment, write_answers

HREF = "https://plumbline.example/api/v1/standards/x/oscal/"
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def read_back(content: bytes) -> dict[str, Any]:
    report = Report()
    found = read_xml(content, file="document.xml", report=report)
    assert not report.refused
    return found


def said_in_xml(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: said_in_xml(value) for name, value in part.items()}
    if isinstance(part, list):
        return [said_in_xml(item) for item in part]
    return sayable(part)


@quick
@given(records())
def test_results_and_plans_come_back_as_the_same_document(record: Record) -> None:
    results = build_results(record, catalog_href=HREF)
    back = read_back(xml_of(results))
    assert back == said_in_xml(results)
    if back == results:  # nothing in it that XML cannot hold
        assert read_results(back)[2] == record.answers
    try:
        plan = build_plan(record)
    except NothingToPlan:
        return
    back = read_back(xml_of(plan))
    assert back == said_in_xml(plan)
    if back == plan:
        assert read_plan(back)[2] == record.actions


@quick
@given(st.text())
@pytest.mark.parametrize("name", ["note", "rationale"])
def test_any_text_comes_back(name: str, text: str) -> None:
    document = {"catalog": {"uuid": "x", "metadata": {"title": "T", "remarks": text, "props": [
        {"name": name, "ns": text, "value": "see remarks", "remarks": text}]}}}  # fmt: skip
    assert read_back(xml_of(document)) == said_in_xml(document)


def test_what_the_table_does_not_know_is_never_left_out() -> None:
    with pytest.raises(KeyError, match="unheard-of"):
        xml_of({"catalog": {"uuid": "x", "unheard-of": "1"}})


def _models(annotation: Any) -> Iterator[Any]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _held_against(row: str, model: Any, seen: set[tuple[str, str]]) -> None:
    if (row, model.__name__) in seen:
        return
    seen.add((row, model.__name__))
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    members = [member for member in members_of(row) if member.name in fields]
    order = list(fields)
    if row == "finding-target":  # trestle has its status last of all, even behind the remarks
        order.remove("status")
        order.insert(order.index("implementation-status"), "status")
    within = [order.index(member.name) for member in members if member.sign != "@"]
    assert within == sorted(within), (row, [order[place] for place in within])
    for member in members:
        if member.sign in {":", "*"} and member.row:
            for inner in _models(fields[member.name].annotation):
                _held_against(member.row, inner, seen)


def test_the_order_is_that_of_the_schemas() -> None:
    seen: set[tuple[str, str]] = set()
    for root, model in MODELS.items():
        _held_against(root, model, seen)
    assert {row for row, _ in seen} == set(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "slug", sorted(file.parent.name for file in Path("assessments/catalogue/data").glob("*/structure.yaml"))
)
def test_every_catalog_is_the_same_in_all_three_forms(anyone: Api, slug: str) -> None:
    address = f"/standards/{slug}/oscal/"
    answer = anyone.get(f"{address}?format=xml")
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{slug}-catalog.xml"'
    document = orjson.loads(anyone.get(address).content)
    assert read_back(answer.content) == document
    assert yaml.safe_load(anyone.get(f"{address}?format=yaml").content) == document


@pytest.mark.django_db
def test_a_crosswalk_is_the_same_in_all_three_forms(anyone: Api) -> None:
    address = "/crosswalks/nist-csf-2.0--iso-27001-2022/oscal/"
    document = orjson.loads(anyone.get(address).content)
    assert read_back(anyone.get(f"{address}?format=xml").content) == document
    assert yaml.safe_load(anyone.get(f"{address}?format=yaml").content) == document
    assert anyone.get(f"{address}?format=csv").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["assessment-results", "plan-of-action"])
def test_an_assessment_is_the_same_in_all_three_forms(aria: House, name: str) -> None:
    assessment = make_assessment(aria)
    write_answers(aria, assessment, {"4.1.1": {"level": 1.0, "note": "Two\n  lines & <more>"}})
    address = f"{aria.path}/assessments/{assessment.pk}/oscal/{name}/"
    bob = aria.as_("bob")
    xml, json = bob.get(f"{address}?format=xml"), bob.get(address)
    assert xml.headers["Content-Type"] == "application/xml"
    back, document = read_back(xml.content), orjson.loads(json.content)
    assert [*back] == [*document]
    read = read_results if name == "assessment-results" else read_plan
    assert read(back)[1:] == read(document)[1:]
