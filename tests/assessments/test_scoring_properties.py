"""The invariants of scoring, each held against trees of any shape, weights, scales, rules and answers.

Because the arithmetic is exact, equal means equal here, to the last bit; nothing is compared approximately.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assessments.scoring import LeafState, NodeScore, OwnAnswerRule, Scale, ScoreSheet, ScoreTree, TreeNode, score

exactly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

MEANS = ("weighted_mean", "mean_of_groups")
LEVELLING = (*MEANS, "samm", "floor")
"""Under these, leaves that are all at one level put the whole there."""
METHODS = (*LEVELLING, "capped_mean", "staged_minimum", "subtractive")
SCALES = [Scale(0, 5), Scale(1, 4), Scale(0, 100), Scale(-203, 110), Scale(0, 1)]
WEIGHTS = st.one_of(st.none(), st.sampled_from([0, 1, 2, 0.1, 0.15, 20]), st.integers(0, 500).map(lambda n: n / 100))


@dataclass(frozen=True)
class Case:
    """A standard and the answers to it."""

    nodes: tuple[TreeNode, ...]
    states: Mapping[str, LeafState]
    method: str
    scale: Scale
    include: frozenset[str] | None = None
    unanswered_as_zero: bool = False

    def tree(self) -> ScoreTree:
        return ScoreTree.build(self.nodes, method=self.method, scale=self.scale)

    def sheet(self) -> ScoreSheet:
        return score(self.tree(), self.states, include=self.include, unanswered_as_zero=self.unanswered_as_zero)

    def scores(self) -> dict[str | None, NodeScore]:
        sheet = self.sheet()
        found: dict[str | None, NodeScore] = {None: sheet.root}
        found.update(sheet.nodes)
        return found

    def scale_of(self, ref: str | None) -> Scale:
        by_ref = {node.ref: node for node in self.nodes}
        while ref is not None:
            scale = by_ref[ref].scale
            if scale is not None:
                return scale
            ref = by_ref[ref].parent_ref
        return self.scale

    def childless(self) -> list[str]:
        parents = {node.parent_ref for node in self.nodes}
        return [node.ref for node in self.nodes if node.ref not in parents]


def levels_on(scale: Scale) -> st.SearchStrategy[float]:
    steps = st.integers(0, 20).map(lambda n: scale.minimum + (scale.maximum - scale.minimum) * n / 20)
    return steps | st.floats(scale.minimum, scale.maximum)


@st.composite
def cases(draw: st.DrawFn, *, mixed: bool = True, filters: bool = True, methods: tuple[str, ...] = METHODS) -> Case:
    whole, method = draw(st.sampled_from(SCALES)), draw(st.sampled_from(methods))
    nodes: list[TreeNode] = []
    for at in range(draw(st.integers(1, 14))):
        parent = draw(st.none() | st.sampled_from([node.ref for node in nodes])) if nodes else None
        scale = draw(st.none() | st.sampled_from(SCALES)) if mixed else None
        own = scale or Case(tuple(nodes), {}, method, whole).scale_of(parent)
        points = draw(st.none() | st.integers(0, 9))
        nodes.append(
            TreeNode(
                ref=f"r{at}",
                parent_ref=parent,
                assessable=draw(st.sampled_from([True, True, False])),
                weight=draw(WEIGHTS),
                scale=scale,
                own_answer_rule=draw(st.sampled_from(OwnAnswerRule)),
                stage=draw(st.none() | st.integers(1, 4)),
                target=draw(st.none() | levels_on(own)),
                critical=draw(st.booleans()),
                points=points,
                partial_points=draw(st.none() | st.integers(0, points)) if points is not None else None,
            )
        )
    case = Case(tuple(nodes), {}, method, whole)
    states = {}
    for node in nodes:
        if node.assessable and draw(st.sampled_from([True, True, True, False])):
            levels = levels_on(case.scale_of(node.ref))
            maybe = st.none() | levels
            applicable = draw(st.sampled_from([True, True, True, False]))
            states[node.ref] = LeafState(draw(maybe), applicable, draw(st.booleans()), draw(maybe), draw(maybe))
    refs = [node.ref for node in nodes]
    include = draw(st.none() | st.frozensets(st.sampled_from(refs))) if filters else None
    return replace(case, states=states, include=include, unanswered_as_zero=filters and draw(st.booleans()))


@exactly
@given(cases())
def test_every_score_lies_within_its_scale_and_counts_add_up(case: Case) -> None:
    for node in case.scores().values():
        for value in (node.asserted, node.evidenced, node.validated, node.target):
            assert value is None or case.scale.minimum <= value <= case.scale.maximum
        assert (node.asserted is None) == (node.evidenced is None) == (node.validated is None)
        if node.asserted is not None and node.evidenced is not None:
            assert node.evidenced <= node.asserted
        assert node.coverage is None or 0 <= node.coverage <= 1
        assert 0 <= node.answered <= node.applicable <= node.total
        assert (node.gap is None) == (node.asserted is None or node.target is None)
        if node.gap is not None and node.asserted is not None and node.target is not None:
            assert node.gap >= 0
            assert (node.gap == 0) == (node.target <= node.asserted) or abs(node.target - node.asserted) < 1e-12
        if node.answered == 0 and not case.unanswered_as_zero:
            assert node.asserted is None, "null when nothing is answered, never 0"


@exactly
@given(cases(), st.data())
def test_raising_one_leaf_never_lowers_any_score(case: Case, data: st.DataObject) -> None:
    answered = [ref for ref, state in case.states.items() if state.level is not None]
    assume(answered)
    ref = data.draw(st.sampled_from(sorted(answered)))
    state, scale = case.states[ref], case.scale_of(ref)
    level = data.draw(st.floats(state.level, scale.maximum))
    validated = None if state.validated_level is None else data.draw(st.floats(state.validated_level, scale.maximum))
    raised = state._replace(
        level=level, validated_level=validated, evidenced=data.draw(st.just(True) | st.just(state.evidenced))
    )
    before, after = case.scores(), replace(case, states={**case.states, ref: raised}).scores()
    for at, was in before.items():
        for old, new in zip(was[:3], after[at][:3], strict=True):
            assert (old is None and new is None) or (old is not None and new is not None and old <= new)


@exactly
@given(cases(), st.data())
def test_permuting_siblings_and_answers_changes_nothing(case: Case, data: st.DataObject) -> None:
    nodes = tuple(data.draw(st.permutations(case.nodes)))
    states = dict(data.draw(st.permutations(list(case.states.items()))))
    assert replace(case, nodes=nodes, states=states).scores() == case.scores()


@exactly
@given(cases())
def test_the_same_answers_give_the_same_sheet(case: Case) -> None:
    tree = case.tree()
    assert score(tree, case.states) == score(tree, case.states) == score(case.tree(), dict(case.states))


@exactly
@given(cases(), st.sampled_from([Fraction(2), Fraction(1, 10), Fraction(1000), Fraction(37, 4)]))
def test_scaling_all_weights_by_one_factor_changes_nothing(case: Case, factor: Fraction) -> None:
    def scaled(weight: float | None) -> float:
        return float(Fraction(repr(1 if weight is None else weight)) * factor)

    nodes = tuple(replace(node, weight=scaled(node.weight)) for node in case.nodes)
    assert replace(case, nodes=nodes).scores() == case.scores()


@exactly
@given(cases(mixed=False, methods=LEVELLING), st.data())
def test_all_leaves_at_one_level_give_that_level_everywhere(case: Case, data: st.DataObject) -> None:
    level = data.draw(levels_on(case.scale))
    states = {
        ref: LeafState(level, state.applicable, evidenced=True, validated_level=level, target=level)
        for ref, state in case.states.items()
    }
    for node in replace(case, states=states, unanswered_as_zero=False).scores().values():
        assert set(node[:4]) in ({level}, {None})
        assert node.gap in (0.0, None)


def without_total(scores: Mapping[str | None, NodeScore]) -> dict[str | None, NodeScore]:
    return {ref: node._replace(total=0) for ref, node in scores.items()}


@exactly
@given(cases(filters=False), st.data())
def test_a_leaf_not_applicable_equals_the_leaf_deleted(case: Case, data: st.DataObject) -> None:
    """Save for the count of what there is. A parent that would lose its last child would be a leaf, so it keeps one."""
    siblings = [node.parent_ref for node in case.nodes]
    assessable = {node.ref for node in case.nodes if node.assessable}
    parent_of = {node.ref: node.parent_ref for node in case.nodes}
    leaves = [
        ref
        for ref in case.childless()
        if ref in assessable and (siblings.count(parent_of[ref]) > 1 or parent_of[ref] not in assessable)
    ]
    assume(leaves)
    gone = data.draw(st.sampled_from(leaves))
    kept = case.states.get(gone, LeafState())
    marked = replace(case, states={**case.states, gone: kept._replace(applicable=False)}).scores()
    del marked[gone]
    nodes = tuple(node for node in case.nodes if node.ref != gone)
    states = {ref: state for ref, state in case.states.items() if ref != gone}
    assert without_total(replace(case, nodes=nodes, states=states).scores()) == without_total(marked)


@exactly
@given(cases())
def test_a_filter_equals_marking_all_others_not_applicable(case: Case) -> None:
    assume(case.include is not None)
    states = {
        node.ref: case.states.get(node.ref, LeafState())
        if node.ref in (case.include or ())
        else LeafState(applicable=False)
        for node in case.nodes
        if node.assessable
    }
    marked = replace(case, states=states, include=None).scores()
    assert without_total(case.scores()) == without_total(marked)


@exactly
@given(cases(methods=(*MEANS, "capped_mean", "floor", "staged_minimum", "subtractive")), st.data())
def test_a_heading_put_above_a_single_node_changes_no_score(case: Case, data: st.DataObject) -> None:
    below = data.draw(st.sampled_from(case.nodes))
    between = TreeNode("between", below.parent_ref, assessable=False, weight=below.weight)
    nodes = tuple(replace(node, parent_ref="between") if node is below else node for node in case.nodes)
    longer = replace(case, nodes=(between, *nodes)).scores()
    link = longer.pop("between")
    assert longer == case.scores()
    if case.method in MEANS:
        assert link == longer[below.ref] or below.weight == 0, "what has no weight is shown, but not above itself"


@exactly
@given(cases(filters=False))
def test_counting_the_unanswered_as_zero_never_raises_a_score(case: Case) -> None:
    plain, strict = case.scores(), replace(case, unanswered_as_zero=True).scores()
    for ref, node in plain.items():
        harsher = strict[ref]
        assert (harsher.answered, harsher.applicable, harsher.total) == (node.answered, node.applicable, node.total)
        assert harsher.coverage == node.coverage
        if node.asserted is not None and case.method not in ("mean_of_groups", "samm"):
            assert harsher.asserted is not None
            assert harsher.asserted <= node.asserted
