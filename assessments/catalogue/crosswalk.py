"""What a crosswalk says of two standards, how it counts, and how it reads from the other side. Pure.

The format of the files, key by key, is told in `assessments/catalogue/FORMAT.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypedDict

from assessments.catalogue.schema import RequirementNode

RELATIONS: Final = ("equal", "subset", "superset", "intersects")
"""Read from left to right, over the refs of a group taken together."""
INVERSE: Final[Mapping[str, str]] = {
    "equal": "equal",
    "subset": "superset",
    "superset": "subset",
    "intersects": "intersects",
}
PROVENANCES: Final = ("official", "reviewed", "suggested")
"""The publisher's own; judged by the people of this catalogue; by a machine or second hand."""
COUNTED: Final = frozenset({"official", "reviewed"})
"""What enters a figure. A suggestion never does."""
COVERS_SOURCE: Final = frozenset({"equal", "subset"})
"""Relations under which whoever meets the target's part meets the source's."""
COVERS_TARGET: Final = frozenset({"equal", "superset"})
MARK: Final = "--"
"""Between the two slugs of a crosswalk's name; no slug contains it."""


class CrosswalkSource(TypedDict, total=False):
    """Where links or counts come from; `supports` says which, in words. `date` (YYYY-MM-DD) may be missing."""

    id: str
    title: str
    publisher: str
    url: str
    date: str
    supports: str


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Some refs of the one side and some of the other, and how they relate taken together. Rationale by language."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    relation: str
    provenance: str
    rationale: Mapping[str, str]

    @property
    def counts(self) -> bool:
        return self.provenance in COUNTED

    def inverted(self) -> LinkGroup:
        """The same group read from right to left."""
        return LinkGroup(self.target, self.source, INVERSE[self.relation], self.provenance, self.rationale)


@dataclass(frozen=True, slots=True)
class CrosswalkDocument:
    """One file. `source_titles` and `target_titles` name the refs of a side that has no tree in the catalogue."""

    source: str
    target: str
    provenance: str
    method: Mapping[str, str]
    reviewed_on: str
    sources: tuple[CrosswalkSource, ...]
    groups: tuple[LinkGroup, ...]
    succession: bool = False
    source_titles: Mapping[str, str] = field(default_factory=dict)
    target_titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.source}{MARK}{self.target}"


@dataclass(frozen=True, slots=True)
class Side:
    """A standard as a crosswalk may name it.

    leaves      ref → the assessable refs it stands for: an assessable requirement for itself alone, a heading for the
                assessable ones below it. Empty without a tree.
    withdrawn   ref → the refs that took its place.
    """

    slug: str
    has_tree: bool
    leaves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def total(self) -> int | None:
        """How many assessable requirements it has, None without a tree."""
        return len(assessed(self)) if self.has_tree else None

    def stands_for(self, refs: Iterable[str]) -> set[str]:
        """What refs stand for; without a tree, each for itself."""
        if not self.has_tree:
            return set(refs)
        return {leaf for ref in refs for leaf in self.leaves.get(ref, ())}


class SideCounts(TypedDict):
    """Of one side: assessable requirements (null without a tree), touched by a counted link, and covered wholly.

    touched   in at least one official or reviewed group, whatever the relation (the wide count)
    covered   in at least one under which meeting the other side's part meets this side's (the strict count)
    Without a tree refs are counted instead of requirements.
    """

    total: int | None
    touched: int
    covered: int


class CrosswalkCounts(TypedDict):
    """Figures of a crosswalk; `relations` counts the official and reviewed groups, `provenances` all of them."""

    relations: dict[str, int]
    provenances: dict[str, int]
    source: SideCounts
    target: SideCounts


def side_of(slug: str, nodes: Sequence[RequirementNode]) -> Side:
    """A side from its tree in document order; without nodes one without a tree."""
    children: dict[str | None, list[str]] = {}
    for node in nodes:
        children.setdefault(node.parent, []).append(node.ref)
    below: dict[str, list[str]] = {}
    for node in reversed(nodes):  # children before their parents
        under = [leaf for child in children.get(node.ref, ()) for leaf in below[child]]
        below[node.ref] = [node.ref, *under] if node.assessable else under
    leaves = {node.ref: (node.ref,) if node.assessable else tuple(below[node.ref]) for node in nodes}
    withdrawn = {node.ref: node.withdrawn for node in nodes if node.withdrawn is not None}
    return Side(slug, has_tree=bool(nodes), leaves=leaves, withdrawn=withdrawn)


def assessed(side: Side) -> list[str]:
    """The assessable refs of a side."""
    return [ref for ref, leaves in side.leaves.items() if leaves == (ref,)]


class SideMatch:
    """The refs of one side that are touched, and those of them that are covered wholly."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.touched: set[str] = set()
        self.covered: set[str] = set()

    def add(self, refs: Collection[str], *, covers: bool) -> None:
        leaves = self.side.stands_for(refs)
        self.touched |= leaves
        if covers:
            self.covered |= leaves

    def counts(self) -> SideCounts:
        return {"total": self.side.total, "touched": len(self.touched), "covered": len(self.covered)}


def matched(groups: Iterable[LinkGroup], *, source: Side, target: Side) -> tuple[SideMatch, SideMatch]:
    """What the official and reviewed groups touch and cover on either side."""
    found = SideMatch(source), SideMatch(target)
    for group in groups:
        if group.counts:
            found[0].add(group.source, covers=group.relation in COVERS_SOURCE)
            found[1].add(group.target, covers=group.relation in COVERS_TARGET)
    return found


def counts_of(groups: Sequence[LinkGroup], *, source: Side, target: Side) -> CrosswalkCounts:
    """The figures of a crosswalk, each of which can be counted again from its groups and the two trees."""
    relations = Counter(group.relation for group in groups if group.counts)
    provenances = Counter(group.provenance for group in groups)
    left, right = matched(groups, source=source, target=target)
    return {
        "relations": {relation: relations[relation] for relation in RELATIONS},
        "provenances": {provenance: provenances[provenance] for provenance in PROVENANCES},
        "source": left.counts(),
        "target": right.counts(),
    }
