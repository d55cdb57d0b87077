"""What a snapshot freezes, and that it is frozen."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Action, Answer, Assessment, Snapshot
from assessments.services.snapshot import fresh_snapshot, take_snapshot
from assessments.snapshot_document import build_document, hash_of
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tenants.verification import verify
from tests.cast import House
from tests.work import (
    ISO_13485,
    add_evidence,
    add_review,
    answer_all,
    make_assessment,
    pinned,
    write_answers,
)


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_assessment(aria)


def path_of(house: House, assessment: Assessment) -> str:
    return f"{house.path}/assessments/{assessment.pk}/snapshots/"


def freeze(house: House, assessment: Assessment, reason: str = "requested") -> Snapshot:
    with tenant_scope(house.organisation.pk):
        return take_snapshot(assessment=assessment, reason=reason, access=None)


def test_a_snapshot_holds_the_answers_with_their_evidence_review_and_criteria(aria: House, work: Assessment) -> None:
    answers = answer_all(aria, work, level=2.0, target=4.0)
    first = next(iter(answers))
    add_evidence(aria, answers[first])
    add_review(aria, answers[first])
    with tenant_scope(aria.organisation.pk):
        Action.objects.create(
            assessment=work, requirement_id=answers[first].requirement_id, title="Write it down",
            owner=aria.people["adam"], created_by=aria.people["alice"],
        )  # fmt: skip
    made = aria.as_("bob").post(path_of(aria, work))
    assert made.status_code == 201
    read = aria.as_("carol").get(f"{path_of(aria, work)}{made.json()['id']}/").json()
    document = read["contents"]
    assert read["sha256"] == document["sha256"] == hash_of(document)
    assert read["taken_by"]["name"] == "Bob"
    assert document["version"] == 1
    assert document["organisation"] == {"id": str(aria.organisation.pk), "slug": "aria", "name": "Aria Devices"}
    assert document["scores"]["asserted"] == 2.0
    assert document["scores"]["coverage"] == 1.0
    assert 0 < document["scores"]["validated"] < document["scores"]["asserted"]
    requirement = next(row for row in document["requirements"] if row["ref"] == first)
    answer = requirement["answer"]
    words = pinned().texts("en")[first]
    assert answer["criteria"] == words.levels["2"]
    assert answer["next_criteria"] == words.levels["3"]
    assert answer["answered_by"] == "Bella"
    assert answer["review"] | {"at": None} == {
        "verdict": "validated", "level": 2.0, "note": "Seen on site.", "reviewer": "Ravi", "at": None,
    }  # fmt: skip
    assert [(file["number"], file["version"], file["file_name"]) for file in answer["evidence"]] == [
        ("E-0001", 2, "procedure-1-v2.pdf")
    ]
    assert document["actions"][0] == {
        "ref": first, "title": "Write it down", "description": "", "owner": "Adam", "due": None, "effort": None,
        "expected_level": None, "state": "planned",
    }  # fmt: skip
    assert set(document["people"].values()) == {"Adam", "Bella", "Bob", "Ravi"}


def test_headings_come_before_what_is_under_them_and_every_node_has_a_score(aria: House, work: Assessment) -> None:
    document = freeze(aria, work).contents
    seen: set[str | None] = {None}
    for row in document["requirements"]:
        assert row["parent"] in seen
        seen.add(row["ref"])
        assert row["score"]["asserted"] is None
        assert row["answer"] is None
    assert len(document["requirements"]) == len(pinned().nodes)
    assert document["scores"] | {"target": None} == {
        "asserted": None, "evidenced": None, "validated": None, "target": None, "coverage": 0.0,
        "answered": 0, "applicable": document["scores"]["total"], "total": document["scores"]["total"],
    }  # fmt: skip


def test_a_snapshot_does_not_move_with_the_answers(aria: House, work: Assessment) -> None:
    answers = answer_all(aria, work, level=1.0)
    snapshot = freeze(aria, work)
    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(pk__in=[answer.pk for answer in answers.values()]).update(level=5.0)
    read = aria.as_("carol").get(f"{path_of(aria, work)}{snapshot.pk}/").json()
    assert read["contents"]["scores"]["asserted"] == read["asserted"] == 1.0


def test_a_verdict_that_was_overtaken_is_no_verdict(aria: House, work: Assessment) -> None:
    answers = answer_all(aria, work)
    refs = list(answers)[:3]
    for ref, verdict in zip(refs, ("changes_requested", "changes_requested", "validated"), strict=True):
        add_review(aria, answers[ref], verdict=verdict)
    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(pk=answers[refs[1]].pk).update(state="submitted")
    document = freeze(aria, work).contents
    reviews = {row["ref"]: row["answer"]["review"] for row in document["requirements"] if row["ref"] in refs}
    assert [reviews[ref] and reviews[ref]["verdict"] for ref in refs] == ["changes_requested", None, "validated"]


def test_the_newest_of_several_verdicts_counts(aria: House, work: Assessment) -> None:
    answer = next(iter(answer_all(aria, work).values()))
    add_review(aria, answer, level=1.0)
    add_review(aria, answer, level=3.0)
    reviews = [row["answer"]["review"] for row in freeze(aria, work).contents["requirements"] if row["answer"]]
    assert [review["level"] for review in reviews if review] == [3.0]


def test_expired_evidence_is_listed_and_does_not_count(aria: House, work: Assessment) -> None:
    answers = list(answer_all(aria, work).values())
    add_evidence(aria, answers[0], number=1, valid_until=timezone.now().date() - timedelta(days=1))
    document = freeze(aria, work).contents
    assert document["scores"]["evidenced"] == 0.0
    assert sum(len(row["answer"]["evidence"]) for row in document["requirements"] if row["answer"]) == 1


def test_what_the_profile_rules_out_is_not_applicable_even_when_it_was_answered(aria: House) -> None:
    work = make_assessment(aria, slug=ISO_13485)
    conditional = [node.ref for node in pinned(ISO_13485).nodes if node.applies_if and node.assessable]
    assert conditional
    write_answers(aria, work, {conditional[0]: {"level": 3.0}})
    document = freeze(aria, work).contents
    row = next(row for row in document["requirements"] if row["ref"] == conditional[0])
    assert row["score"]["applicable"] == 0
    assert row["answer"]["applicable"] is False
    assert row["answer"]["level"] is None
    assert "covers" in row["answer"]["reason"]


def test_previous_is_the_last_snapshot_of_the_same_assessment_before_one_of_another(aria: House) -> None:
    first, second = make_assessment(aria, name="Site A"), make_assessment(aria, name="Site B")
    other = make_assessment(aria, slug=ISO_13485, name="Devices")
    answer_all(aria, first, level=1.0)
    answer_all(aria, second, level=3.0)
    assert freeze(aria, other).contents["previous"] is None
    assert freeze(aria, first).contents["previous"] is None
    begun = freeze(aria, second).contents["previous"]
    assert begun["assessment"]["name"] == "Site A"
    again = freeze(aria, second).contents["previous"]
    assert again["assessment"]["name"] == "Site B"
    assert again["scores"]["asserted"] == 3.0
    upper = [node.ref for node in pinned().nodes if node.parent is None]
    assert set(upper) <= set(again["groups"])
    assert all(again["groups"][ref] in (3.0, None) for ref in upper)


def test_an_unchanged_assessment_is_not_frozen_twice(aria: House, work: Assessment) -> None:
    answers = answer_all(aria, work)
    with tenant_scope(aria.organisation.pk):
        first = fresh_snapshot(assessment=work, reason="report", access=None)
        assert fresh_snapshot(assessment=work, reason="report", access=None).pk == first.pk
        Answer.objects.filter(pk=next(iter(answers.values())).pk).update(note="Another word.")
        assert fresh_snapshot(assessment=work, reason="report", access=None).pk != first.pk
        assert Snapshot.objects.count() == 2


def test_the_same_rows_always_make_the_same_document(aria: House, work: Assessment) -> None:
    from assessments.selectors.snapshot import read_source

    answer_all(aria, work)
    at = timezone.now()
    with tenant_scope(aria.organisation.pk):
        held = Assessment.objects.select_related("organisation").get(pk=work.pk)
        first, second = (build_document(read_source(held, taken_at=at)) for _ in range(2))
    assert orjson.dumps(first) == orjson.dumps(second)


def test_a_damaged_snapshot_is_not_shown(aria: House, work: Assessment) -> None:
    good = freeze(aria, work)
    contents = good.contents | {"scores": good.contents["scores"] | {"asserted": 5.0}}
    with tenant_scope(aria.organisation.pk):
        bad = Snapshot.objects.create(
            assessment=work, taken_at=timezone.now(), reason="requested", contents=contents, sha256=good.sha256
        )
    answer = aria.as_("alice").get(f"{path_of(aria, work)}{bad.pk}/")
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:plumbline:problem:snapshot-damaged"


def test_the_database_refuses_to_change_a_snapshot(aria: House, work: Assessment) -> None:
    snapshot = freeze(aria, work)
    for change in ({"asserted": 5.0},):
        with pytest.raises(DatabaseError), transaction.atomic(), tenant_scope(aria.organisation.pk):
            Snapshot.objects.filter(pk=snapshot.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), tenant_scope(aria.organisation.pk):
        Snapshot.objects.filter(pk=snapshot.pk).delete()


def test_snapshots_are_listed_newest_first_without_their_contents(aria: House, work: Assessment) -> None:
    ids = [str(freeze(aria, work).pk) for _ in range(3)]
    page = aria.as_("carol").get(f"{path_of(aria, work)}?page_size=2").json()
    assert [row["id"] for row in page["results"]] == ids[:0:-1]
    assert "contents" not in page["results"][0]
    assert page["next"]


def test_taking_a_snapshot_is_in_the_audit_trail(aria: House, work: Assessment) -> None:
    made = aria.as_("bob").post(path_of(aria, work)).json()
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="snapshot.taken")
        assert event.object_id == made["id"]
        assert event.after["sha256"] == made["sha256"]
        assert verify().fault == ""


def test_statements_do_not_grow_with_the_answers(aria: House) -> None:
    def statements(assessment: Assessment) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert aria.as_("bob").post(path_of(aria, assessment)).status_code == 201
        return len(captured)

    empty, full = make_assessment(aria), make_assessment(aria)
    answers = answer_all(aria, full)
    for number, answer in enumerate(list(answers.values())[:5], start=1):
        add_evidence(aria, answer, number=number)
        add_review(aria, answer)
    statements(empty)
    few, many = statements(empty), statements(full)
    assert many <= few + 1  # the versions of no evidence are not asked for


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 201), ("adam", 201), ("bob", 201), ("ravi", 403), ("carol", 403)]
)
def test_who_may_take_a_snapshot(aria: House, work: Assessment, who: str, status: int) -> None:
    assert aria.as_(who).post(path_of(aria, work)).status_code == status


def test_strangers_see_no_snapshot(aria: House, nextdoor: House, work: Assessment, unknown_id: uuid.UUID) -> None:
    snapshot = freeze(aria, work)
    charlie = nextdoor.as_("charlie")
    nothing = charlie.get(f"{nextdoor.path}/assessments/{unknown_id}/snapshots/{unknown_id}/")
    for path in (
        f"{path_of(aria, work)}",
        f"{path_of(aria, work)}{snapshot.pk}/",
        f"{path_of(nextdoor, work)}{snapshot.pk}/",
        f"{path_of(nextdoor, work)}",
    ):
        answer = charlie.get(path)
        assert (answer.status_code, answer.content) == (404, nothing.content)
    assert charlie.post(path_of(nextdoor, work)).status_code == 404


def test_a_snapshot_of_another_assessment_is_not_found_under_this_one(aria: House, work: Assessment) -> None:
    snapshot = freeze(aria, work)
    other = make_assessment(aria)
    assert aria.as_("alice").get(f"{path_of(aria, other)}{snapshot.pk}/").status_code == 404


@pytest.mark.parametrize("body", [{"reason": "approved"}, {"contents": {}}])
def test_unknown_fields_are_refused(aria: House, work: Assessment, body: dict[str, Any]) -> None:
    answer = aria.as_("alice").post(path_of(aria, work), body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_snapshot_asked_for_twice_with_one_key_is_one(aria: House, work: Assessment) -> None:
    first, second = (aria.as_("bob").post(path_of(aria, work), Idempotency_Key="once") for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
