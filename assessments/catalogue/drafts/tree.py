"""A draft's flat list of requirements as a tree: who stands below whom, in which order, and what fits nowhere. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from assessments.catalogue.drafts.content import ContentFault, DraftRequirement

DEEPEST: Final = 20
"""Levels of a tree; no standard we know has more than eight."""


@dataclass(slots=True)
class DraftTree:
    """Places (indexes into the list) by parent ref, None for the top; siblings in the order of the list."""

    requirements: Sequence[DraftRequirement]
    faults: list[ContentFault] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    children: dict[str | None, list[int]] = field(default_factory=dict)

    def below(self, ref: str) -> Iterator[int]:
        """The places of everything under a ref, itself left out, in document order."""
        for place in self.children.get(ref, ()):
            yield place
            yield from self.below(self.requirements[place].ref)


def tree_of(requirements: Sequence[DraftRequirement]) -> DraftTree:
    """The tree, with a fault for a ref that stands twice, a parent that is not there, a circle, and what is too deep.

    What is at fault is left out of the tree, with everything below it.
    """
    tree = DraftTree(requirements)
    for place, requirement in enumerate(requirements):
        if requirement.ref in tree.places:
            message = (
                f"the ref {requirement.ref} stands twice; the first is /requirements/{tree.places[requirement.ref]}"
            )
            tree.faults.append(ContentFault(f"/requirements/{place}/ref", requirement.ref, message))
        else:
            tree.places[requirement.ref] = place
    known: dict[str | None, list[int]] = {}
    for place in tree.places.values():
        requirement = requirements[place]
        if requirement.parent is not None and requirement.parent not in tree.places:
            message = f"there is no {requirement.parent} that it could stand below"
            tree.faults.append(ContentFault(f"/requirements/{place}/parent", requirement.ref, message))
        else:
            known.setdefault(requirement.parent, []).append(place)
    _climb(tree, known=known)
    return tree


def _climb(tree: DraftTree, *, known: dict[str | None, list[int]]) -> None:
    """From the top down, so that a circle, which hangs from nothing, is not reached."""
    reached: set[int] = set()
    level: list[str | None] = [None]
    for _ in range(DEEPEST):
        below: list[str | None] = []
        for parent in level:
            if places := known.get(parent):
                tree.children[parent] = places
                reached.update(places)
                below += [tree.requirements[place].ref for place in places]
        level = below
    for parent in level:
        for place in known.get(parent, ()):
            message = f"stands deeper than {DEEPEST} levels"
            tree.faults.append(ContentFault(f"/requirements/{place}", tree.requirements[place].ref, message))
    for ref in _in_circles(
        tree, {tree.requirements[place].ref for place in tree.places.values() if place not in reached}
    ):
        requirement = tree.requirements[tree.places[ref]]
        message = f"{requirement.parent} stands below {ref} itself"
        tree.faults.append(ContentFault(f"/requirements/{tree.places[ref]}/parent", ref, message))


def _in_circles(tree: DraftTree, refs: set[str]) -> list[str]:
    """Those of the refs that stand below themselves; each is walked past once."""
    walked: dict[str, str] = {}
    found: list[str] = []
    for start in sorted(refs, key=tree.places.__getitem__):
        at: str | None = start
        while at in refs and at not in walked:
            walked[at] = start
            at = tree.requirements[tree.places[at]].parent
        if at in refs and walked[at] == start:
            first = at
            while True:
                found.append(at)
                at = tree.requirements[tree.places[at]].parent
                if at is None or at == first:
                    break
    return sorted(found, key=tree.places.__getitem__)
