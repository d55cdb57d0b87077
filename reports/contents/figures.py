"""How numbers, dates and sizes are printed: one decimal rounded half up, whole percents, no false precision.

Full precision is kept in the computations; only what is printed is rounded.  Where rounding would say
something untrue (100% with one answer missing, a gap of 0.0 that is not closed) the figure says so.
"""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

NOT_ASSESSED = "not assessed"
NOT_STATED = "not stated"
MINUS = "\N{MINUS SIGN}"

# Differences below this are not visible at one decimal; they count as no movement.
VISIBLE = 0.05

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_NOISE = 9  # decimals: 2.4499999999999997 came from 2.45 and is rounded like it


def round_half_up(value: float, *, decimals: int = 1) -> Decimal:
    """Round a finite number half away from zero, as people do on paper."""
    quantum = Decimal(1).scaleb(-decimals)
    return Decimal(repr(round(value, _NOISE))).quantize(quantum, rounding=ROUND_HALF_UP)


def format_score(value: float | None) -> str:
    """Return a mean on the scale with one decimal; "not assessed" for None, never 0."""
    return NOT_ASSESSED if value is None else str(round_half_up(value))


def format_level(value: float | None) -> str:
    """Return a chosen level: "3", or "2.5" on scales with half steps; "not assessed" for None."""
    if value is None:
        return NOT_ASSESSED
    return str(int(value)) if float(value).is_integer() else str(round_half_up(value))


def format_percent(share: float | None) -> str:
    """Return a share (0..1) in whole percent; 100% and 0% only where exactly that is true, else ">99%" and "<1%"."""
    if share is None:
        return NOT_ASSESSED
    percent = round_half_up(share * 100, decimals=0)
    if percent >= 100 and share < 1:
        return ">99%"
    if percent <= 0 and share > 0:
        return "<1%"
    return f"{percent}%"


def format_change(change: float) -> str:
    """Return a signed difference: "+0.3", "−0.2", or "no change" when it is not visible at one decimal."""
    if abs(change) < VISIBLE:
        return "no change"
    return f"{'+' if change > 0 else MINUS}{round_half_up(abs(change))}"


def format_distance(distance: float) -> str:
    """Return a distance to target, at least 0: "0.4", "less than 0.1", "0"."""
    if distance <= 0:
        return "0"
    return "less than 0.1" if distance < VISIBLE else str(round_half_up(distance))


def format_number(value: float) -> str:
    """Return a weight or a sum: whole when it is whole, else with one decimal."""
    return str(int(value)) if float(value).is_integer() else str(round_half_up(value))


def format_date(day: date | None) -> str:
    """Return "22 November 2026", or "not stated"."""
    return NOT_STATED if day is None else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_short_date(day: date | None) -> str:
    """Return "22 Nov 2026" for tables, or "not stated"."""
    return NOT_STATED if day is None else f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def format_moment(moment: datetime | None) -> str:
    """Return "22 November 2026, 20:00 UTC", or "not stated"; the moment is given with its zone."""
    if moment is None:
        return NOT_STATED
    utc = moment.astimezone(UTC)
    return f"{format_date(utc.date())}, {utc:%H:%M} UTC"


def format_period(start: date | None, end: date | None) -> str:
    """Return "1 January 2026 to 30 June 2026", or what is known of it."""
    if start is None and end is None:
        return NOT_STATED
    if start is None:
        return f"until {format_date(end)}"
    return f"from {format_date(start)}" if end is None else f"{format_date(start)} to {format_date(end)}"


def format_size(size: int) -> str:
    """Return a file's size in bytes as "340 kB" or "1.2 MB" (decimal units)."""
    if size < 1_000:
        return f"{size} B"
    if size < 999_500:
        return f"{round_half_up(size / 1_000, decimals=0)} kB"
    return f"{round_half_up(size / 1_000_000)} MB"
