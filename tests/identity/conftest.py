"""Mails about accounts leave by the worker: here, when a test looks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from identity import post
from tests.identity.browser import key_of_mail


class Mails:
    """The outbox after everything that waited has left."""

    def __init__(self) -> None:
        post.send_waiting()

    @property
    def all(self) -> list[Any]:
        return list(mail.outbox)

    @property
    def last(self) -> Any:
        return mail.outbox[-1]

    def key(self, pattern: str = r"/account/confirm-email/([^/\s]+)/") -> str:
        return key_of_mail(pattern)


@pytest.fixture
def mails() -> Callable[[], Mails]:
    return Mails
