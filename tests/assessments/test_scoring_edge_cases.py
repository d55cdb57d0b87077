"""One promise per edge case that a scoring engine has to decide."""

import pytest

from assessments.scoring import (
    LeafState,
    OwnAnswerRule,
    Scale,
    ScoreSheet,
    ScoreTree,
    ScoringError,
    TreeNode,
    reaches,
    score,
)

ZERO_TO_FIVE = Scale(0, 5, "capability-0-5")
TIERS = Scale(1, 4, "tiers-1-4")
METHODS = ["weighted_mean", "mean_of_groups"]


def heading(ref: str, parent: str | None = None, *, weight: float | None = None) -> TreeNode:
    return TreeNode(ref, parent, assessable=False, weight=weight)


def small_tree(method: str = "weighted_mean", *, scale: Scale = ZERO_TO_FIVE) -> ScoreTree:
    """A clause 4 with three leaves, and a clause 5 with one."""
    nodes = [heading("4"), TreeNode("4.1", "4"), TreeNode("4.2", "4"), TreeNode("4.3", "4"), heading("5")]
    return ScoreTree.build([*nodes, TreeNode("5.1", "5")], method=method, scale=scale)


def levels(**by_ref: float | None) -> dict[str, LeafState]:
    """``levels(_4_1=3)`` is level 3 on 4.1."""
    return {ref[1:].replace("_", "."): LeafState(level) for ref, level in by_ref.items()}


@pytest.mark.parametrize("method", METHODS)
def test_no_answers_give_no_score_and_not_zero(method: str) -> None:
    root = score(small_tree(method), {}).root
    assert (root.asserted, root.evidenced, root.validated, root.target, root.gap) == (None,) * 5
    assert (root.coverage, root.answered, root.applicable, root.total) == (0.0, 0, 4, 4)
    assert not root.is_not_applicable


@pytest.mark.parametrize("method", METHODS)
def test_all_not_applicable_gives_no_score_and_no_coverage_and_is_told_apart(method: str) -> None:
    root = score(small_tree(method), {ref: LeafState(3, applicable=False) for ref in ("4.1", "4.2", "4.3", "5.1")}).root
    assert (root.asserted, root.coverage) == (None, None)
    assert (root.answered, root.applicable, root.total) == (0, 0, 4)
    assert root.is_not_applicable


def test_partial_answers_are_scored_over_what_is_answered_with_coverage_beside() -> None:
    sheet = score(small_tree(), levels(_4_1=4, _4_2=2))
    assert (sheet.root.asserted, sheet.root.coverage) == (3.0, 0.5)
    assert sheet.nodes["4"].coverage == pytest.approx(2 / 3)
    assert sheet.nodes["5"].asserted is None


def test_unanswered_may_count_at_the_minimum_while_coverage_stays_honest() -> None:
    sheet = score(small_tree(), levels(_4_1=4, _4_2=2), unanswered_as_zero=True)
    assert (sheet.root.asserted, sheet.root.coverage, sheet.root.answered) == (1.5, 0.5, 2)
    assert (sheet.nodes["5"].asserted, sheet.nodes["5.1"].asserted) == (0.0, 0.0)
    assert score(small_tree(scale=TIERS), {}, unanswered_as_zero=True).root.asserted == 1.0


def test_unanswered_as_zero_does_not_bring_back_what_is_not_applicable() -> None:
    states = {**levels(_4_1=4), "5.1": LeafState(applicable=False), "4.3": LeafState(applicable=False)}
    sheet = score(small_tree(), states, unanswered_as_zero=True)
    assert (sheet.root.asserted, sheet.nodes["5"].asserted) == (2.0, None)


@pytest.mark.parametrize("method", METHODS)
def test_not_applicable_leaves_numerator_and_weight(method: str) -> None:
    states = {**levels(_4_1=4, _4_2=2, _5_1=3), "4.3": LeafState(5, applicable=False, evidenced=True, target=5)}
    sheet = score(small_tree(method), states)
    assert (sheet.nodes["4"].asserted, sheet.root.asserted, sheet.root.coverage) == (3.0, 3.0, 1.0)
    assert (sheet.root.answered, sheet.root.applicable, sheet.root.total) == (3, 3, 4)
    assert sheet.nodes["4.3"].asserted is None
    assert sheet.root.target is None


def test_a_level_kept_on_a_not_applicable_answer_is_not_even_read() -> None:
    assert score(small_tree(), {"4.1": LeafState(99, applicable=False)}).root.asserted is None


@pytest.mark.parametrize("method", METHODS)
def test_a_leaf_of_weight_zero_shows_its_own_score_and_adds_nothing_above(method: str) -> None:
    nodes = [heading("4"), TreeNode("4.1", "4", weight=0), TreeNode("4.2", "4"), heading("5")]
    tree = ScoreTree.build([*nodes, TreeNode("5.1", "5", weight=0)], method=method, scale=ZERO_TO_FIVE)
    sheet = score(tree, levels(_4_1=5, _4_2=2, _5_1=4))
    assert (sheet.nodes["4.1"].asserted, sheet.nodes["4"].asserted, sheet.root.asserted) == (5.0, 2.0, 2.0)
    assert (sheet.nodes["5.1"].asserted, sheet.nodes["5"].asserted, sheet.nodes["5"].coverage) == (4.0, None, None)
    assert (sheet.nodes["5"].answered, sheet.root.answered, sheet.root.coverage) == (1, 3, 1.0)


@pytest.mark.parametrize("weight", [-1, -0.001, float("nan"), float("inf")])
def test_a_negative_or_meaningless_weight_is_an_error_that_names_the_requirement(weight: float) -> None:
    with pytest.raises(ScoringError) as refusal:
        ScoreTree.build([TreeNode("4.1", weight=weight)], scale=ZERO_TO_FIVE)
    assert (refusal.value.slug, refusal.value.ref) == ("bad-weight", "4.1")


def test_a_missing_weight_is_one() -> None:
    tree = ScoreTree.build([TreeNode("1", weight=None), TreeNode("2", weight=1), TreeNode("3")], scale=ZERO_TO_FIVE)
    assert score(tree, levels(_1=0, _2=3, _3=3)).root.asserted == 2.0


def test_weights_count() -> None:
    tree = ScoreTree.build([TreeNode("1", weight=0.1), TreeNode("2", weight=0.3)], scale=ZERO_TO_FIVE)
    assert score(tree, levels(_1=5, _2=1)).root.asserted == 2.0


def test_mixed_scales_meet_on_the_scale_of_the_whole() -> None:
    nodes = [heading("A"), TreeNode("A.1", "A"), TreeNode("A.2", "A", scale=TIERS)]
    percent = TreeNode("B", None, assessable=False, scale=Scale(0, 100))
    tree = ScoreTree.build([*nodes, percent, TreeNode("B.1", "B")], scale=ZERO_TO_FIVE)
    sheet = score(tree, {"A.1": LeafState(5), "A.2": LeafState(2.5), "B.1": LeafState(20, target=80)})
    assert (sheet.nodes["A.1"].asserted, sheet.nodes["A.2"].asserted, sheet.nodes["B.1"].asserted) == (5.0, 2.5, 1.0)
    assert (sheet.nodes["A"].asserted, sheet.nodes["B"].asserted) == (3.75, 1.0)
    assert sheet.root.asserted == pytest.approx(8.5 / 3)
    assert (sheet.nodes["B"].target, sheet.nodes["B"].gap) == (4.0, 3.0)


def test_on_a_scale_that_does_not_start_at_zero_the_first_level_is_nothing_reached() -> None:
    tree = ScoreTree.build([TreeNode("1", scale=TIERS), TreeNode("2", scale=TIERS)], scale=Scale(0, 100))
    assert score(tree, levels(_1=1, _2=1)).root.asserted == 0.0
    assert score(tree, levels(_1=4, _2=1)).root.asserted == 50.0
    on_tiers = small_tree(scale=TIERS)
    states = {"4.1": LeafState(4), "4.2": LeafState(2)}
    assert score(on_tiers, states).root[:3] == (3.0, 1.0, 1.0), "nothing evidenced or validated is tier 1, not 0"


def parent_tree(rule: OwnAnswerRule, method: str = "weighted_mean") -> ScoreTree:
    nodes = [
        heading("7"),
        TreeNode("7.1", "7", own_answer_rule=rule),
        TreeNode("7.1.1", "7.1"),
        TreeNode("7.1.2", "7.1"),
        TreeNode("7.2", "7"),
    ]
    return ScoreTree.build(nodes, method=method, scale=ZERO_TO_FIVE)


@pytest.mark.parametrize(
    ("method", "rule", "parent", "above", "total"),
    [
        ("weighted_mean", OwnAnswerRule.OWN, 5.0, 3.0, 2),
        ("weighted_mean", OwnAnswerRule.CHILDREN, 1.5, 4 / 3, 3),
        ("weighted_mean", OwnAnswerRule.BOTH, 8 / 3, 2.25, 4),
        ("mean_of_groups", OwnAnswerRule.OWN, 5.0, 3.0, 2),
        ("mean_of_groups", OwnAnswerRule.CHILDREN, 1.5, 1.25, 3),
        ("mean_of_groups", OwnAnswerRule.BOTH, 8 / 3, 11 / 6, 4),
    ],
)
def test_an_answered_parent_counts_as_its_rule_declares(
    method: str, rule: OwnAnswerRule, parent: float, above: float, total: int
) -> None:
    sheet = score(parent_tree(rule, method), levels(_7_1=5, _7_1_1=1, _7_1_2=2, _7_2=1))
    assert (sheet.nodes["7.1"].asserted, sheet.root.asserted, sheet.root.total) == (parent, above, total)
    assert (sheet.nodes["7.1.1"].asserted, sheet.nodes["7.1.2"].asserted) == (1.0, 2.0), "children are always scored"


def test_a_parent_that_stands_for_its_children_takes_them_along_when_not_applicable() -> None:
    states = {**levels(_7_1_1=1, _7_2=3), "7.1": LeafState(applicable=False)}
    sheet = score(parent_tree(OwnAnswerRule.OWN), states)
    assert (sheet.nodes["7.1"].asserted, sheet.nodes["7.1.1"].asserted, sheet.root.asserted) == (None, 1.0, 3.0)


@pytest.mark.parametrize("method", METHODS)
def test_a_chain_of_single_children_does_not_change_the_value(method: str) -> None:
    chain = [heading("a"), heading("b", "a"), heading("c", "b"), TreeNode("d", "c", weight=0.3)]
    sheet = score(ScoreTree.build(chain, method=method, scale=ZERO_TO_FIVE), {"d": LeafState(3.7, target=4.1)})
    assert {node.asserted for node in [*sheet.nodes.values(), sheet.root]} == {3.7}
    assert {node.gap for node in [*sheet.nodes.values(), sheet.root]} == {0.4}, "not 0.39999999999999947"


def test_a_group_of_one_weighs_as_the_method_declares_beside_a_group_of_forty() -> None:
    nodes = [heading("one"), TreeNode("x", "one"), heading("forty"), *(TreeNode(f"y{i}", "forty") for i in range(40))]
    states = {"x": LeafState(5), **{f"y{i}": LeafState(0) for i in range(40)}}
    by_leaf = ScoreTree.build(nodes, method="weighted_mean", scale=ZERO_TO_FIVE)
    by_group = ScoreTree.build(nodes, method="mean_of_groups", scale=ZERO_TO_FIVE)
    assert score(by_leaf, states).root.asserted == 5 / 41
    assert score(by_group, states).root.asserted == 2.5


def test_coverage_is_weighted_as_the_score_beside_it() -> None:
    nodes = [heading("one"), TreeNode("x", "one"), heading("forty"), *(TreeNode(f"y{i}", "forty") for i in range(40))]
    states = {f"y{i}": LeafState(0) for i in range(40)}
    assert score(ScoreTree.build(nodes, scale=ZERO_TO_FIVE), states).root.coverage == 40 / 41
    by_group = ScoreTree.build(nodes, method="mean_of_groups", scale=ZERO_TO_FIVE)
    assert score(by_group, states).root.coverage == 0.5


def test_weights_of_headings_count_only_where_groups_do() -> None:
    nodes = [heading("a", weight=3), TreeNode("a.1", "a"), heading("b", weight=1), TreeNode("b.1", "b")]
    states = {"a.1": LeafState(4), "b.1": LeafState(0)}
    assert score(ScoreTree.build(nodes, scale=ZERO_TO_FIVE), states).root.asserted == 2.0
    by_group = ScoreTree.build(nodes, method="mean_of_groups", scale=ZERO_TO_FIVE)
    assert score(by_group, states).root.asserted == 3.0


def test_leaves_that_all_reach_a_target_reach_it_together_whatever_their_weights() -> None:
    """Three leaves at 3 with the weight 0.1 make 2.999999999999999 in floats, and the target would be missed."""
    nodes = [TreeNode(str(at), weight=0.1) for at in range(3)]
    root = score(ScoreTree.build(nodes, scale=ZERO_TO_FIVE), {str(at): LeafState(3) for at in range(3)}).root
    assert root.asserted == 3.0
    assert reaches(root.asserted, threshold=3)


def test_a_target_below_the_current_level_leaves_a_gap_of_zero() -> None:
    states = {"4.1": LeafState(4, target=3), "4.2": LeafState(1, target=3)}
    sheet = score(small_tree(), states)
    assert (sheet.nodes["4.1"].gap, sheet.nodes["4.2"].gap) == (0.0, 2.0)
    assert (sheet.nodes["4"].asserted, sheet.nodes["4"].target, sheet.nodes["4"].gap) == (2.5, 3.0, 0.5)
    passed = score(small_tree(), {"4.1": LeafState(5, target=3), "4.2": LeafState(5, target=3)})
    assert passed.root.gap == 0.0


def test_there_is_no_gap_without_a_target_or_without_an_answer() -> None:
    sheet = score(small_tree(), {"4.1": LeafState(4), "5.1": LeafState(target=3)})
    assert (sheet.nodes["4"].gap, sheet.nodes["5"].gap, sheet.nodes["5"].target) == (None, None, 3.0)


def test_a_filter_changes_the_denominator() -> None:
    answered = levels(_4_1=4, _4_2=2, _4_3=0, _5_1=1)
    sheet = score(small_tree(), answered, include=["4.1", "5.1"])
    assert (sheet.root.asserted, sheet.root.coverage, sheet.root.total) == (2.5, 1.0, 2)
    assert sheet.nodes["4"].asserted == 4.0
    outside = sheet.nodes["4.2"]
    assert (outside.asserted, outside.coverage, outside.total, outside.is_not_applicable) == (None, None, 0, False)


def test_a_heading_in_a_filter_brings_nothing_in_and_an_empty_filter_leaves_nothing() -> None:
    answered = levels(_4_1=4, _5_1=1)
    assert score(small_tree(), answered, include={"4", "5.1"}).root.asserted == 1.0
    assert score(small_tree(), answered, include=()).root.total == 0


def three_measures(sheet: ScoreSheet) -> tuple[float | None, ...]:
    return sheet.root[:3]


def test_asserted_evidenced_and_validated_are_kept_apart() -> None:
    states = {
        "4.1": LeafState(4, evidenced=True, validated_level=3),
        "4.2": LeafState(4, evidenced=True),
        "4.3": LeafState(4),
        "5.1": LeafState(4, validated_level=5),
    }
    assert three_measures(score(small_tree(), states)) == (4.0, 2.0, 2.0)


def test_a_verdict_or_evidence_without_an_answer_counts_nothing() -> None:
    states = {"4.1": LeafState(None, evidenced=True, validated_level=5), "4.2": LeafState(2)}
    assert three_measures(score(small_tree(), states)) == (2.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "state",
    [LeafState(5.5), LeafState(-1), LeafState(3, validated_level=6), LeafState(target=7), LeafState(float("nan"))],
)
def test_a_level_off_its_scale_is_an_error_that_names_the_requirement(state: LeafState) -> None:
    with pytest.raises(ScoringError, match="0 to 5") as refusal:
        score(small_tree(), {"4.2": state})
    assert (refusal.value.slug, refusal.value.ref) == ("level-off-scale", "4.2")


def test_a_level_is_held_against_its_own_scale_and_not_against_its_neighbours() -> None:
    tree = ScoreTree.build([TreeNode("1", scale=Scale(0, 100)), TreeNode("2", scale=TIERS)], scale=ZERO_TO_FIVE)
    assert score(tree, levels(_1=80, _2=4)).root.asserted == 4.5
    with pytest.raises(ScoringError) as refusal:
        score(tree, levels(_1=80, _2=80))
    assert refusal.value.ref == "2"


@pytest.mark.parametrize("ref", ["9.9", "4", "4.10"])
def test_an_answer_to_what_is_no_requirement_is_refused_and_not_dropped(ref: str) -> None:
    with pytest.raises(ScoringError) as refusal:
        score(small_tree(), {ref: LeafState(3)})
    assert (refusal.value.slug, refusal.value.ref) == ("unknown-ref", ref)
    with pytest.raises(ScoringError, match="filter"):
        score(small_tree(), {}, include=["9.9"])


def test_a_withdrawn_requirement_is_one_that_is_not_assessable() -> None:
    nodes = [heading("4"), TreeNode("4.1", "4"), TreeNode("4.2", "4", assessable=False)]
    sheet = score(ScoreTree.build(nodes, scale=ZERO_TO_FIVE), levels(_4_1=3))
    assert (sheet.root.asserted, sheet.root.coverage, sheet.root.total) == (3.0, 1.0, 1)
    assert (sheet.nodes["4.2"].asserted, sheet.nodes["4.2"].total) == (None, 0)


def test_the_sheet_lists_the_nodes_in_the_order_of_the_standard() -> None:
    assert list(score(small_tree(), {}).nodes) == ["4", "4.1", "4.2", "4.3", "5", "5.1"]


def test_a_standard_without_requirements_has_no_score() -> None:
    root = score(ScoreTree.build([], scale=ZERO_TO_FIVE), {}).root
    assert (root.asserted, root.coverage, root.total) == (None, None, 0)
