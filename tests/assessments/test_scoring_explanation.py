"""Why a score is what it is: explanations that re-add to the very figure, and leave nobody out unsaid."""

import json
from fractions import Fraction
from math import fsum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.scoring import (
    Explanation,
    LeafState,
    Measure,
    OwnAnswerRule,
    Scale,
    ScoreTree,
    ScoringError,
    TreeNode,
    explain,
    known_methods,
    score,
)
from assessments.scoring.explanation import settle

SCALE = Scale(0, 5)


def tree(method: str = "weighted_mean", *, rule: OwnAnswerRule = OwnAnswerRule.BOTH) -> ScoreTree:
    nodes = [
        TreeNode("4", assessable=False),
        TreeNode("4.1", "4", weight=2, own_answer_rule=rule),
        TreeNode("4.1.1", "4.1"),
        TreeNode("4.1.2", "4.1", scale=Scale(1, 4)),
        TreeNode("4.2", "4", weight=0.5),
        TreeNode("4.3", "4", weight=0),
        TreeNode("5", assessable=False),
        TreeNode("5.1", "5"),
    ]
    return ScoreTree.build(nodes, method=method, scale=SCALE)


STATES = {
    "4.1": LeafState(4, evidenced=True, validated_level=3, target=5),
    "4.1.1": LeafState(3, target=3),
    "4.1.2": LeafState(2, evidenced=True),
    "4.2": LeafState(5, applicable=False),
    "4.3": LeafState(1),
}


def bases(explanation: Explanation) -> dict[str, str]:
    return {part["ref"]: part["basis"] for part in explanation["leaves"]}


def reasons(explanation: Explanation) -> dict[str, str]:
    return {left["ref"]: left["reason"] for left in explanation["left_out"]}


def test_an_explanation_names_each_leaf_with_level_ratio_weight_share_and_contribution() -> None:
    why = explain(tree(), STATES, "4")
    assert [part["ref"] for part in why["leaves"]] == ["4.1", "4.1.1", "4.1.2"]
    third = why["leaves"][2]
    assert (third["answer"], third["level"], third["scale"]) == (2, 2, {"minimum": 1, "maximum": 4})
    assert (third["ratio"], third["weight"], third["share"]) == (1 / 3, 1.0, 0.25)
    assert third["contribution"] == pytest.approx(0.25 * 5 / 3)
    assert (why["value"], why["total_weight"], why["scale"]) == (
        score(tree(), STATES).nodes["4"].asserted,
        4.0,
        third["scale"] | {"minimum": 0, "maximum": 5},
    )
    assert (why["method"], why["measure"]) == ("weighted_mean", "asserted")
    assert "weight x ratio" in why["formula"]


def test_what_is_left_out_is_named_with_its_reason() -> None:
    why = explain(tree(), STATES)
    assert why["ref"] is None
    assert reasons(why) == {"4.2": "not-applicable", "4.3": "no-weight", "5.1": "not-answered"}
    assert all(left["words"].endswith(".") for left in why["left_out"])
    assert reasons(explain(tree(), STATES, include=["4.1"]))["4.1.1"] == "outside-filter"
    assert reasons(explain(tree(), STATES, measure="target"))["4.1.2"] == "no-target"


def test_a_leaf_that_counts_at_the_minimum_says_why() -> None:
    evidenced = explain(tree(), STATES, "4", measure="evidenced")
    assert bases(evidenced) == {"4.1": "as-stated", "4.1.1": "no-valid-evidence", "4.1.2": "as-stated"}
    assert (evidenced["leaves"][1]["answer"], evidenced["leaves"][1]["level"]) == (3, 0)
    validated = explain(tree(), STATES, "4", measure=Measure.VALIDATED)
    assert bases(validated) == {"4.1": "as-stated", "4.1.1": "not-validated", "4.1.2": "not-validated"}
    assert [part["level"] for part in validated["leaves"]] == [3, 0, 1]
    assert bases(explain(tree(), STATES, "5", unanswered_as_zero=True)) == {"5.1": "unanswered-as-zero"}


def test_the_rule_of_an_answered_parent_shows_in_its_explanation() -> None:
    stands = explain(tree(rule=OwnAnswerRule.OWN), STATES, "4.1")
    assert bases(stands) == {"4.1": "as-stated"}
    assert reasons(stands) == {"4.1.1": "parent-stands", "4.1.2": "parent-stands"}
    assert reasons(explain(tree(rule=OwnAnswerRule.OWN), STATES))["4.1.1"] == "parent-stands"
    yields = explain(tree(rule=OwnAnswerRule.CHILDREN), STATES, "4")
    assert reasons(yields)["4.1"] == "children-stand"
    assert set(bases(yields)) == {"4.1.1", "4.1.2"}


def test_a_leaf_explains_itself_even_without_weight() -> None:
    why = explain(tree(), STATES, "4.3")
    assert (why["value"], why["leaves"][0]["share"], why["leaves"][0]["contribution"]) == (1.0, 1.0, 1.0)
    assert why["left_out"] == []


def test_no_score_is_explained_by_what_is_left_out_alone() -> None:
    why = explain(tree(), {}, "5")
    assert (why["value"], why["ratio"], why["leaves"], reasons(why)) == (None, None, [], {"5.1": "not-answered"})


def test_groups_share_as_their_method_declares() -> None:
    states = {**STATES, "5.1": LeafState(1)}
    shares = {part["ref"]: part["share"] for part in explain(tree("mean_of_groups"), states)["leaves"]}
    assert shares == {"4.1": 0.25, "4.1.1": 0.125, "4.1.2": 0.125, "5.1": 0.5}


def test_an_unknown_ref_or_measure_is_refused() -> None:
    with pytest.raises(ScoringError) as refusal:
        explain(tree(), STATES, "9")
    assert refusal.value.slug == "unknown-ref"
    with pytest.raises(ScoringError) as refusal:
        explain(tree(), STATES, measure="coverage")
    assert refusal.value.slug == "unknown-measure"


def test_an_explanation_is_plain_data() -> None:
    why = explain(tree(), STATES, measure=Measure.EVIDENCED)
    assert json.loads(json.dumps(why)) == why


LEVELS = st.integers(0, 50).map(lambda n: n / 10) | st.floats(0, 5)
ANSWERS = st.builds(
    LeafState,
    st.none() | LEVELS,
    st.sampled_from([True, True, True, False]),
    st.booleans(),
    st.none() | LEVELS,
    st.none() | LEVELS,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    weights=st.lists(st.sampled_from([0, 1, 2, 0.1, 0.3, 7.25]), min_size=12, max_size=12),
    answers=st.lists(ANSWERS, min_size=12, max_size=12),
    rule=st.sampled_from(OwnAnswerRule),
    method=st.sampled_from(known_methods()),
    stages=st.lists(st.none() | st.integers(1, 3), min_size=12, max_size=12),
    scale=st.sampled_from([SCALE, Scale(1, 4), Scale(-203, 110), Scale(0, 100)]),
    unanswered_as_zero=st.booleans(),
)
def test_an_explanation_adds_up_to_the_very_figure_in_the_sheet_and_accounts_for_everyone(
    *,
    weights: list[float],
    answers: list[LeafState],
    rule: OwnAnswerRule,
    method: str,
    stages: list[int | None],
    scale: Scale,
    unanswered_as_zero: bool,
) -> None:
    nodes = [
        TreeNode(
            str(at),
            None if at < 3 else str(at // 3 - 1),
            weight=weight,
            scale=SCALE,
            own_answer_rule=rule,
            stage=stages[at],
            target=at / 3,
            critical=at % 4 == 0,
            points=at % 3,
        )
        for at, weight in enumerate(weights)
    ]
    built = ScoreTree.build(nodes, method=method, scale=scale)
    states = {str(at): answer for at, answer in enumerate(answers)}
    sheet = score(built, states, unanswered_as_zero=unanswered_as_zero)
    for ref in (None, *sheet.nodes):
        node = sheet.root if ref is None else sheet.nodes[ref]
        for measure in Measure:
            why = explain(built, states, ref, measure=measure, unanswered_as_zero=unanswered_as_zero)
            assert why["value"] == getattr(node, measure)
            named = [part["ref"] for part in why["leaves"]] + [left["ref"] for left in why["left_out"]]
            at_or_below = [*([ref] if ref else []), *built.descendants(ref)]
            assert sorted(named) == sorted(at_or_below)
            if why["value"] is None:
                assert why["leaves"] == []
                continue
            added = fsum([why["start"], *(part["contribution"] for part in why["leaves"])])
            is_exact = scale.minimum >= 0 and method != "subtractive"
            assert added == (why["value"] if is_exact else pytest.approx(why["value"], abs=1e-10))
            assert fsum(part["share"] for part in why["leaves"]) == 1.0
            if method == "weighted_mean" and len(why["leaves"]) > 1:
                assert added_by_hand(why, scale=scale) == why["value"]


def added_by_hand(why: Explanation, *, scale: Scale) -> float:
    """Apply the formula to the rows, as a reader with paper would, from levels and weights alone."""
    top, bottom = Fraction(0), Fraction(0)
    for part in why["leaves"]:
        low, high = (Fraction(repr(part["scale"][end])) for end in ("minimum", "maximum"))
        weight = Fraction(repr(part["weight"]))
        top += weight * (Fraction(repr(part["level"])) - low) / (high - low)
        bottom += weight
    low, high = Fraction(repr(scale.minimum)), Fraction(repr(scale.maximum))
    return float(low + top / bottom * (high - low))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40), st.integers(3, 9973))
def test_rounded_figures_are_settled_to_their_total(parts: list[int], whole: int) -> None:
    figures = [part / whole for part in parts]
    total = sum(parts) / whole
    settled = settle(figures, total=total)
    assert fsum(settled) == total
    assert sum(was != now for was, now in zip(figures, settled, strict=True)) <= 1
    assert settled == pytest.approx(figures, rel=1e-9, abs=1e-9)


def test_figures_that_cancel_too_coarsely_are_left_as_they_came() -> None:
    figures = [-9.666666666666666, 9.371428571428572]
    assert settle(figures, total=-0.29523809523809524) == figures
