"""Deliveries against a real mail server on a socket: refusals for good, for now, and silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.models import Assessment
from reports import tasks
from reports.models import Delivery
from tenants.models import Wakeup
from tenants.scope import tenant_scope
from tests.cast import House, run_jobs
from tests.reports.conftest import QuickRenderer
from tests.reports.smtp_sink import Sink, running_sink


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with running_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "", False, False
        yield server


@pytest.fixture
def path(aria: House, work: Assessment, renderer: QuickRenderer) -> str:
    body = {
        "name": "Brief", "assessment": str(work.pk), "cadence": "daily", "time": "08:00", "time_zone": "UTC",
        "recipients": ["carol@example.org"],
    }  # fmt: skip
    made = aria.as_("adam").post(f"{aria.path}/schedules/", body).json()
    return f"{aria.path}/schedules/{made['id']}/"


def send(house: House, path: str) -> dict[str, Any]:
    """Run the schedule and carry out all that follows; the one delivery as it then is."""
    house.as_("adam").post(f"{path}run/")
    for _ in range(3):
        run_jobs(house)
    return shown(house, path)


def shown(house: House, path: str) -> dict[str, Any]:
    (row,) = house.as_("carol").get(f"{path}deliveries/").json()["results"]
    return dict(row)


def alarm(house: House, delivery: dict[str, Any]) -> datetime | None:
    found: datetime | None = (
        Wakeup.objects.filter(
            organisation=house.organisation, task="reports.resume_delivery", subject_id=delivery["id"]
        )
        .values_list("due_at", flat=True)
        .first()
    )
    return found


def resume(house: House, path: str, delivery: dict[str, Any]) -> dict[str, Any]:
    """What the relay does when the pause is over."""
    tasks.resume_delivery(str(house.organisation.pk), delivery["id"])
    run_jobs(house)
    return shown(house, path)


def test_a_mail_that_is_taken_arrives_as_text_and_html(aria: House, path: str, sink: Sink) -> None:
    delivery = send(aria, path)
    assert (delivery["state"], delivery["attempts"], delivery["error"]) == ("sent", 1, None)
    (message,) = sink.taken
    assert message["Message-ID"] == delivery["message_id"]
    assert message["To"] == "carol@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip


@pytest.mark.parametrize("answer", ["550 no such mailbox", "data 554 not wanted"])
def test_a_refusal_for_good_is_not_tried_again(aria: House, path: str, sink: Sink, answer: str) -> None:
    sink.script = [answer]
    delivery = send(aria, path)
    assert (delivery["state"], delivery["attempts"]) == ("failed", 1)
    assert delivery["error"] == answer.removeprefix("data ")
    assert alarm(aria, delivery) is None
    assert not sink.taken


@pytest.mark.parametrize("answer", ["451 greylisted, come back", "data 452 no room"])
def test_a_refusal_for_now_is_tried_again_after_a_growing_pause(
    aria: House, path: str, sink: Sink, answer: str
) -> None:
    sink.script = [answer, answer]
    delivery = send(aria, path)
    assert (delivery["state"], delivery["attempts"], delivery["possibly_duplicate"]) == ("waiting", 1, False)
    due = alarm(aria, delivery)
    assert due
    assert timedelta(minutes=4) < due - timezone.now() <= timedelta(minutes=5)
    delivery = resume(aria, path, delivery)
    due = alarm(aria, delivery)
    assert due
    assert timedelta(minutes=14) < due - timezone.now() <= timedelta(minutes=15)
    delivery = resume(aria, path, delivery)
    assert (delivery["state"], delivery["attempts"], delivery["error"]) == ("sent", 3, None)
    assert alarm(aria, delivery) is None
    assert sink.ids() == [delivery["message_id"]]


def test_a_server_that_is_always_busy_is_given_up_in_the_end(aria: House, path: str, sink: Sink) -> None:
    sink.script = ["451 busy"] * 20
    delivery = send(aria, path)
    for _ in range(6):
        assert delivery["state"] == "waiting"
        delivery = resume(aria, path, delivery)
    assert (delivery["state"], delivery["attempts"], delivery["error"]) == ("failed", 7, "451 busy")
    assert alarm(aria, delivery) is None


def test_silence_after_the_message_leads_to_one_repeat_under_the_same_id(aria: House, path: str, sink: Sink) -> None:
    sink.script = ["swallow"]
    delivery = send(aria, path)
    assert (delivery["state"], delivery["possibly_duplicate"]) == ("sending", False)
    assert alarm(aria, delivery) is not None
    delivery = resume(aria, path, delivery)
    assert (delivery["state"], delivery["possibly_duplicate"], delivery["attempts"]) == ("sent", True, 2)
    assert sink.ids() == [delivery["message_id"]] * 2
    assert sink.taken[0].get_payload(0).get_payload() == sink.taken[1].get_payload(0).get_payload()  # type: ignore[union-attr]


def test_silence_twice_ends_it(aria: House, path: str, sink: Sink) -> None:
    sink.script = ["swallow", "drop", ""]
    delivery = resume(aria, path, send(aria, path))
    assert delivery["state"] == "failed"
    assert "broke" in delivery["error"]
    assert alarm(aria, delivery) is None
    assert len(sink.taken) == 1


def test_no_mail_server_means_later_and_not_lost(aria: House, path: str, sink: Sink, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    delivery = send(aria, path)
    assert (delivery["state"], delivery["possibly_duplicate"]) == ("waiting", False)
    assert "does not answer" in delivery["error"]
    settings.EMAIL_PORT = port
    assert resume(aria, path, delivery)["state"] == "sent"


def test_a_delivery_that_was_sent_meanwhile_is_not_resumed(aria: House, path: str, sink: Sink) -> None:
    delivery = send(aria, path)
    assert resume(aria, path, delivery) == delivery
    assert len(sink.taken) == 1
    with tenant_scope(aria.organisation.pk):
        assert Delivery.objects.count() == 1
