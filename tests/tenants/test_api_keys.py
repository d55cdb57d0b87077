"""API keys: shown once, no wider than their person, inside one organisation, until they end."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants.models import ApiKey, AuditEvent, IdempotencyRecord, Membership
from tenants.roles import ACTIONS, SCOPES, Action, Role, Scope
from tests.cast import Api, House, InScope

pytestmark = pytest.mark.django_db
NEW = {"name": "ci", "scope": "assess", "days": 30}


@pytest.fixture
def made(aria: House):
    response = aria.as_("adam").post(f"{aria.path}/api-keys/", NEW)
    assert response.status_code == 201
    return response.json()


def test_the_secret_is_shown_once_and_kept_nowhere(aria: House, made: dict[str, Any], in_scope: InScope):
    secret = made["secret"]
    assert secret.startswith(f"plb_{made['prefix']}_")
    listed = aria.as_("alice").get(f"{aria.path}/api-keys/")
    assert listed.json()["results"][0] == {key: value for key, value in made.items() if key != "secret"}
    with in_scope(aria):
        row = ApiKey.objects.values().get()
    assert secret.rpartition("_")[2] not in str(row)


def test_a_repeated_request_does_not_tell_the_secret_again(aria: House, in_scope: InScope):
    adam = aria.as_("adam")
    first = adam.post(f"{aria.path}/api-keys/", NEW, Idempotency_Key="k").json()
    again = adam.post(f"{aria.path}/api-keys/", NEW, Idempotency_Key="k").json()
    assert again == first | {"secret": None}
    with in_scope(aria):
        assert ApiKey.objects.count() == 1
        assert first["secret"].encode() not in bytes(IdempotencyRecord.objects.get().body)


def test_a_key_acts_within_its_scope_and_its_persons_role(aria: House, made: dict[str, Any], in_scope: InScope):
    program = Api(key=made["secret"])
    body = program.get(f"{aria.path}/").json()
    assert "answer.write" in body["actions"]
    assert "member.change" not in body["actions"]
    assert program.get(f"{aria.path}/audit-events/").status_code == 403
    with in_scope(aria):
        Membership.objects.filter(person=aria.people["adam"]).update(role=Role.VIEWER)
    assert "answer.write" not in program.get(f"{aria.path}/").json()["actions"]


def test_what_a_key_does_stands_in_the_trail_under_its_name(aria: House, in_scope: InScope):
    made = aria.as_("adam").post(f"{aria.path}/api-keys/", NEW | {"scope": "admin"}).json()
    program = Api(key=made["secret"])
    assert program.change(f"{aria.path}/members/{aria.people['bob'].pk}/", {"role": "viewer"}).status_code == 200
    with in_scope(aria):
        assert AuditEvent.objects.get(event="member.role_changed").actor == f"key:{made['id']}"
        assert ApiKey.objects.get().last_used_at is not None


def test_a_key_opens_its_own_organisation_only(aria: House, nextdoor: House, made: dict[str, Any]):
    program = Api(key=made["secret"])
    assert program.get(f"{nextdoor.path}/").status_code == 401
    assert program.get("/organisations/there-is-none/").status_code == 401
    assert program.get("/organisations/").status_code == 401
    assert program.get("/me/").status_code == 401


@pytest.mark.parametrize("spoil", ["revoked", "expired", "inactive", "gone"])
def test_an_ended_key_is_refused(aria: House, made: dict[str, Any], in_scope: InScope, spoil: str):
    program = Api(key=made["secret"])
    assert program.get(f"{aria.path}/").status_code == 200
    adam = aria.people["adam"]
    if spoil == "inactive":
        adam.is_active = False
        adam.save()
    with in_scope(aria):
        if spoil == "revoked":
            ApiKey.objects.update(revoked_at=timezone.now())
        if spoil == "expired":
            ApiKey.objects.update(expires_at=timezone.now())
        if spoil == "gone":
            Membership.objects.filter(person=adam).delete()
    response = program.get(f"{aria.path}/")
    assert response.status_code == (404 if spoil == "gone" else 401)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "text", ["", "plb", "plb_x_y", "plb_{prefix}_wrong", "other_{prefix}_{secret}", "plb_{prefix}_"]
)
def test_a_wrong_key_is_refused(aria: House, made: dict[str, Any], text: str):
    secret = made["secret"].rpartition("_")[2]
    key = text.format(prefix=made["prefix"], secret=secret) or "_"
    assert Api(key=key).get(f"{aria.path}/").status_code == 401


def test_revoking_ends_a_key_at_once_and_again_is_the_same(aria: House, made: dict[str, Any], in_scope: InScope):
    alice = aria.as_("alice")
    for _ in range(2):
        assert alice.delete(f"{aria.path}/api-keys/{made['id']}/").status_code == 204
    assert Api(key=made["secret"]).get(f"{aria.path}/").status_code == 401
    with in_scope(aria):
        assert list(AuditEvent.objects.order_by("seq").values_list("event", flat=True)) == [
            "api_key.created",
            "api_key.revoked",
        ]


def test_a_key_makes_no_keys(aria: House):
    made = aria.as_("adam").post(f"{aria.path}/api-keys/", NEW | {"scope": "admin"}).json()
    assert Api(key=made["secret"]).post(f"{aria.path}/api-keys/", NEW).status_code == 403


def test_a_key_hands_out_no_role_above_its_own(aria: House):
    made = aria.as_("alice").post(f"{aria.path}/api-keys/", NEW | {"scope": "admin"}).json()
    program = Api(key=made["secret"])
    assert program.change(f"{aria.path}/members/{aria.people['bob'].pk}/", {"role": "owner"}).status_code == 403
    assert program.post(f"{aria.path}/invitations/", {"email": "x@y.example", "role": "owner"}).status_code == 403
    assert program.delete(f"{aria.path}/members/{aria.people['alice'].pk}/").status_code == 403


def test_a_key_cannot_accept_invitations(aria: House, made: dict[str, Any]):
    assert Api(key=made["secret"]).post(f"{aria.path}/invitations/accept/", {"token": "x"}).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "king"},
        {"scope": "owner"},
        {"scope": None},
        {"role": "viewer"},
        {"days": 367},
        {"days": 0},
        {"days": 3, "expires_at": "2999-01-01T00:00:00Z"},
        {"days": None, "expires_at": "soon"},
        {"name": ""},
        {"name": "two\nlines"},
        {"secret": "mine"},
    ],
)
def test_a_wrong_wish_is_refused(aria: House, change: dict[str, Any]):
    response = aria.as_("adam").post(f"{aria.path}/api-keys/", NEW | change)
    assert response.status_code == 400
    assert response.json()["errors"]


def test_the_end_is_at_most_366_days_away(aria: House):
    adam, now = aria.as_("adam"), timezone.now()
    body = {"name": "ci", "scope": "read"}
    for days, status in ((365, 201), (367, 400), (-1, 400)):
        end = (now + timedelta(days=days)).isoformat()
        assert adam.post(f"{aria.path}/api-keys/", body | {"expires_at": end}).status_code == status
    made = adam.post(f"{aria.path}/api-keys/", body).json()
    assert made["expires_at"] > (now + timedelta(days=89)).isoformat()


ALL_SCOPES = {
    "read": ACTIONS[Role.VIEWER],
    "assess": ACTIONS[Role.ASSESSOR] | ACTIONS[Role.REVIEWER],
    "admin": ACTIONS[Role.ADMIN],
}


@pytest.mark.parametrize("scope", ALL_SCOPES)
@pytest.mark.parametrize("role", Role)
def test_a_key_never_does_more_than_its_scope_names_and_its_person_may_now(
    aria: House, in_scope: InScope, scope: str, role: Role
):
    """Whatever the maker becomes, an owner included: told by the API itself, and tried at addresses of each kind."""
    made = aria.as_("adam").post(f"{aria.path}/api-keys/", NEW | {"scope": scope}).json()
    with in_scope(aria):
        Membership.objects.filter(person=aria.people["adam"]).update(role=role)
    program = Api(key=made["secret"])
    expected = ALL_SCOPES[scope] & ACTIONS[role]
    assert set(program.get(f"{aria.path}/").json()["actions"]) == expected
    for action, answer in {
        Action.MEMBER_READ: program.get(f"{aria.path}/members/"),
        Action.AUDIT_READ: program.get(f"{aria.path}/audit-events/"),
        Action.API_KEY_MANAGE: program.get(f"{aria.path}/api-keys/"),
        Action.EVIDENCE_WRITE: program.upload(f"{aria.path}/evidence/", {}),
        Action.ASSESSMENT_CREATE: program.post(f"{aria.path}/assessments/", {}),
        Action.ORGANISATION_CHANGE: program.patch(f"{aria.path}/", {"name": "New"}, If_Match='"1"'),
    }.items():
        assert (answer.status_code == 403) == (action not in expected), (action, answer.status_code)


def test_what_owners_alone_may_do_no_key_does():
    alone = ACTIONS[Role.OWNER] - ACTIONS[Role.ADMIN]
    assert {Action.ORGANISATION_CHANGE, Action.OWNERSHIP_TRANSFER} <= alone
    assert not any(alone & SCOPES[scope] for scope in Scope)
    assert {scope.value for scope in SCOPES} == set(ALL_SCOPES)


@pytest.mark.parametrize("name", ["bob", "ravi", "carol"])
def test_only_owner_and_admin_handle_keys(aria: House, made: dict[str, Any], name: str):
    api = aria.as_(name)
    assert api.get(f"{aria.path}/api-keys/").status_code == 403
    assert api.post(f"{aria.path}/api-keys/", NEW).status_code == 403
    assert api.delete(f"{aria.path}/api-keys/{made['id']}/").status_code == 403


def test_foreign_and_unknown_keys_look_alike(aria: House, nextdoor: House, made: dict[str, Any], unknown_id: uuid.UUID):
    charlie = nextdoor.as_("charlie")
    answers = [charlie.delete(f"{nextdoor.path}/api-keys/{key}/") for key in (made["id"], unknown_id)]
    answers += [charlie.delete(f"{aria.path}/api-keys/{key}/") for key in (made["id"], unknown_id)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert Api(key=made["secret"]).get(f"{aria.path}/").status_code == 200
