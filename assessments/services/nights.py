"""What is done for every organisation once a night.

As with signed heads: an alarm clock in the database for each organisation, rung by the relay, asks for the night's
jobs, whose names are the day. However many schedulers there are, each is done once.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from assessments.services.reminders import REMIND
from assessments.services.requests import REMIND as REMIND_OF_REQUESTS
from assessments.services.scrub_jobs import SCRUB
from tenants import jobs, wakeups
from tenants.scope import current_organisation

RING: Final = "assessments.begin_night"
"""The Celery task that asks for the night's jobs (`assessments.tasks`)."""
KINDS: Final = (SCRUB, REMIND, REMIND_OF_REQUESTS)
_HOUR: Final = time(2)


def plan_nights() -> int:
    """Give every organisation without one its alarm clock; returns how many there were. Any number of these may run."""
    return wakeups.wake_everybody(task=RING)


def begin_night(*, now: datetime) -> None:
    """Ask for today's jobs in the organisation in scope, and be rung tomorrow, some time in the hour after 2:00 UTC."""
    day = now.astimezone(UTC).date()
    for kind in KINDS:
        jobs.enqueue(kind, key=day.isoformat(), payload={"day": day.isoformat()})
    organisation_id = current_organisation()
    night = datetime.combine(day + timedelta(days=1), _HOUR, tzinfo=UTC)
    wakeups.wake_at(task=RING, subject_id=organisation_id, due_at=night + timedelta(seconds=organisation_id.int % 3600))
