"""What a level is worth, what cannot be scored, and points, tiers and means on their scales."""

from __future__ import annotations

from fractions import Fraction

import pytest

from assessments.scoring import (
    LeafState,
    Scale,
    ScoreTree,
    ScoringError,
    TreeNode,
    explain,
    score,
)
from tests.assessments.test_scoring_methods import PARTLY, SAMM, answers

SPRS = Scale(-203, 110, "sprs-score")


TIERS = Scale(1, 4, "csf-tiers")


def dod() -> ScoreTree:
    """110 requirements: 44 that weigh 5, 14 that weigh 3, 51 that weigh 1, and the plan itself, which has no points."""
    points = [5] * 44 + [3] * 14 + [1] * 51 + [0]
    nodes = [TreeNode("family-1", assessable=False), TreeNode("family-2", assessable=False)]
    nodes += [
        TreeNode(
            f"r{at}",
            "family-1" if at < 44 else "family-2",
            points=value,
            partial_points=3 if at in (0, 1) else None,
            critical=at == 109,
        )
        for at, value in enumerate(points)
    ]
    return ScoreTree.build(nodes, method="subtractive", scale=PARTLY, result=SPRS)


def test_the_dod_score_counts_down_from_110_to_minus_203() -> None:
    """NIST SP 800-171 DoD Assessment Methodology 1.2.1 (June 2020), annex A, and 32 CFR 170.24: 110 for everything,
    less 5, 3 or 1 per requirement not implemented, so that with nothing implemented the score is -203. Multifactor
    authentication (3.5.3) and FIPS-validated cryptography (3.13.11) lose 3 instead of 5 when implemented in part.
    """
    tree, everything = dod(), {f"r{at}": LeafState(2) for at in range(110)}
    assert score(tree, everything).root.asserted == 110
    assert score(tree, {ref: LeafState(0) for ref in everything}).root.asserted == -203
    assert score(tree, everything | answers(r5=0, r50=0, r100=0)).root.asserted == 110 - 5 - 3 - 1
    assert score(tree, everything | answers(r0=1)).root.asserted == 107
    assert score(tree, everything | answers(r0=0)).root.asserted == 105
    assert score(tree, everything | answers(r5=1)).root.asserted == 105, "no part of the others counts"


def test_a_conditional_status_needs_four_fifths_of_the_full_score() -> None:
    """32 CFR 170.21 (a)(2): the score divided by the number of requirements is at least 0.8, which is 88 of 110."""
    tree, everything = dod(), {f"r{at}": LeafState(2) for at in range(110)}
    short = everything | {f"r{at}": LeafState(0) for at in range(60, 82)}
    assert score(tree, short).root.asserted == 88
    assert Fraction(88, 110) == Fraction(4, 5)
    assert score(tree, short | answers(r90=0)).root.asserted == 87


def test_points_are_explained_as_what_each_takes_away() -> None:
    tree = dod()
    states = {f"r{at}": LeafState(2) for at in range(110)} | answers(r5=0, r50=0)
    why = explain(tree, states)
    taken = {part["ref"]: part["contribution"] for part in why["leaves"] if part["contribution"]}
    assert (why["start"], taken, why["value"]) == (110, {"r5": -5, "r50": -3}, 102)
    assert {left["ref"]: left["reason"] for left in why["left_out"]} == {"r109": "no-points"}
    assert score(tree, states).nodes["family-1"].asserted == 105, "as if all outside the family were met"
    assert score(tree, states).nodes["r5"].asserted == 0, "a single answer is on its own scale"
    assert [finding.ref for finding in score(tree, states | answers(r109=0)).findings] == ["r109"]


def test_what_is_not_answered_takes_its_points_and_what_does_not_apply_takes_none() -> None:
    """The methodology scores what is implemented: an unanswered requirement is not, one that does not apply is met."""
    tree, everything = dod(), {f"r{at}": LeafState(2) for at in range(110)}
    assert score(tree, {}).root.asserted is None
    left = {ref: state for ref, state in everything.items() if ref not in ("r5", "r50")}
    sheet = score(tree, left)
    assert (sheet.root.asserted, sheet.root.answered, sheet.root.applicable) == (102, 108, 110)
    assert sheet.root.coverage == 108 / 110
    assert score(tree, left | {"r5": LeafState(applicable=False)}).root.asserted == 107


def test_csf_tiers_average_on_a_scale_that_starts_at_one() -> None:
    """NIST CSF 2.0 (CSWP 29), section 3.2 and appendix B: four tiers from Partial (1) to Adaptive (4). Tier 1 is the
    start and not a quarter of the way, and subcategories that are all at one tier put the whole there.
    """
    nodes = [TreeNode("GV", assessable=False), *(TreeNode(f"GV{at}", "GV") for at in range(3))]
    tree = ScoreTree.build(nodes, method="weighted_mean", scale=TIERS)
    assert score(tree, answers(GV0=3, GV1=3, GV2=3)).root.asserted == 3
    assert score(tree, answers(GV0=2, GV1=4, GV2=3)).root.asserted == 3
    assert explain(tree, answers(GV0=1, GV1=1, GV2=1))["ratio"] == 0


def test_yes_partial_and_no_count_whole_half_and_nothing() -> None:
    """The usual reading of such lists, yes 100 %, partial 50 %, no 0 %: two yes, one partial and one no give 62.5 %."""
    tree = ScoreTree.build([TreeNode(f"q{at}") for at in range(4)], scale=PARTLY)
    why = explain(tree, answers(q0=2, q1=2, q2=1, q3=0))
    assert (why["ratio"], why["value"]) == (0.625, 1.25)


def test_a_level_counts_for_what_it_is_worth_and_is_shown_as_it_is() -> None:
    nodes = [TreeNode("p", assessable=False), TreeNode("p1", "p"), TreeNode("p2", "p")]
    tree = ScoreTree.build(nodes, method="mean_of_groups", scale=SAMM, result=Scale(0, 100))
    states = {"p1": LeafState(1, target=3), "p2": LeafState(2, evidenced=True)}
    sheet = score(tree, states)
    assert (sheet.nodes["p1"].asserted, sheet.nodes["p1"].gap, sheet.nodes["p2"].evidenced) == (1, 2, 2)
    assert (sheet.root.asserted, sheet.root.target) == (37.5, 100)
    why = explain(tree, states, "p1")
    assert (why["value"], why["leaves"][0]["contribution"], why["ratio"]) == (1, 1, 0.25)


@pytest.mark.parametrize(
    ("slug", "nodes", "build"),
    [
        ("bad-scale", [TreeNode("a")], {"scale": SAMM}),
        ("bad-parameter", [TreeNode("a")], {"parameters": {"reached": 2}}),
        ("bad-parameter", [TreeNode("a", stage=1)], {"method": "staged_minimum", "parameters": {"reached": 0}}),
        ("bad-parameter", [TreeNode("a", stage=1)], {"method": "staged_minimum", "parameters": {"below": 9}}),
        ("bad-mark", [TreeNode("a", target=7)], {"method": "capped_mean"}),
        ("bad-mark", [TreeNode("a", points=-1)], {"method": "subtractive"}),
        ("bad-mark", [TreeNode("a", points=1, partial_points=2)], {"method": "subtractive"}),
    ],
)
def test_what_cannot_be_scored_is_refused(slug: str, nodes: list[TreeNode], build: dict[str, object]) -> None:
    with pytest.raises(ScoringError) as caught:
        ScoreTree.build(nodes, **({"scale": Scale(0, 5)} | build))  # type: ignore[arg-type]
    assert caught.value.slug == slug


@pytest.mark.parametrize("worths", [((0, 0), (5, 0.9)), ((0, 0.1), (5, 1)), ((0, 0), (2, 0.5), (3, 0.4), (5, 1))])
def test_worths_that_do_not_ascend_from_0_to_1_are_refused(worths: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ScoringError, match="ascend from 0 to 1"):
        Scale(0, 5, worths=worths)
