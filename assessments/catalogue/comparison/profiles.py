"""What a comparison is made of: one standard's facts, prose, counts and themes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from assessments.catalogue.schema import Facts, Outline, Prose, Question


class Missing(Enum):
    """The value of a fact nobody stated, as against null, which says that the fact does not apply."""

    NOT_STATED = "not stated"


NOT_STATED: Final = Missing.NOT_STATED


@dataclass(frozen=True, slots=True)
class StandardProfile:
    """One side of a comparison. `themes` maps a theme to its share of the assessable requirements (sum 1)."""

    slug: str
    facts: Facts
    prose: Prose
    faq: Sequence[Question]
    outline: Outline
    themes: Mapping[str, float]

    @property
    def number(self) -> str:
        return self.facts["number"]

    def fact(self, key: str) -> Any:
        """The fact, None where it does not apply, NOT_STATED where the profile says nothing."""
        return self.facts.get(key, NOT_STATED)
