"""The tree of one standard edition, checked and laid out once, then scored any number of times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from assessments.scoring.errors import ScoringError
from assessments.scoring.layout import Layout, TreeNode, lay_out
from assessments.scoring.marks import PARAMETERS, Stated, read_marks
from assessments.scoring.methods import Method
from assessments.scoring.registry import method_named
from assessments.scoring.scale import Scale, exact


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTree:
    """A standard ready to be scored. Immutable: build it once per edition and share it."""

    scale: Scale  # of the answers: a single answer's score is on it, wherever its own scale is another
    result: Scale  # of the scores of groups and of the whole; the same unless the standard tells them on another
    method: Method
    parameters: Mapping[str, float]
    nodes: Mapping[str, TreeNode]  # in the order given
    children: Mapping[str | None, tuple[str, ...]]
    layout: Layout
    scales: tuple[Scale, ...]  # the distinct ones
    slot_scales: tuple[int, ...]  # per slot, which of them
    rows: tuple[int, ...]  # per node in the order given, where in the pool its score stands
    assessable: frozenset[str]

    @classmethod
    def build(
        cls,
        nodes: Sequence[TreeNode],
        *,
        method: str = "weighted_mean",
        scale: Scale | None = None,
        result: Scale | None = None,
        parameters: Mapping[str, float] | None = None,
    ) -> "ScoreTree":
        """Check and lay out the nodes of a standard, in any order, with as many at the top as it has.

        ``scale`` is that of the answers; without it, the one that all nodes at the top share. ``result`` is that of the
        scores of groups, the same unless told; ``parameters`` are the method's (``marks.PARAMETERS``).
        Raises ScoringError: duplicate-ref, orphan, cycle, bad-weight, bad-mark, bad-scale, bad-parameter, no-scale,
        unknown-method.
        """
        by_ref = _index(nodes)
        children = _children(nodes, by_ref=by_ref)
        whole = scale or _shared_scale([by_ref[ref] for ref in children.get(None, ())])
        told_on = _result_scale(result or whole)
        named = method_named(method)
        layout = lay_out(by_ref, children=children, weights=_whole_weights(nodes))
        if len(layout.places) <= len(by_ref):
            stray = next(ref for ref in by_ref if ref not in layout.places)
            raise ScoringError("cycle", f"Requirement {stray} is below itself, or below one that is.", ref=stray)
        inherited = _inherited_scales(by_ref, children=children, scale=whole)
        scales = tuple(dict.fromkeys(inherited[ref] for ref in layout.slots))
        known = _known_parameters(parameters or {}, method=named)
        marks = read_marks(
            [_stated(by_ref[ref]) for ref in layout.slots],
            scales=[inherited[ref] for ref in layout.slots],
            whole=whole,
            result=told_on,
            parameters=known,
        )
        return cls(
            scale=whole,
            result=told_on,
            method=named,
            parameters=known,
            nodes=by_ref,
            children=children,
            layout=replace(layout, marks=marks),
            scales=scales,
            slot_scales=tuple(scales.index(inherited[ref]) for ref in layout.slots),
            rows=tuple(layout.places[ref] for ref in by_ref),
            assessable=frozenset(node.ref for node in nodes if node.assessable),
        )

    def rebuilt(self, nodes: Sequence[TreeNode]) -> "ScoreTree":
        """The same standard over other nodes: a branch, or what an assessment takes of it."""
        return ScoreTree.build(
            nodes, method=self.method.name, scale=self.scale, result=self.result, parameters=self.parameters
        )

    def scale_at(self, place: int) -> Scale:
        """The scale that the score of ``place`` in the pool is told on."""
        return self.scale if place < len(self.layout.slots) else self.result

    def place(self, ref: str | None) -> int:
        """Return where in the pool the score of ``ref`` stands (None: the whole), or raise unknown-ref."""
        try:
            return self.layout.places[ref]
        except KeyError:
            raise ScoringError("unknown-ref", f"The standard has no requirement {ref}.", ref=ref) from None

    def descendants(self, ref: str | None) -> list[str]:
        """Return the refs below ``ref`` (None: all), each node before those below it."""
        found: list[str] = []
        path = list(reversed(self.children.get(ref, ())))
        while path:
            at = path.pop()
            found.append(at)
            path.extend(reversed(self.children.get(at, ())))
        return found


def _index(nodes: Sequence[TreeNode]) -> dict[str, TreeNode]:
    by_ref: dict[str, TreeNode] = {}
    for node in nodes:
        if node.ref in by_ref:
            raise ScoringError("duplicate-ref", f"The ref {node.ref} stands twice in the tree.", ref=node.ref)
        by_ref[node.ref] = node
    return by_ref


def _children(nodes: Sequence[TreeNode], *, by_ref: Mapping[str, TreeNode]) -> dict[str | None, tuple[str, ...]]:
    lists: dict[str | None, list[str]] = {}
    for node in nodes:
        if node.parent_ref is not None and node.parent_ref not in by_ref:
            sentence = f"Requirement {node.ref} hangs below {node.parent_ref}, which is not in the tree."
            raise ScoringError("orphan", sentence, ref=node.ref)
        lists.setdefault(node.parent_ref, []).append(node.ref)
    return {ref: tuple(below) for ref, below in lists.items()}


def _stated(node: TreeNode) -> Stated:
    return Stated(node.ref, node.stage, node.target, node.critical, node.points, node.partial_points)


def _known_parameters(parameters: Mapping[str, float], *, method: Method) -> dict[str, float]:
    for name in parameters:
        if name not in PARAMETERS.get(method.name, ()):
            raise ScoringError("bad-parameter", f"The method {method.name} takes no {name}.")
    return dict(parameters)


def _result_scale(scale: Scale) -> Scale:
    if scale.worths:
        raise ScoringError("bad-scale", f"Scores need a scale of equal steps to be told on, not {scale.slug or scale}.")
    return scale


def _whole_weights(nodes: Sequence[TreeNode]) -> dict[str, int]:
    """Return all weights as whole numbers of one common unit, which changes no ratio between them."""
    weights: dict[str, Fraction] = {}
    for node in nodes:
        try:
            weight = exact(1 if node.weight is None else node.weight)
        except ValueError:
            weight = Fraction(-1)
        if weight < 0:
            sentence = f"Requirement {node.ref} has the weight {node.weight}; a weight is 0 or more."
            raise ScoringError("bad-weight", sentence, ref=node.ref)
        weights[node.ref] = weight
    unit = lcm(*(weight.denominator for weight in weights.values()))
    return {ref: int(weight * unit) for ref, weight in weights.items()}


def _shared_scale(tops: Sequence[TreeNode]) -> Scale:
    scales = {node.scale for node in tops}
    shared = scales.pop() if len(scales) == 1 else None
    if shared is None:
        raise ScoringError("no-scale", "Name the scale of the whole: the nodes at the top do not share one.")
    return shared


def _inherited_scales(
    by_ref: Mapping[str, TreeNode], *, children: Mapping[str | None, Sequence[str]], scale: Scale
) -> dict[str, Scale]:
    found: dict[str, Scale] = {}
    path = [(ref, scale) for ref in children.get(None, ())]
    while path:
        ref, above = path.pop()
        found[ref] = by_ref[ref].scale or above
        path.extend((child, found[ref]) for child in children.get(ref, ()))
    return found
