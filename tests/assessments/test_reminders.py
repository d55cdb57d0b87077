"""Evidence that runs out or is due for review: who is told, when, and that nobody is told twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from assessments.cadence import RUNS_OUT_DAYS, months_after, reminder_due
from assessments.models import Evidence, EvidenceReminder
from assessments.services import nights
from assessments.services.reminders import claim_reminders
from assessments.tasks import begin_night
from tenants.models import Membership
from tenants.scope import tenant_scope
from tests.cast import House, run_jobs
from tests.work import add_evidence, make_assessment, pinned, write_answers

TODAY = date(2027, 3, 1)


def evidence_of(house: House, *, valid_until: date | None, lead: str = "bob", **fields: Any) -> Evidence:
    """bella's, backing an answer of an assessment with that lead."""
    assessment = make_assessment(house, lead=house.people[lead], **fields)
    ref = next(node.ref for node in pinned().nodes if node.assessable)
    answer = write_answers(house, assessment, {ref: {"level": 2.0}})[ref]
    with tenant_scope(house.organisation.pk):
        number = Evidence.objects.count() + 1
    return add_evidence(house, answer, number=number, valid_until=valid_until)


def night(house: House, day: date) -> list[Any]:
    """One night's work; the mails it sent."""
    before = len(mail.outbox)
    with time_machine.travel(datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC)):
        begin_night(str(house.organisation.pk), str(house.organisation.pk))
        run_jobs(house)
        run_jobs(house)
    return mail.outbox[before:]


def told(mails: list[Any]) -> list[str]:
    return sorted(sent.to[0].partition("@")[0] for sent in mails)


def test_owner_and_lead_are_told_once_at_thirty_seven_and_no_days(aria: House) -> None:
    evidence_of(aria, valid_until=TODAY + timedelta(days=40))
    heard = {}
    for passed in range(50):
        if sent := night(aria, TODAY + timedelta(days=passed)):
            heard[40 - passed] = told(sent)
    assert heard == {30: ["bella", "bob"], 7: ["bella", "bob"], 0: ["bella", "bob"]}
    assert "runs out today, 10 April 2027" in mail.outbox[-1].body
    assert "E-0001" in mail.outbox[0].subject


def test_who_stood_still_is_told_the_nearest_only(aria: House) -> None:
    evidence_of(aria, valid_until=TODAY + timedelta(days=5))
    assert told(night(aria, TODAY)) == ["bella", "bob"]
    assert night(aria, TODAY + timedelta(days=1)) == []
    ran_out = night(aria, TODAY + timedelta(days=7))
    assert "ran out on 6 March 2027" in ran_out[0].body


def test_a_day_put_off_is_told_of_again(aria: House) -> None:
    evidence = evidence_of(aria, valid_until=TODAY + timedelta(days=30))
    assert night(aria, TODAY)
    with tenant_scope(aria.organisation.pk):
        Evidence.objects.filter(pk=evidence.pk).update(valid_until=TODAY + timedelta(days=60))
    assert night(aria, TODAY + timedelta(days=1)) == []
    assert night(aria, TODAY + timedelta(days=30))


def test_only_leads_of_assessments_under_way_and_members_are_told(aria: House) -> None:
    evidence_of(aria, valid_until=TODAY + timedelta(days=7), state="archived", lead="adam")
    evidence_of(aria, valid_until=TODAY + timedelta(days=7), state="in_review", lead="bob")
    with tenant_scope(aria.organisation.pk):
        Membership.objects.filter(person=aria.people["bella"]).delete()
    sent = night(aria, TODAY)
    assert told(sent) == ["bob"]
    assert "E-0001" not in sent[0].body


def test_all_of_a_day_is_one_mail(aria: House) -> None:
    for days in (3, 5, 20):
        evidence_of(aria, valid_until=TODAY + timedelta(days=days))
    sent = night(aria, TODAY)
    assert told(sent) == ["bella", "bob"]
    assert "3 pieces of evidence need a look" in sent[0].subject
    assert all(reference in sent[0].body for reference in ("E-0001", "E-0002", "E-0003"))


def test_an_owner_takes_the_place_of_the_creator(aria: House) -> None:
    evidence = evidence_of(aria, valid_until=TODAY + timedelta(days=7))
    path = f"{aria.path}/evidence/{evidence.pk}/"
    changed = aria.as_("alice").change(path, {"owner": str(aria.people["carol"].pk)})
    assert changed.json()["owner"]["name"] == "Carol"
    assert told(night(aria, TODAY)) == ["bob", "carol"]
    stranger = aria.as_("alice").change(path, {"owner": str(aria.people["rita"].pk)})
    assert (stranger.status_code, stranger.json()["errors"]) == (
        400,
        {"owner": ["Choose a member of the organisation."]},
    )


def test_schedulers_at_once_tell_once(committed: None, aria: House, in_threads: Callable[..., list[Any]]) -> None:
    evidence_of(aria, valid_until=TODAY + timedelta(days=7))

    def claim(_: int) -> None:
        with tenant_scope(aria.organisation.pk):
            claim_reminders(today=TODAY)

    in_threads(claim, range(4), threads=4)
    run_jobs(aria)
    assert told(mail.outbox) == ["bella", "bob"]
    with tenant_scope(aria.organisation.pk):
        assert EvidenceReminder.objects.count() == 2


def test_a_review_comes_round_and_is_done(aria: House) -> None:
    evidence = evidence_of(aria, valid_until=None)
    path = f"{aria.path}/evidence/{evidence.pk}/"
    with time_machine.travel(datetime(2027, 1, 31, 12, tzinfo=UTC), tick=False):
        planned = aria.as_("bob").change(path, {"review_every_months": 1}).json()
    assert (planned["next_review_on"], planned["reviewed_on"]) == ("2027-02-28", None)
    sent = night(aria, date(2027, 2, 28))
    assert "is to be reviewed by 28 February 2027" in sent[0].body
    listed = aria.as_("carol").get(f"{aria.path}/evidence/?review_before=2027-03-01").json()["results"]
    assert [row["id"] for row in listed] == [str(evidence.pk)]
    with time_machine.travel(datetime(2027, 3, 2, 12, tzinfo=UTC), tick=False):
        done = aria.as_("bob").post(f"{path}reviewed/").json()
    assert (done["reviewed_on"], done["next_review_on"]) == ("2027-03-02", "2027-04-02")
    assert done["version"] == planned["version"] + 1
    assert aria.as_("bob").change(path, {"review_every_months": None}).json()["next_review_on"] is None


def test_what_an_evidence_is_used_in_is_told_by_what_one_may_see(aria: House) -> None:
    refs = [node.ref for node in pinned().nodes if node.assessable][:2]
    first, second = make_assessment(aria), make_assessment(aria, name="Second")
    answers = write_answers(aria, first, {ref: {"level": 2.0} for ref in refs})
    evidence = add_evidence(aria, answers[refs[0]])
    for assessment, ref in ((first, refs[1]), (second, refs[0])):
        linked = aria.as_("bob").post(
            f"{aria.path}/assessments/{assessment.pk}/answers/{ref}/evidence/", {"evidence": str(evidence.pk)}
        )
        assert linked.status_code == 201
    everywhere = aria.as_("carol").get(f"{aria.path}/evidence/{evidence.pk}/uses/").json()["results"]
    told_of = [(use["assessment"]["name"], use["ref"]) for use in everywhere]
    assert told_of == [("Second", refs[0]), (first.name, refs[1]), (first.name, refs[0])]
    within = f"{aria.path}/assessments/{first.pk}/evidence/{evidence.pk}/uses/"
    assert len(aria.as_("carol").get(within).json()["results"]) == 2
    let_in(aria, first, sections=[refs[1]])
    assert [use["ref"] for use in aria.as_("rita").get(within).json()["results"]] == [refs[1]]
    for path in (f"{aria.path}/evidence/{evidence.pk}/uses/", within.replace(str(first.pk), str(second.pk))):
        assert aria.as_("rita").get(path).status_code == 404


def let_in(house: House, assessment: Any, *, sections: list[str]) -> None:
    from django.utils import timezone

    from assessments.models import ReviewGrant
    from assessments.services.grants import review_permission

    with tenant_scope(house.organisation.pk):
        ReviewGrant.objects.create(
            user=house.people["rita"], permission=review_permission(), content_object=assessment, sections=sections,
            granted_by=house.people["alice"], expires_at=timezone.now() + timedelta(days=3),
        )  # fmt: skip


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)), st.integers(-10, 60))
def test_each_reminder_comes_on_one_stretch_of_days(day: date, left: int) -> None:
    due = reminder_due(day, today=day - timedelta(days=left), before=RUNS_OUT_DAYS)
    expected = None if left > 30 or left < -7 else 30 if left > 7 else 7 if left > 0 else 0
    assert due == expected


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 1, 31), 13, date(2028, 2, 29)),
        (date(2027, 12, 15), 1, date(2028, 1, 15)),
        (date(2027, 5, 31), 120, date(2037, 5, 31)),
    ],
)
def test_months_end_where_months_end(day: date, months: int, then: date) -> None:
    assert months_after(day, months=months) == then


def test_nights_are_planned_with_the_reminders_in_them() -> None:
    assert set(nights.KINDS) == {"scrub_storage", "remind_of_evidence", "remind_of_requests"}
