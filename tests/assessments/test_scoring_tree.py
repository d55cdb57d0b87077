"""Building trees, naming methods, rounding for display."""

import random

import pytest

from assessments.scoring import (
    LeafState,
    Method,
    Scale,
    ScoreTree,
    ScoringError,
    TreeNode,
    display,
    known_methods,
    method_named,
    reaches,
    register_method,
    score,
)

SCALE = Scale(0, 5)


@pytest.mark.parametrize(
    ("slug", "ref", "nodes"),
    [
        ("duplicate-ref", "1", [TreeNode("1"), TreeNode("1")]),
        ("orphan", "1.1", [TreeNode("1"), TreeNode("1.1", "2")]),
        ("cycle", "1", [TreeNode("1", "1")]),
        ("cycle", "1", [TreeNode("0"), TreeNode("1", "2"), TreeNode("2", "1")]),
    ],
)
def test_a_broken_tree_is_refused_with_the_ref_at_fault(slug: str, ref: str, nodes: list[TreeNode]) -> None:
    with pytest.raises(ScoringError) as refusal:
        ScoreTree.build(nodes, scale=SCALE)
    assert (refusal.value.slug, refusal.value.ref) == (slug, ref)
    assert str(refusal.value) == refusal.value.sentence


def test_refs_that_look_like_equal_numbers_are_two_requirements() -> None:
    tree = ScoreTree.build([TreeNode("7.1"), TreeNode("7.10")], scale=SCALE)
    sheet = score(tree, {"7.1": LeafState(1), "7.10": LeafState(5)})
    assert (sheet.nodes["7.1"].asserted, sheet.nodes["7.10"].asserted) == (1.0, 5.0)


def test_children_may_come_before_their_parents() -> None:
    tree = ScoreTree.build([TreeNode("1.1", "1"), TreeNode("1", assessable=False)], scale=SCALE)
    assert score(tree, {"1.1": LeafState(2)}).nodes["1"].asserted == 2.0


def test_a_tree_ten_thousand_deep_is_scored_without_recursion() -> None:
    chain = [TreeNode("0", assessable=False)]
    chain += [TreeNode(str(at), str(at - 1), assessable=False) for at in range(1, 10_000)]
    expected = {"staged_minimum": 0, "subtractive": 3}
    for method in known_methods():
        tree = ScoreTree.build([*chain, TreeNode("leaf", "9999", stage=1, points=2)], method=method, scale=SCALE)
        assert score(tree, {"leaf": LeafState(3.3)}).root.asserted == expected.get(method, 3.3)


def test_the_scale_of_the_whole_is_the_one_the_top_shares() -> None:
    tops = [TreeNode("1", scale=Scale(1, 4)), TreeNode("2", scale=Scale(1, 4))]
    assert ScoreTree.build(tops).scale == Scale(1, 4)
    for unclear in ([TreeNode("1")], [], [TreeNode("1", scale=Scale(1, 4)), TreeNode("2", scale=Scale(0, 4))]):
        with pytest.raises(ScoringError) as refusal:
            ScoreTree.build(unclear)
        assert refusal.value.slug == "no-scale"


@pytest.mark.parametrize("ends", [(5, 0), (3, 3), (0, float("inf")), (float("nan"), 5)])
def test_a_scale_that_does_not_rise_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ScoringError) as refusal:
        Scale(*ends)
    assert refusal.value.slug == "bad-scale"


def test_an_unknown_method_is_refused_with_a_list_of_the_known() -> None:
    with pytest.raises(ScoringError, match=r"'median'.*capped_mean, .*, weighted_mean") as refusal:
        ScoreTree.build([TreeNode("1")], method="median", scale=SCALE)
    assert refusal.value.slug == "unknown-method"


def test_a_method_name_is_given_once() -> None:
    taken: Method = method_named("weighted_mean")
    with pytest.raises(ScoringError) as refusal:
        register_method(taken)
    assert refusal.value.slug == "method-taken"


def test_one_tree_serves_many_assessments_unchanged() -> None:
    tree = ScoreTree.build([TreeNode("1"), TreeNode("2")], scale=SCALE)
    first = score(tree, {"1": LeafState(1)})
    score(tree, {"1": LeafState(4.25), "2": LeafState(5)}, include=["1"], unanswered_as_zero=True)
    assert score(tree, {"1": LeafState(1)}) == first


@pytest.mark.parametrize("method", ["weighted_mean", "mean_of_groups"])
def test_the_exact_sums_of_many_uneven_decimals_are_rounded_once(method: str) -> None:
    """Fifty shuffles of leaves and answers give one and the same float; a running float sum gives several."""
    chance = random.Random(7)
    nodes = [TreeNode(str(at), weight=chance.random() * 10 ** chance.randint(-6, 6)) for at in range(60)]
    states = {node.ref: LeafState(chance.random() * 5) for node in nodes}
    found = set()
    for _ in range(50):
        chance.shuffle(nodes)
        shuffled = {node.ref: states[node.ref] for node in chance.sample(nodes, len(nodes))}
        found.add(score(ScoreTree.build(nodes, method=method, scale=SCALE), shuffled).root.asserted)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (2.25, 1, "2.3"),
        (2.35, 1, "2.4"),  # the float lies below 2.35, as does 2.675: people wrote decimals
        (2.675, 2, "2.68"),
        (2.2499999, 1, "2.2"),
        (2.95, 1, "3.0"),
        (3.0, 1, "3.0"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.25, 1, "-0.3"),
        (-0.04, 1, "0.0"),
        (87.5, 0, "88"),
        (1e-7, 1, "0.0"),
        (3, 2, "3.00"),
        (1234567.05, 1, "1234567.1"),
        (None, 1, "\N{EN DASH}"),
    ],
)
def test_a_half_goes_up_when_shown(value: float | None, places: int, shown: str) -> None:
    assert display(value, places=places) == shown


def test_one_place_is_shown_unless_asked_otherwise() -> None:
    assert display(3.14159) == "3.1"


def test_thresholds_are_held_against_the_unrounded_value() -> None:
    assert display(2.96) == display(3.0) == "3.0"
    assert not reaches(2.96, threshold=3)
    assert reaches(3.0, threshold=3)
    assert not reaches(None, threshold=0)
