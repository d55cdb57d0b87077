"""Values in words: slugs, numbers and lists as a person would read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assessments.catalogue.comparison.profiles import NOT_STATED
from assessments.catalogue.facts import Deadline, Months, Penalties

_SLUGS: Mapping[str, str] = {
    "all": "all sectors",
    "entity-class": "class of entities",
    "management-system-requirements": "requirements for a management system",
    "management-system-guidance": "guidance on a management system",
    "second-party-audit": "second-party audit",
    "third-party-certification": "third-party certification",
    "third-party-assessment": "third-party assessment without certificate",
    "process-requirements": "requirements for engineering processes",
    "self-assessment": "self-assessment",
    "ict-risk": "ICT risk",
    "ai-risk": "AI risk",
    "ai-risk-and-impact": "AI risk and impact",
    "all-hazards-cyber-risk": "cyber risk from all hazards",
    "it-services": "IT services",
}
HOURS_OF_A_DAY: Final = 24
MOST_DAYS_IN_HOURS: Final = 3
_LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "ga": "Irish", "hr": "Croatian",
    "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "mt": "Maltese", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sv": "Swedish", "zh": "Chinese",
}  # fmt: skip


def slug_words(slug: str) -> str:
    return _SLUGS.get(slug, slug.replace("-", " "))


def place_name(slug: str) -> str:
    """United Kingdom; what is no state ("international") stays small."""
    return slug if slug == "international" else slug.replace("-", " ").title()


def places(slugs: Sequence[str]) -> str:
    return joined([place_name(slug) for slug in slugs])


def language_name(code: str) -> str:
    return _LANGUAGES.get(code, code)


def joined(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def slugs_joined(slugs: Sequence[str]) -> str:
    return joined([slug_words(slug) for slug in slugs])


def sectors_words(slugs: Sequence[str], *, most: int = 4) -> str:
    """All sectors of a short list, within a sentence; of a long one the first, for the table tells them all."""
    return (
        slugs_joined(slugs) if len(slugs) <= most else joined([*map(slug_words, slugs[: most - 1]), "further sectors"])
    )


def few(names: Sequence[str], *, most: int = 3) -> str:
    """The first names of a long list and how many more there are, for use within a sentence."""
    more = len(names) - most
    return joined(names) if more <= 1 else joined([*names[:most], f"{more} others"])


def number_words(value: float) -> str:
    """Thousands separated, no trailing zeros: 20,000,000 · 1.5 · 3."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def counted(value: float, *, unit: str) -> str:
    """1 year, 3 years."""
    return f"{number_words(value)} {unit}{'' if value == 1 else 's'}"


def months_words(months: Months) -> str:
    low, high = number_words(months["low"]), months["high"]
    span = counted(high, unit="month") if months["low"] == high else f"{low} to {counted(high, unit='month')}"
    return f"{span} (estimate)" if months["estimate"] else span


def deadlines_words(deadlines: Sequence[Deadline]) -> str:
    return joined([_deadline(deadline) for deadline in deadlines])


def few_deadlines(deadlines: Sequence[Deadline]) -> str:
    """The first two of a long list, for use within a sentence."""
    return few([_deadline(deadline) for deadline in deadlines], most=2)


def _deadline(deadline: Deadline) -> str:
    return f"{deadline['what']} within {deadline.get('within') or _span(deadline['hours'])}"


def _span(hours: float) -> str:
    """Hours as laws say them: up to three days in hours, whole days beyond that in days."""
    days = hours / HOURS_OF_A_DAY
    return counted(days, unit="day") if days > MOST_DAYS_IN_HOURS and days == int(days) else counted(hours, unit="hour")


def penalties_words(penalties: Penalties) -> str:
    """A verb phrase with [singular|plural] marks."""
    amount, percent = penalties.get("maximum_amount_eur"), penalties.get("maximum_percent_turnover")
    if not penalties.get("statutory"):
        if penalties.get("formal"):
            return "[sets|set] no fines but can bring formal sanctions"
        return "[has|have] no formal penalties" if "formal" in penalties else "[carries|carry] no penalties by law"
    limits = [f"EUR {number_words(amount)}"] if amount is not None else []
    limits += [f"{number_words(percent)} % of turnover"] if percent is not None else []
    return (
        f"[carries|carry] fines by law of up to {' or '.join(limits)}" if limits else "[carries|carry] penalties by law"
    )


def cell(value: Any, *, show: Any) -> str:
    """A value as a table cell: unknown prints "not stated", null "does not apply", an empty list "none"."""
    if value is NOT_STATED:
        return "not stated"
    if value is None:
        return "does not apply"
    if isinstance(value, (list, tuple)) and not value:
        return "none"
    return str(show(value))
