"""From an answer to OSCAL's two words, satisfied and not satisfied: the rule, in one place.

1. Not applicable, with its reason: satisfied, for reason `other`, with implementation status `not-applicable`.
2. Otherwise the level that stands (a reviewer's, else the asserted one) against the target (the answer's own, else the
   assessment's, else the top of the scale): satisfied, for reason `pass`, where it reaches it; else not satisfied, for
   reason `fail`.
3. Without an answer there is nothing to judge, and no finding: an unanswered requirement is no failure.
"""

from __future__ import annotations

from dataclasses import dataclass

from assessments.exporting.record import AnsweredRow, Record


@dataclass(frozen=True, slots=True)
class Judgement:
    state: str
    reason: str
    sentence: str


def judge(row: AnsweredRow, *, of: Record) -> Judgement | None:
    """None where nothing is answered."""
    if not row.applicable:
        return Judgement("satisfied", "other", "Not applicable, for the reason stated.")
    level = row.standing_level
    if level is None:
        return None
    aim = of.target_of(row.ref)
    target = of.whole.scale.maximum if aim is None else aim
    whose = "validated" if row.validated_level is not None else "asserted"
    named = "target" if aim is not None else "top of the scale, as no target is set"
    if level >= target:
        return Judgement("satisfied", "pass", f"Level {level:g}, {whose}, reaches {target:g}, the {named}.")
    return Judgement("not-satisfied", "fail", f"Level {level:g}, {whose}, is below {target:g}, the {named}.")
