"""The list of answers with its filters, and who is to give them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from assessments.models import Answer, Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import ISO_13485, make_assessment, pinned, write_answers


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


@pytest.fixture
def work(aria: House, refs: list[str]) -> Assessment:
    assessment = make_assessment(aria)
    write_answers(
        aria,
        assessment,
        {
            refs[0]: {"level": 2.0, "assignee": aria.people["bob"]},
            refs[1]: {"level": 2.0, "state": "submitted", "assignee": aria.people["bella"]},
            refs[2]: {"applicable": False, "reason": "None here."},
            refs[3]: {"state": "open", "note": "Later", "assignee": aria.people["bob"]},
        },
    )
    return assessment


def found(house: House, assessment: Assessment, query: str, *, who: str = "bob") -> list[str]:
    response = house.as_(who).get(f"{house.path}/assessments/{assessment.pk}/answers/?page_size=200&{query}")
    assert response.status_code == 200, response.content
    return [row["ref"] for row in response.json()["results"]]


def test_filters_find_what_they_say(aria: House, work: Assessment, refs: list[str]) -> None:
    assert found(aria, work, "") == refs
    assert found(aria, work, "state=answered") == [refs[0], refs[2]]
    assert found(aria, work, "state=open") == refs[3:], "what nobody touched is open as well"
    assert found(aria, work, "applicable=false") == [refs[2]]
    assert found(aria, work, "assignee=me") == [refs[0], refs[3]]
    assert found(aria, work, f"assignee={aria.people['bella'].pk}&state=submitted") == [refs[1]]
    assert found(aria, work, "assignee=me&state=validated") == []


def test_a_ref_finds_what_is_below_it_and_not_what_begins_alike(aria: House) -> None:
    assessment = make_assessment(aria, slug=ISO_13485)
    below = [ref for ref in pinned(ISO_13485).score_tree.descendants("7.5") if "." in ref]
    everything = found(aria, assessment, "ref=7.5")
    assert everything == [ref for ref in below if ref in pinned(ISO_13485).score_tree.assessable]
    assert found(aria, assessment, "ref=8.2.1") == ["8.2.1"]
    assert "7.5.10" not in found(aria, assessment, "ref=7.5.1")


@pytest.mark.parametrize(
    "query", ["state=done", "assignee=bob", "ref=99", "applicable=maybe", "cursor=%21", "cursor=YWJj", "mood=good"]
)
def test_bad_filters_are_named(aria: House, work: Assessment, query: str) -> None:
    refused = aria.as_("bob").get(f"{aria.path}/assessments/{work.pk}/answers/?{query}")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_lead_there_and_back(aria: House, work: Assessment, refs: list[str], size: int) -> None:
    bob = aria.as_("bob")
    seen: list[str] = []
    url: str | None = f"{aria.path}/assessments/{work.pk}/answers/?page_size={size}&state=open"
    pages: list[Any] = []
    while url:
        page = bob.get(url).json()
        pages.append(page)
        seen += [row["ref"] for row in page["results"]]
        url = (page["next"] or "").partition("/api/v1")[2]
    assert seen == refs[3:]
    assert pages[0]["previous"] is None
    for before, page in pairwise(pages):
        back = bob.get(page["previous"].partition("/api/v1")[2]).json()
        assert back["results"] == before["results"]


def test_an_answer_in_the_list_is_the_answer(aria: House, work: Assessment, refs: list[str]) -> None:
    path = f"{aria.path}/assessments/{work.pk}/answers/"
    row = aria.as_("bob").get(f"{path}?page_size=1").json()["results"][0]
    assert row["answer"] == aria.as_("bob").get(f"{path}{refs[0]}/").json()["answer"]
    assert row["title"] == pinned().texts()[refs[0]].title


def assign(house: House, assessment: Assessment, refs: list[str], assignee: str | None, *, who: str = "adam") -> Any:
    body = {"refs": refs, "assignee": assignee and str(house.people[assignee].pk)}
    return house.as_(who).post(f"{house.path}/assessments/{assessment.pk}/assignments/", body)


def test_a_heading_assigns_everything_below_it(aria: House) -> None:
    assessment = make_assessment(aria, state="draft")
    below = [ref for ref in pinned().score_tree.descendants("4") if ref in pinned().score_tree.assessable]
    done = assign(aria, assessment, ["4"], "bella")
    assert done.status_code == 200, done.content
    assert done.json() == {"refs": below, "changed": below}
    assert found(aria, assessment, "assignee=me", who="bella") == below
    with tenant_scope(aria.organisation.pk):
        assert set(Answer.objects.values_list("state", "version")) == {("open", 1)}
        event = AuditEvent.objects.get(event="answers.assigned")
        assert Assessment.objects.get().state == "draft"
    assert event.after == {"assignee": str(aria.people["bella"].pk), "refs": below}
    assert event.before == {"assignees": dict.fromkeys(below)}


def test_only_what_changes_hands_gets_a_new_version(aria: House, work: Assessment, refs: list[str]) -> None:
    done = assign(aria, work, [refs[1], refs[0]], "bob").json()
    assert (done["refs"], done["changed"]) == (refs[:2], [refs[1]])
    answer = aria.as_("bob").get(f"{aria.path}/assessments/{work.pk}/answers/{refs[1]}/").json()["answer"]
    assert (answer["version"], answer["state"], answer["level"]) == (2, "submitted", 2.0)
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get().answers_revision == work.answers_revision


def test_an_assignment_can_be_taken_away(aria: House, work: Assessment, refs: list[str]) -> None:
    done = assign(aria, work, ["4"], None).json()
    assert done["changed"] == [refs[0], refs[1], refs[3]]
    with tenant_scope(aria.organisation.pk):
        assert not Answer.objects.filter(assignee__isnull=False).exists()
        assert Answer.objects.count() == 4


def test_what_does_not_apply_is_not_assigned_by_its_heading(aria: House) -> None:
    assessment = make_assessment(aria, slug=ISO_13485)
    assert "7.5.5" not in assign(aria, assessment, ["7.5"], "bob").json()["refs"]
    assert assign(aria, assessment, ["7.5.5"], "bob").json()["refs"] == ["7.5.5"]
    sterile = make_assessment(aria, slug=ISO_13485, profiles=["sterile"])
    assert "7.5.5" in assign(aria, sterile, ["7.5"], "bob").json()["refs"]


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({"refs": ["4", "99"], "assignee": None}, "refs"),
        ({"refs": [], "assignee": None}, "refs"),
        ({"refs": ["4"]}, "assignee"),
        ({"refs": ["4"], "assignee": "bob"}, "assignee"),
        ({"refs": ["4"], "assignee": None, "due": "2026-01-01"}, "due"),
    ],
)
def test_bad_assignments_are_named(aria: House, work: Assessment, body: dict[str, Any], at_fault: str) -> None:
    refused = aria.as_("adam").post(f"{aria.path}/assessments/{work.pk}/assignments/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [at_fault])


def test_only_members_who_may_answer_are_assigned(aria: House, nextdoor: House, work: Assessment) -> None:
    aria.people["charlie"] = nextdoor.people["charlie"]
    refusals = [assign(aria, work, ["4"], who) for who in ("carol", "ravi", "rita", "charlie")]
    assert {refused.status_code for refused in refusals} == {400}
    assert len({refused.content for refused in refusals}) == 1


def test_a_closed_assessment_refuses_assignments(aria: House) -> None:
    assert assign(aria, make_assessment(aria, state="archived"), ["4"], "bob").status_code == 409
