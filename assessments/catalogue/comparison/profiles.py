"""What a comparison is made of: one standard's facts, prose, counts and themes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from assessments.catalogue.facts import Facts, Prose, Question
from assessments.catalogue.schema import Outline


class Missing(Enum):
    """The value of a fact nobody stated, as against null, which says that the fact does not apply."""

    NOT_STATED = "not stated"


NOT_STATED: Final = Missing.NOT_STATED
_LONGEST_EDITION: Final = 12
"""Characters of a number beyond the short name, with which it is no longer than what people say."""


@dataclass(frozen=True, slots=True)
class StandardProfile:
    """One side of a comparison. `themes` maps a theme to its share of the assessable requirements (sum 1).

    Not every standard is told in full: without a tree `outline` is None, and of a record `prose` has no more than title
    and one line. What is missing is "not stated".
    """

    slug: str
    facts: Facts
    prose: Prose
    faq: Sequence[Question]
    outline: Outline | None
    themes: Mapping[str, float]

    @property
    def number(self) -> str:
        return self.facts["number"]

    @property
    def name(self) -> str:
        """What it is called in running text."""
        return called(self.number, short_name=self.prose.get("short_name"))

    @property
    def has_prose(self) -> bool:
        """Whether the sections are written, or title and one line only."""
        return "verdict" in self.prose

    def count(self, read: Callable[[Outline], int]) -> Any:
        """A count over the tree, or NOT_STATED without one."""
        return NOT_STATED if self.outline is None else read(self.outline)

    def fact(self, key: str) -> Any:
        """The fact, None where it does not apply, NOT_STATED where the profile says nothing."""
        return self.facts.get(key, NOT_STATED)


def called(number: str, *, short_name: str | None) -> str:
    """What people say: the short name, or the number where it is little more than that and an edition.

    NIS2 for Directive (EU) 2022/2555, CIS Controls v8.1 for CIS Controls v8.1, CMMC 2.0 for CMMC 2.0 (32 CFR Part 170).
    """
    if not short_name:
        return number
    plain = number.partition(" (")[0]
    if plain.lower().startswith(short_name.lower()) and len(plain) <= len(short_name) + _LONGEST_EDITION:
        return plain
    return short_name
