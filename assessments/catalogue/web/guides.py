"""Our own short guides: related reading beside comparisons. Read once per process from `catalogue/guides/*.yaml`.

A file holds `title`, `description` (for a result list), `lead`, `standards` (slugs it speaks of), `reviewed_on`,
 `sections` ({heading, text?, items? [{name, text}], table? {columns, rows}}) and `sources` ({id, title,
publisher, url, date?}). A text may cite a source as [id].
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FOLDER: Final = Path(__file__).resolve().parents[1] / "guides"
_CITED: Final = re.compile(r" ?\[([a-z0-9-]+)\]")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a guide: a heading and whichever of the three it has."""

    heading: str
    text: tuple[SafeString, ...]
    items: tuple[tuple[str, SafeString], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[SafeString, ...], ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide. `cited`: the ids of the sources its texts name, in the order of `sources`."""

    slug: str
    title: str
    description: str
    lead: SafeString
    standards: tuple[str, ...]
    reviewed_on: str
    sections: tuple[Section, ...]
    sources: tuple[Mapping[str, str], ...]

    @property
    def address(self) -> str:
        return f"/guides/{self.slug}/"


@cache
def guides() -> tuple[Guide, ...]:
    """All of them, by title. Raises KeyError or ValueError where a file is not as told above."""
    found = [_guide(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda guide: guide.title))


def guides_about(*slugs: str) -> tuple[Guide, ...]:
    """Those that speak of one of the standards, first those that speak of most."""
    told = [(sum(slug in guide.standards for slug in slugs), guide) for guide in guides()]
    return tuple(guide for count, guide in sorted(told, key=lambda pair: (-pair[0], pair[1].title)) if count)


def _guide(path: Path) -> Guide:
    told: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    sources = tuple(told["sources"])
    numbers = {source["id"]: place for place, source in enumerate(sources, 1)}
    return Guide(
        slug=path.stem,
        title=told["title"],
        description=told["description"],
        lead=_cite(told["lead"], numbers),
        standards=tuple(told["standards"]),
        reviewed_on=str(told["reviewed_on"]),
        sections=tuple(_section(section, numbers) for section in told["sections"]),
        sources=sources,
    )


def _section(told: Mapping[str, Any], numbers: Mapping[str, int]) -> Section:
    table = told.get("table") or {"columns": (), "rows": ()}
    return Section(
        heading=told["heading"],
        text=_all(told.get("text", ()), numbers),
        items=tuple((item["name"], _cite(item["text"], numbers)) for item in told.get("items", ())),
        columns=tuple(table["columns"]),
        rows=tuple(_all(row, numbers) for row in table["rows"]),
    )


def _all(texts: Sequence[str], numbers: Mapping[str, int]) -> tuple[SafeString, ...]:
    return tuple(_cite(text, numbers) for text in texts)


def _cite(text: str, numbers: Mapping[str, int]) -> SafeString:
    """The text as HTML, [id] as a link to the source. Raises ValueError where there is no such source."""

    def mark(found: re.Match[str]) -> str:
        number = numbers.get(found[1])
        if number is None:
            raise ValueError(f"There is no source {found[1]}.")
        return f' <a class="source" href="#source-{number}" aria-label="source {number}">{number}</a>'

    return mark_safe(_CITED.sub(mark, escape(text.strip())))  # noqa: S308 - escaped before the links are set
