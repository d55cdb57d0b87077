"""How many invitation mails may leave: so many an hour from one person, so many a day from one organisation.

Every mail that is asked for, sending again included, is one InvitationMail at the moment it may leave. A single
invitation that would have to wait is refused with 429; those of a list are made at once, and their mails wait.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from api.problems import Throttled
from tenants.models import InvitationMail, Organisation

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class Turns:
    """The moments at which the next mails of one person may leave. Holds the organisation's row: one at a time.

    A mail fits at a moment after which at most limit - 1 others leave within the window before it, or later: then no
    window anywhere holds more than the limit.
    """

    def __init__(self, organisation: Organisation, *, inviter_id: uuid.UUID) -> None:
        Organisation.objects.select_for_update(no_key=True).values_list("pk").get(pk=organisation.pk)
        self.now = timezone.now()
        mails = InvitationMail.objects.order_by("-at").values_list("at", flat=True)
        self._hour = _newest(mails.filter(inviter_id=inviter_id), limit=settings.INVITATIONS_PER_HOUR)
        self._day = _newest(mails, limit=settings.INVITATIONS_PER_DAY)

    def next(self) -> datetime:
        """When the next mail may leave; taken with that."""
        at = self.now
        for taken, limit, window in (
            (self._hour, settings.INVITATIONS_PER_HOUR, HOUR),
            (self._day, settings.INVITATIONS_PER_DAY, DAY),
        ):
            if len(taken) >= limit:
                at = max(at, taken[-limit] + window)
        for taken in (self._hour, self._day):
            taken.append(at)
            taken.sort()
        return at

    def take(self) -> datetime:
        """Now, or Throttled."""
        at = self.next()
        if at > self.now:
            raise Throttled(seconds=max(1, -int(-(at - self.now).total_seconds() // 1)))
        return at


def _newest(mails: QuerySet[InvitationMail, datetime], *, limit: int) -> list[datetime]:
    """The newest `limit` moments, oldest first."""
    return sorted(mails[:limit])
