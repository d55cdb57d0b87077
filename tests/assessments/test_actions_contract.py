"""Planned improvements: made by hand and from gaps."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from assessments.gaps import Gap, propose, rank_gaps
from assessments.models import Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import answer_all, make_assessment, pinned, write_answers


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_assessment(aria, target=3.0)


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


def path_of(house: House, assessment: Assessment) -> str:
    return f"{house.path}/assessments/{assessment.pk}/actions/"


def test_an_action_is_planned_read_changed_and_taken_back(aria: House, work: Assessment, refs: list[str]) -> None:
    bob, adam = aria.as_("bob"), aria.people["adam"]
    body = {"ref": refs[0], "title": "Write the plan", "owner": str(adam.pk), "due": "2027-03-01", "effort": "small"}
    made = bob.post(path_of(aria, work), body | {"expected_level": 3})
    assert made.status_code == 201
    action = made.json()
    assert action["owner"] == {"id": str(adam.pk), "name": "Adam"}
    assert (action["due"], action["effort"], action["expected_level"]) == ("2027-03-01", "small", 3.0)
    assert made["ETag"] == '"1"'
    path = f"{path_of(aria, work)}{action['id']}/"
    changed = bob.patch(path, {"state": "in_progress", "owner": None}, If_Match='"1"')
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    read = aria.as_("carol").get(path).json()
    assert read == changed.json() == action | {
        "state": "in_progress", "owner": None, "version": 2, "updated_at": read["updated_at"],
    }  # fmt: skip
    assert bob.delete(path).status_code == 204
    assert bob.get(path).status_code == 404
    with tenant_scope(aria.organisation.pk):
        events = AuditEvent.objects.filter(object_type="action").order_by("seq").values_list("event", "before", "after")
        assert [event for event, _, _ in events] == ["action.created", "action.changed", "action.deleted"]
        assert events[1][1:] == (
            {"state": "planned", "owner_id": str(adam.pk)}, {"state": "in_progress", "owner_id": None},
        )  # fmt: skip


def test_a_change_needs_the_current_version(aria: House, work: Assessment, refs: list[str]) -> None:
    bob = aria.as_("bob")
    path = f"{path_of(aria, work)}{bob.post(path_of(aria, work), {'ref': refs[0], 'title': 'A'}).json()['id']}/"
    assert bob.patch(path, {"title": "B"}).status_code == 428
    assert bob.patch(path, {"title": "B"}, If_Match='"1"').status_code == 200
    stale = bob.patch(path, {"title": "C"}, If_Match='"1"')
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert bob.patch(path, {"title": "B"}, If_Match='"2"')["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ref": "99.9"}, "ref"),
        ({"ref": "4"}, "ref"),
        ({"owner": "01890000-0000-7000-8000-000000000000"}, "owner"),
        ({"expected_level": 6}, "expected_level"),
        ({"expected_level": -1}, "expected_level"),
        ({"effort": "huge"}, "effort"),
        ({"state": "started"}, "state"),
        ({"due": "soon"}, "due"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"priority": 1}, "priority"),
    ],
)
def test_bad_input_names_the_field(
    aria: House, work: Assessment, refs: list[str], body: dict[str, Any], field: str
) -> None:
    answer = aria.as_("bob").post(path_of(aria, work), {"ref": refs[0], "title": "A"} | body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


def test_somebody_who_is_no_member_owns_no_action(aria: House, work: Assessment, refs: list[str]) -> None:
    body = {"ref": refs[0], "title": "A", "owner": str(aria.people["rita"].pk)}
    assert list(aria.as_("bob").post(path_of(aria, work), body).json()["errors"]) == ["owner"]


def test_the_largest_weighted_gaps_are_planned_first_one_level_up(
    aria: House, work: Assessment, refs: list[str]
) -> None:
    write_answers(aria, work, {refs[0]: {"level": 2.0}, refs[1]: {"level": 0.0}, refs[2]: {"level": 3.0}})
    write_answers(aria, work, {refs[3]: {"level": 1.0, "target": 5.0}})
    write_answers(aria, work, {refs[4]: {"level": None, "applicable": False, "reason": "Outsourced."}})
    made = aria.as_("bob").post(f"{path_of(aria, work)}from-gaps/", {"limit": 2})
    assert made.status_code == 201
    actions = made.json()["actions"]
    assert [action["ref"] for action in actions] == [refs[3], refs[1]]
    assert made.json()["remaining"] == 1
    words = pinned().texts("en")[refs[3]]
    assert actions[0]["title"].startswith(f"{words.title}: reach level 2 (")
    assert actions[0]["description"] == words.levels["2"]
    assert actions[0]["expected_level"] == 2.0
    assert actions[0]["state"] == "planned"


def test_a_gap_that_has_a_plan_gets_no_second_one(aria: House, work: Assessment, refs: list[str]) -> None:
    answer_all(aria, work, level=1.0)
    path = f"{path_of(aria, work)}from-gaps/"
    bob = aria.as_("bob")
    first, second = (bob.post(path, {"limit": 3}).json() for _ in range(2))
    assert not {a["ref"] for a in first["actions"]} & {a["ref"] for a in second["actions"]}
    dropped, done = first["actions"][0], first["actions"][1]
    for action, state in ((dropped, "dropped"), (done, "done")):
        bob.patch(f"{path_of(aria, work)}{action['id']}/", {"state": state}, If_Match='"1"')
    again = {a["ref"] for a in bob.post(path, {"limit": 100}).json()["actions"]}
    assert done["ref"] in again
    assert dropped["ref"] not in again


def test_small_gaps_can_be_left_out_and_none_left_is_no_error(aria: House, work: Assessment, refs: list[str]) -> None:
    write_answers(aria, work, {refs[0]: {"level": 2.0}})
    path = f"{path_of(aria, work)}from-gaps/"
    assert aria.as_("bob").post(path, {"minimum_gap": 1.5}).json() == {"actions": [], "remaining": 0}
    assert len(aria.as_("bob").post(path, {"minimum_gap": 1}).json()["actions"]) == 1


def test_planning_gaps_takes_the_same_statements_for_one_and_for_many(aria: House, refs: list[str]) -> None:
    def statements(work: Assessment) -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = aria.as_("bob").post(f"{path_of(aria, work)}from-gaps/", {"limit": 100})
        assert answer.json()["actions"]
        return len(captured)

    warm, one, many = (make_assessment(aria, target=3.0) for _ in range(3))
    answer_all(aria, warm, level=1.0)
    write_answers(aria, one, {refs[0]: {"level": 1.0}})
    answer_all(aria, many, level=1.0)
    statements(warm)
    assert statements(one) == statements(many)


def test_actions_are_filtered(aria: House, work: Assessment, refs: list[str]) -> None:
    bob, path = aria.as_("bob"), path_of(aria, work)
    first = bob.post(path, {"ref": refs[0], "title": "A", "owner": str(aria.people["adam"].pk)}).json()
    second = bob.post(path, {"ref": refs[1], "title": "B", "state": "done"}).json()

    def found(query: str) -> list[str]:
        return [row["id"] for row in aria.as_("carol").get(f"{path}?{query}").json()["results"]]

    assert found("") == [second["id"], first["id"]]
    assert found("state=done") == found(f"ref={refs[1]}") == [second["id"]]
    assert found(f"owner={aria.people['adam'].pk}") == [first["id"]]
    assert bob.get(f"{path}?owner=adam").status_code == bob.get(f"{path}?color=red").status_code == 400


def test_an_approved_assessment_may_be_acted_on_and_an_archived_one_not(
    aria: House, work: Assessment, refs: list[str]
) -> None:
    for state, status in (("approved", 201), ("archived", 409)):
        with tenant_scope(aria.organisation.pk):
            Assessment.objects.filter(pk=work.pk).update(state=state)
        assert aria.as_("bob").post(path_of(aria, work), {"ref": refs[0], "title": "A"}).status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 201), ("adam", 201), ("bob", 201), ("ravi", 403), ("carol", 403)]
)
def test_who_may_plan(aria: House, work: Assessment, refs: list[str], who: str, status: int) -> None:
    assert aria.as_(who).post(path_of(aria, work), {"ref": refs[0], "title": "A"}).status_code == status
    assert aria.as_(who).get(path_of(aria, work)).status_code == 200


def test_strangers_see_no_action(
    aria: House, nextdoor: House, work: Assessment, refs: list[str], unknown_id: uuid.UUID
) -> None:
    action = aria.as_("bob").post(path_of(aria, work), {"ref": refs[0], "title": "A"}).json()
    charlie = nextdoor.as_("charlie")
    nothing = charlie.get(f"{nextdoor.path}/assessments/{unknown_id}/actions/")
    for house in (aria, nextdoor):
        for path in (path_of(house, work), f"{path_of(house, work)}{action['id']}/"):
            for method in ("GET", "PATCH", "DELETE"):
                answer = charlie.call(method, path, {}, If_Match='"1"')
                assert answer.status_code in (404, 405)
                assert answer.status_code == 405 or answer.content == nothing.content
        assert charlie.post(f"{path_of(house, work)}from-gaps/").status_code == 404


def test_an_action_of_another_assessment_is_not_found_under_this_one(
    aria: House, work: Assessment, refs: list[str]
) -> None:
    action = aria.as_("bob").post(path_of(aria, work), {"ref": refs[0], "title": "A"}).json()
    other = make_assessment(aria)
    assert aria.as_("bob").delete(f"{path_of(aria, other)}{action['id']}/").status_code == 404


levels = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0])
gaps = st.lists(
    st.builds(
        Gap, ref=st.uuids().map(str), position=st.integers(0, 10_000), weight=st.sampled_from([0.1, 1.0, 3.0]),
        level=levels, target=levels,
    ),
    max_size=30,
    unique_by=lambda gap: gap.position,
)  # fmt: skip


@given(gaps, levels)
def test_ranking_is_by_priority_and_does_not_depend_on_the_order_given(found: list[Gap], minimum: float) -> None:
    ranked = rank_gaps(found, minimum=minimum)
    assert rank_gaps(reversed(found), minimum=minimum) == ranked
    priorities = [gap.priority for gap in ranked]
    assert priorities == sorted(priorities, reverse=True)
    assert all(gap.distance > 0 and gap.distance >= minimum for gap in ranked)


def test_a_proposal_keeps_its_title_within_bounds_and_stops_at_the_top() -> None:
    steps = [{"level": level, "name": f"Step {level}", "criteria": "In general."} for level in range(6)]
    gap = Gap(ref="1", position=1, weight=1.0, level=4.0, target=5.0)
    proposal = propose(gap, title="Long " * 100, criteria={}, levels=steps)
    assert proposal is not None
    assert len(proposal.title) <= 200
    assert proposal.title.endswith("…: reach level 5 (Step 5)")
    assert proposal.description == "In general."
    top = Gap(ref="1", position=1, weight=1.0, level=5.0, target=5.0)
    assert propose(top, title="A", criteria={}, levels=steps) is None
