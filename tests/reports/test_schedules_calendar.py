"""When schedules come due: the calendar rules, one by one and over all zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reports.schedules import CADENCES, Rhythm, faults_of, instant_of, next_occurrence, occurrence_key

ZONES = sorted(
    zone for zone in available_timezones() if not zone.startswith(("posix/", "right/", "Factory", "localtime"))
)
LIVELY = [
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/Santiago",
    "Africa/Cairo",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "UTC",
]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def daily(at: str, zone: str) -> Rhythm:
    return Rhythm(cadence="daily", time=time.fromisoformat(at), time_zone=zone)


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    cadence = draw(st.sampled_from(CADENCES))
    return Rhythm(
        cadence=cadence,
        time=draw(st.times().map(lambda t: t.replace(microsecond=0))),
        time_zone=draw(st.sampled_from(LIVELY) | st.sampled_from(ZONES)),
        weekday=draw(st.integers(0, 6)) if cadence == "weekly" else None,
        day=draw(st.integers(1, 31)) if cadence in {"monthly", "quarterly"} else None,
    )


moments = st.datetimes(datetime(1990, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_local_time_is_kept_while_the_offset_changes() -> None:
    monday = Rhythm(cadence="weekly", weekday=0, time=time(8), time_zone="Europe/Berlin")
    winter = next_occurrence(monday, after=utc(2026, 3, 20))
    summer = next_occurrence(monday, after=winter)
    assert (winter, summer) == (utc(2026, 3, 23, 7), utc(2026, 3, 30, 6))


def test_a_time_that_is_skipped_becomes_the_first_instant_after_the_gap() -> None:
    assert next_occurrence(daily("02:30", "Europe/Berlin"), after=utc(2026, 3, 28, 12)) == utc(2026, 3, 29, 1)
    assert next_occurrence(daily("02:00", "Europe/Berlin"), after=utc(2026, 3, 28, 12)) == utc(2026, 3, 29, 1)
    assert next_occurrence(daily("03:00", "Europe/Berlin"), after=utc(2026, 3, 28, 12)) == utc(2026, 3, 29, 1)


def test_a_half_hour_gap_is_found_too() -> None:
    """Lord Howe goes from 02:00 to 02:30 on 4 October 2026."""
    assert next_occurrence(daily("02:10", "Australia/Lord_Howe"), after=utc(2026, 10, 3)) == utc(2026, 10, 3, 15, 30)


def test_a_time_that_comes_twice_is_taken_the_first_time_only() -> None:
    berlin = daily("02:30", "Europe/Berlin")
    first = next_occurrence(berlin, after=utc(2026, 10, 24, 12))
    assert first == utc(2026, 10, 25, 0, 30)
    assert next_occurrence(berlin, after=first) == utc(2026, 10, 26, 1, 30)


def test_a_day_that_a_zone_left_out_becomes_the_next_midnight() -> None:
    """Samoa had no 30 December 2011."""
    apia = daily("10:00", "Pacific/Apia")
    skipped = next_occurrence(apia, after=utc(2011, 12, 30))
    assert skipped.astimezone(ZoneInfo("Pacific/Apia")).replace(tzinfo=None) == datetime(2011, 12, 31)  # noqa: DTZ001
    assert next_occurrence(apia, after=skipped) == skipped + timedelta(hours=10)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (utc(2026, 1, 31, 9), utc(2026, 2, 28, 9)),
        (utc(2028, 2, 1), utc(2028, 2, 29, 9)),
        (utc(2026, 4, 2), utc(2026, 4, 30, 9)),
        (utc(2026, 12, 31, 9), utc(2027, 1, 31, 9)),
        (utc(2026, 12, 31, 8, 59, 59), utc(2026, 12, 31, 9)),
    ],
)
def test_day_31_is_the_last_day_of_shorter_months(after: datetime, expected: datetime) -> None:
    assert next_occurrence(Rhythm(cadence="monthly", day=31, time=time(9), time_zone="UTC"), after=after) == expected


def test_the_29th_of_february_comes_back_as_the_28th_in_common_years() -> None:
    rhythm = Rhythm(cadence="monthly", day=29, time=time(6), time_zone="Asia/Tokyo")
    found = [
        next_occurrence(rhythm, after=utc(year, 2, 10)).astimezone(ZoneInfo("Asia/Tokyo")).date()
        for year in (2027, 2028, 2100)
    ]
    assert found == [date(2027, 2, 28), date(2028, 2, 29), date(2100, 2, 28)]


def test_quarters_begin_in_january_april_july_and_october() -> None:
    rhythm, moment, found = Rhythm(cadence="quarterly", day=31, time=time(0), time_zone="UTC"), utc(2026, 1, 31), []
    for _ in range(4):
        moment = next_occurrence(rhythm, after=moment)
        found.append(moment.date())
    assert found == [date(2026, 4, 30), date(2026, 7, 31), date(2026, 10, 31), date(2027, 1, 31)]


@given(rhythm=rhythms(), after=moments)
@settings(max_examples=400, deadline=None)
def test_the_next_occurrence_lies_after_and_falls_on_a_date_of_the_rhythm(rhythm: Rhythm, after: datetime) -> None:
    found = next_occurrence(rhythm, after=after)
    assert found > after
    assert found.tzinfo is UTC
    local = found.astimezone(ZoneInfo(rhythm.time_zone))
    if local.replace(tzinfo=None).time() != rhythm.time:
        # Only a gap moves an occurrence: the instant before it must have had another offset.
        just_before = (found - timedelta(seconds=1)).astimezone(ZoneInfo(rhythm.time_zone))
        assert just_before.utcoffset() != local.utcoffset()
        return
    assert local.fold == 0
    if rhythm.weekday is not None:
        assert local.weekday() == rhythm.weekday
    if rhythm.day is not None:
        assert local.day == rhythm.day or (local.day < rhythm.day and (local.date() + timedelta(days=1)).day == 1)
    if rhythm.cadence == "quarterly":
        assert local.month in {1, 4, 7, 10}


@given(rhythm=rhythms(), after=moments, share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=300, deadline=None)
def test_nothing_is_due_between_an_instant_and_its_next_occurrence(
    rhythm: Rhythm, after: datetime, share: float
) -> None:
    found = next_occurrence(rhythm, after=after)
    between = after + (found - after) * share
    assume(between < found)
    assert next_occurrence(rhythm, after=between) == found


@given(rhythm=rhythms(), after=moments)
@settings(max_examples=150, deadline=None)
def test_a_year_of_occurrences_rises_and_has_the_right_number(rhythm: Rhythm, after: datetime) -> None:
    found, moment = 0, after
    keys = set()
    while (moment := next_occurrence(rhythm, after=moment)) <= after + timedelta(days=365):
        found += 1
        keys.add(occurrence_key(moment, time_zone=rhythm.time_zone))
    assert len(keys) == found
    expected = {"daily": 365, "weekly": 52, "monthly": 12, "quarterly": 4}[rhythm.cadence]
    assert abs(found - expected) <= 1 + (rhythm.cadence == "daily")


@given(zone=st.sampled_from(LIVELY), local=st.datetimes(datetime(1990, 1, 1), datetime(2045, 1, 1)))  # noqa: DTZ001
@settings(max_examples=400, deadline=None)
def test_a_local_time_that_exists_reads_back_from_its_instant(zone: str, local: datetime) -> None:
    moment = instant_of(local, zone=ZoneInfo(zone))
    back = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert back == local or back > local


def test_a_key_names_the_local_date_and_time() -> None:
    assert occurrence_key(utc(2026, 3, 30, 6), time_zone="Europe/Berlin") == "2026-03-30T08:00:00+02:00"


@pytest.mark.parametrize(
    ("cadence", "weekday", "day", "fields"),
    [
        ("daily", None, None, set()),
        ("daily", 1, 1, {"weekday", "day"}),
        ("weekly", None, None, {"weekday"}),
        ("weekly", 7, None, {"weekday"}),
        ("weekly", 0, 3, {"day"}),
        ("monthly", None, None, {"day"}),
        ("quarterly", 2, 32, {"weekday", "day"}),
        ("yearly", None, None, {"cadence"}),
    ],
)
def test_a_rhythm_that_names_no_dates_is_told_apart(
    cadence: str, weekday: int | None, day: int | None, fields: set[str]
) -> None:
    assert set(faults_of(cadence=cadence, weekday=weekday, day=day)) == fields
    if fields:
        with pytest.raises(ValueError, match=r"\w+: "):
            Rhythm(cadence=cadence, weekday=weekday, day=day, time=time(8), time_zone="UTC")
