"""Who gets how far: strangers, members by role, outside reviewers by grant."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from assessments.models import Answer, Assessment, ReviewGrant
from assessments.models.assessment import REVIEW_PERMISSION
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import make_assessment, pinned, write_answers

READS = ("", "requirements/", "answers/", "answers/4.1.1/", "scores/", "scores/explanation/", "scores/4.1/explanation/")
WRITES: dict[tuple[str, str], set[str]] = {
    ("PATCH", ""): {"alice", "adam"},
    ("POST", "begin/"): {"alice", "adam", "bob"},
    ("POST", "submit/"): {"alice", "adam", "bob"},
    ("POST", "withdraw/"): {"alice", "adam", "bob"},
    ("POST", "approve/"): {"alice", "adam"},
    ("POST", "reopen/"): {"alice", "adam"},
    ("POST", "archive/"): {"alice", "adam"},
    ("PATCH", "answers/"): {"alice", "adam", "bob"},
    ("PATCH", "answers/4.1.1/"): {"alice", "adam", "bob"},
    ("POST", "answers/4.1.1/submit/"): {"alice", "adam", "bob"},
    ("POST", "answers/4.1.1/reopen/"): {"alice", "adam", "bob"},
    ("POST", "assignments/"): {"alice", "adam"},
}
MEMBERS = ("alice", "adam", "bob", "ravi", "carol")


@pytest.fixture
def work(aria: House) -> Assessment:
    assessment = make_assessment(aria, state="draft")
    write_answers(aria, assessment, {"4.1.1": {"level": 2.0, "assignee": aria.people["bob"]}})
    return assessment


def grant(house: House, assessment: Assessment, *, hours: int = 1, **fields: Any) -> None:
    permission = Permission.objects.get(codename=REVIEW_PERMISSION)
    with tenant_scope(house.organisation.pk):
        ReviewGrant.objects.create(
            user=house.people["rita"],
            permission=permission,
            content_object=assessment,
            granted_by=house.people["alice"],
            expires_at=timezone.now() + timedelta(hours=hours),
            **fields,
        )


@pytest.mark.parametrize("tail", READS)
def test_every_member_reads(aria: House, work: Assessment, tail: str) -> None:
    for who in MEMBERS:
        assert aria.as_(who).get(f"{aria.path}/assessments/{work.pk}/{tail}").status_code == 200
    assert aria.as_("carol").get(f"{aria.path}/assessments/").status_code == 200


@pytest.mark.parametrize(("method", "tail"), WRITES)
def test_a_role_writes_what_its_actions_say(aria: House, work: Assessment, method: str, tail: str) -> None:
    for who in MEMBERS:
        response = aria.as_(who).call(method, f"{aria.path}/assessments/{work.pk}/{tail}", {"x": 1}, If_Match='"0"')
        refused = response.status_code == 403
        assert refused is (who not in WRITES[method, tail]), (who, response.content)


def test_only_those_who_run_the_organisation_start_assessments(aria: House) -> None:
    body = {"name": "n", "standard": "iso-56002-2019"}
    codes = {who: aria.as_(who).post(f"{aria.path}/assessments/", body).status_code for who in MEMBERS}
    assert codes == {"alice": 201, "adam": 201, "bob": 403, "ravi": 403, "carol": 403}


@pytest.mark.parametrize("tail", READS)
def test_what_is_next_door_looks_like_what_never_was(
    aria: House, nextdoor: House, work: Assessment, unknown_id: uuid.UUID, tail: str
) -> None:
    charlie = nextdoor.as_("charlie")
    through_own_door = charlie.get(f"{nextdoor.path}/assessments/{work.pk}/{tail}")
    never = charlie.get(f"{nextdoor.path}/assessments/{unknown_id}/{tail}")
    at_their_door = charlie.get(f"{aria.path}/assessments/{work.pk}/{tail}")
    no_house = charlie.get(f"/organisations/nowhere/assessments/{work.pk}/{tail}")
    responses = [through_own_door, never, at_their_door, no_house]
    assert {response.status_code for response in responses} == {404}
    assert {response.content for response in responses} == {never.content}


@pytest.mark.parametrize(("method", "tail"), WRITES)
def test_nobody_writes_next_door(aria: House, nextdoor: House, work: Assessment, method: str, tail: str) -> None:
    charlie = nextdoor.as_("charlie")
    valid: dict[str, Any] = {}
    if (method, tail) == ("PATCH", "answers/"):
        valid = {"answers": [{"ref": "4.1.1", "version": 1, "level": 5}]}
    elif tail == "assignments/":
        valid = {"refs": ["4"], "assignee": str(nextdoor.people["charlie"].pk)}
    for house in (nextdoor, aria):
        response = charlie.call(method, f"{house.path}/assessments/{work.pk}/{tail}", valid, If_Match='"1"')
        assert response.status_code == 404, response.content
    with tenant_scope(aria.organisation.pk):
        assert (Assessment.objects.get().version, Answer.objects.get().version) == (1, 1)


def test_the_lists_of_two_organisations_share_nothing(aria: House, nextdoor: House, work: Assessment) -> None:
    nextdoor.people["alice"] = nextdoor.people["bob"] = nextdoor.people["charlie"]
    own = make_assessment(nextdoor)
    [row] = nextdoor.as_("charlie").get(f"{nextdoor.path}/assessments/").json()["results"]
    assert row["id"] == str(own.pk)


def test_somebody_signed_out_is_told_to_sign_in(aria: House, work: Assessment, anyone: Any) -> None:
    assert anyone.get(f"{aria.path}/assessments/{work.pk}/requirements/").status_code == 401


@pytest.mark.parametrize("tail", READS)
def test_an_outside_reviewer_reads_the_granted_assessment_only(aria: House, work: Assessment, tail: str) -> None:
    other = make_assessment(aria)
    rita = aria.as_("rita")
    assert rita.get(f"{aria.path}/assessments/{work.pk}/{tail}").status_code == 404
    grant(aria, work)
    assert rita.get(f"{aria.path}/assessments/{work.pk}/{tail}").status_code == 200
    assert rita.get(f"{aria.path}/assessments/{other.pk}/{tail}").status_code == 404
    assert rita.get(f"{aria.path}/assessments/").status_code == 404


def test_an_outside_reviewer_writes_no_answers(aria: House, work: Assessment) -> None:
    grant(aria, work)
    rita, path = aria.as_("rita"), f"{aria.path}/assessments/{work.pk}/"
    assert rita.patch(f"{path}answers/4.1.1/", {"level": 5}, If_Match='"1"').status_code == 403
    assert rita.patch(f"{path}answers/", {"answers": []}).status_code == 403
    assert rita.patch(path, {"name": "x"}, If_Match='"1"').status_code == 403
    assert rita.post(f"{path}approve/").status_code == 404


@pytest.mark.parametrize("ended", [{"hours": -1}, {"revoked_at": timezone.now()}])
def test_a_grant_that_has_ended_opens_nothing(aria: House, work: Assessment, ended: dict[str, Any]) -> None:
    grant(aria, work, **ended)
    assert aria.as_("rita").get(f"{aria.path}/assessments/{work.pk}/").status_code == 404


def test_an_outside_reviewer_learns_the_part_of_who_answered_and_no_name(aria: House, work: Assessment) -> None:
    grant(aria, work)
    rita, path = aria.as_("rita"), f"{aria.path}/assessments/{work.pk}/"
    bodies = [rita.get(f"{path}{tail}") for tail in READS]
    assert rita.get(path).json()["lead"] is None
    rows = {row["ref"]: row["answer"] for row in bodies[1].json()["requirements"]}
    assert rows["4.1.1"]["answered_by"] == {"id": None, "name": "Assessor"}
    assert rows["4.1.1"]["assignee"] is None
    for body in bodies:
        assert b"@" not in body.content
        for who in ("alice", "adam", "bob", "bella", "ravi", "carol"):
            assert str(aria.people[who].pk).encode() not in body.content
    assert rita.get(f"{path}answers/?assignee={aria.people['bob'].pk}").status_code == 400


def test_an_unknown_ref_looks_like_an_unknown_assessment(aria: House, work: Assessment, unknown_id: uuid.UUID) -> None:
    alice, path = aria.as_("alice"), f"{aria.path}/assessments/{work.pk}"
    never = alice.get(f"{aria.path}/assessments/{unknown_id}/answers/4.1.1/")
    for tail in ("answers/99/", "scores/99/explanation/", "answers/4.1.10/"):
        response = alice.get(f"{path}/{tail}")
        assert (response.status_code, response.content) == (404, never.content)
    assert "4.1.10" not in pinned().by_ref
    assert alice.patch(f"{path}/answers/99/", {"level": 1}, If_Match='"0"').status_code == 404
    assert alice.post(f"{path}/answers/99/submit/", If_Match='"0"').status_code == 404


def test_without_row_level_security_every_statement_still_names_its_organisation(
    row_level_security_off: None, aria: House, nextdoor: House
) -> None:
    theirs = make_assessment(aria)
    write_answers(aria, theirs, {"4.1.1": {"level": 2.0}})
    nextdoor.people["alice"] = nextdoor.people["bob"] = nextdoor.people["charlie"]
    make_assessment(nextdoor)
    charlie = nextdoor.as_("charlie")
    for tail in READS:
        assert charlie.get(f"{nextdoor.path}/assessments/{theirs.pk}/{tail}").status_code == 404
    for method, tail in WRITES:
        body = {"answers": [{"ref": "4.1.1", "version": 1, "level": 5}]} if tail == "answers/" else {}
        body = {"refs": ["4"], "assignee": None} if tail == "assignments/" else body
        response = charlie.call(method, f"{nextdoor.path}/assessments/{theirs.pk}/{tail}", body, If_Match='"1"')
        assert response.status_code == 404, (tail, response.content)
    assert len(charlie.get(f"{nextdoor.path}/assessments/").json()["results"]) == 1
