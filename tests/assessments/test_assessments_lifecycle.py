"""The moves of an assessment over the API, and what becomes of its answers."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Answer, Assessment, EvidenceLink, Snapshot
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import add_evidence, add_review, make_assessment, pinned, write_answers


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


def move(house: House, assessment: Any, word: str, *, who: str = "alice", **headers: str) -> Any:
    return house.as_(who).post(f"{house.path}/assessments/{assessment.pk}/{word}/", **headers)


def slug_of(response: Any) -> str:
    return str(response.json()["type"]).rpartition(":")[2]


def states(house: House, assessment: Assessment) -> dict[str, str]:
    by_id = pinned().by_id
    with tenant_scope(house.organisation.pk):
        rows = Answer.objects.filter(assessment=assessment).values_list("requirement_id", "state")
        return {by_id[requirement_id].ref: state for requirement_id, state in rows}


def test_a_draft_begins_once(aria: House) -> None:
    assessment = make_assessment(aria, state="draft")
    begun = move(aria, assessment, "begin", who="bob")
    assert (begun.status_code, begun.json()["state"], begun["ETag"]) == (200, "in_progress", '"2"')
    again = move(aria, assessment, "begin", who="bob")
    assert (again.status_code, slug_of(again), again.json()["open_moves"]) == (409, "move-not-open", ["submit"])
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.get(event="assessment.begun").after["state"] == "in_progress"


def test_if_match_on_a_move_is_heeded_where_it_is_sent(aria: House) -> None:
    assessment = make_assessment(aria, state="draft", version=4)
    stale = move(aria, assessment, "begin", If_Match='"3"')
    assert (stale.status_code, stale.json()["current_version"]) == (412, 4)
    assert move(aria, assessment, "begin", If_Match='"4"').status_code == 200


def test_a_move_takes_no_fields(aria: House) -> None:
    assessment = make_assessment(aria, state="draft")
    refused = aria.as_("alice").post(f"{aria.path}/assessments/{assessment.pk}/begin/", {"state": "approved"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["state"])


def test_submitting_hands_in_what_is_answered_and_leaves_the_rest(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria)
    write_answers(
        aria,
        assessment,
        {
            refs[0]: {"level": 2.0},
            refs[1]: {"applicable": False, "reason": "No such site."},
            refs[2]: {"state": "open", "note": "Later"},
            refs[3]: {"state": "changes_requested", "level": 1.0},
            refs[4]: {"state": "validated", "level": 1.0, "validated_level": 1.0},
        },
    )
    done = move(aria, assessment, "submit", who="bella")
    assert (done.status_code, done.json()["state"]) == (200, "in_review")
    assert done.json()["submitted_at"]
    assert states(aria, assessment) == {
        refs[0]: "submitted", refs[1]: "submitted", refs[2]: "open", refs[3]: "changes_requested", refs[4]: "validated",
    }  # fmt: skip
    assert done.json()["progress"]["open"] == len(refs) - 4
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.get(event="assessment.submitted").after["answers_submitted"] == 2
        moved = pinned().by_ref[refs[0]].id
        assert Answer.objects.get(assessment=assessment, requirement_id=moved).version == 2


def test_an_empty_assessment_cannot_be_handed_in(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria)
    write_answers(aria, assessment, {refs[0]: {"state": "open", "note": "Later"}})
    refused = move(aria, assessment, "submit")
    assert (refused.status_code, slug_of(refused)) == (409, "nothing-answered")
    assert move(aria, make_assessment(aria, state="draft"), "submit").status_code == 409


def test_withdrawing_gives_back_what_has_no_verdict(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, state="in_review")
    write_answers(
        aria,
        assessment,
        {refs[0]: {"level": 2.0, "state": "submitted"}, refs[1]: {"level": 1.0, "state": "validated"}},
    )
    assert move(aria, assessment, "withdraw", who="bob").json()["state"] == "in_progress"
    assert states(aria, assessment) == {refs[0]: "answered", refs[1]: "validated"}
    again = move(aria, assessment, "submit", who="bob")
    assert again.status_code == 200
    assert states(aria, assessment)[refs[0]] == "submitted"


def test_approving_waits_for_open_change_requests_and_names_them(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, state="in_review")
    answers = write_answers(aria, assessment, {ref: {"level": 2.0, "state": "submitted"} for ref in refs[:4]})
    for ref in (refs[3], refs[1]):
        add_review(aria, answers[ref], verdict="changes_requested")
    refused = move(aria, assessment, "approve")
    assert (refused.status_code, slug_of(refused)) == (409, "open-change-requests")
    assert refused.json()["refs"] == [refs[1], refs[3]]
    with tenant_scope(aria.organisation.pk):
        assert not Snapshot.objects.exists()


def test_approving_waits_for_answers_that_were_reopened(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, state="in_review")
    write_answers(aria, assessment, {refs[0]: {"level": 2.0, "state": "submitted"}, refs[1]: {"level": 2.0}})
    refused = move(aria, assessment, "approve")
    assert (slug_of(refused), refused.json()["refs"]) == ("unsubmitted-answers", [refs[1]])


def test_approving_freezes_a_snapshot_even_with_answers_nobody_reviewed(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, state="in_review")
    answers = write_answers(aria, assessment, {ref: {"level": 4.0, "state": "submitted"} for ref in refs[:4]})
    add_review(aria, answers[refs[0]], level=3.0)
    approved = move(aria, assessment, "approve", who="adam")
    assert approved.status_code == 200, approved.content
    body = approved.json()
    assert (body["state"], body["approved_by"]["name"], body["moves"]) == ("approved", "Adam", ["reopen", "archive"])
    assert body["scores"]["validated"] == pytest.approx(0.75)
    with tenant_scope(aria.organisation.pk):
        snapshot = Snapshot.objects.get()
        assert (snapshot.reason, snapshot.asserted, snapshot.taken_by_id) == ("approved", 4.0, aria.people["adam"].pk)
        assert snapshot.contents["assessment"]["state"] == "approved"
        assert AuditEvent.objects.filter(event="assessment.approved").count() == 1


def test_reopening_begins_a_revision_and_leaves_the_approved_one_alone(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, state="approved", profiles=["sterile"], version=9)
    answers = write_answers(
        aria,
        assessment,
        {
            refs[0]: {"level": 3.0, "target": 4.0, "note": "n", "state": "submitted", "assignee": aria.people["bob"]},
            refs[1]: {"applicable": False, "reason": "No such site.", "state": "submitted"},
            refs[2]: {"state": "open", "note": "Later"},
        },
    )
    add_review(aria, answers[refs[0]], level=2.0)
    evidence = add_evidence(aria, answers[refs[0]])
    alice = aria.as_("alice")
    before = alice.get(f"{aria.path}/assessments/{assessment.pk}/requirements/").json()["requirements"]

    opened = move(aria, assessment, "reopen")
    assert opened.status_code == 201, opened.content
    body = opened.json()
    assert body["id"] != str(assessment.pk)
    assert (body["state"], body["revision"], body["predecessor"]) == ("in_progress", 2, str(assessment.pk))
    assert (body["profiles"], body["version"], body["scores"]["evidenced"]) == (["sterile"], 1, 3.0)
    rows = alice.get(f"{aria.path}/assessments/{body['id']}/requirements/").json()["requirements"]
    copied = {row["ref"]: row["answer"] for row in rows if row["answer"]}
    assert list(copied) == refs[:3]
    first = copied[refs[0]]
    assert (first["state"], first["level"], first["target"], first["note"]) == ("answered", 3.0, 4.0, "n")
    assert (first["validated_level"], first["evidence"], first["version"]) == (None, 1, 1)
    assert (first["assignee"]["name"], first["answered_by"]["name"]) == ("Bob", "Bella")
    assert (copied[refs[1]]["state"], copied[refs[1]]["reason"]) == ("answered", "No such site.")
    assert (copied[refs[2]]["state"], copied[refs[2]]["note"]) == ("open", "Later")
    with tenant_scope(aria.organisation.pk):
        assert EvidenceLink.objects.filter(evidence=evidence).count() == 2
        assert {answer.pk.version for answer in Answer.objects.all()} == {7}
        old = Assessment.objects.get(pk=assessment.pk)
    assert (old.state, old.version) == ("approved", 9)
    assert alice.get(f"{aria.path}/assessments/{assessment.pk}/requirements/").json()["requirements"] == before


def test_one_revision_succeeds_another(aria: House) -> None:
    assessment = make_assessment(aria, state="approved")
    successor = move(aria, assessment, "reopen").json()["id"]
    refused = move(aria, assessment, "reopen")
    assert (refused.status_code, slug_of(refused)) == (409, "revision-exists")
    assert refused.json()["successor"] == successor


def test_an_approved_assessment_can_be_put_away_and_then_nothing_more(aria: House) -> None:
    assessment = make_assessment(aria, state="approved")
    assert move(aria, assessment, "archive").json()["state"] == "archived"
    for word in ("begin", "submit", "withdraw", "approve", "reopen", "archive"):
        refused = move(aria, assessment, word)
        assert (refused.status_code, slug_of(refused), refused.json()["open_moves"]) == (409, "move-not-open", [])


def test_the_moves_told_are_those_the_caller_may_make(aria: House) -> None:
    assessment = make_assessment(aria, state="in_review")
    path = f"{aria.path}/assessments/{assessment.pk}/"
    told = {who: aria.as_(who).get(path).json()["moves"] for who in ("alice", "adam", "bob", "ravi", "carol")}
    assert told == {
        "alice": ["withdraw", "approve"], "adam": ["withdraw", "approve"], "bob": ["withdraw"], "ravi": [], "carol": [],
    }  # fmt: skip


def test_of_two_approvals_at_once_one_takes_place(
    committed: None, aria: House, refs: list[str], in_threads: Any
) -> None:
    assessment = make_assessment(aria, state="in_review")
    write_answers(aria, assessment, {refs[0]: {"level": 2.0, "state": "submitted"}})
    codes = in_threads(lambda who: move(aria, assessment, "approve", who=who).status_code, ["alice", "adam", "alice"])
    assert sorted(codes) == [200, 409, 409]
    with tenant_scope(aria.organisation.pk):
        assert Snapshot.objects.count() == 1
