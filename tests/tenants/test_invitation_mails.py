"""The mails of invitations, trouble with the mail server, and offers to review from outside."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
from django.core import mail

from tenants import jobs
from tenants.models import Invitation, Job, Membership
from tenants.roles import Role
from tenants.services import invitations
from tests.cast import Api, House, InScope, make_person, run_jobs
from tests.invited import DORA, accept, invite, mailed_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora() -> Api:
    return Api(make_person("dora", domain="new.example"))


def test_the_mail_names_who_invites_to_what_and_until_when(aria: House):
    invite(aria)
    message = mail.outbox[0]
    assert message.to == [DORA]
    assert message.subject == "Adam invites you to Aria Devices on Plumbline"
    assert "to join as assessor at Aria Devices" in message.body
    html = message.alternatives[0][0]
    assert mailed_token() in html
    assert f"http://localhost:8000/invitations/aria/{mailed_token()}/" in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_names_are_escaped_in_the_html_of_the_mail_and_not_in_the_text(aria: House):
    adam = aria.people["adam"]
    adam.name = 'A & "B" <script>'
    adam.save()
    invite(aria)
    assert "<script>" not in mail.outbox[0].alternatives[0][0]
    assert 'A & "B"' in mail.outbox[0].body


def test_trouble_with_the_mail_server_loses_nothing(
    aria: House, dora: Api, monkeypatch: pytest.MonkeyPatch, in_scope: InScope
):
    def refuse(self: object, **_: object) -> int:
        raise ConnectionRefusedError("no mail server")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
        aria.as_("adam").post(f"{aria.path}/invitations/", {"email": DORA, "role": "viewer"})
        run_jobs(aria)
    with in_scope(aria):
        job = Job.objects.get()
        assert (job.state, job.attempts) == ("queued", 1)
        assert "no mail server" in job.error
        assert Invitation.objects.get().sent_at is None
    run_jobs(aria)
    assert accept(aria, dora, mailed_token()).status_code == 200
    with in_scope(aria):
        assert Job.objects.get().state == "succeeded"


def test_an_address_the_mail_server_refuses_is_not_tried_again(
    aria: House, monkeypatch: pytest.MonkeyPatch, in_scope: InScope
):
    def refuse(self: object, **_: object) -> int:
        raise smtplib.SMTPRecipientsRefused({DORA: (550, b"unknown")})

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    aria.as_("adam").post(f"{aria.path}/invitations/", {"email": DORA, "role": "viewer"})
    run_jobs(aria)
    with in_scope(aria):
        assert (Job.objects.get().state, Job.objects.get().attempts) == ("failed", 1)


def test_a_mail_sent_twice_holds_two_tokens_of_which_the_newer_opens(aria: House, dora: Api, in_scope: InScope):
    aria.as_("adam").post(f"{aria.path}/invitations/", {"email": DORA, "role": "viewer"})
    run_jobs(aria)
    first = mailed_token()
    with in_scope(aria):
        Job.objects.update(state="queued")  # as when the worker died between the mail and its last commit
    run_jobs(aria)
    assert len(mail.outbox) == 2
    assert accept(aria, dora, first).status_code == 404
    assert accept(aria, dora, mailed_token()).status_code == 200


def test_no_mail_leaves_for_an_invitation_revoked_meanwhile(aria: House, in_scope: InScope):
    made = aria.as_("adam").post(f"{aria.path}/invitations/", {"email": DORA, "role": "viewer"}).json()
    aria.as_("adam").delete(f"{aria.path}/invitations/{made['id']}/")
    run_jobs(aria)
    assert mail.outbox == []
    with in_scope(aria):
        assert Job.objects.get().state == "succeeded"


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch):
    """What the floor above has registered, replaced by a note of the calls."""
    calls = []
    monkeypatch.setattr(
        invitations, "_accept_outside", lambda *, invitation, person: calls.append((invitation, person))
    )
    monkeypatch.setattr(invitations, "_describe_outside", lambda _: "ISO 13485, spring")
    return calls


def _invite_outside(house: House, in_scope: InScope, *, email: str = DORA) -> str:
    from tenants.access import access_of

    with in_scope(house):
        access = access_of(organisation=house.organisation, person_id=house.people["adam"].pk)
        invitations.invite(access=access, email=email, offer="outside")
    run_jobs(house)
    return mailed_token()


def test_an_offer_from_outside_is_accepted_by_the_floor_above(
    aria: House, dora: Api, outside: list[Any], in_scope: InScope
):
    token = _invite_outside(aria, in_scope)
    assert "to review ISO 13485, spring from outside" in mail.outbox[0].body
    response = accept(aria, dora, token)
    assert response.status_code == 200
    assert (response.json()["offer"], response.json()["role"]) == ("outside", None)
    assert [(invitation.email, person) for invitation, person in outside] == [(DORA, dora.person)]
    with in_scope(aria):
        assert not Membership.objects.filter(person=dora.person).exists()
    assert accept(aria, dora, token).status_code == 410


def test_an_outside_offer_falls_with_the_inviter(aria: House, dora: Api, outside: list[Any], in_scope: InScope):
    token = _invite_outside(aria, in_scope)
    with in_scope(aria):
        Membership.objects.filter(person=aria.people["adam"]).update(role=Role.REVIEWER)
    assert accept(aria, dora, token).status_code == 410
    assert outside == []


def test_one_address_may_hold_several_outside_offers(aria: House, outside: list[Any], in_scope: InScope):
    _invite_outside(aria, in_scope)
    _invite_outside(aria, in_scope)
    assert len(mail.outbox) == 2


def test_a_job_handler_is_registered_for_the_mail():
    assert invitations.MAIL in jobs._handlers
