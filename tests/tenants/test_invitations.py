"""Invitations: single use, for one address, never above the inviter, and their token in the mail only."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from tenants.models import AuditEvent, Invitation, Job, Membership
from tenants.roles import Role
from tests.cast import Api, House, InScope, make_person, run_jobs
from tests.invited import DORA, accept, invite, mailed_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora() -> Api:
    return Api(make_person("dora", domain="new.example"))


def test_an_invited_person_joins_with_the_role_offered(aria: House, dora: Api, in_scope: InScope):
    made = aria.as_("adam").post(f"{aria.path}/invitations/", {"email": "Dora@New.Example", "role": "assessor"}).json()
    assert (made["email"], made["offer"], made["state"], made["sent_at"]) == (DORA, "assessor", "open", None)
    run_jobs(aria)
    assert aria.as_("adam").get(f"{aria.path}/invitations/{made['id']}/").json()["sent_at"] is not None
    assert dora.get(f"{aria.path}/").status_code == 404

    accepted = accept(aria, dora, mailed_token())
    assert accepted.status_code == 200
    assert accepted.json()["organisation"]["slug"] == "aria"
    assert accepted.json()["role"] == "assessor"
    assert dora.get(f"{aria.path}/").json()["role"] == "assessor"
    with in_scope(aria):
        events = list(AuditEvent.objects.order_by("seq").values_list("event", "actor"))
    assert events == [
        ("invitation.created", f"person:{aria.people['adam'].pk}"),
        ("member.joined", f"person:{dora.person.pk}"),
        ("invitation.accepted", f"person:{dora.person.pk}"),
    ]


def test_the_token_stands_nowhere_in_the_database(aria: House, in_scope: InScope):
    _, token = invite(aria)
    with in_scope(aria):
        rows = [*Invitation.objects.values(), *Job.objects.values(), *AuditEvent.objects.values()]
    assert token not in str(rows)


def test_no_answer_holds_the_token(aria: House):
    invitation_id, token = invite(aria)
    adam = aria.as_("adam")
    for path in ("invitations/", f"invitations/{invitation_id}/", "audit-events/"):
        assert token not in adam.get(f"{aria.path}/{path}").content.decode()


def test_a_token_is_accepted_once(aria: House, dora: Api):
    _, token = invite(aria)
    assert accept(aria, dora, token).status_code == 200
    again = accept(aria, dora, token)
    assert again.status_code == 410
    assert again.json()["type"].endswith("invitation-used")


def test_accepting_again_with_the_same_key_is_answered_again(aria: House, dora: Api):
    _, token = invite(aria)
    first = accept(aria, dora, token, Idempotency_Key="k")
    again = accept(aria, dora, token, Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content


def test_an_expired_token_is_gone(aria: House, dora: Api, in_scope: InScope):
    _, token = invite(aria)
    with in_scope(aria):
        Invitation.objects.update(expires_at=timezone.now())
    response = accept(aria, dora, token)
    assert (response.status_code, response.json()["type"]) == (410, "urn:plumbline:problem:invitation-expired")
    assert response["Content-Type"] == "application/problem+json"


def test_a_token_lives_for_seven_days(aria: House, in_scope: InScope):
    invite(aria)
    with in_scope(aria):
        left = Invitation.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def test_a_revoked_token_is_gone(aria: House, dora: Api):
    invitation_id, token = invite(aria)
    for _ in range(2):
        assert aria.as_("adam").delete(f"{aria.path}/invitations/{invitation_id}/").status_code == 204
    response = accept(aria, dora, token)
    assert (response.status_code, response.json()["type"]) == (410, "urn:plumbline:problem:invitation-revoked")


def test_an_unknown_token_is_not_found_and_looks_like_a_stranger(aria: House, dora: Api):
    unknown = accept(aria, dora, "no-such-token")
    elsewhere = dora.post("/organisations/there-is-none/invitations/accept/", {"token": "no-such-token"})
    assert (unknown.status_code, elsewhere.status_code) == (404, 404)
    assert unknown.content == elsewhere.content


def test_a_token_of_one_organisation_opens_no_other(aria: House, nextdoor: House, dora: Api):
    _, token = invite(aria)
    assert accept(nextdoor, dora, token).status_code == 404
    assert accept(aria, dora, token).status_code == 200


def test_only_the_invited_address_accepts(aria: House):
    _, token = invite(aria)
    response = accept(aria, Api(make_person("mallory")), token)
    assert response.status_code == 403
    assert response.json()["type"].endswith("invitation-for-another")
    assert DORA not in response.content.decode()


def test_an_unverified_address_does_not_accept(aria: House, dora: Api, in_scope: InScope):
    _, token = invite(aria)
    EmailAddress.objects.filter(user=dora.person).update(verified=False)
    response = accept(aria, dora, token)
    assert response.status_code == 403
    assert response.json()["type"].endswith("email-not-verified")
    with in_scope(aria):
        assert not Membership.objects.filter(person=dora.person).exists()


def test_nobody_accepts_without_signing_in(aria: House, anyone: Api):
    _, token = invite(aria)
    assert accept(aria, anyone, token).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"token": ""}, {"token": None}, {"token": "x" * 401}, {"token": "x", "role": "owner"}]
)
def test_a_wrong_acceptance_is_refused(aria: House, dora: Api, body: object):
    assert dora.post(f"{aria.path}/invitations/accept/", body).status_code == 400


def test_no_offer_is_above_the_inviter(aria: House):
    for name, status in (("adam", 403), ("alice", 201)):
        response = aria.as_(name).post(f"{aria.path}/invitations/", {"email": DORA, "role": "owner"})
        assert response.status_code == status


@pytest.mark.parametrize("fate", ["demoted", "gone"])
def test_an_offer_falls_with_the_inviter(aria: House, dora: Api, in_scope: InScope, fate: str):
    _, token = invite(aria, role="admin")
    with in_scope(aria):
        adam = Membership.objects.filter(person=aria.people["adam"])
        if fate == "gone":
            adam.delete()
        else:
            adam.update(role=Role.ASSESSOR)
    response = accept(aria, dora, token)
    assert (response.status_code, response.json()["type"]) == (410, "urn:plumbline:problem:invitation-revoked")
    with in_scope(aria):
        assert not Membership.objects.filter(person=dora.person).exists()


@pytest.mark.parametrize("name", ["bob", "ravi", "carol"])
def test_only_owner_and_admin_handle_invitations(aria: House, name: str):
    invitation_id, _ = invite(aria)
    api = aria.as_(name)
    assert api.get(f"{aria.path}/invitations/").status_code == 403
    assert api.post(f"{aria.path}/invitations/", {"email": "x@y.example", "role": "viewer"}).status_code == 403
    assert api.post(f"{aria.path}/invitations/{invitation_id}/resend/").status_code == 403
    assert api.delete(f"{aria.path}/invitations/{invitation_id}/").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"email": "no address", "role": "viewer"},
        {"email": "a@b.example\nBcc: c@d.example", "role": "viewer"},
        {"email": DORA},
        {"email": DORA, "role": "king"},
        {"email": DORA, "role": "outside"},
        {"email": DORA, "role": "viewer", "offer": "owner"},
    ],
)
def test_a_wrong_invitation_is_refused(aria: House, body: object):
    response = aria.as_("alice").post(f"{aria.path}/invitations/", body)
    assert response.status_code == 400
    assert response.json()["errors"]


def test_the_answer_is_the_same_whether_or_not_the_address_has_an_account(aria: House, dora: Api):
    def shape(email: str) -> tuple[int, dict[str, Any]]:
        response = aria.as_("adam").post(f"{aria.path}/invitations/", {"email": email, "role": "viewer"})
        body = response.json()
        return response.status_code, {**body, "id": "", "email": "", "created_at": "", "mail_at": "", "expires_at": ""}

    assert shape(DORA) == shape("nobody@new.example")


def test_an_open_invitation_is_not_made_twice(aria: House):
    invite(aria)
    response = aria.as_("alice").post(f"{aria.path}/invitations/", {"email": DORA.upper(), "role": "viewer"})
    assert (response.status_code, response.json()["type"]) == (409, "urn:plumbline:problem:already-invited")


def test_a_member_is_not_invited(aria: House):
    response = aria.as_("alice").post(f"{aria.path}/invitations/", {"email": "BOB@example.org", "role": "viewer"})
    assert (response.status_code, response.json()["type"]) == (409, "urn:plumbline:problem:already-member")


def test_a_member_keeps_their_role_whatever_they_accept(aria: House, dora: Api, in_scope: InScope):
    _, token = invite(aria)
    with in_scope(aria):
        Membership.objects.create(person=dora.person, role=Role.VIEWER)
    assert accept(aria, dora, token).status_code == 409
    with in_scope(aria):
        assert Membership.objects.get(person=dora.person).role == "viewer"
        assert Invitation.objects.get().accepted_at is None


def test_sending_again_makes_a_new_token_and_ends_the_old(aria: House, dora: Api, in_scope: InScope):
    invitation_id, old = invite(aria)
    with in_scope(aria):
        Invitation.objects.update(expires_at=timezone.now())
    assert aria.as_("alice").post(f"{aria.path}/invitations/{invitation_id}/resend/").status_code == 200
    assert accept(aria, dora, old).status_code == 404
    run_jobs(aria)
    assert mailed_token() != old
    assert accept(aria, dora, old).status_code == 404
    assert accept(aria, dora, mailed_token()).status_code == 200


def test_whoever_sends_again_stands_for_the_offer(aria: House, dora: Api, in_scope: InScope):
    invitation_id, _ = invite(aria)
    aria.as_("alice").post(f"{aria.path}/invitations/{invitation_id}/resend/")
    run_jobs(aria)
    with in_scope(aria):
        Membership.objects.filter(person=aria.people["adam"]).delete()
    assert accept(aria, dora, mailed_token()).status_code == 200


def test_an_admin_does_not_send_an_owners_offer_again(aria: House):
    invitation_id, _ = invite(aria, role="owner", by="alice")
    assert aria.as_("adam").post(f"{aria.path}/invitations/{invitation_id}/resend/").status_code == 403


def test_a_closed_invitation_is_neither_sent_again_nor_revoked(aria: House, dora: Api):
    invitation_id, token = invite(aria)
    accept(aria, dora, token)
    alice = aria.as_("alice")
    assert alice.post(f"{aria.path}/invitations/{invitation_id}/resend/").status_code == 409
    assert alice.delete(f"{aria.path}/invitations/{invitation_id}/").status_code == 409


def test_invitations_are_listed_by_state(aria: House, dora: Api, in_scope: InScope):
    invite(aria)
    accept(aria, dora, mailed_token())
    invite(aria, email="e@new.example")
    with in_scope(aria):
        Invitation.objects.filter(email="e@new.example").update(expires_at=timezone.now())
    gone, _ = invite(aria, email="r@new.example")
    aria.as_("adam").delete(f"{aria.path}/invitations/{gone}/")
    invite(aria, email="o@new.example")
    adam = aria.as_("adam")
    states = {row["email"][0]: row["state"] for row in adam.get(f"{aria.path}/invitations/").json()["results"]}
    assert states == {"d": "accepted", "e": "expired", "r": "revoked", "o": "open"}
    for letter, state in states.items():
        rows = adam.get(f"{aria.path}/invitations/?state={state}").json()["results"]
        assert [row["email"][0] for row in rows] == [letter]
    assert len(adam.get(f"{aria.path}/invitations/?email={DORA}").json()["results"]) == 1
    assert adam.get(f"{aria.path}/invitations/?state=lost").status_code == 400


def test_foreign_and_unknown_invitations_look_alike(aria: House, nextdoor: House, unknown_id: uuid.UUID):
    invitation_id, _ = invite(aria)
    charlie = nextdoor.as_("charlie")
    answers = set()
    for path in (aria.path, nextdoor.path):
        for key in (invitation_id, unknown_id):
            answers |= {charlie.get(f"{path}/invitations/{key}/").content}
            answers |= {charlie.delete(f"{path}/invitations/{key}/").content}
            answers |= {charlie.post(f"{path}/invitations/{key}/resend/").content}
    assert len(answers) == 1
    assert b"not-found" in answers.pop()
