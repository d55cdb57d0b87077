"""Public and own links between two standards as one list in which nothing counts twice. Pure.

Every link says where it comes from. An organisation's link adds to the public ones. Where both link the very same refs,
one of them counts: the public one where the two say the same, else the one that the organisation has reviewed, whose
word about its own work goes before the catalogue's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.crosswalk import LinkGroup, Side

PUBLIC: Final = "public"
OWN: Final = "own"
CROSSWALKS_OF: Final = (PUBLIC, OWN)

COUNTED: Final = "counted"
SUGGESTED: Final = "suggested"
REPEATED: Final = "repeated"
REPLACED: Final = "replaced"
LOST: Final = "lost"
STANDINGS: Final = (COUNTED, SUGGESTED, REPEATED, REPLACED, LOST)
"""What a link is worth here: it counts; it is a suggestion; a public link says the same; the organisation's own link of
the same refs says otherwise and counts instead; it names a requirement that its standard does not have any more."""


@dataclass(frozen=True, slots=True)
class JoinedLink:
    """`position` counts from 0 in the crosswalk the link is of."""

    group: LinkGroup
    of: str
    position: int
    standing: str

    @property
    def is_kept(self) -> bool:
        """Whether it says something that no other link of the list says."""
        return self.standing in {COUNTED, SUGGESTED}


def join(
    public: Sequence[LinkGroup], own: Sequence[LinkGroup], *, source: Side, target: Side
) -> tuple[JoinedLink, ...]:
    """The links of both, read in one direction: the public ones first, each in the order of its crosswalk."""
    counted = {_refs(group): group for group in public if group.counts}
    replaced = set()
    links_of_own = []
    for position, group in enumerate(own):
        other = counted.get(_refs(group))
        if is_lost(group, source=source, target=target):
            standing = LOST
        elif not group.counts:
            standing = SUGGESTED
        elif other is not None and other.relation == group.relation:
            standing = REPEATED
        else:
            standing = COUNTED
            if other is not None:
                replaced.add(_refs(group))
        links_of_own.append(JoinedLink(group, OWN, position, standing))
    links_of_public = [
        JoinedLink(
            group,
            PUBLIC,
            position,
            REPLACED if group.counts and _refs(group) in replaced else COUNTED if group.counts else SUGGESTED,
        )
        for position, group in enumerate(public)
    ]
    return (*links_of_public, *links_of_own)


def is_lost(group: LinkGroup, *, source: Side, target: Side) -> bool:
    """Whether a requirement that it names is not there any more: nobody can say what the rest of it means then."""
    return any(
        side.has_tree and any(not side.leaves.get(ref) for ref in refs)
        for side, refs in ((source, group.source), (target, group.target))
    )


def _refs(group: LinkGroup) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(group.source), frozenset(group.target)
