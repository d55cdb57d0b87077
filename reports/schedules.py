"""When a schedule comes due next: pure calendar arithmetic in a time zone, without a clock.

The rules, in the order they are applied:

1. A rhythm names local dates: every day, a weekday, a day of each month, or a day of each quarter's first month
   (January, April, July, October). A day that a month does not have is its last day.
2. On such a date the schedule is due at its local time. A local time that is skipped when clocks go forward means the
   first instant after the gap; one that comes twice when clocks go back means its first coming only.
3. The next occurrence is the first that lies strictly after a given instant.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

CADENCES: Final = ("daily", "weekly", "monthly", "quarterly")
BY_WEEKDAY: Final = frozenset({"weekly"})
BY_DAY: Final = frozenset({"monthly", "quarterly"})

_MONTHS_APART = {"monthly": 1, "quarterly": 3}
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a schedule is due. `weekday`: 0 is Monday, for weekly ones; `day`: 1 to 31, for monthly and quarterly."""

    cadence: str
    time: time
    time_zone: str
    weekday: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a rhythm that names no dates; `faults_of` says it in words for people."""
        for field, sentence in faults_of(cadence=self.cadence, weekday=self.weekday, day=self.day).items():
            raise ValueError(f"{field}: {sentence}")


def faults_of(*, cadence: str, weekday: int | None, day: int | None) -> dict[str, str]:
    """Field → what is wrong with it, for the fields that depend on the cadence; empty when all is well."""
    if cadence not in CADENCES:
        return {"cadence": f"Choose one of {', '.join(CADENCES)}."}
    faults = {}
    if cadence in BY_WEEKDAY and (weekday is None or not 0 <= weekday <= 6):
        faults["weekday"] = "A weekly schedule needs a weekday from 0, Monday, to 6, Sunday."
    if cadence not in BY_WEEKDAY and weekday is not None:
        faults["weekday"] = f"A {cadence} schedule has no weekday."
    if cadence in BY_DAY and (day is None or not 1 <= day <= 31):
        faults["day"] = f"A {cadence} schedule needs a day of the month from 1 to 31."
    if cadence not in BY_DAY and day is not None:
        faults["day"] = f"A {cadence} schedule has no day of the month."
    return faults


def next_occurrence(rhythm: Rhythm, *, after: datetime) -> datetime:
    """The first instant strictly after `after` (aware) at which the rhythm is due, in UTC.

    Raises OverflowError past the year 9999.
    """
    zone = ZoneInfo(rhythm.time_zone)
    # A gap can push an occurrence past midnight, so the search begins before the local date of `after`.
    first = after.astimezone(zone).date() - timedelta(days=2)
    for day in _dates(rhythm, first=first):
        moment = instant_of(datetime.combine(day, rhythm.time), zone=zone)
        if moment > after:
            return moment
    raise OverflowError("There is no such date before the year 10000.")


def instant_of(local: datetime, *, zone: ZoneInfo) -> datetime:
    """When clocks in `zone` show `local` (naive): the first of two instants, or the end of the gap it falls into."""
    early = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == local.replace(fold=0):
        return early
    # Inside a gap fold=0 counts with the offset before the change and lands after it, fold=1 the other way round.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change_between(before, early, zone=zone)


def occurrence_key(moment: datetime, *, time_zone: str) -> str:
    """What names an occurrence of a schedule: its local date and time with the offset, to the second."""
    return moment.astimezone(ZoneInfo(time_zone)).isoformat(timespec="seconds")


def _change_between(before: datetime, after: datetime, *, zone: ZoneInfo) -> datetime:
    """The first instant, to the second, at which `zone` has the offset that it has at `after`."""
    wanted = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before) / _SECOND) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * _SECOND).astimezone(zone).utcoffset() == wanted:
            high = middle
        else:
            low = middle
    return (before + high * _SECOND).replace(microsecond=0)


def _dates(rhythm: Rhythm, *, first: date) -> Iterator[date]:
    """The rhythm's dates from `first` on, in order."""
    if rhythm.day is not None:
        yield from _month_days(rhythm.day, first=first, apart=_MONTHS_APART[rhythm.cadence])
        return
    step = 1
    if rhythm.weekday is not None:
        first += timedelta(days=(rhythm.weekday - first.weekday()) % 7)
        step = 7
    for count in range((date.max - first).days // step + 1):
        yield first + timedelta(days=count * step)


def _month_days(day: int, *, first: date, apart: int) -> Iterator[date]:
    # From one month earlier, so that the month of `first` itself is never skipped by the stepping.
    months = first.year * 12 + first.month - 1
    months -= months % apart
    while months // 12 <= date.max.year:
        year, month = months // 12, months % 12 + 1
        found = date(year, month, min(day, calendar.monthrange(year, month)[1]))
        if found >= first:
            yield found
        months += apart
