"""What is changed about people and their sessions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from api.problems import NotFound
from identity import post, sessions
from identity.models import Person, Session, SpentCode
from identity.selectors import has_factor


def end_sessions(person: Person, *, keep: str | None = None) -> int:
    """End every session of `person`, but for the one whose cookie holds `keep`. How many that were."""
    rows = Session.objects.filter(person=person)
    if keep:
        rows = rows.exclude(session_key=sessions.digest(keep))
    return sessions.bury(list(rows.values_list("session_key", flat=True)))


def end_session(person: Person, *, session_id: uuid.UUID) -> None:
    """End one session of `person`. Raises NotFound."""
    keys = list(Session.objects.filter(person=person, id=session_id).values_list("session_key", flat=True))
    if not keys:
        raise NotFound
    sessions.bury(keys)


@contextmanager
def first_factor_ends_other_sessions(person: Person, *, keep: str | None) -> Iterator[None]:
    """Around setting up a factor: those sessions were opened by a password alone, perhaps by whoever stole it."""
    first = not has_factor(person.pk)
    yield
    if first and has_factor(person.pk):
        end_sessions(person, keep=keep)


def remove_factors(person: Person) -> int:
    """Take away every second factor, end every session, and tell the person. How many factors there were."""
    with transaction.atomic():
        end_sessions(person)
        removed = int(Authenticator.objects.filter(user=person).delete()[0])
        post.hand_in(
            EmailMessage(
                subject="Plumbline: your second factor was removed",
                body=(
                    "An operator removed the second factors of your account and ended its sessions. Your password signs"
                    " you in alone until you set up a new one.\n\nIf you did not ask for this, tell them at once."
                ),
                to=[person.email],
            )
        )
    return removed


def tidy() -> int:
    """Delete sessions and codes that have ended, and how many that were."""
    now = timezone.now()
    ended = Session.objects.filter(expire_date__lt=now).delete()[0]
    return ended + SpentCode.objects.filter(at__lt=now - timedelta(hours=1)).delete()[0]
