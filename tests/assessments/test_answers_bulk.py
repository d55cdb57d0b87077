"""Many answers at once: all or none, each against its own version, at the cost of two."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Answer, Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import make_assessment, pinned, write_answers


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_assessment(aria)


def send(house: House, assessment: Assessment, items: Any, *, who: str = "bob") -> Any:
    return house.as_(who).patch(f"{house.path}/assessments/{assessment.pk}/answers/", {"answers": items})


def levels(house: House, assessment: Assessment) -> dict[str, float | None]:
    with tenant_scope(house.organisation.pk):
        rows = Answer.objects.filter(assessment=assessment).values_list("requirement_id", "level")
        return {pinned().by_id[requirement_id].ref: level for requirement_id, level in rows}


def test_fifty_answers_are_given_at_once_with_one_event(aria: House, work: Assessment, refs: list[str]) -> None:
    write_answers(aria, work, {refs[0]: {"level": 1.0, "version": 4}})
    items = [{"ref": ref, "version": 4 if at == 0 else 0, "level": at % 6} for at, ref in enumerate(refs[:50])]
    items[7] = {"ref": refs[7], "version": 0, "applicable": False, "reason": "None here."}
    done = send(aria, work, items)
    assert done.status_code == 200, done.content
    answers = done.json()["answers"]
    assert [answer["ref"] for answer in answers] == refs[:50]
    assert (answers[0]["version"], answers[1]["version"], answers[7]["applicable"]) == (5, 1, False)
    assert {answer["answered_by"]["name"] for answer in answers} == {"Bob"}
    assert levels(aria, work) == {ref: None if at == 7 else float(at % 6) for at, ref in enumerate(refs[:50])}
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="answers.changed")
        assert Assessment.objects.get().answers_revision == work.answers_revision + 1
    assert set(event.after) == set(refs[:50])
    assert event.before[refs[0]]["version"] == 4


def test_every_item_at_fault_is_named_and_nothing_is_written(aria: House, work: Assessment, refs: list[str]) -> None:
    refused = send(
        aria,
        work,
        [
            {"ref": refs[0], "version": 0, "level": 3},
            {"ref": refs[1], "version": 0, "level": 9},
            {"ref": refs[2], "version": 0, "applicable": False},
        ],
    )
    assert refused.status_code == 400
    body = refused.json()
    assert set(body["errors"]) == {"answers.1.level", "answers.2.reason"}
    assert [(item["index"], item["ref"], list(item["errors"])) for item in body["items"]] == [
        (1, refs[1], ["level"]), (2, refs[2], ["reason"]),
    ]  # fmt: skip
    assert levels(aria, work) == {}


def test_unknown_repeated_and_heading_refs_are_named(aria: House, work: Assessment, refs: list[str]) -> None:
    items = [{"ref": ref, "version": 0, "level": 3} for ref in (refs[0], "99", "4", refs[0])]
    refused = send(aria, work, items)
    assert set(refused.json()["errors"]) == {"answers.1.ref", "answers.2.ref", "answers.3.ref"}
    assert levels(aria, work) == {}


@pytest.mark.parametrize(
    "items",
    [
        [],
        None,
        {},
        ["4.1.1"],
        [{"ref": "4.1.1"}],
        [{"version": 0}],
        [{"ref": "4.1.1", "version": -1}],
        [{"ref": "4.1.1", "version": 10**12}],
        [{"ref": "4.1.1", "version": "x"}],
        [{"ref": "4.1.1", "version": 0, "levle": 3}],
        [{"ref": f"x{at}", "version": 0} for at in range(201)],
    ],
)
def test_malformed_lists_are_refused(aria: House, work: Assessment, items: Any) -> None:
    refused = send(aria, work, items)
    assert refused.status_code == 400, refused.content
    assert refused.json()["errors"]


def test_stale_versions_are_listed_and_nothing_is_written(aria: House, work: Assessment, refs: list[str]) -> None:
    write_answers(aria, work, {refs[1]: {"level": 1.0, "version": 3}, refs[2]: {"level": 1.0}})
    stale = send(
        aria,
        work,
        [
            {"ref": refs[0], "version": 0, "level": 5},
            {"ref": refs[1], "version": 2, "level": 5},
            {"ref": refs[2], "version": 0, "level": 5},
            {"ref": refs[3], "version": 1, "level": 5},
        ],
    )
    assert (stale.status_code, stale["Content-Type"]) == (412, "application/problem+json")
    assert stale.json()["stale"] == [
        {"index": 1, "ref": refs[1], "current_version": 3},
        {"index": 2, "ref": refs[2], "current_version": 1},
        {"index": 3, "ref": refs[3], "current_version": 0},
    ]
    assert levels(aria, work) == {refs[1]: 1.0, refs[2]: 1.0}


def test_answers_that_may_not_move_now_are_listed(aria: House, work: Assessment, refs: list[str]) -> None:
    write_answers(aria, work, {refs[1]: {"level": 1.0, "state": "submitted"}, refs[2]: {"level": 1.0}})
    refused = send(
        aria,
        work,
        [{"ref": refs[1], "version": 1, "level": 5}, {"ref": refs[2], "version": 1, "level": 5}],
    )
    assert refused.status_code == 409
    assert [(item["index"], item["ref"], item["slug"]) for item in refused.json()["items"]] == [
        (0, refs[1], "move-not-open")
    ]
    assert levels(aria, work) == {refs[1]: 1.0, refs[2]: 1.0}


def test_a_closed_assessment_refuses_them_all(aria: House, refs: list[str]) -> None:
    closed = make_assessment(aria, state="approved")
    refused = send(aria, closed, [{"ref": refs[0], "version": 0, "level": 5}])
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:plumbline:problem:assessment-not-open")


def test_items_that_say_nothing_new_stay_as_they_are(aria: House, work: Assessment, refs: list[str]) -> None:
    write_answers(aria, work, {refs[0]: {"level": 1.0}, refs[1]: {"level": 1.0}})
    items = [{"ref": refs[0], "version": 1, "level": 1}, {"ref": refs[1], "version": 1, "level": 2}]
    done = send(aria, work, items)
    assert [answer["version"] for answer in done.json()["answers"]] == [1, 2]
    with tenant_scope(aria.organisation.pk):
        assert set(AuditEvent.objects.get(event="answers.changed").after) == {refs[1]}


def test_assigning_many_needs_the_right_to_assign(aria: House, work: Assessment, refs: list[str]) -> None:
    items = [{"ref": refs[0], "version": 0, "assignee": str(aria.people["bob"].pk)}]
    assert send(aria, work, items).status_code == 403
    assert send(aria, work, items, who="adam").json()["answers"][0]["assignee"]["name"] == "Bob"


def test_the_first_answers_begin_a_draft(aria: House, refs: list[str]) -> None:
    draft = make_assessment(aria, state="draft")
    assert send(aria, draft, [{"ref": ref, "version": 0, "level": 2} for ref in refs[:3]]).status_code == 200
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get().state == "in_progress"
