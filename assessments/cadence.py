"""When evidence has to be looked at again, and when somebody is told: pure calendar arithmetic, without a clock.

A reminder is due at so many days before a day; whoever was away, or an installation that stood still, gets the nearest
one only and not all that were missed. Once the day is past, reminders of it are made up for during a week.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Final

RUNS_OUT_DAYS: Final = (30, 7, 0)
REVIEW_DAYS: Final = (0,)
MADE_UP_FOR_DAYS: Final = 7


def months_after(day: date, *, months: int) -> date:
    """The same day of the month so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def reminder_due(day: date, *, today: date, before: Sequence[int]) -> int | None:
    """Which of the reminders `before` (days) of `day` is due today: the nearest that has come, or None."""
    left = (day - today).days
    if left < -MADE_UP_FOR_DAYS:
        return None
    return min((days for days in before if left <= days), default=None)
