"""The access review: who can see what, with which role, since when, by whom, and when last active."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.models import Assessment, ReviewGrant
from assessments.services.grants import review_permission
from tenants.models import ApiKey, AuditEvent, Invitation, Membership
from tenants.scope import tenant_scope
from tests.cast import Api, House, make_person, run_jobs
from tests.invited import invite, mailed_token
from tests.statements import statements
from tests.work import make_assessment


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_assessment(aria, name="=HYPERLINK(1)")


@pytest.fixture
def full(aria: House, work: Assessment) -> House:
    """Beside the members: rita from outside, a key, an open invitation, and one of each that has ended."""
    adam, now = aria.as_("adam"), timezone.now()
    until = (now + timedelta(days=9)).isoformat()
    with tenant_scope(aria.organisation.pk):
        for who, days in (("rita", 9), ("charlie", -1)):
            person = aria.people.get(who) or make_person(who, domain="outside.example")
            ReviewGrant.objects.create(
                user=person, permission=review_permission(), content_object=work, sections=["7.1"],
                granted_by=aria.people["adam"], expires_at=now + timedelta(days=days),
            )  # fmt: skip
    for name in ("nightly", "gone"):
        made = adam.post(f"{aria.path}/api-keys/", {"name": name, "scope": "assess"}).json()
    assert adam.delete(f"{aria.path}/api-keys/{made['id']}/").status_code == 204
    invite(aria, email="dora@new.example", role="viewer")
    body = {"email": "otto@new.example", "access_until": until, "sections": ["9.1"]}
    assert adam.post(f"{aria.path}/assessments/{work.pk}/outside-reviewers/", body).status_code == 201
    gone, _ = invite(aria, email="gone@new.example", role="viewer")
    assert adam.delete(f"{aria.path}/invitations/{gone}/").status_code == 204
    return aria


def review(house: House, query: str = "", *, by: str = "adam") -> list[dict[str, Any]]:
    response = house.as_(by).get(f"{house.path}/access-review/{query}")
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_every_access_is_listed_and_none_that_has_ended(full: House, work: Assessment) -> None:
    entries = review(full)
    kinds = [entry["kind"] for entry in entries]
    assert kinds == ["member"] * 6 + ["outside_reviewer", "api_key", "invitation", "invitation"]
    by_name = {entry["email"]: entry for entry in entries if entry["kind"] != "api_key"}
    assert by_name["bob@example.org"]["role"] == "assessor"
    rita = by_name["rita@outside.example"]
    assert (rita["role"], rita["reach"], rita["sections"]) == ("outside", "assessment", ["7.1"])
    assert rita["assessment"] == {"id": str(work.pk), "name": work.name}
    assert rita["granted_by"]["name"] == "Adam"
    assert (rita["until"] is None, rita["last_active_at"]) == (False, None)
    [key] = [entry for entry in entries if entry["kind"] == "api_key"]
    assert (key["key"], key["role"], key["person"]["name"], key["reach"]) == (
        "nightly",
        "assess",
        "Adam",
        "organisation",
    )
    assert (by_name["dora@new.example"]["person"], by_name["dora@new.example"]["role"]) == (None, "viewer")
    assert by_name["otto@new.example"]["sections"] == ["9.1"]
    with tenant_scope(full.organisation.pk):
        now = timezone.now()
        live = {
            *Membership.objects.values_list("pk", flat=True),
            *ReviewGrant.objects.filter(revoked_at=None, expires_at__gt=now).values_list("pk", flat=True),
            *ApiKey.objects.filter(revoked_at=None, expires_at__gt=now).values_list("pk", flat=True),
            *Invitation.objects.filter(revoked_at=None, accepted_at=None).values_list("pk", flat=True),
        }
    assert {entry["id"] for entry in entries} == {str(pk) for pk in live}


def test_it_says_since_when_and_by_whom_a_role_is_held(aria: House) -> None:
    before = timezone.now().isoformat()
    assert (
        aria.as_("alice").change(f"{aria.path}/members/{aria.people['bob'].pk}/", {"role": "admin"}).status_code == 200
    )
    invite(aria, email="dora@new.example", role="viewer")
    dora = Api(make_person("dora", domain="new.example"))
    assert dora.post(f"{aria.path}/invitations/accept/", {"token": mailed_token()}).status_code == 200
    dora.get(f"{aria.path}/")
    entries = {entry["email"]: entry for entry in review(aria)}
    bob, new = entries["bob@example.org"], entries["dora@new.example"]
    assert (bob["role"], bob["granted_by"]["name"]) == ("admin", "Alice")
    assert bob["since"].replace("Z", "+00:00") > before
    assert new["granted_by"]["name"] == "Adam"
    assert new["last_active_at"] is not None
    assert entries["alice@example.org"]["granted_by"] is None


def test_pages_together_are_the_whole_whatever_their_size(full: House) -> None:
    whole = review(full)
    for size in (1, 3, 10):
        found, path = [], f"{full.path}/access-review/?page_size={size}"
        while path:
            page = full.as_("adam").get(path).json()
            assert len(page["results"]) <= size
            found += page["results"]
            path = page["next"] and page["next"].partition("/api/v1")[2]
        assert found == whole
    assert [entry["kind"] for entry in review(full, "?kind=api_key")] == ["api_key"]


@pytest.mark.parametrize("query", ["?kind=robot", "?cursor=%20", "?cursor=AAAA", "?person=me"])
def test_a_wrong_question_is_refused(aria: House, query: str) -> None:
    response = aria.as_("adam").get(f"{aria.path}/access-review/{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_it_costs_the_same_for_more_of_everything(full: House) -> None:
    adam, path = full.as_("adam"), f"{full.path}/access-review/?page_size=200"
    adam.get(path)
    with statements() as few:
        adam.get(path)
    with tenant_scope(full.organisation.pk):
        Membership.objects.bulk_create(
            [Membership(person=make_person(f"more{number}"), role="viewer") for number in range(30)]
        )
    with statements() as many:
        assert len(adam.get(path).json()["results"]) == 40
    assert len(many) == len(few)


def test_the_file_holds_the_same_and_no_formula(full: House, work: Assessment) -> None:
    odd = make_person("odd")
    odd.name = "+41 79 cmd|' /C calc'!A0"
    odd.save(update_fields=["name"])
    with tenant_scope(full.organisation.pk):
        Membership.objects.create(person=odd, role="viewer")
    answer = full.as_("adam").get(f"{full.path}/access-review/file/")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "text/csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="aria-access-')
    assert answer["Cache-Control"] == "no-store"
    header, *rows = list(csv.reader(io.StringIO(answer.content.decode())))
    entries = review(full)
    assert len(rows) == len(entries)
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["id"] for row in found] == [entry["id"] for entry in entries]
    assert {row["name"] for row in found} >= {"'+41 79 cmd|' /C calc'!A0", "Alice"}
    assert {row["assessment"] for row in found} == {"", f"'{work.name}"}
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r\n")]
    with tenant_scope(full.organisation.pk):
        assert AuditEvent.objects.get(event="access_review.exported").after == {"entries": len(entries)}


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("ravi", 403), ("carol", 403), ("rita", 404)])
def test_only_owners_and_admins_review_access(full: House, who: str, status: int) -> None:
    for path in ("access-review/", "access-review/file/"):
        assert full.as_(who).get(f"{full.path}/{path}").status_code == status


def test_it_shows_nothing_of_the_organisation_next_door(full: House, nextdoor: House) -> None:
    run_jobs(full)
    [charlie] = review(nextdoor, by="charlie")
    assert charlie["email"] == "charlie@nextdoor.example"
    for path in ("access-review/", "access-review/file/"):
        theirs = nextdoor.as_("charlie").get(f"{full.path}/{path}")
        never = nextdoor.as_("charlie").get(f"/organisations/there-is-none/{path}")
        assert (theirs.status_code, theirs.content) == (404, never.content)
