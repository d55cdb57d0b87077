"""The nodes of a standard, laid out as flat arrays in which the answers below any node are one span.

Words used by the whole package:

slot   one answer that counts: a leaf's, or the own answer of an assessable parent.
group  a node whose score is made of others: a heading, a parent with children, or the whole standard (ref None).
pool   slots and groups numbered through: slot ``i`` is ``i``, group ``j`` is ``len(slots) + j``.

Groups stand children first, so one pass from left to right meets every group after its members.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from assessments.scoring.marks import Marks
from assessments.scoring.scale import Scale


class OwnAnswerRule(StrEnum):
    """What the own answer of an assessable node with children is worth. Of no effect on leaves and headings."""

    OWN = "own"  # it stands for the whole subtree; what is answered below is scored below, and goes no further up
    CHILDREN = "children"  # only the children count; the own answer is kept, and scored nowhere
    BOTH = "both"  # it is one more member beside the children, with the node's own weight


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One requirement or heading of a standard.

    ``weight`` is 1 unless stated; 0 shows a node without counting it above; below 0 is refused.
    ``scale`` None is that of the parent, and at the top that of the standard.
    A withdrawn requirement is one that is no longer ``assessable``.

    The rest is for methods that ask for it: ``stage`` (from 1) a level it belongs to; ``target``, on its own scale,
    above which nothing is gained; ``critical``, unmet it is a finding; ``points`` lost while it is unmet,
    ``partial_points`` while it is met in part (all of them unless stated).
    """

    ref: str
    parent_ref: str | None = None
    assessable: bool = True
    weight: float | None = None
    scale: Scale | None = None
    own_answer_rule: OwnAnswerRule = OwnAnswerRule.BOTH
    stage: int | None = None
    target: float | None = None
    critical: bool = False
    points: float | None = None
    partial_points: float | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What a scoring method adds over. All weights are whole numbers in one common unit."""

    slots: tuple[str, ...]  # refs; the answers below any group are neighbours
    spans: tuple[tuple[int, int], ...]  # per group: its first slot, and the one after its last
    members: tuple[tuple[int, ...], ...]  # per group: its direct members in the pool
    weights: tuple[int, ...]  # per member of the pool
    places: Mapping[str | None, int]  # ref -> where in the pool its score stands; None is the whole standard
    marks: Marks = field(default_factory=Marks)

    @property
    def slot_weights(self) -> tuple[int, ...]:
        """The weights of the slots alone."""
        return self.weights[: len(self.slots)]

    def slots_of(self, place: int) -> range:
        """The slots that the score of ``place`` in the pool is made of."""
        slots = len(self.slots)
        return range(place, place + 1) if place < slots else range(*self.spans[place - slots])


@dataclass(slots=True)
class _Draft:
    """A layout in the making. Members count groups as ``~j`` until the number of slots is known."""

    slots: list[str] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    members: dict[str | None, list[int]] = field(default_factory=dict)
    places: dict[str | None, int] = field(default_factory=dict)
    starts: dict[str | None, int] = field(default_factory=dict)


def lay_out(
    nodes: Mapping[str, TreeNode],
    *,
    children: Mapping[str | None, Sequence[str]],
    weights: Mapping[str, int],
) -> Layout:
    """Lay out the nodes that can be reached from the top.

    1. Walk depth first, without recursion, from the top. A node that stands for its answer alone takes a slot; any
       other node opens a group, which is closed after its last descendant and spans all slots taken in between.
    2. The children of a node whose own answer stands for them all are set aside and walked afterwards, as trees of
       their own: so they are scored, and lie within no span above them.
    3. Number the pool through.
    """
    draft = _Draft()
    apart: deque[str | None] = deque([None])
    while apart:
        path: list[tuple[str | None, bool]] = [(apart.popleft(), False)]
        while path:
            ref, is_walked = path.pop()
            if is_walked:
                _close_group(draft, ref=ref, node=nodes[ref] if ref is not None else None)
                continue
            below = children.get(ref, ())
            node = nodes[ref] if ref is not None else None
            if node is not None and _takes_a_slot_alone(node, has_children=bool(below)):
                _join(draft, node=node, place=_take_slot(draft, ref=node.ref))
                apart.extend(below)
                continue
            _open_group(draft, node=node)
            path.append((ref, True))
            path.extend((child, False) for child in reversed(below))

    slots = len(draft.slots)

    def number(place: int) -> int:
        return place if place >= 0 else slots + ~place

    return Layout(
        slots=tuple(draft.slots),
        spans=tuple(draft.spans),
        members=tuple(tuple(map(number, draft.members[ref])) for ref in draft.groups),
        weights=(*(weights[ref] for ref in draft.slots), *(1 if ref is None else weights[ref] for ref in draft.groups)),
        places={ref: number(place) for ref, place in draft.places.items()},
    )


def _takes_a_slot_alone(node: TreeNode, *, has_children: bool) -> bool:
    return node.assessable and (not has_children or node.own_answer_rule is OwnAnswerRule.OWN)


def _take_slot(draft: _Draft, *, ref: str) -> int:
    draft.slots.append(ref)
    return len(draft.slots) - 1


def _open_group(draft: _Draft, *, node: TreeNode | None) -> None:
    ref = node.ref if node is not None else None
    draft.starts[ref] = len(draft.slots)
    draft.members[ref] = []
    if node is not None and node.assessable and node.own_answer_rule is OwnAnswerRule.BOTH:
        draft.members[ref].append(_take_slot(draft, ref=node.ref))


def _close_group(draft: _Draft, *, ref: str | None, node: TreeNode | None) -> None:
    draft.groups.append(ref)
    draft.spans.append((draft.starts[ref], len(draft.slots)))
    place = ~(len(draft.groups) - 1)
    if node is None:
        draft.places[None] = place
    else:
        _join(draft, node=node, place=place)


def _join(draft: _Draft, *, node: TreeNode, place: int) -> None:
    """Note where the score of ``node`` stands, and make it a member of its parent, unless it was set apart from it."""
    draft.places[node.ref] = place
    if node.parent_ref in draft.members:
        draft.members[node.parent_ref].append(place)
