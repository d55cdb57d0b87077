"""The mail with the five lines, and the one place that speaks to the mail server."""

from __future__ import annotations

import contextlib
import smtplib
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from typing import Any, NoReturn

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from reports.brief import Brief


class Outcome(StrEnum):
    """What is known after an attempt that did not end well."""

    REFUSED = "refused"  # 5xx: this will never be taken
    LATER = "later"  # 4xx, or no connection: certainly not taken, and worth another attempt
    UNKNOWN = "unknown"  # the connection broke on the way: it may have been taken


class MailFault(Exception):
    """An attempt that did not end well; `outcome` tells whether to try again, `str()` what the server said."""

    def __init__(self, outcome: Outcome, said: str) -> None:
        super().__init__(said[:500])
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one mail says. Moments are in the schedule's time zone already."""

    brief: Brief
    recipient: str
    message_id: str
    link: str
    language: str
    schedule: str
    taken_at: datetime
    link_until: datetime


def sender_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def write_mail(letter: Letter) -> EmailMultiAlternatives:
    """The message, as text with an HTML twin."""
    day = f"{letter.taken_at.day} {letter.taken_at:%B %Y}"
    words: dict[str, Any] = {
        "letter": letter,
        "brief": letter.brief,
        "day": day,
        "until": f"{letter.link_until.day} {letter.link_until:%B %Y, %H:%M}",
        "zone": letter.link_until.tzname(),
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(f"{letter.brief.headline} ({day})".split()),
        body=render_to_string("reports/mail.txt", words),
        to=[letter.recipient],
        headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("reports/mail.html", words), "text/html")
    return mail


def post(mail: EmailMultiAlternatives) -> None:
    """Hand one message to the mail server. Raises MailFault."""
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise MailFault(Outcome.LATER, f"The mail server does not answer: {error}") from error
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        _refuse(*next(iter(error.recipients.values())), error=error)
    except smtplib.SMTPResponseException as error:
        _refuse(error.smtp_code, error.smtp_error, error=error)
    except smtplib.SMTPNotSupportedError as error:
        raise MailFault(Outcome.REFUSED, f"The mail server cannot take this address: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailFault(Outcome.UNKNOWN, f"The connection broke: {error}") from error
    finally:
        # The message is in or out by now; how the server says goodbye changes nothing.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.close()


def _refuse(code: int, said: bytes | str, *, error: Exception) -> NoReturn:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    kind = {4: Outcome.LATER, 5: Outcome.REFUSED}.get(code // 100, Outcome.UNKNOWN)
    raise MailFault(kind, f"{code} {text}") from error
