"""Whatever the case, scores are the publisher's arithmetic: means by the book, and bounds nothing gets over."""

from fractions import Fraction

from hypothesis import given

from assessments.scoring import LeafState, OwnAnswerRule
from tests.assessments.test_scoring_properties import MEANS, Case, cases, exactly


def plain_mean(case: Case, ref: str | None) -> Fraction | None:
    """The asserted ratio of a node by the book: recursive, in fractions, sharing nothing with the code under test."""
    kind, held = _members(case, ref)
    if kind == "answer":
        return _ratio(case, ref or "")
    if case.method == "mean_of_groups":
        values = [(w, _ratio(case, r) if own else plain_mean(case, r)) for r, w, own in held]
    else:
        values, path = [], list(held)
        while path:
            at, weight, own = path.pop()
            inner, below = _members(case, at)
            if own or inner == "answer":
                values.append((weight, _ratio(case, at)))
            else:
                path.extend(below)
    counted = [(weight, value) for weight, value in values if value is not None and weight]
    total = sum(weight for weight, _ in counted)
    return sum((weight * value for weight, value in counted), Fraction(0)) / total if total else None


def _members(case: Case, ref: str | None) -> tuple[str, list[tuple[str, Fraction, bool]]]:
    by_ref = {node.ref: node for node in case.nodes}
    weight = {node.ref: Fraction(repr(1 if node.weight is None else node.weight)) for node in case.nodes}
    below = [(node.ref, weight[node.ref], False) for node in case.nodes if node.parent_ref == ref]
    if ref is None or not by_ref[ref].assessable:
        return "group", below
    if not below or by_ref[ref].own_answer_rule is OwnAnswerRule.OWN:
        return "answer", []
    if by_ref[ref].own_answer_rule is OwnAnswerRule.CHILDREN:
        return "group", below
    return "group", [(ref, weight[ref], True), *below]


def _ratio(case: Case, ref: str) -> Fraction | None:
    state, scale = case.states.get(ref, LeafState()), case.scale_of(ref)
    if not state.applicable or (case.include is not None and ref not in case.include):
        return None
    if state.level is None:
        return Fraction(0) if case.unanswered_as_zero else None
    low, high = Fraction(repr(scale.minimum)), Fraction(repr(scale.maximum))
    return (Fraction(repr(state.level)) - low) / (high - low)


@exactly
@given(cases(methods=("capped_mean", "floor", "staged_minimum", "subtractive")))
def test_nothing_is_gained_above_a_target_a_critical_floor_an_unmet_stage_or_the_points(case: Case) -> None:
    """Each method against its rule, read off the leaves: for the whole, no score is higher than the rule allows."""
    sheet, tree = case.sheet(), case.tree()
    value = sheet.root.asserted
    inside = [
        (ref, node, case.states.get(ref, LeafState()))
        for ref in tree.layout.slots[slice(*tree.layout.spans[tree.place(None) - len(tree.layout.slots)])]
        for node in [tree.nodes[ref]]
        if case.include is None or ref in case.include
    ]
    live = [(ref, node, state) for ref, node, state in inside if state.applicable and node.weight != 0]
    if value is None:
        return
    if case.method == "capped_mean":
        caps = [1 if node.target is None else case.scale_of(ref).ratio(node.target) for ref, node, _ in live]
        assert value <= case.scale.level(Fraction(max(cap for cap in caps if cap is not None))) + 1e-9
    elif case.method == "floor":
        counted = [(ref, node, state) for ref, node, state in inside if state.applicable and node.critical]
        for ref, _, state in counted:
            if state.level is not None or case.unanswered_as_zero:
                ratio = case.scale_of(ref).ratio(case.scale_of(ref).minimum if state.level is None else state.level)
                assert value <= case.scale.level(ratio or Fraction(0)) + 1 + 1e-9
    elif case.method == "staged_minimum":
        unmet = [
            node.stage
            for ref, node, state in live
            if node.stage is not None and (state.level is None or state.level < case.scale_of(ref).maximum)
        ]
        steps = case.scale.maximum - case.scale.minimum
        assert value == case.scale.minimum + min([stage - 1 for stage in unmet if stage <= steps], default=steps)
    else:
        lost = 0.0
        for ref, node, state in live:
            if state.level is not None and state.level >= case.scale_of(ref).maximum:
                continue
            partly = state.level is not None and state.level > case.scale_of(ref).minimum
            points = node.partial_points if partly and node.partial_points is not None else node.points
            lost += points or 0
        assert value == max(case.scale.minimum, case.scale.maximum - lost)


@exactly
@given(cases(methods=MEANS))
def test_every_score_is_the_mean_by_the_book_rounded_once(case: Case) -> None:
    for ref, node in case.scores().items():
        ratio = plain_mean(case, ref)
        low, high = Fraction(repr(case.scale.minimum)), Fraction(repr(case.scale.maximum))
        assert node.asserted == (None if ratio is None else float(low + ratio * (high - low)))
