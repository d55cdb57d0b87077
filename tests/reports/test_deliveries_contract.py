"""Deliveries: what the mail says, that its link opens, and that each goes out once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from assessments.models import Answer, Assessment
from reports.deliveries import LATER, link_token_of, message_id_of, wait_after
from reports.models import Delivery, ReportLink
from reports.services.delivery import open_deliveries
from tenants.models import AuditEvent, Job
from tenants.scope import tenant_scope
from tests.cast import Api, House, run_jobs
from tests.reports.conftest import QuickRenderer

RECIPIENTS = ["carol@example.org", "board@elsewhere.example"]


@pytest.fixture
def schedule(aria: House, work: Assessment, renderer: QuickRenderer) -> dict[str, Any]:
    body = {
        "name": "Monday brief", "assessment": str(work.pk), "cadence": "daily", "time": "08:00",
        "time_zone": "Pacific/Kiritimati", "recipients": RECIPIENTS,
    }  # fmt: skip
    made: dict[str, Any] = aria.as_("adam").post(f"{aria.path}/schedules/", body).json()
    return made


@pytest.fixture
def path(aria: House, schedule: dict[str, Any]) -> str:
    return f"{aria.path}/schedules/{schedule['id']}/"


@pytest.fixture
def sent(aria: House, path: str, all_jobs: Callable[[House], None]) -> list[dict[str, Any]]:
    """The deliveries of one occurrence, carried out."""
    aria.as_("adam").post(f"{path}run/")
    all_jobs(aria)
    rows: list[dict[str, Any]] = aria.as_("carol").get(f"{path}deliveries/").json()["results"]
    return rows


def test_every_recipient_gets_one_mail_of_their_own(sent: list[dict[str, Any]]) -> None:
    assert {row["recipient"] for row in sent} == set(RECIPIENTS)
    assert [(row["state"], row["attempts"], row["possibly_duplicate"]) for row in sent] == [("sent", 1, False)] * 2
    assert sorted(message.to for message in mail.outbox) == sorted([address] for address in RECIPIENTS)
    assert all(not message.cc and not message.bcc for message in mail.outbox)
    assert {message.extra_headers["Message-ID"] for message in mail.outbox} == {row["message_id"] for row in sent}


def test_the_mail_has_five_lines_an_answer_and_the_day_where_the_reader_is(
    sent: list[dict[str, Any]],
) -> None:
    message = mail.outbox[0]
    lines = [line for line in str(message.body).splitlines() if re.match(r"[A-Z][a-z ]+: ", line)]
    assert [line.partition(":")[0] for line in lines] == ["Answer", "Scores", "Coverage", "Target", "Biggest gap"]
    assert lines[0].startswith("Answer: First result. Aria Devices stands at 2.0 of 5 against ISO 56002")
    assert lines[1] == "Scores: asserted 2.0, evidenced 0.0, validated 0.0; the scale ends at 5."
    assert lines[2].startswith("Coverage: 100%: ")
    assert lines[3] == "Target: 4.0: 2.0 below."
    assert ": at level 2, target 4; " in lines[4]
    there = timezone.now() + timedelta(hours=14)
    assert f"{there.day} {there:%B %Y}" in message.subject
    assert "2.0 of 5, first result" in message.subject
    assert "\n" not in message.subject
    html = message.alternatives[0]
    assert html[1] == "text/html"
    for line in lines:
        assert line.partition(": ")[0] in html[0]
    assert "<script" not in html[0]
    assert "src=" not in html[0]


def test_the_second_mail_tells_what_moved(
    aria: House, path: str, work: Assessment, sent: list[dict[str, Any]], all_jobs: Callable[[House], None]
) -> None:
    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(assessment=work).update(level=3.0)
    for standing, figure in (("Better", "up 1.0"), ("Stable", "unchanged")):
        mail.outbox.clear()
        aria.as_("adam").post(f"{path}run/")
        all_jobs(aria)
        assert f"Answer: {standing}. " in str(mail.outbox[0].body)
        assert figure in str(mail.outbox[0].body)


def test_the_link_in_the_mail_opens_the_report_for_seven_days(
    aria: House, anyone: Api, sent: list[dict[str, Any]]
) -> None:
    urls = [re.search(r"http\S+/report-links/\S+/", str(message.body)) for message in mail.outbox]
    assert len({url[0] for url in urls if url}) == 2
    report = aria.as_("carol").get(f"{aria.path}/reports/{sent[0]['report']}/").json()
    for url in urls:
        assert url
        file = anyone.get(url[0].removeprefix(f"{settings.BASE_URL}/api/v1"))
        assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == report["sha256"]
    links = aria.as_("carol").get(f"{aria.path}/reports/{report['id']}/links/").json()["results"]
    assert {(link["recipient"], link["opened"], link["created_by"]) for link in links} == {
        (address, 1, None) for address in RECIPIENTS
    }
    with tenant_scope(aria.organisation.pk):
        for link in ReportLink.objects.all():
            assert timedelta(days=6, hours=23) < link.expires_at - timezone.now() <= timedelta(days=7)


def test_mails_and_rows_are_not_doubled_by_running_jobs_again(
    aria: House, path: str, sent: list[dict[str, Any]], all_jobs: Callable[[House], None]
) -> None:
    with tenant_scope(aria.organisation.pk):
        open_deliveries(report_id=Delivery.objects.select_related("occurrence").first().occurrence.report_id)
        Job.objects.filter(kind="report.deliver").update(state="queued", attempts=0)
    all_jobs(aria)
    assert len(mail.outbox) == 2
    assert aria.as_("carol").get(f"{path}deliveries/").json()["results"] == sent


def test_a_worker_lost_while_sending_leads_to_one_repeat_under_the_same_message_id(
    aria: House, path: str, sent: list[dict[str, Any]]
) -> None:
    mail.outbox.clear()
    target = sent[0]
    with tenant_scope(aria.organisation.pk):
        Delivery.objects.filter(pk=target["id"]).update(state="sending")
        Job.objects.filter(key=f"delivery:{target['id']}:0").update(state="queued")
        before = ReportLink.objects.count()
    run_jobs(aria)
    again = next(
        row for row in aria.as_("carol").get(f"{path}deliveries/").json()["results"] if row["id"] == target["id"]
    )
    assert (again["state"], again["possibly_duplicate"], again["attempts"]) == ("sent", True, 2)
    assert [message.extra_headers["Message-ID"] for message in mail.outbox] == [target["message_id"]]
    with tenant_scope(aria.organisation.pk):
        assert ReportLink.objects.count() == before


def test_a_mail_that_cannot_be_written_fails_with_a_plain_word(
    aria: House, path: str, all_jobs: Callable[[House], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> None:
        raise KeyError("template")

    monkeypatch.setattr("reports.jobs.write_brief", broken)
    aria.as_("adam").post(f"{path}run/")
    all_jobs(aria)
    rows = aria.as_("carol").get(f"{path}deliveries/?state=failed").json()["results"]
    assert [row["error"] for row in rows] == ["The mail could not be written."] * 2
    assert not mail.outbox


def test_no_figure_is_mailed_from_a_damaged_snapshot(
    aria: House, path: str, all_jobs: Callable[[House], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.jobs.is_intact", lambda *_, **__: False)
    aria.as_("adam").post(f"{path}run/")
    all_jobs(aria)
    assert not mail.outbox
    rows = aria.as_("carol").get(f"{path}deliveries/").json()["results"]
    assert {row["error"] for row in rows} == {"The snapshot is not the one that was frozen, so nothing is mailed."}


def test_deleting_a_schedule_takes_its_deliveries_and_leaves_the_report(
    aria: House, path: str, sent: list[dict[str, Any]]
) -> None:
    assert aria.as_("adam").delete(path).status_code == 204
    with tenant_scope(aria.organisation.pk):
        assert not Delivery.objects.exists()
    assert aria.as_("carol").get(f"{aria.path}/reports/{sent[0]['report']}/").json()["state"] == "ready"


def test_deliveries_are_in_the_audit_trail_without_addresses(aria: House, sent: list[dict[str, Any]]) -> None:
    with tenant_scope(aria.organisation.pk):
        events = AuditEvent.objects.filter(event="delivery.sent")
        assert {event.object_id for event in events} == {row["id"] for row in sent}
        assert {event.actor for event in events} == {"system:worker"}


def test_the_pauses_grow_and_end_after_about_two_days() -> None:
    pauses = [wait_after(attempt) for attempt in range(1, len(LATER) + 1)]
    assert pauses == sorted(pauses, key=lambda pause: pause or timedelta())
    assert wait_after(len(LATER) + 1) is None
    assert timedelta(hours=36) < sum(LATER, timedelta()) <= timedelta(hours=48)


def test_what_follows_from_a_delivery_is_the_same_every_time(aria: House) -> None:
    first, second = aria.organisation.pk, aria.people["bob"].pk
    assert message_id_of(first, domain="x.org") == message_id_of(first, domain="x.org")
    assert link_token_of(first) == link_token_of(first) != link_token_of(second)
    assert len(link_token_of(first)) == 43
