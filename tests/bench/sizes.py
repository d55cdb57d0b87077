"""How much data is made, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

SHIPPED = ("iso-13485-2016", "iso-56002-2019")


@dataclass(frozen=True)
class Sizes:
    """`small` and `large` are numbers of assessable requirements; `assessments` are those of the main organisation."""

    organisations: int = 200
    assessments: int = 200
    small: int = 106
    large: int = 1000
    evidence: int = 60

    @property
    def standards(self) -> tuple[int, ...]:
        return tuple(sorted({self.small, self.large}))


def organisation_slug(number: int) -> str:
    """0 is the main organisation, 1 the one where assessments are started."""
    return f"bench-{number:04d}"
