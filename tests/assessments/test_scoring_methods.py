"""Scoring methods by their publishers' own rules: each example follows the rule that its docstring names."""

from __future__ import annotations

from math import fsum

import pytest

from assessments.scoring import (
    LeafState,
    OwnAnswerRule,
    Scale,
    ScoreTree,
    TreeNode,
    explain,
    known_methods,
    score,
)

C2M2 = Scale(0, 3, "c2m2-implementation")
MIL = Scale(0, 3, "c2m2-mil")
NPLF = Scale(0, 3, "nplf-0-3", worths=((0, 0), (1, 0.325), (2, 0.675), (3, 1)))
CAPABILITY = Scale(0, 5, "process-capability-0-5")
MET = Scale(0, 1, "met-not-met")
PARTLY = Scale(0, 2, "yes-partial-no")
SAMM = Scale(0, 3, "samm-activity", worths=((0, 0), (1, 0.25), (2, 0.5), (3, 1)))
MATURITY = Scale(0, 3, "samm-maturity-0-3")


def answers(**levels: float) -> dict[str, LeafState]:
    return {ref: LeafState(level) for ref, level in levels.items()}


def test_all_methods_are_known() -> None:
    assert known_methods() == (
        "capped_mean", "floor", "mean_of_groups", "samm", "staged_minimum", "subtractive", "weighted_mean",
    )  # fmt: skip


def c2m2(levels: dict[str, float]) -> dict[str | None, float | None]:
    """Two domains of five practices, named by domain, MIL and number."""
    nodes = [TreeNode("ASSET", assessable=False), TreeNode("RISK", assessable=False)]
    nodes += [
        TreeNode(f"{domain}-{stage}{letter}", domain, stage=stage)
        for domain in ("ASSET", "RISK")
        for stage, letter in ((1, "a"), (1, "b"), (2, "c"), (2, "d"), (3, "e"))
    ]
    tree = ScoreTree.build(nodes, method="staged_minimum", scale=C2M2, result=MIL, parameters={"reached": 2})
    sheet = score(tree, {ref: LeafState(level) for ref, level in levels.items()})
    return {None: sheet.root.asserted, "ASSET": sheet.nodes["ASSET"].asserted, "RISK": sheet.nodes["RISK"].asserted}


def test_c2m2_reaches_a_level_when_it_and_all_below_are_largely_or_fully_implemented() -> None:
    """US DOE, Cybersecurity Capability Maturity Model 2.1 (June 2022), section 3.2 on maturity indicator levels: they
    apply to each domain on its own and are cumulative; a level is achieved when every practice of it and of the levels
    before it is largely or fully implemented. A domain without all MIL 1 practices stands at MIL 0.
    """
    asset = {"ASSET-1a": 3, "ASSET-1b": 2, "ASSET-2c": 2, "ASSET-2d": 3, "ASSET-3e": 1}
    risk = {"RISK-1a": 3, "RISK-1b": 1, "RISK-2c": 3, "RISK-2d": 3, "RISK-3e": 3}
    assert c2m2(asset | risk) == {None: 0, "ASSET": 2, "RISK": 0}
    assert c2m2(asset | risk | {"RISK-1b": 2}) == {None: 2, "ASSET": 2, "RISK": 3}
    assert c2m2(asset | {"ASSET-3e": 2})["ASSET"] == 3
    assert c2m2({}) == {None: None, "ASSET": None, "RISK": None}


def test_a_practice_that_is_not_answered_keeps_its_level_from_being_reached() -> None:
    """The same rule: all practices, so one that applies and has no answer counts as not implemented."""
    assert c2m2({"ASSET-3e": 3, "ASSET-2c": 3}) == {None: 0, "ASSET": 0, "RISK": None}


@pytest.mark.parametrize(
    ("ratings", "level"),
    [
        ({"1.1": 1}, 0),
        ({"1.1": 2}, 1),
        ({"1.1": 3, "2.1": 2, "2.2": 2}, 2),
        ({"1.1": 2, "2.1": 3, "2.2": 3}, 1),
        ({"1.1": 3, "2.1": 3, "2.2": 3, "3.1": 2, "3.2": 2}, 3),
        ({"1.1": 3, "2.1": 3, "2.2": 2, "3.1": 3, "3.2": 3}, 2),
        ({"1.1": 3, "2.1": 3, "2.2": 3, "3.1": 3, "3.2": 3, "4.1": 3, "4.2": 3, "5.1": 2, "5.2": 3}, 5),
    ],
)
def test_iso_33020_asks_for_largely_at_a_level_and_fully_below_it(ratings: dict[str, float], level: int) -> None:
    """ISO/IEC 33020, process capability level model: level n is reached when the process attributes of level n are
    largely or fully achieved and those of all lower levels fully (N 0-15 %, P over 15-50, L over 50-85, F over 85).
    """
    attributes = ["1.1", "2.1", "2.2", "3.1", "3.2", "4.1", "4.2", "5.1", "5.2"]
    nodes = [TreeNode("ENG.1", assessable=False)]
    nodes += [TreeNode(attribute, "ENG.1", stage=int(attribute[0])) for attribute in attributes]
    tree = ScoreTree.build(
        nodes, method="staged_minimum", scale=NPLF, result=CAPABILITY, parameters={"reached": 2, "below": 3}
    )
    states = {attribute: LeafState(ratings.get(attribute, 0)) for attribute in attributes}
    assert score(tree, states).root.asserted == level


def test_the_essential_eight_stand_at_the_lowest_of_the_eight() -> None:
    """ASD, Essential Eight Maturity Model (November 2023) and its FAQ: a maturity level is reached in full before the
    next, for each strategy, and organisations aim at the same level for all eight; so the whole is their lowest.
    """
    strategies = [f"S{number}" for number in range(1, 9)]
    nodes = [TreeNode(strategy, assessable=False) for strategy in strategies]
    nodes += [TreeNode(f"{s}-ML{stage}", s, stage=stage) for s in strategies for stage in (1, 2, 3)]
    tree = ScoreTree.build(nodes, method="staged_minimum", scale=MET, result=Scale(0, 3))
    met = {f"{s}-ML{stage}": LeafState(1) for s in strategies for stage in (1, 2, 3)}
    assert score(tree, met).root.asserted == 3
    sheet = score(tree, met | {"S5-ML2": LeafState(0), "S7-ML3": LeafState(0)})
    assert [sheet.nodes[s].asserted for s in strategies] == [3, 3, 3, 3, 1, 3, 2, 3]
    assert sheet.root.asserted == 1
    why = explain(tree, met | {"S5-ML2": LeafState(0), "S7-ML3": LeafState(0)})
    assert [part["ref"] for part in why["leaves"]] == ["S5-ML2"]
    assert {left["reason"] for left in why["left_out"]} == {"does-not-decide"}


def practice(**levels: float) -> float | None:
    """One security practice of two streams, A and B, with levels 1 to 3."""
    nodes = [TreeNode("SM", assessable=False)]
    nodes += [TreeNode(f"{stream}{stage}", "SM", stage=stage) for stream in "AB" for stage in (1, 2, 3)]
    tree = ScoreTree.build(nodes, method="samm", scale=SAMM, result=MATURITY)
    return score(tree, answers(**levels)).root.asserted


def test_a_samm_practice_scores_the_sum_of_its_levels_over_the_mean_of_its_streams() -> None:
    """OWASP SAMM 2.0, assessment and scoring model: an answer is worth 0, 0.25, 0.5 or 1; the score of a practice is
    the sum over its three levels of the mean of the two streams, between 0 and 3. So with A at 1, 0.5, 0 and B at 0.5,
    0.25, 0 it is 0.75 + 0.375 + 0 = 1.125.
    """
    assert practice(A1=3, A2=2, A3=0, B1=2, B2=1, B3=0) == 1.125
    assert practice(A1=3, A2=3, A3=3, B1=3, B2=3, B3=3) == 3
    assert practice(A1=0, A2=0, A3=0, B1=0, B2=0, B3=0) == 0
    assert practice(A1=3, A2=0, A3=0, B1=1, B2=0, B3=0) == 0.625


def test_a_samm_function_scores_the_mean_of_its_practices() -> None:
    """OWASP SAMM 2.0: business functions and the overall score are means of what is below, so that a practice with
    activities out of scope weighs as much as a full one.
    """
    nodes = [
        TreeNode("G", assessable=False),
        TreeNode("P1", "G", assessable=False),
        TreeNode("P2", "G", assessable=False),
    ]
    nodes += [TreeNode(f"P1{stream}{stage}", "P1", stage=stage) for stream in "AB" for stage in (1, 2, 3)]
    nodes += [TreeNode(f"P2A{stage}", "P2", stage=stage) for stage in (1, 2, 3)]
    tree = ScoreTree.build(nodes, method="samm", scale=SAMM, result=MATURITY)
    states = {node.ref: LeafState(3 if node.ref.startswith("P1") else 1) for node in nodes if node.assessable}
    sheet = score(tree, states)
    assert (sheet.nodes["P1"].asserted, sheet.nodes["P2"].asserted, sheet.root.asserted) == (3, 0.75, 1.875)


def test_samm_averages_the_streams_of_a_level_before_it_adds_the_levels() -> None:
    """With one stream of a level not applicable, the other stands for that level: (1 + 0.5) / 2 + 0 + 0 differs from a
    plain mean of the five, times 3.
    """
    nodes = [TreeNode("SM", assessable=False)]
    nodes += [TreeNode(f"{stream}{stage}", "SM", stage=stage) for stream in "AB" for stage in (1, 2, 3)]
    tree = ScoreTree.build(nodes, method="samm", scale=SAMM, result=MATURITY)
    states = answers(A1=3, B1=2, A2=0, A3=0, B3=0) | {"B2": LeafState(applicable=False)}
    assert score(tree, states).root.asserted == 0.75


def tisax(*levels: float, targets: tuple[float, ...] = (), critical: tuple[int, ...] = ()) -> ScoreTree:
    nodes = [
        TreeNode(f"c{at}", target=targets[at] if targets else 3, critical=at in critical) for at in range(len(levels))
    ]
    return ScoreTree.build(nodes, method="capped_mean", scale=Scale(0, 5))


def test_tisax_cuts_each_result_back_to_its_target_before_it_averages() -> None:
    """ENX, TISAX Participant Handbook, result score and "cut back to target": a control above its target counts at the
    target, so that nothing makes up for what lies below; with all targets at 3 the best overall score is 3.0. So 5, 4,
    3 and 1 give (3 + 3 + 3 + 1) / 4 = 2.5 where the plain mean would give 3.25.
    """
    states = answers(c0=5, c1=4, c2=3, c3=1)
    tree = tisax(5, 4, 3, 1)
    assert score(tree, states).root.asserted == 2.5
    assert score(tree, answers(c0=5, c1=5, c2=5, c3=5)).root.asserted == 3
    assert score(tree, states).nodes["c0"].asserted == 5, "a single result is shown as it is"
    assert [part["basis"] for part in explain(tree, states)["leaves"]] == [
        "cut-back",
        "cut-back",
        "as-stated",
        "as-stated",
    ]
    assert score(tisax(5, 2, targets=(4, 2)), answers(c0=5, c1=2)).root.asserted == 3


def test_an_unmet_must_is_a_finding_whatever_the_mean() -> None:
    """ENX: a requirement that must be met and is not is a non-conformity of its own, beside the result score."""
    tree = tisax(3, 3, 2, 1, critical=(1, 2, 3))
    sheet = score(tree, answers(c0=1, c1=3, c2=2) | {"c3": LeafState(applicable=False)})
    assert [(finding.ref, finding.level, finding.due) for finding in sheet.findings] == [("c2", 2, 3)]
    assert score(tisax(3), answers(c0=1)).findings == ()


def test_the_floor_keeps_a_mean_near_the_lowest_critical_item() -> None:
    """A domain never lies more than the allowance above its lowest critical requirement (the key measures' rule of the
    Belgian CyberFundamentals, generalised): 5, 5, 5 and a critical 1 give 2 with an allowance of 1, not 4.
    """
    nodes = [TreeNode("d", assessable=False), *(TreeNode(f"a{at}", "d", critical=at == 3) for at in range(4))]
    states = answers(a0=5, a1=5, a2=5, a3=1)

    def root(allowance: float) -> float | None:
        tree = ScoreTree.build(nodes, method="floor", scale=Scale(0, 5), parameters={"allowance": allowance})
        why = explain(tree, states)
        assert fsum(part["contribution"] for part in why["leaves"]) == why["value"]
        return score(tree, states).root.asserted

    assert [root(allowance) for allowance in (0, 1, 0.5, 3, 4)] == [1, 2, 1.5, 4, 4]
    tree = ScoreTree.build(nodes, method="floor", scale=Scale(0, 5))
    assert [part["ref"] for part in explain(tree, states)["leaves"]] == ["a3"]
    assert score(tree, states | {"a3": LeafState(5)}).root.asserted == 5


def test_a_rebuilt_tree_keeps_method_scales_and_parameters() -> None:
    nodes = [TreeNode("a", assessable=False), TreeNode("a1", "a", stage=1), TreeNode("a2", "a", stage=2)]
    tree = ScoreTree.build(nodes, method="staged_minimum", scale=C2M2, result=MIL, parameters={"reached": 2})
    part = tree.rebuilt([TreeNode("a1", stage=1)])
    assert (part.method.name, part.result, part.parameters) == ("staged_minimum", MIL, {"reached": 2})
    assert score(part, answers(a1=2)).root.asserted == 3
    assert OwnAnswerRule.BOTH is tree.nodes["a"].own_answer_rule
