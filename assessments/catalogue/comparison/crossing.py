"""A crosswalk as a comparison sees it: which way round it was written does not matter, and suggestions never count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assessments.catalogue.crosswalk import INVERSE, RELATIONS, CrosswalkCounts, CrosswalkSource, SideCounts


@dataclass(frozen=True, slots=True)
class Coverage:
    """One side of a crosswalk.

    total     assessable requirements, None where the catalogue has no tree; refs are counted then, and no share told
    touched   in at least one official or reviewed group, whatever the relation (wide)
    covered   in at least one under which meeting the other side meets it (strict: equal, or contained in the other)
    The shares are of `total`, 0 to 1.
    """

    total: int | None
    touched: int
    covered: int
    touched_share: float | None
    covered_share: float | None


@dataclass(frozen=True, slots=True)
class Relations:
    """Official and reviewed groups by relation, read from a to b."""

    equal: int
    subset: int
    superset: int
    intersects: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crosswalk read from a to b. `name` is its own, whichever order it was written in.

    successor   the side that is the next edition of the other, None for two different standards
    suggested   groups that are suggestions, told and never counted
    reviewed_on is None of an organisation's own that nobody has reviewed
    """

    name: str
    provenance: str
    method: str
    reviewed_on: str | None
    sources: tuple[CrosswalkSource, ...]
    successor: Literal["a", "b"] | None
    official: int
    reviewed: int
    suggested: int
    relations: Relations
    a: Coverage
    b: Coverage

    @property
    def counted(self) -> int:
        """Groups that enter the figures."""
        return self.official + self.reviewed

    @property
    def share(self) -> float | None:
        """Touched on both sides over all there is on both; None without both trees."""
        if self.a.total is None or self.b.total is None:
            return None
        return share_of(self.a.touched + self.b.touched, self.a.total + self.b.total)

    @property
    def strict_share(self) -> float | None:
        """As `share`, of what is covered."""
        if self.a.total is None or self.b.total is None:
            return None
        return share_of(self.a.covered + self.b.covered, self.a.total + self.b.total)


def crossing_of(  # what a crosswalk states of itself
    name: str,
    *,
    provenance: str,
    method: str,
    reviewed_on: str | None,
    sources: Sequence[CrosswalkSource],
    succession: bool,
    counts: CrosswalkCounts,
) -> Crossing:
    """A crosswalk read from its source (a) to its target (b)."""
    return Crossing(
        name=name,
        provenance=provenance,
        method=method,
        reviewed_on=reviewed_on,
        sources=tuple(sources),
        successor="b" if succession else None,
        official=counts["provenances"]["official"],
        reviewed=counts["provenances"]["reviewed"],
        suggested=counts["provenances"]["suggested"],
        relations=Relations(**{relation: counts["relations"][relation] for relation in RELATIONS}),
        a=_coverage(counts["source"]),
        b=_coverage(counts["target"]),
    )


def swap_crossing(crossing: Crossing) -> Crossing:
    """The same crosswalk read from b to a."""
    turned: Mapping[Literal["a", "b"] | None, Literal["a", "b"] | None] = {"a": "b", "b": "a", None: None}
    relations = {relation: getattr(crossing.relations, INVERSE[relation]) for relation in RELATIONS}
    return replace(
        crossing,
        a=crossing.b,
        b=crossing.a,
        successor=turned[crossing.successor],
        relations=Relations(**relations),
    )


def share_of(part: int, whole: int) -> float | None:
    """Four places; None of nothing."""
    return round(part / whole, 4) if whole else None


def _coverage(counts: SideCounts) -> Coverage:
    total, touched, covered = counts["total"], counts["touched"], counts["covered"]
    return Coverage(
        total=total,
        touched=touched,
        covered=covered,
        touched_share=None if total is None else share_of(touched, total),
        covered_share=None if total is None else share_of(covered, total),
    )
