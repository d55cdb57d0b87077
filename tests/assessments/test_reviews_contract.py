"""Reviewers' verdicts: on the version that was read, in review, never on one's own answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Answer, Assessment, Review
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import make_assessment, pinned, write_answers


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


@pytest.fixture
def work(aria: House, refs: list[str]) -> Assessment:
    """In review: bella's answers handed in at level 2, the third of them not applicable, the fourth not handed in."""
    assessment = make_assessment(aria, state="in_review")
    rows: dict[str, dict[str, Any]] = {ref: {"level": 2.0, "state": "submitted"} for ref in refs[:10]}
    rows[refs[2]] = {"applicable": False, "reason": "No such line.", "state": "submitted"}
    rows[refs[3]] = {"level": 2.0, "state": "answered"}
    write_answers(aria, assessment, rows)
    return assessment


def path_of(house: House, assessment: Assessment, ref: str = "") -> str:
    return f"{house.path}/assessments/{assessment.pk}/" + (f"answers/{ref}/reviews/" if ref else "reviews/")


def answer_of(house: House, assessment: Assessment, ref: str) -> Answer:
    with tenant_scope(house.organisation.pk):
        return Answer.objects.get(assessment=assessment, requirement_id=pinned().by_ref[ref].id)


def slug_of(response: Any) -> str:
    return str(response.json()["type"]).rpartition(":")[2]


def test_a_validation_without_a_level_agrees_with_the_answer(aria: House, work: Assessment, refs: list[str]) -> None:
    made = aria.as_("ravi").post(path_of(aria, work, refs[0]), {"verdict": "validated"}, If_Match='"1"')
    assert (made.status_code, made["ETag"]) == (201, '"2"')
    body = made.json()
    assert (body["ref"], body["state"], body["validated_level"], body["version"]) == (refs[0], "validated", 2.0, 2)
    assert (body["review"]["verdict"], body["review"]["level"], body["review"]["answer_version"]) == (
        "validated",
        2.0,
        1,
    )
    answer = answer_of(aria, work, refs[0])
    assert (answer.state, answer.validated_level, answer.version, answer.level) == ("validated", 2.0, 2, 2.0)
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get(pk=work.pk).answers_revision == work.answers_revision + 1
        event = AuditEvent.objects.get(event="answers.reviewed")
    assert event.before == {refs[0]: {"state": "submitted", "validated_level": None}}
    assert event.after[refs[0]]["verdict"] == "validated"


def test_a_reviewer_may_hold_another_level_for_true(aria: House, work: Assessment, refs: list[str]) -> None:
    made = aria.as_("ravi").post(
        path_of(aria, work, refs[0]), {"verdict": "validated", "level": 1, "note": "Partly."}, If_Match='"1"'
    )
    assert made.json()["validated_level"] == 1.0
    answer = answer_of(aria, work, refs[0])
    assert (answer.level, answer.validated_level) == (2.0, 1.0)


def test_what_does_not_apply_is_validated_without_a_level(aria: House, work: Assessment, refs: list[str]) -> None:
    ravi, path = aria.as_("ravi"), path_of(aria, work, refs[2])
    refused = ravi.post(path, {"verdict": "validated", "level": 2}, If_Match='"1"')
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["level"])
    made = ravi.post(path, {"verdict": "validated"}, If_Match='"1"')
    assert (made.json()["state"], made.json()["validated_level"]) == ("validated", None)


def test_requested_changes_need_a_reason_and_take_no_level(aria: House, work: Assessment, refs: list[str]) -> None:
    ravi, path = aria.as_("ravi"), path_of(aria, work, refs[0])
    for body, field in (
        ({"verdict": "changes_requested"}, "note"),
        ({"verdict": "changes_requested", "note": "  "}, "note"),
        ({"verdict": "changes_requested", "note": "x", "level": 1}, "level"),
    ):
        refused = ravi.post(path, body, If_Match='"1"')
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    made = ravi.post(path, {"verdict": "changes_requested", "note": "Show the record."}, If_Match='"1"')
    assert (made.status_code, made.json()["state"], made.json()["validated_level"]) == (201, "changes_requested", None)


@pytest.mark.parametrize("level", [-1, 6, 2.5, 1e308, True, "2"])
def test_a_level_off_the_scale_is_refused(aria: House, work: Assessment, refs: list[str], level: float) -> None:
    refused = aria.as_("ravi").post(
        path_of(aria, work, refs[0]), {"verdict": "validated", "level": level}, If_Match='"1"'
    )
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["level"])


@pytest.mark.parametrize("body", [{}, {"verdict": "fine"}, {"verdict": "validated", "state": "x"}, {"verdict": None}])
def test_a_wrong_body_is_refused(aria: House, work: Assessment, refs: list[str], body: dict[str, Any]) -> None:
    assert aria.as_("ravi").post(path_of(aria, work, refs[0]), body, If_Match='"1"').status_code == 400


def test_a_verdict_names_the_version_it_is_about(aria: House, work: Assessment, refs: list[str]) -> None:
    ravi, path = aria.as_("ravi"), path_of(aria, work, refs[0])
    assert ravi.post(path, {"verdict": "validated"}).status_code == 428
    stale = ravi.post(path, {"verdict": "validated"}, If_Match='"7"')
    assert (stale.status_code, stale.json()["current_version"], stale["ETag"]) == (412, 1, '"1"')
    untouched = ravi.post(path_of(aria, work, refs[20]), {"verdict": "validated"}, If_Match='"1"')
    assert (untouched.status_code, untouched.json()["current_version"]) == (412, 0)


def test_nobody_validates_their_own_answer_but_may_doubt_it(aria: House, work: Assessment, refs: list[str]) -> None:
    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(assessment=work).update(answered_by=aria.people["adam"])
    adam, path = aria.as_("adam"), path_of(aria, work, refs[0])
    refused = adam.post(path, {"verdict": "validated"}, If_Match='"1"')
    assert (refused.status_code, slug_of(refused)) == (409, "own-answer")
    assert answer_of(aria, work, refs[0]).state == "submitted"
    assert (
        adam.post(path, {"verdict": "changes_requested", "note": "On reflection."}, If_Match='"1"').status_code == 201
    )


@pytest.mark.parametrize(
    ("assessment", "answer", "slug"),
    [
        ("draft", "submitted", "assessment-not-open"),
        ("approved", "submitted", "assessment-not-open"),
        ("archived", "submitted", "assessment-not-open"),
        ("in_review", "answered", "move-not-open"),
        ("in_review", "changes_requested", "move-not-open"),
        ("in_review", "validated", "move-not-open"),
        ("in_review", "open", "move-not-open"),
        ("in_progress", "answered", "move-not-open"),
    ],
)
def test_a_verdict_waits_for_its_moment(
    aria: House, work: Assessment, refs: list[str], *, assessment: str, answer: str, slug: str
) -> None:
    with tenant_scope(aria.organisation.pk):
        Assessment.objects.filter(pk=work.pk).update(state=assessment)
        Answer.objects.filter(assessment=work).update(state=answer)
    refused = aria.as_("ravi").post(path_of(aria, work, refs[0]), {"verdict": "validated"}, If_Match='"1"')
    assert (refused.status_code, slug_of(refused)) == (409, slug)
    with tenant_scope(aria.organisation.pk):
        assert not Review.objects.exists()


def test_an_answer_nobody_gave_has_no_verdict(aria: House, work: Assessment, refs: list[str]) -> None:
    refused = aria.as_("ravi").post(path_of(aria, work, refs[20]), {"verdict": "validated"}, If_Match='"0"')
    assert (refused.status_code, slug_of(refused)) == (409, "move-not-open")
    assert aria.as_("ravi").get(path_of(aria, work, refs[20])).json()["results"] == []


def test_assessors_and_viewers_give_no_verdicts(aria: House, work: Assessment, refs: list[str]) -> None:
    for who in ("bob", "carol"):
        api = aria.as_(who)
        assert api.post(path_of(aria, work, refs[0]), {"verdict": "validated"}, If_Match='"1"').status_code == 403
        one = {"ref": refs[0], "version": 1, "verdict": "validated"}
        assert api.post(path_of(aria, work), {"reviews": [one]}).status_code == 403
        assert api.get(path_of(aria, work, refs[0])).status_code == 200


def test_the_history_of_verdicts_is_kept_newest_first(aria: House, work: Assessment, refs: list[str]) -> None:
    ravi, path = aria.as_("ravi"), path_of(aria, work, refs[0])
    ravi.post(path, {"verdict": "changes_requested", "note": "Show it."}, If_Match='"1"')
    bella = aria.as_("bella")
    answer = path.removesuffix("reviews/")
    assert bella.patch(answer, {"level": 3}, If_Match='"2"').status_code == 200
    assert bella.post(f"{answer}submit/", If_Match='"3"').status_code == 200
    ravi.post(path, {"verdict": "validated"}, If_Match='"4"')
    rows = aria.as_("carol").get(path).json()["results"]
    assert [(row["verdict"], row["level"], row["answer_version"]) for row in rows] == [
        ("validated", 3.0, 4), ("changes_requested", None, 1),
    ]  # fmt: skip
    assert rows[0]["reviewer"] == {"id": str(aria.people["ravi"].pk), "name": "Ravi"}


def test_many_verdicts_are_given_at_once(aria: House, work: Assessment, refs: list[str]) -> None:
    drafts = [
        {"ref": refs[0], "version": 1, "verdict": "validated"},
        {"ref": refs[1], "version": 1, "verdict": "validated", "level": 1, "note": "Partly."},
        {"ref": refs[2], "version": 1, "verdict": "validated"},
        {"ref": refs[4], "version": 1, "verdict": "changes_requested", "note": "Show it."},
    ]
    made = aria.as_("ravi").post(path_of(aria, work), {"reviews": drafts})
    assert made.status_code == 201, made.content
    assert [(row["ref"], row["state"], row["validated_level"], row["version"]) for row in made.json()["reviews"]] == [
        (refs[0], "validated", 2.0, 2), (refs[1], "validated", 1.0, 2), (refs[2], "validated", None, 2),
        (refs[4], "changes_requested", None, 2),
    ]  # fmt: skip
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get(pk=work.pk).answers_revision == work.answers_revision + 1
        assert AuditEvent.objects.filter(event="answers.reviewed").count() == 1


def test_many_verdicts_are_given_all_or_none(aria: House, work: Assessment, refs: list[str]) -> None:
    ravi, path = aria.as_("ravi"), path_of(aria, work)
    good = {"ref": refs[0], "version": 1, "verdict": "validated"}

    wrong = ravi.post(path, {"reviews": [
        good, {**good, "ref": "99"}, good, {**good, "ref": refs[1], "level": 9},
        {**good, "ref": refs[4], "verdict": "changes_requested"},
    ]})  # fmt: skip
    assert wrong.status_code == 400
    assert set(wrong.json()["errors"]) == {"reviews.1.ref", "reviews.2.ref", "reviews.3.level", "reviews.4.note"}

    stale = ravi.post(path, {"reviews": [good, {**good, "ref": refs[1], "version": 4}]})
    assert stale.status_code == 412
    assert stale.json()["stale"] == [{"index": 1, "ref": refs[1], "current_version": 1}]

    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(requirement_id=pinned().by_ref[refs[1]].id).update(answered_by=aria.people["ravi"])
    early = ravi.post(path, {"reviews": [good, {**good, "ref": refs[1]}, {**good, "ref": refs[3]}]})
    assert (early.status_code, slug_of(early)) == (409, "own-answer")
    assert [(item["ref"], item["slug"]) for item in early.json()["items"]] == [
        (refs[1], "own-answer"), (refs[3], "move-not-open"),
    ]  # fmt: skip
    assert answer_of(aria, work, refs[0]).state == "submitted"
    with tenant_scope(aria.organisation.pk):
        assert not Review.objects.exists()


@pytest.mark.parametrize("body", [{}, {"reviews": []}, {"reviews": [{}]}, {"reviews": "all"}, {"answers": []}])
def test_a_wrong_batch_is_refused(aria: House, work: Assessment, body: dict[str, Any]) -> None:
    assert aria.as_("ravi").post(path_of(aria, work), body).status_code == 400


def test_more_than_two_hundred_verdicts_are_too_many(aria: House, work: Assessment, refs: list[str]) -> None:
    one = {"ref": refs[0], "version": 1, "verdict": "validated"}
    assert aria.as_("ravi").post(path_of(aria, work), {"reviews": [one] * 201}).status_code == 400


def test_the_statements_do_not_grow_with_the_verdicts(aria: House, work: Assessment, refs: list[str]) -> None:
    ravi = aria.as_("ravi")

    def statements(wanted: list[str]) -> int:
        drafts = [{"ref": ref, "version": 1, "verdict": "validated"} for ref in wanted]
        with CaptureQueriesContext(connection) as captured:
            assert ravi.post(path_of(aria, work), {"reviews": drafts}).status_code == 201
        return len(captured)

    statements([refs[0]])
    few = statements([refs[1]])
    assert statements([refs[2], *refs[4:10]]) == few
    assert few <= 12


def test_of_two_verdicts_at_once_one_is_told_it_is_stale(
    committed: None, aria: House, refs: list[str], in_threads: Any
) -> None:
    assessment = make_assessment(aria, state="in_review")
    write_answers(aria, assessment, {refs[0]: {"level": 2.0, "state": "submitted"}})

    def judge(who: str) -> int:
        made = aria.as_(who).post(path_of(aria, assessment, refs[0]), {"verdict": "validated"}, If_Match='"1"')
        return int(made.status_code)

    assert sorted(in_threads(judge, ["ravi", "adam", "alice"])) == [201, 412, 412]
    with tenant_scope(aria.organisation.pk):
        assert Review.objects.count() == 1
