"""Mails about accounts: kept sealed until the server has taken them, tried again, and sent once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.utils import timezone

from identity import post
from identity.models import WaitingMail
from tests.identity.browser import EMAIL, Browser, sign_up

pytestmark = pytest.mark.django_db
BROKEN = "django.core.mail.backends.smtp.EmailBackend"
wake_in_earnest = post.wake
"""As it was before the tests' own fixture put it to sleep."""


def _hand_in(link: str = "https://plumbline.example/secret-link") -> None:
    post.hand_in(EmailMessage("Subject", f"Open {link}", to=[EMAIL]))


def _nobody_listens(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = BROKEN, "127.0.0.1", 9


def test_a_request_sends_nothing_itself():
    sign_up()
    Browser().auth("POST", "auth/password/request", {"email": EMAIL})
    assert mail.outbox == []
    assert WaitingMail.objects.count() == 1
    assert post.send_waiting() == 1
    assert len(mail.outbox) == 1
    assert WaitingMail.objects.count() == 0
    assert post.send_waiting() == 0


def test_a_waiting_mail_is_sealed():
    _hand_in()
    row = WaitingMail.objects.get()
    assert "secret-link" not in row.sealed
    assert EMAIL not in row.sealed


def test_a_mail_server_that_is_gone_loses_nothing(settings: Any):
    _hand_in()
    working = settings.EMAIL_BACKEND
    _nobody_listens(settings)
    assert post.send_waiting() == 0
    assert WaitingMail.objects.get().attempts == 1
    settings.EMAIL_BACKEND = working
    assert post.send_waiting() == 0  # not before its pause is over
    with time_machine.travel(timezone.now() + timedelta(seconds=post.PAUSES[0] + 1)):
        assert post.send_waiting() == 1


def test_a_mail_that_goes_out_twice_has_one_message_id(settings: Any, monkeypatch: pytest.MonkeyPatch):
    """As when the worker dies after the server took the mail and before that is noted."""
    _hand_in()
    with monkeypatch.context() as patch:
        patch.setattr(WaitingMail.objects, "filter", _dies_when_deleting(WaitingMail.objects.filter))
        with pytest.raises(SystemExit):
            post.send_waiting()
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert post.send_waiting() == 1
    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second


def _dies_when_deleting(real: Callable[..., Any]) -> Callable[..., Any]:
    def asked(**what: Any) -> Any:
        return Mock(delete=Mock(side_effect=SystemExit)) if "pk" in what else real(**what)

    return asked


def test_after_the_last_attempt_it_is_given_up_and_said_so(settings: Any, caplog: pytest.LogCaptureFixture):
    _hand_in()
    _nobody_listens(settings)
    start = timezone.now()
    for day in range(len(post.PAUSES) + 1):
        with time_machine.travel(start + timedelta(days=day)):
            post.send_waiting()
    assert WaitingMail.objects.count() == 0
    assert "given up" in caplog.text
    assert "secret-link" not in caplog.text
    assert EMAIL not in caplog.text


def test_one_bad_mail_does_not_hold_up_the_others(settings: Any):
    WaitingMail.objects.create(sealed="nothing that opens")
    _hand_in()
    assert post.send_waiting() == 1


def test_two_workers_send_a_mail_once(committed: None, in_threads: Callable[..., list[Any]]):
    for _ in range(6):
        _hand_in()
    assert sum(in_threads(lambda _: post.send_waiting(), range(4), threads=4)) == 6
    assert len(mail.outbox) == 6


def test_resealing_reaches_waiting_mails_too(settings: Any):
    _hand_in()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key, long enough to count"
    call_command("reseal", verbosity=0)
    settings.SECRET_KEY_FALLBACKS = []
    assert post.send_waiting() == 1


def test_a_broker_that_is_gone_holds_nothing_up(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    import celery

    monkeypatch.setattr(celery.Celery, "send_task", Mock(side_effect=OSError("refused")))
    wake_in_earnest()
    assert "the scheduler will send it" in caplog.text
