"""Outside reviewers: invited to one assessment, let in until a date, and nowhere else."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import assign_perm, get_perms

from assessments.models import Assessment, OutsideInvitation, ReviewGrant
from assessments.models.assessment import REVIEW_PERMISSION
from assessments.selectors.grants import live_grant
from assessments.services.grants import review_permission
from tenants.models import AuditEvent, Invitation, Membership
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import Api, House, make_person, run_jobs
from tests.work import make_assessment, pinned, write_answers

RITA = "rita@outside.example"


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


@pytest.fixture
def work(aria: House, refs: list[str]) -> Assessment:
    assessment = make_assessment(aria, state="in_review")
    write_answers(aria, assessment, {ref: {"level": 2.0, "state": "submitted"} for ref in refs[:3]})
    return assessment


def path_of(house: House, assessment: Assessment) -> str:
    return f"{house.path}/assessments/{assessment.pk}/outside-reviewers/"


def in_days(days: float) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def grant(house: House, assessment: Assessment, *, who: str = "rita", until: timedelta = timedelta(days=30)) -> str:
    """Let somebody in, as accepting does."""
    with tenant_scope(house.organisation.pk):
        row = ReviewGrant.objects.create(
            user=house.people[who], permission=review_permission(), content_object=assessment,
            granted_by=house.people["adam"], expires_at=timezone.now() + until,
        )  # fmt: skip
    return str(row.pk)


def invite(house: House, assessment: Assessment, *, email: str = RITA, days: float = 30, by: str = "adam") -> Any:
    return house.as_(by).post(path_of(house, assessment), {"email": email, "access_until": in_days(days)})


def accept(house: House, api: Api) -> Any:
    run_jobs(house)
    token = re.search(r"/invitations/[a-z]+/([A-Za-z0-9_-]+)/", str(mail.outbox[-1].body))
    assert token is not None
    return api.post(f"{house.path}/invitations/accept/", {"token": token[1]})


def slug_of(response: Any) -> str:
    return str(response.json()["type"]).rpartition(":")[2]


def test_an_invited_reviewer_gets_in_until_the_day_named(aria: House, work: Assessment) -> None:
    rita, opened = aria.as_("rita"), f"{aria.path}/assessments/{work.pk}/"
    made = invite(aria, work)
    assert (made.status_code, made.json()["email"]) == (201, RITA)
    assert rita.get(opened).status_code == 404

    listed = aria.as_("adam").get(path_of(aria, work)).json()
    assert (listed["results"], [offer["email"] for offer in listed["pending"]]) == ([], [RITA])

    accepted = accept(aria, rita)
    assert accepted.status_code == 200, accepted.content
    assert "ISO 56002:2019" in str(mail.outbox[-1].body)
    assert work.name not in str(mail.outbox[-1].body)
    assert rita.get(opened).status_code == 200
    listed = aria.as_("adam").get(path_of(aria, work)).json()
    assert listed["pending"] == []
    [row] = listed["results"]
    assert (row["person"]["name"], row["person"]["email"], row["state"]) == ("Rita", RITA, "live")
    assert (row["granted_by"]["name"], row["revoked_at"]) == ("Adam", None)
    with time_machine.travel(datetime.fromisoformat(row["access_until"]) + timedelta(seconds=1)):
        assert aria.as_("rita").get(opened).status_code == 404
        assert aria.as_("alice").get(path_of(aria, work)).json()["results"][0]["state"] == "ended"
    with tenant_scope(aria.organisation.pk):
        events = set(AuditEvent.objects.values_list("event", flat=True))
        assert {"grant.offered", "grant.given", "invitation.accepted"} <= events
        assert not Membership.objects.filter(person=aria.people["rita"]).exists()


def test_an_offer_whose_time_is_over_lets_nobody_in(aria: House, work: Assessment) -> None:
    invite(aria, work, days=1)
    run_jobs(aria)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        late = accept(aria, aria.as_("rita"))
    assert (late.status_code, slug_of(late)) == (410, "invitation-expired")
    with tenant_scope(aria.organisation.pk):
        assert not ReviewGrant.objects.exists()
        assert Invitation.objects.get().accepted_at is None


def test_a_person_is_not_invited_twice_nor_when_let_in_nor_as_a_member(aria: House, work: Assessment) -> None:
    other = make_assessment(aria, name="Other")
    assert invite(aria, work).status_code == 201
    again = invite(aria, work, email="RITA@outside.example")
    assert (again.status_code, slug_of(again)) == (409, "already-invited")
    assert invite(aria, other).status_code == 201
    member = invite(aria, work, email="carol@example.org")
    assert (member.status_code, slug_of(member)) == (409, "already-member")
    ravi = make_person("otto", domain="outside.example")
    aria.people["otto"] = ravi
    given = grant(aria, work, who="otto")
    refused = invite(aria, work, email="otto@outside.example")
    assert (refused.status_code, slug_of(refused), refused.json()["grant"]) == (409, "already-granted", given)
    with tenant_scope(aria.organisation.pk):
        assert OutsideInvitation.objects.count() == Invitation.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"access_until": "2099-01-01T00:00:00Z"}, "email"),
        ({"email": "no-address", "access_until": "2026-12-31T00:00:00Z"}, "email"),
        ({"email": RITA}, "access_until"),
        ({"email": RITA, "access_until": "soon"}, "access_until"),
        ({"email": RITA, "access_until": "2020-01-01T00:00:00Z"}, "access_until"),
        ({"email": RITA, "access_until": "2099-01-01T00:00:00Z"}, "access_until"),
        ({"email": RITA, "access_until": "2026-12-31T00:00:00Z", "role": "owner"}, "role"),
    ],
)
def test_a_wrong_invitation_names_the_field(aria: House, work: Assessment, body: dict[str, str], field: str) -> None:
    refused = aria.as_("adam").post(path_of(aria, work), body)
    assert refused.status_code == 400
    assert field in refused.json()["errors"]
    with tenant_scope(aria.organisation.pk):
        assert not Invitation.objects.exists()


@pytest.mark.parametrize("who", ["bob", "ravi", "carol"])
def test_only_owners_and_admins_deal_with_outside_reviewers(aria: House, work: Assessment, who: str) -> None:
    given, api = grant(aria, work), aria.as_(who)
    assert api.get(path_of(aria, work)).status_code == 403
    assert invite(aria, work, by=who, email="x@outside.example").status_code == 403
    assert api.change(f"{path_of(aria, work)}{given}/", {"access_until": in_days(60)}).status_code == 403
    assert api.delete(f"{path_of(aria, work)}{given}/").status_code == 403


def test_access_is_extended_and_an_ended_one_begins_again(aria: House, work: Assessment) -> None:
    given = grant(aria, work, until=timedelta(seconds=-1))
    opened = f"{aria.path}/assessments/{work.pk}/"
    assert aria.as_("rita").get(opened).status_code == 404
    changed = aria.as_("adam").change(f"{path_of(aria, work)}{given}/", {"access_until": in_days(10)})
    assert (changed.status_code, changed.json()["state"]) == (200, "live")
    assert aria.as_("rita").get(opened).status_code == 200
    assert aria.as_("adam").change(f"{path_of(aria, work)}{given}/", {"access_until": in_days(400)}).status_code == 400
    assert aria.as_("adam").change(f"{path_of(aria, work)}{given}/", {}).status_code == 400


def test_a_revoked_reviewer_is_out_with_the_next_request(aria: House, work: Assessment) -> None:
    given, rita, adam = grant(aria, work), aria.as_("rita"), aria.as_("adam")
    opened, path = f"{aria.path}/assessments/{work.pk}/", f"{path_of(aria, work)}{given}/"
    assert rita.get(opened).status_code == 200
    assert adam.delete(path).status_code == 204
    assert rita.get(opened).status_code == 404
    assert rita.get("/granted-assessments/").json()["results"] == []
    assert adam.delete(path).status_code == 204
    refused = adam.change(path, {"access_until": in_days(10)})
    assert (refused.status_code, slug_of(refused)) == (409, "grant-revoked")
    assert adam.get(path_of(aria, work)).json()["results"][0]["state"] == "revoked"
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.filter(event="grant.revoked").count() == 1


def test_a_revoked_reviewer_may_be_invited_again(aria: House, work: Assessment) -> None:
    given = grant(aria, work)
    aria.as_("adam").delete(f"{path_of(aria, work)}{given}/")
    assert invite(aria, work, days=5).status_code == 201
    assert accept(aria, aria.as_("rita")).status_code == 200
    [row] = aria.as_("adam").get(path_of(aria, work)).json()["results"]
    assert (row["id"], row["state"], row["revoked_at"]) == (given, "live", None)


def test_grants_are_found_under_their_own_assessment_only(
    aria: House, nextdoor: House, work: Assessment, unknown_id: uuid.UUID
) -> None:
    given, other = grant(aria, work), make_assessment(aria, name="Other")
    adam = aria.as_("adam")
    for path in (f"{path_of(aria, other)}{given}/", f"{path_of(aria, work)}{unknown_id}/"):
        assert adam.patch(path, {"access_until": in_days(9)}, If_Match='"1"').status_code == 404
        assert adam.delete(path).status_code == 404
    foreign = f"{nextdoor.path}/assessments/{work.pk}/outside-reviewers/{given}/"
    assert nextdoor.as_("charlie").delete(foreign).status_code == 404
    assert aria.as_("rita").get(f"{aria.path}/assessments/{work.pk}/").status_code == 200


def test_an_outside_reviewer_reads_and_reviews_what_they_were_invited_to(
    aria: House, work: Assessment, refs: list[str]
) -> None:
    bob, rita = aria.as_("bob"), aria.as_("rita")
    grant(aria, work)
    evidence = bob.upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"shown")}).json()["id"]
    run_jobs(aria)
    base = f"{aria.path}/assessments/{work.pk}/answers/{refs[4]}"
    with tenant_scope(aria.organisation.pk):
        Assessment.objects.filter(pk=work.pk).update(state="in_progress")
    assert bob.post(f"{base}/evidence/", {"evidence": evidence}).status_code == 201

    [row] = rita.get(f"{base}/evidence/").json()["results"]
    assert row["evidence"]["id"] == evidence
    assert "links" not in row["evidence"]
    got = rita.get(f"{aria.path}/assessments/{work.pk}/evidence/{evidence}/file/")
    assert b"".join(got.streaming_content) == b"shown"
    assert rita.post(f"{base}/comments/", {"text": "Signed by whom?"}).status_code == 201
    assert "@" not in str(rita.get(f"{base}/comments/").json())
    judged = f"{aria.path}/assessments/{work.pk}/answers/{refs[0]}/reviews/"
    assert rita.post(judged, {"verdict": "validated", "level": 1, "note": "Seen."}, If_Match='"1"').status_code == 201
    assert rita.get(judged).json()["results"][0]["reviewer"]["name"] == "Rita"
    many = {"reviews": [{"ref": refs[1], "version": 1, "verdict": "validated"}]}
    assert rita.post(f"{aria.path}/assessments/{work.pk}/reviews/", many).status_code == 201


def test_an_outside_reviewer_sees_nothing_else(aria: House, work: Assessment, refs: list[str]) -> None:
    grant(aria, work)
    bob, rita, other = aria.as_("bob"), aria.as_("rita"), make_assessment(aria, name="Other")
    hidden = bob.upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"hidden")}).json()["id"]
    linked = f"{aria.path}/assessments/{other.pk}/answers/{refs[0]}"
    bob.post(f"{linked}/evidence/", {"evidence": hidden})
    for path in (
        f"{aria.path}/", f"{aria.path}/members/", f"{aria.path}/invitations/", f"{aria.path}/audit-events/",
        f"{aria.path}/api-keys/", f"{aria.path}/assessments/", f"{aria.path}/assessments/{other.pk}/",
        f"{aria.path}/evidence/", f"{aria.path}/evidence/{hidden}/", f"{aria.path}/evidence/{hidden}/file/",
        f"{aria.path}/assessments/{other.pk}/evidence/{hidden}/file/",
        f"{aria.path}/assessments/{work.pk}/evidence/{hidden}/file/", f"{linked}/evidence/", f"{linked}/comments/",
        f"{linked}/reviews/", path_of(aria, work),
    ):  # fmt: skip
        for method in ("GET", "HEAD"):
            assert rita.call(method, path).status_code == 404, (method, path)
    for path, body in (
        (f"{linked}/comments/", {"text": "x"}),
        (f"{linked}/reviews/", {"verdict": "validated"}),
        (
            f"{aria.path}/assessments/{other.pk}/reviews/",
            {"reviews": [{"ref": "1", "version": 1, "verdict": "validated"}]},
        ),
        (path_of(aria, work), {"email": "x@y.example", "access_until": in_days(3)}),
        (f"{aria.path}/assessments/{work.pk}/evidence-links/", {"links": [{"ref": refs[0], "evidence": hidden}]}),
    ):
        assert rita.post(path, body, If_Match='"1"').status_code == 404, path
    own = f"{aria.path}/assessments/{work.pk}/answers/{refs[0]}"
    assert rita.post(f"{own}/evidence/", {"evidence": hidden}).status_code == 403
    assert rita.upload(f"{aria.path}/evidence/", {"file": samples.upload("x.txt", b"x")}).status_code == 404


def test_a_member_with_a_grant_has_the_rights_of_their_role(aria: House, work: Assessment, refs: list[str]) -> None:
    grant(aria, work, who="carol")
    judged = f"{aria.path}/assessments/{work.pk}/answers/{refs[0]}/reviews/"
    assert aria.as_("carol").post(judged, {"verdict": "validated"}, If_Match='"1"').status_code == 403


def test_what_one_may_review_is_listed_over_all_organisations(aria: House, nextdoor: House, work: Assessment) -> None:
    grant(aria, work)
    ended, revoked = make_assessment(aria, name="Ended"), make_assessment(aria, name="Revoked")
    grant(aria, ended, until=timedelta(seconds=-1))
    aria.as_("adam").delete(f"{path_of(aria, revoked)}{grant(aria, revoked)}/")
    nextdoor.people |= {"rita": aria.people["rita"], "adam": nextdoor.people["charlie"]}
    nextdoor.people |= {"bob": nextdoor.people["charlie"], "alice": nextdoor.people["charlie"]}
    theirs = make_assessment(nextdoor, name="Theirs", slug="iso-13485-2016")
    grant(nextdoor, theirs)

    rows = aria.as_("rita").get("/granted-assessments/").json()["results"]
    assert [(row["organisation"]["slug"], row["assessment"]["name"]) for row in rows] == [
        ("nextdoor", "Theirs"), ("aria", "Innovation 2026"),
    ]  # fmt: skip
    assert rows[1]["organisation"]["name"] == "Aria Devices"
    assert rows[1]["assessment"]["standard"]["slug"] == "iso-56002-2019"
    assert rows[0]["assessment"] | {"standard": ""} == {
        "id": str(theirs.pk), "name": "Theirs", "state": "in_progress", "standard": "",
    }  # fmt: skip
    assert aria.as_("bob").get("/granted-assessments/").json()["results"] == []
    assert Api().get("/granted-assessments/").status_code == 401
    assert aria.as_("rita").get("/granted-assessments/?lead=me").status_code == 400


def test_the_statements_of_the_list_do_not_grow_with_the_grants(aria: House, work: Assessment) -> None:
    rita, adam = aria.as_("rita"), aria.as_("adam")

    def statements(api: Api, path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    grant(aria, work)
    for api, path in ((rita, "/granted-assessments/"), (adam, path_of(aria, work))):
        statements(api, path)
    few = statements(rita, "/granted-assessments/"), statements(adam, path_of(aria, work))
    for n in range(6):
        person = f"otto{n}"
        aria.people[person] = make_person(person, domain="outside.example")
        grant(aria, work, who=person)
        grant(aria, make_assessment(aria, name=f"More {n}"))
        invite(aria, work, email=f"invited{n}@outside.example")
    assert (statements(rita, "/granted-assessments/"), statements(adam, path_of(aria, work))) == few


def test_guardians_own_checker_agrees_while_a_grant_lives(aria: House, nextdoor: House, work: Assessment) -> None:
    grant(aria, work)
    other, rita, bob = make_assessment(aria, name="Other"), aria.people["rita"], aria.people["bob"]
    with tenant_scope(aria.organisation.pk):
        for person in (rita, bob):
            for assessment in (work, other):
                ours = live_grant(person.pk, assessment.pk) is not None
                assert ObjectPermissionChecker(person).has_perm(REVIEW_PERMISSION, assessment) is ours
                assert get_perms(person, assessment) == ([REVIEW_PERMISSION] if ours else [])
    with tenant_scope(nextdoor.organisation.pk):
        assert get_perms(rita, work) == []


def test_guardians_shortcut_makes_no_grant_without_an_end(aria: House, work: Assessment) -> None:
    with (
        tenant_scope(aria.organisation.pk),
        pytest.raises(IntegrityError, match=r"expires_at|granted_by"),
        transaction.atomic(),
    ):
        assign_perm(REVIEW_PERMISSION, aria.people["rita"], work)
    with tenant_scope(aria.organisation.pk):
        assert live_grant(aria.people["rita"].pk, work.pk) is None
