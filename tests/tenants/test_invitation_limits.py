"""How many invitations may leave: 20 an hour from one person, 50 a day from one organisation."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tenants.models import Invitation, InvitationMail, Job, Wakeup
from tenants.scope import tenant_scope
from tests.cast import House, InScope, make_person, run_jobs
from tests.invited import invite

pytestmark = pytest.mark.django_db


@pytest.fixture
def limits(settings: Any) -> None:
    """Those of a new installation."""
    settings.INVITATIONS_PER_HOUR, settings.INVITATIONS_PER_DAY = 20, 50


def _post(house: House, number: int, *, by: str = "adam") -> Any:
    body = {"email": f"p{number}@new.example", "role": "viewer"}
    return house.as_(by).post(f"{house.path}/invitations/", body)


def test_the_limits_of_a_new_installation() -> None:
    from config.variables import SETTINGS

    standard = {setting.name: setting.default for setting in SETTINGS}
    assert (standard["INVITATIONS_PER_HOUR"], standard["INVITATIONS_PER_DAY"]) == ("20", "50")


def test_twenty_an_hour_from_one_person(aria: House, limits: None) -> None:
    assert {_post(aria, number).status_code for number in range(20)} == {201}
    refused = _post(aria, 20)
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert 3500 < int(refused["Retry-After"]) <= 3600
    assert _post(aria, 20, by="alice").status_code == 201
    with time_machine.travel(timezone.now() + timedelta(seconds=int(refused["Retry-After"]))):
        assert _post(aria, 21).status_code == 201


def test_fifty_a_day_from_one_organisation_sending_again_included(
    aria: House, nextdoor: House, limits: None, in_scope: InScope
) -> None:
    invitation_id, _ = invite(aria)
    with in_scope(aria):
        earlier = timezone.now() - timedelta(hours=2)
        invitation = Invitation.objects.get()
        InvitationMail.objects.bulk_create(
            [InvitationMail(invitation=invitation, inviter=aria.people["adam"], at=earlier) for _ in range(49)]
        )
    again = aria.as_("alice").post(f"{aria.path}/invitations/{invitation_id}/resend/")
    for answer in (_post(aria, 1, by="alice"), again):
        assert answer.status_code == 429
        assert 78000 < int(answer["Retry-After"]) <= 79200
    assert _post(nextdoor, 1, by="charlie").status_code == 201
    with time_machine.travel(timezone.now() + timedelta(hours=22, seconds=1)):
        assert _post(aria, 1, by="alice").status_code == 201


def test_a_refused_invitation_takes_no_turn(aria: House, limits: None, in_scope: InScope) -> None:
    for _ in range(3):
        body = {"email": "bob@example.org", "role": "viewer"}
        assert aria.as_("adam").post(f"{aria.path}/invitations/", body).status_code == 409
    with in_scope(aria):
        assert not InvitationMail.objects.exists()


def test_outside_reviewers_are_invited_within_the_same_limits(aria: House, settings: Any) -> None:
    from tests.work import make_assessment

    settings.INVITATIONS_PER_HOUR, settings.INVITATIONS_PER_DAY = 1, 50
    path = f"{aria.path}/assessments/{make_assessment(aria).pk}/outside-reviewers/"
    until = (timezone.now() + timedelta(days=3)).isoformat()
    answers = [
        aria.as_("adam").post(path, {"email": f"r{number}@x.example", "access_until": until}) for number in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 429]


def test_mails_of_a_list_wait_for_their_turn_and_no_hour_nor_day_has_more(
    aria: House, limits: None, in_scope: InScope
) -> None:
    lines = "\n".join(f"p{number}@new.example,viewer" for number in range(120))
    answer = aria.as_("adam").client.post(
        f"/api/v1{aria.path}/invitations/upload/", f"email,role\n{lines}", content_type="text/csv"
    )
    assert answer.json()["counts"]["invited"] == 120
    with in_scope(aria):
        at = list(InvitationMail.objects.order_by("at").values_list("at", flat=True))
        due = {row.subject_id: row.due_at for row in Wakeup.objects.all()}
        jobs = {job.payload["mail"]: job.pk for job in Job.objects.all()}
        mails = {str(mail.pk): mail.at for mail in InvitationMail.objects.all()}
        invitations = list(Invitation.objects.all())
    for window, most in ((timedelta(hours=1), 20), (timedelta(days=1), 50)):
        assert max(sum(start <= other < start + window for other in at) for start in at) == most
    assert at[-1] - at[0] < timedelta(days=3)
    later = [mail for mail, moment in mails.items() if moment > timezone.now()]
    assert len(later) == 100
    assert all(due[jobs[mail]] == mails[mail] for mail in later)
    assert all(row.expires_at - row.mail_at == timedelta(days=7) for row in invitations)
    refused = _post(aria, 500)
    assert refused.status_code == 429
    gone = [row for row in invitations if row.mail_at > timezone.now()]
    for row in gone:
        assert aria.as_("adam").delete(f"{aria.path}/invitations/{row.pk}/").status_code == 204
    assert _post(aria, 500, by="alice").status_code == 201


def test_an_inviter_who_left_sends_nothing_more(aria: House, in_scope: InScope) -> None:
    from django.core import mail

    assert _post(aria, 1).status_code == 201
    assert aria.as_("alice").delete(f"{aria.path}/members/{aria.people['adam'].pk}/").status_code == 204
    run_jobs(aria)
    assert mail.outbox == []
    with in_scope(aria):
        assert Job.objects.get().state == "failed"


def test_sent_again_while_it_waited_one_mail_leaves(aria: House) -> None:
    from django.core import mail

    made = _post(aria, 1).json()
    assert aria.as_("alice").post(f"{aria.path}/invitations/{made['id']}/resend/").status_code == 200
    run_jobs(aria)
    assert len(mail.outbox) == 1


def test_inviters_at_once_do_not_outrun_the_limit(
    committed: None, aria: House, settings: Any, in_threads: Callable[..., list[Any]]
) -> None:
    settings.INVITATIONS_PER_HOUR, settings.INVITATIONS_PER_DAY = 10, 5
    people = ("alice", "adam")
    statuses = in_threads(lambda number: _post(aria, number, by=people[number % 2]).status_code, range(12))
    assert (statuses.count(201), statuses.count(429)) == (5, 7)
    with tenant_scope(aria.organisation.pk):
        assert Invitation.objects.count() == InvitationMail.objects.count() == 5


def test_the_time_of_an_answer_does_not_tell_whether_the_address_has_an_account(aria: House) -> None:
    """Asked in turn, so that whatever else the machine does falls on both; medians less than 10 ms apart."""
    for number in range(60):
        make_person(f"known{number}", domain="new.example")
    adam, took = aria.as_("adam"), {"known": [], "nobody": []}
    _post(aria, 999)
    for number in range(60):
        for kind, times in took.items():
            body = {"email": f"{kind}{number}@new.example", "role": "viewer"}
            began = time.perf_counter()
            assert adam.post(f"{aria.path}/invitations/", body).status_code == 201
            times.append(time.perf_counter() - began)
    known, nobody = (statistics.median(times) for times in took.values())
    assert abs(known - nobody) < 0.010
