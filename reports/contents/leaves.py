"""What the report counts: each assessable requirement once, with its state, target and distance to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reports.contents.snapshot import Requirement, Snapshot

Status = Literal["answered", "not_assessed", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One assessable requirement.

    `gap` is the distance to target in scale units (never negative), None when there is no level or no target.
    """

    requirement: Requirement
    anchor: str
    group: str
    status: Status
    level: float | None
    target: float | None
    gap: float | None
    evidenced: bool
    validated: bool
    changes_requested: bool

    @property
    def weighted_gap(self) -> float:
        """Return the priority of closing the gap: weight times distance; 0 where there is none."""
        return self.requirement.weight * (self.gap or 0.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The leaves in document order, and the tree around them.

    `groups` are the top nodes (or, below a single top heading, its children); `anchors` gives each ref a name
    for links that holds none of the ref's own characters, since a private standard's refs are free text.
    """

    leaves: tuple[Leaf, ...]
    groups: tuple[Requirement, ...]
    group_of: Mapping[str, str]
    anchors: Mapping[str, str]

    def of_group(self, ref: str) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.group == ref]

    @property
    def answered(self) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.status == "answered"]

    @property
    def applicable(self) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.status != "not_applicable"]

    @property
    def below_target(self) -> list[Leaf]:
        """Return the leaves with a gap, the largest weighted gap first.

        Equal priorities are ordered by the larger distance, then the lower level, then document order (the sort
        is stable), so that the same snapshot always gives the same list.
        """
        behind = [leaf for leaf in self.leaves if leaf.gap]
        return sorted(behind, key=lambda leaf: (-round(leaf.weighted_gap, 9), -(leaf.gap or 0.0), leaf.level or 0.0))


def lay_out(snapshot: Snapshot) -> Sheet:
    """Read the leaves and groups of a snapshot; parents must stand before their children, as in the document."""
    requirements = snapshot.requirements
    anchors = {requirement.ref: f"r{position}" for position, requirement in enumerate(requirements, start=1)}
    groups = _top_nodes(requirements)
    tops = {group.ref for group in groups}
    group_of: dict[str, str] = {}
    for requirement in requirements:
        if requirement.ref in tops:
            group_of[requirement.ref] = requirement.ref
        elif requirement.parent in group_of:
            group_of[requirement.ref] = group_of[requirement.parent]
    leaves = tuple(
        _read_leaf(
            requirement,
            anchor=anchors[requirement.ref],
            group=group_of.get(requirement.ref, requirement.ref),
            snapshot=snapshot,
        )
        for requirement in requirements
        if requirement.assessable
    )
    return Sheet(leaves=leaves, groups=groups, group_of=group_of, anchors=anchors)


def _top_nodes(requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    tops = tuple(requirement for requirement in requirements if requirement.parent is None)
    if len(tops) == 1 and not tops[0].assessable:
        return tuple(requirement for requirement in requirements if requirement.parent == tops[0].ref)
    return tops


def _read_leaf(requirement: Requirement, *, anchor: str, group: str, snapshot: Snapshot) -> Leaf:
    answer = requirement.answer
    status: Status = "answered"
    # Without an answer a requirement can still not apply: a profile (sterile, implantable) may rule it out.
    if (answer is not None and not answer.applicable) or (answer is None and requirement.scores.applicable == 0):
        status = "not_applicable"
    elif answer is None or answer.level is None:
        status = "not_assessed"
    level = answer.level if answer is not None and status == "answered" else None
    own_target = answer.target if answer is not None else None
    target = next(
        (goal for goal in (own_target, requirement.scores.target, snapshot.assessment.target) if goal is not None), None
    )
    today = snapshot.taken_at.date()
    review = answer.review if answer is not None else None
    return Leaf(
        requirement=requirement,
        anchor=anchor,
        group=group,
        status=status,
        level=level,
        target=target if status != "not_applicable" else None,
        gap=max(0.0, target - level) if target is not None and level is not None else None,
        evidenced=answer is not None and any(item.is_valid_on(today) for item in answer.evidence),
        validated=status == "answered" and review is not None and review.verdict == "validated",
        changes_requested=status == "answered" and review is not None and review.verdict == "changes_requested",
    )
