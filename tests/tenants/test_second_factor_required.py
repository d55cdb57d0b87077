"""An organisation that lets people in with a second factor only: over HTTP, as every role and from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from assessments.models import Assessment, ReviewGrant
from assessments.services.grants import review_permission
from identity.models import Person
from tenants.models import AuditEvent, Membership
from tenants.roles import Role
from tenants.scope import tenant_scope
from tests.cast import MEMBERS, Api, House, InScope
from tests.identity.browser import Browser, set_up_app

pytestmark = pytest.mark.django_db
PROBLEM = "urn:plumbline:problem:mfa-required"


def _with_app(person: Person) -> None:
    Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed"})


def _require(house: House, *, who: str = "alice", on: bool = True) -> Any:
    api = house.as_(who)
    etag = api.get(f"{house.path}/sign-in/")["ETag"]
    return api.patch(f"{house.path}/sign-in/", {"mfa_required": on}, If_Match=etag)


@pytest.fixture
def strict(aria: House) -> House:
    """Aria, whose owner has an app and requires the same of everybody."""
    _with_app(aria.people["alice"])
    assert _require(aria).status_code == 200
    return aria


def test_nobody_shuts_themselves_out(aria: House):
    refused = _require(aria)
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:plumbline:problem:own-factor-first"
    assert aria.as_("bob").get(f"{aria.path}/").status_code == 200


@pytest.mark.parametrize("who", MEMBERS)
def test_owners_and_admins_change_it(aria: House, who: str):
    _with_app(aria.people[who])
    allowed = MEMBERS[who] in {Role.OWNER, Role.ADMIN}
    assert _require(aria, who=who).status_code == (200 if allowed else 403)


def test_a_change_names_its_version_and_stands_in_the_trail(strict: House, in_scope: InScope):
    alice, path = strict.as_("alice"), f"{strict.path}/sign-in/"
    assert alice.patch(path, {"mfa_required": False}).status_code == 428
    assert alice.patch(path, {"mfa_required": False}, If_Match='"1"').status_code == 412
    assert alice.patch(path, {"mfa_required": "perhaps"}, If_Match='"2"').status_code == 400
    assert alice.patch(path, {}, If_Match='"2"').status_code == 400
    with in_scope(strict):
        event = AuditEvent.objects.order_by("-seq").first()
    assert event is not None
    assert (event.event, event.actor) == ("organisation.sign_in_changed", f"person:{strict.people['alice'].pk}")
    assert (event.before, event.after) == ({"mfa_required": False}, {"mfa_required": True})


@pytest.mark.parametrize("who", [name for name in MEMBERS if name != "alice"])
def test_everything_inside_is_closed_to_members_without_one(strict: House, who: str):
    api = strict.as_(who)
    for path in ("", "members/", "assessments/", "evidence/", "reports/", "sign-in/", "audit-events/"):
        answer = api.get(f"{strict.path}/{path}")
        assert answer.status_code == 403, path
        body = answer.json()
        assert body["type"] == PROBLEM
        assert body["set_up_at"].endswith("/account/2fa/")
    assert api.post(f"{strict.path}/assessments/", {"standard": "iso-13485-2016"}).json()["type"] == PROBLEM


def test_it_holds_from_the_next_request_on_and_ends_as_soon(aria: House):
    bob = aria.as_("bob")
    assert bob.get(f"{aria.path}/").status_code == 200
    _with_app(aria.people["alice"])
    _require(aria)
    assert bob.get(f"{aria.path}/").json()["type"] == PROBLEM
    _with_app(aria.people["bob"])
    assert bob.get(f"{aria.path}/").status_code == 200
    Authenticator.objects.filter(user=aria.people["bob"]).delete()
    assert bob.get(f"{aria.path}/").json()["type"] == PROBLEM
    assert _require(aria, on=False).status_code == 200
    assert bob.get(f"{aria.path}/").status_code == 200


def test_recovery_codes_alone_are_none(strict: House):
    Authenticator.objects.create(user=strict.people["bob"], type="recovery_codes", data={"seed": "x", "used_mask": 0})
    assert strict.as_("bob").get(f"{strict.path}/").status_code == 403


def test_other_organisations_are_not_touched(strict: House, nextdoor: House):
    with tenant_scope(nextdoor.organisation.pk):
        Membership.objects.create(person=strict.people["bob"], role=Role.VIEWER)
    bob = strict.as_("bob")
    assert bob.get(f"{nextdoor.path}/").status_code == 200
    assert bob.get(f"{strict.path}/").status_code == 403
    listed = {row["slug"]: row["mfa_required"] for row in bob.get("/organisations/").json()["results"]}
    assert listed == {"aria": True, "nextdoor": False}


def test_strangers_learn_nothing_of_it(strict: House, nextdoor: House):
    charlie = nextdoor.as_("charlie")
    theirs, never = charlie.get(f"{strict.path}/"), charlie.get("/organisations/never-was/")
    assert theirs.status_code == never.status_code == 404
    assert theirs.content == never.content
    assert Api().get(f"{strict.path}/sign-in/").status_code == 401


def test_outside_reviewers_are_asked_too(aria: House):
    adam = aria.as_("adam")
    made = adam.post(f"{aria.path}/assessments/", {"standard": "iso-13485-2016", "name": "Year 1"}).json()
    path = f"{aria.path}/assessments/{made['id']}/"
    _grant(aria, made["id"])
    rita = aria.as_("rita")
    assert rita.get(path).status_code == 200
    _with_app(aria.people["alice"])
    _require(aria)
    assert rita.get(path).json()["type"] == PROBLEM
    _with_app(aria.people["rita"])
    assert rita.get(path).status_code == 200


def test_keys_stay_as_they_are_and_change_nothing_of_it(strict: House):
    adam = strict.people["adam"]
    _with_app(adam)
    made = strict.as_("adam").post(f"{strict.path}/api-keys/", {"name": "ci", "scope": "admin"}).json()
    Authenticator.objects.filter(user=adam).delete()
    program = Api(key=made["secret"])
    assert program.get(f"{strict.path}/assessments/").status_code == 200
    refused = program.patch(f"{strict.path}/sign-in/", {"mfa_required": False}, If_Match='"2"')
    assert refused.json()["type"] == "urn:plumbline:problem:person-needed"


def test_who_may_change_it_sees_how_many_would_be_kept_out(aria: House):
    _with_app(aria.people["bob"])
    assert aria.as_("adam").get(f"{aria.path}/sign-in/").json() == {
        "mfa_required": False,
        "members_without_factor": len(MEMBERS) - 1,
    }
    assert aria.as_("carol").get(f"{aria.path}/sign-in/").json()["members_without_factor"] is None


def test_setting_one_up_opens_the_door_and_shuts_out_who_stole_the_password(strict: House):
    bob = strict.people["bob"]
    bob.set_password("correct horse battery")
    bob.save()
    desk, thief = Browser(), Browser()
    for browser in (desk, thief):
        browser.sign_in(email=bob.email)
    address = f"/api/v1{strict.path}/"
    assert desk.call("GET", address).status_code == thief.call("GET", address).status_code == 403
    set_up_app(desk)
    assert desk.call("GET", address).status_code == 200
    assert thief.call("GET", address).status_code == 401
    assert thief.sign_in(email=bob.email).status_code == 401
    assert thief.call("GET", address).status_code == 401


def _grant(house: House, assessment_id: str) -> None:
    with tenant_scope(house.organisation.pk):
        ReviewGrant.objects.create(
            content_object=Assessment.objects.get(pk=assessment_id),
            permission=review_permission(),
            user=house.people["rita"],
            granted_by=house.people["alice"],
            expires_at=timezone.now() + timedelta(days=1),
        )
