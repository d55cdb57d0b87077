"""One answer over the API: what may be said, in which state, against which version."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Answer, Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import add_review, make_assessment, pinned, write_answers

REF = "4.1.1"


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_assessment(aria)


def path_of(house: House, assessment: Assessment, ref: str = REF, tail: str = "") -> str:
    return f"{house.path}/assessments/{assessment.pk}/answers/{ref}/{tail}"


def patch(
    house: House, assessment: Assessment, version: int, *, who: str = "bob", ref: str = REF, **fields: Any
) -> Any:
    return house.as_(who).patch(path_of(house, assessment, ref), fields, If_Match=f'"{version}"')


def slug_of(response: Any) -> str:
    return str(response.json()["type"]).rpartition(":")[2]


def test_the_first_answer_is_given_on_version_0(aria: House, work: Assessment) -> None:
    bob = aria.as_("bob")
    before = bob.get(path_of(aria, work))
    assert (before.json()["answer"], before["ETag"]) == (None, '"0"')
    given = patch(aria, work, 0, level=3, target=4, note="  As we do it.\n")
    assert (given.status_code, given["ETag"]) == (200, '"1"')
    body = given.json()
    assert (body["ref"], body["level"], body["target"], body["note"]) == (REF, 3.0, 4.0, "  As we do it.\n")
    assert (body["state"], body["answered_by"]["name"], body["version"]) == ("answered", "Bob", 1)
    after = bob.get(path_of(aria, work))
    assert after["ETag"] == '"1"'
    assert {"ref": REF, **after.json()["answer"]} == body
    assert after.json()["score"]["asserted"] == 3.0
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="answers.changed")
        assert Assessment.objects.get().answers_revision == 1
    assert event.object_id == str(work.pk)
    assert event.before == {REF: {"state": "open", "level": None, "target": None, "note": "", "version": 0}}
    assert (event.after[REF]["level"], event.after[REF]["state"]) == (3.0, "answered")


def test_only_what_is_sent_changes(aria: House, work: Assessment) -> None:
    patch(aria, work, 0, level=3, target=4, note="n")
    changed = patch(aria, work, 1, who="bella", level=2).json()
    assert (changed["level"], changed["target"], changed["note"], changed["version"]) == (2.0, 4.0, "n", 2)
    assert changed["answered_by"]["name"] == "Bella"


def test_who_words_a_note_has_not_given_the_answer(aria: House, work: Assessment) -> None:
    patch(aria, work, 0, level=3)
    assert patch(aria, work, 1, who="bella", note="Typo gone.", level=3).json()["answered_by"]["name"] == "Bob"


def test_saying_the_same_again_costs_no_version_and_no_event(aria: House, work: Assessment) -> None:
    patch(aria, work, 0, level=3)
    again = patch(aria, work, 1, level=3)
    assert (again.status_code, again["ETag"]) == (200, '"1"')
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.filter(event="answers.changed").count() == 1


def test_the_first_answer_begins_a_draft(aria: House) -> None:
    draft = make_assessment(aria, state="draft")
    assert patch(aria, draft, 0, level=3).status_code == 200
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get().state == "in_progress"
        assert [event.event for event in AuditEvent.objects.order_by("seq")] == ["assessment.begun", "answers.changed"]


def test_a_refused_first_answer_leaves_the_draft_a_draft(aria: House) -> None:
    draft = make_assessment(aria, state="draft")
    assert patch(aria, draft, 0, level=9).status_code == 400
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get().state == "draft"
        assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"level": 6}, "level"),
        ({"level": -1}, "level"),
        ({"level": 2.5}, "level"),
        ({"level": "3"}, "level"),
        ({"level": True}, "level"),
        ({"target": 5.1}, "target"),
        ({"target": [3]}, "target"),
        ({"applicable": False}, "reason"),
        ({"applicable": False, "reason": " \n "}, "reason"),
        ({"applicable": False, "reason": "None here.", "level": 2}, "level"),
        ({"applicable": "false", "reason": "None here."}, "applicable"),
        ({"applicable": None}, "applicable"),
        ({"reason": "None here."}, "reason"),
        ({"note": "nul\0"}, "note"),
        ({"note": "x" * 20_001}, "note"),
        ({"note": None}, "note"),
        ({"state": "validated"}, "state"),
        ({"validated_level": 5}, "validated_level"),
        ({"evidence": 3}, "evidence"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(
    aria: House, work: Assessment, fields: dict[str, Any], at_fault: str
) -> None:
    refused = patch(aria, work, 0, **fields)
    assert refused.status_code == 400, refused.content
    assert (refused["Content-Type"], list(refused.json()["errors"])) == ("application/problem+json", [at_fault])
    with tenant_scope(aria.organisation.pk):
        assert not Answer.objects.exists()
        assert Assessment.objects.get().answers_revision == 0


def test_a_target_may_stand_between_levels(aria: House, work: Assessment) -> None:
    assert patch(aria, work, 0, target=3.5).json()["target"] == 3.5


def test_not_applicable_takes_the_level_away_and_applicable_the_reason(aria: House, work: Assessment) -> None:
    patch(aria, work, 0, level=3)
    out = patch(aria, work, 1, applicable=False, reason=" No such site. ").json()
    assert (out["level"], out["applicable"], out["reason"], out["state"]) == (None, False, "No such site.", "answered")
    assert patch(aria, work, 2, level=3).status_code == 400
    back = patch(aria, work, 2, applicable=True).json()
    assert (back["applicable"], back["reason"], back["state"], back["answered_by"]) == (True, "", "open", None)
    assert patch(aria, work, 3, applicable=True, level=4).json()["level"] == 4.0


def test_an_answer_can_be_taken_back(aria: House, work: Assessment) -> None:
    patch(aria, work, 0, level=3, note="n")
    cleared = patch(aria, work, 1, level=None).json()
    assert (cleared["state"], cleared["level"], cleared["note"], cleared["answered_at"]) == ("open", None, "n", None)


def test_a_note_or_target_alone_answers_nothing(aria: House, work: Assessment) -> None:
    noted = patch(aria, work, 0, note="Ask Bella.", target=3).json()
    assert (noted["state"], noted["answered_by"], noted["version"]) == ("open", None, 1)


def test_without_a_version_there_is_no_write(aria: House, work: Assessment) -> None:
    bob, path = aria.as_("bob"), path_of(aria, work)
    missing = bob.patch(path, {"level": 3})
    assert (missing.status_code, slug_of(missing)) == (428, "if-match-required")
    assert bob.patch(path, {"level": 3}, If_Match="*").status_code == 400


@pytest.mark.parametrize("version", [0, 1, 3, 99])
def test_a_stale_version_is_told_the_current_one(aria: House, work: Assessment, version: int) -> None:
    patch(aria, work, 0, level=3)
    patch(aria, work, 1, level=4)
    stale = patch(aria, work, version, level=5)
    assert (stale.status_code, stale.json()["current_version"], stale["ETag"]) == (412, 2, '"2"')
    with tenant_scope(aria.organisation.pk):
        assert Answer.objects.get().level == 4.0


def test_a_version_of_an_answer_that_is_not_there_is_stale(aria: House, work: Assessment) -> None:
    stale = patch(aria, work, 3, level=5)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 0)
    with tenant_scope(aria.organisation.pk):
        assert not Answer.objects.exists()


def test_a_heading_is_not_answered(aria: House, work: Assessment) -> None:
    refused = patch(aria, work, 0, ref="4.1", level=3)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["ref"])


@pytest.mark.parametrize("state", ["approved", "archived"])
def test_a_closed_assessment_refuses_new_answers(aria: House, state: str) -> None:
    closed = make_assessment(aria, state=state)
    write_answers(aria, closed, {"4.1.2": {"level": 2.0}})
    for ref, version in ((REF, 0), ("4.1.2", 1)):
        refused = patch(aria, closed, version, ref=ref, level=3)
        assert (refused.status_code, slug_of(refused)) == (409, "assessment-not-open")


def test_in_review_what_is_open_waits_and_what_is_handed_in_is_reopened_first(aria: House) -> None:
    review = make_assessment(aria, state="in_review")
    write_answers(aria, review, {"4.1.2": {"level": 2.0, "state": "submitted"}})
    waits = patch(aria, review, 0, level=3)
    assert (waits.status_code, slug_of(waits)) == (409, "assessment-not-open")
    refused = patch(aria, review, 1, ref="4.1.2", level=3)
    assert (refused.status_code, slug_of(refused)) == (409, "move-not-open")
    assert "reopen" in refused.json()["open_moves"]
    bob = aria.as_("bob")
    reopened = bob.post(path_of(aria, review, "4.1.2", "reopen/"), If_Match='"1"')
    assert (reopened.json()["state"], reopened["ETag"]) == ("answered", '"2"')
    assert patch(aria, review, 2, ref="4.1.2", level=3).json()["level"] == 3.0
    handed_in = bob.post(path_of(aria, review, "4.1.2", "submit/"), If_Match='"3"')
    assert (handed_in.json()["state"], handed_in["ETag"]) == ("submitted", '"4"')


def test_a_change_request_stays_visible_until_the_answer_is_handed_in_again(aria: House) -> None:
    review = make_assessment(aria, state="in_review")
    answers = write_answers(aria, review, {REF: {"level": 2.0, "state": "submitted"}})
    add_review(aria, answers[REF], verdict="changes_requested")
    assert patch(aria, review, 1, level=1).json()["state"] == "changes_requested"
    assert patch(aria, review, 2, level=None).status_code == 409
    assert aria.as_("bob").post(path_of(aria, review, REF, "submit/"), If_Match='"2"').json()["state"] == "submitted"


def test_reopening_a_validated_answer_ends_the_verdict(aria: House) -> None:
    review = make_assessment(aria, state="in_review", target=None)
    answers = write_answers(aria, review, {REF: {"level": 2.0, "state": "submitted"}})
    add_review(aria, answers[REF], level=2.0)
    assert patch(aria, review, 1, level=5).status_code == 409
    reopened = aria.as_("bob").post(path_of(aria, review, REF, "reopen/"), If_Match='"1"').json()
    assert (reopened["state"], reopened["validated_level"]) == ("answered", None)
    scores = aria.as_("bob").get(f"{aria.path}/assessments/{review.pk}/").json()["scores"]
    assert scores["validated"] == 0.0


def test_a_move_of_an_answer_needs_its_version_and_its_moment(aria: House, work: Assessment) -> None:
    bob = aria.as_("bob")
    assert bob.post(path_of(aria, work, REF, "submit/")).status_code == 428
    untouched = bob.post(path_of(aria, work, REF, "submit/"), If_Match='"0"')
    assert (untouched.status_code, slug_of(untouched)) == (409, "move-not-open")
    patch(aria, work, 0, level=3)
    assert bob.post(path_of(aria, work, REF, "submit/"), If_Match='"0"').status_code == 412
    assert bob.post(path_of(aria, work, REF, "reopen/"), If_Match='"1"').status_code == 409
    assert bob.post(path_of(aria, work, "4.1", "submit/"), If_Match='"0"').status_code == 404


def test_assigning_is_for_those_who_may(aria: House, work: Assessment) -> None:
    bella = str(aria.people["bella"].pk)
    assert patch(aria, work, 0, assignee=bella).status_code == 403
    given = patch(aria, work, 0, who="adam", assignee=bella)
    assert (given.json()["assignee"]["name"], given.json()["state"]) == ("Bella", "open")
    assert patch(aria, work, 1, who="adam", assignee=None).json()["assignee"] is None


def test_who_cannot_answer_is_not_assigned(aria: House, nextdoor: House, work: Assessment, unknown_id: Any) -> None:
    strangers = [aria.people["carol"].pk, aria.people["rita"].pk, nextdoor.people["charlie"].pk, unknown_id]
    refusals = [patch(aria, work, 0, who="adam", assignee=str(person)) for person in strangers]
    assert {refused.status_code for refused in refusals} == {400}
    assert len({refused.content for refused in refusals}) == 1


def test_an_assignment_moves_no_state(aria: House) -> None:
    review = make_assessment(aria, state="in_review")
    write_answers(aria, review, {REF: {"level": 2.0, "state": "submitted"}})
    given = patch(aria, review, 1, who="adam", assignee=str(aria.people["bob"].pk))
    assert (given.status_code, given.json()["state"]) == (200, "submitted")


def test_a_row_made_by_a_colleague_does_not_make_the_first_answer_stale(aria: House, work: Assessment) -> None:
    with tenant_scope(aria.organisation.pk):
        Answer.objects.create(assessment=work, requirement_id=pinned().by_ref[REF].id, version=0)
    assert aria.as_("bob").get(path_of(aria, work))["ETag"] == '"0"'
    assert patch(aria, work, 0, level=3)["ETag"] == '"1"'
