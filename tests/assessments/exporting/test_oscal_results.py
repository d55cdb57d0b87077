"""Assessment results and plans of action: valid for NIST's schemas, and nothing is lost on the way there and back."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.exporting.judgement import judge as judge_answer
from assessments.exporting.oscal import IN_REMARKS, NotOurs, Props, prop, props
from assessments.exporting.plan import NothingToPlan, build_plan, gaps_of, read_plan
from assessments.exporting.record import AnsweredRow, Record, ReviewRow, record_of
from assessments.exporting.results import build_results, read_results
from assessments.models import Action, Assessment, ReviewGrant, Snapshot
from assessments.services.grants import review_permission
from assessments.services.snapshot import take_snapshot
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.assessments.exporting.judge import judge, walk
from tests.assessments.exporting.records import WHOLE, records, texts
from tests.assessments.standards import standard_of
from tests.cast import House
from tests.work import add_evidence, add_review, answer_all, make_assessment, pinned, write_answers

HREF = "https://plumbline.example/api/v1/standards/x/oscal/"
NOTE = "=1+1 <b>bold</b>\n\n  two lines, äöü  "
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def bytes_of(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document)


@quick
@given(records())
def test_results_are_valid_and_come_back_whole(record: Record) -> None:
    document = build_results(record, catalog_href=HREF)
    with tempfile.TemporaryDirectory() as folder:
        judge(bytes_of(document), folder=Path(folder))
    whole, refs, answers = read_results(orjson.loads(bytes_of(document)))
    assert whole == record.whole
    assert refs == tuple(one.ref for one in record.requirements)
    assert answers == record.answers
    assert bytes_of(build_results(record, catalog_href=HREF)) == bytes_of(document)


@quick
@given(records())
def test_plans_are_valid_and_come_back_whole(record: Record) -> None:
    gaps = gaps_of(record)
    if not gaps and not record.actions:
        with pytest.raises(NothingToPlan):
            build_plan(record)
        return
    document = build_plan(record)
    with tempfile.TemporaryDirectory() as folder:
        judge(bytes_of(document), folder=Path(folder))
    whole, read_gaps, actions = read_plan(orjson.loads(bytes_of(document)))
    assert (whole, read_gaps, actions) == (record.whole, gaps, record.actions)


@quick
@given(st.dictionaries(st.just("note"), texts.filter(bool) | st.just(IN_REMARKS), min_size=1))
def test_any_text_survives_a_property(values: dict[str, str]) -> None:
    made = props(values)
    assert Props({"props": made}).text("note") == values["note"]
    assert "\n" not in made[0]["value"]
    assert prop("flag", value=True)["value"] == "true"


ROW = AnsweredRow(
    ref="1", state="answered", level=2.0, target=None, applicable=True, reason="", note="", answered_by=None,
    assignee=None, answered_at=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "target", "state"),
    [
        ({}, 2.0, "satisfied"),
        ({}, 3.0, "not-satisfied"),
        ({}, None, "not-satisfied"),
        ({"level": 5.0}, None, "satisfied"),
        ({"target": 1.0}, 5.0, "satisfied"),
        ({"applicable": False, "level": None, "reason": "No software."}, 3.0, "satisfied"),
        ({"level": None}, 0.0, None),
        ({"level": 0.0}, 0.0, "satisfied"),
    ],
)
def test_the_rule_of_satisfied(changes: dict[str, Any], target: float | None, state: str | None) -> None:
    whole = replace(WHOLE, target=target)
    row = replace(ROW, **changes)
    found = judge_answer(row, of=Record(whole=whole, requirements=(), answers={"1": row}, actions=()))
    assert (found and found.state) == state


def test_a_reviewers_level_decides_where_there_is_one() -> None:
    whole = replace(WHOLE, target=2.0)
    review = ReviewRow(verdict="validated", level=1.0, note="", reviewer="Ravi", at="2026-01-01T00:00:00Z")
    row = replace(ROW, review=review)
    found = judge_answer(row, of=Record(whole=whole, requirements=(), answers={"1": row}, actions=()))
    assert found is not None
    assert found.state == "not-satisfied"
    assert "validated" in found.sentence


@pytest.mark.parametrize("document", [{}, {"assessment-results": {"results": []}}, {"assessment-results": None}])
def test_a_document_of_others_is_told_from_ours(document: dict[str, Any]) -> None:
    with pytest.raises(NotOurs):
        read_results(document)
    with pytest.raises(NotOurs):
        read_plan(document)


# Over HTTP


@pytest.fixture
def work(aria: House) -> Assessment:
    assessment = make_assessment(aria, scope="All sites.\nNone left out.")
    rows = write_answers(
        aria,
        assessment,
        {
            "4.1.1": {"level": 2.0, "note": NOTE, "assignee": aria.people["bob"]},
            "4.1.2": {"level": 5.0, "target": 3.0},
            "4.1.3": {"applicable": False, "reason": "No such thing\nhere."},
            "5.2.1": {"state": "open", "note": "Ask legal first."},
            "10.1": {"level": 1.0},
        },
    )
    add_evidence(aria, rows["4.1.1"])
    add_review(aria, rows["4.1.2"], level=4.0)
    with tenant_scope(aria.organisation.pk):
        Action.objects.create(
            assessment=assessment,
            requirement_id=pinned().by_ref["4.1.1"].id,
            title="=Write it",
            description="First\nthen",
            created_by=aria.people["bob"],
            owner=aria.people["bella"],
            due="2027-03-01",
            effort="small",
            expected_level=3.0,
        )
    return assessment


def read_document(work: Assessment) -> Record:
    snapshot = Snapshot.objects.filter(assessment=work).latest("taken_at")
    return record_of(snapshot.contents)


@pytest.mark.django_db
def test_an_export_says_what_the_snapshot_of_that_moment_says(aria: House, work: Assessment, tmp_path: Path) -> None:
    base = f"{aria.path}/assessments/{work.pk}"
    with tenant_scope(aria.organisation.pk):
        taken = take_snapshot(assessment=work, reason="requested", access=None)
        frozen = read_document(work)
    now, then = (
        aria.as_("carol").get(f"{base}{part}/oscal/assessment-results/") for part in ("", f"/snapshots/{taken.pk}")
    )
    for response in (now, then):
        assert response.status_code == 200, response.content
        assert response.headers["Cache-Control"] == "no-store"
        judge(response.content, folder=tmp_path)
        whole, refs, answers = read_results(orjson.loads(response.content))
        assert answers == frozen.answers
        assert refs == tuple(one.ref for one in frozen.requirements)
        assert replace(whole, taken_at="") == replace(frozen.whole, taken_at="")
    assert frozen.answers["4.1.1"].note == NOTE
    assert frozen.answers["4.1.2"].validated_level == 4.0
    document = orjson.loads(now.content)
    states = {
        finding["target"]["target-id"]: finding["target"]["status"]["state"]
        for finding in document["assessment-results"]["results"][0]["findings"]
    }
    assert states == {
        "c-4.1.1_smt": "not-satisfied", "c-4.1.2_smt": "satisfied", "c-4.1.3_smt": "satisfied",
        "c-10.1_smt": "not-satisfied",
    }  # fmt: skip
    assert [name for name, _ in walk(document) if name == "base64"] == []


@pytest.mark.django_db
def test_findings_target_statements_of_the_standards_own_catalog(aria: House, work: Assessment) -> None:
    base = f"{aria.path}/assessments/{work.pk}"
    results = orjson.loads(aria.as_("carol").get(f"{base}/oscal/assessment-results/").content)
    [href] = [
        link["href"]
        for one in results["assessment-results"]["back-matter"]["resources"]
        for link in one.get("rlinks", ())
        if "oscal" in link["href"]
    ]
    catalog = orjson.loads(aria.as_("carol").get(href[href.index("/standards/") :]).content)
    known = {value for name, value in walk(catalog) if name == "id"}
    used = {value for name, value in walk(results) if name in {"target-id", "control-id"}}
    assert used
    assert used <= known


@pytest.mark.django_db
def test_a_plan_holds_gaps_and_actions(aria: House, work: Assessment, tmp_path: Path) -> None:
    base = f"{aria.path}/assessments/{work.pk}"
    with tenant_scope(aria.organisation.pk):
        taken = take_snapshot(assessment=work, reason="requested", access=None)
        frozen = read_document(work)
    for part in ("", f"/snapshots/{taken.pk}"):
        response = aria.as_("carol").get(f"{base}{part}/oscal/plan-of-action/")
        assert response.status_code == 200, response.content
        judge(response.content, folder=tmp_path)
        _, gaps, actions = read_plan(orjson.loads(response.content))
        assert [gap.ref for gap in gaps] == ["10.1", "4.1.1"]
        assert actions == frozen.actions
        assert (actions[0].description, actions[0].due, actions[0].owner) == ("First\nthen", "2027-03-01", "Bella")


@pytest.mark.django_db
def test_without_gaps_and_actions_there_is_no_plan(aria: House) -> None:
    empty = make_assessment(aria)
    response = aria.as_("carol").get(f"{aria.path}/assessments/{empty.pk}/oscal/plan-of-action/")
    assert response.status_code == 409
    assert response.json()["type"] == "urn:plumbline:problem:nothing-to-plan"


@pytest.mark.django_db
def test_the_trail_tells_who_took_what(aria: House, work: Assessment) -> None:
    path = f"{aria.path}/assessments/{work.pk}/oscal/assessment-results/"
    assert aria.as_("carol").call("HEAD", path).status_code == 200
    aria.as_("carol").get(path)
    with tenant_scope(aria.organisation.pk):
        [event] = AuditEvent.objects.filter(event="assessment.exported")
    assert (event.actor, event.object_id) == (f"person:{aria.people['carol'].pk}", str(work.pk))
    assert event.after["format"] == "oscal-assessment-results"


@pytest.mark.django_db
def test_from_outside_only_their_sections_and_nobody_by_name(aria: House, work: Assessment, tmp_path: Path) -> None:
    grant(aria, work, sections=["4.1"])
    path = f"{aria.path}/assessments/{work.pk}"
    response = aria.as_("rita").get(f"{path}/oscal/assessment-results/")
    assert response.status_code == 200, response.content
    judge(response.content, folder=tmp_path)
    whole, refs, answers = read_results(orjson.loads(response.content))
    assert refs == ("4.1.1", "4.1.2", "4.1.3")
    assert list(answers) == ["4.1.1", "4.1.2", "4.1.3"]
    assert (answers["4.1.1"].answered_by, whole.lead) == ("Assessor", "Assessor")
    for name in (b"Bella", b"Bob", b"Ravi", b"legal"):
        assert name not in response.content
    assert aria.as_("rita").get(f"{path}/oscal/plan-of-action/").status_code == 404


def grant(house: House, work: Assessment, *, sections: list[str]) -> None:
    with tenant_scope(house.organisation.pk):
        ReviewGrant.objects.create(
            user=house.people["rita"], permission=review_permission(), content_object=work, sections=sections,
            granted_by=house.people["adam"], expires_at=timezone.now() + timedelta(days=9),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_thousand_requirements_are_exported_within_two_seconds(aria: House, tmp_path: Path) -> None:
    with standard_of(1000) as slug:
        work = make_assessment(aria, slug=slug)
        answer_all(aria, work, level=2.0)
        base = f"{aria.path}/assessments/{work.pk}"
        api = aria.as_("carol")
        for part in ("oscal/assessment-results", "oscal/plan-of-action", "answers-file", "gaps-file"):
            api.get(f"{base}/")
            begun = time.perf_counter()
            response = api.get(f"{base}/{part}/")
            body = b"".join(response.streaming_content) if response.streaming else response.content
            seconds = time.perf_counter() - begun
            print(f"{part}: {seconds * 1000:.0f} ms, {len(body):,} bytes")
            assert response.status_code == 200
            assert seconds < 2
        with tenant_scope(aria.organisation.pk):
            work.delete()
