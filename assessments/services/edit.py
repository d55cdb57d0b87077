"""What one edit makes of one answer: the rules of levels, targets, applicability and states, without any database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from assessments.catalogue.editions import Edition
from assessments.lifecycle import AnswerMove, AnswerState, AssessmentState, move_answer
from assessments.selectors.workbook import AnswerRow, moment

SUBSTANCE: Final = ("level", "applicable", "reason")
"""Whoever changes one of these has given the answer, and may not validate it."""

CONTENT: Final = (*SUBSTANCE, "target", "note")
SCORED: Final = ("level", "applicable", "target")
TOLD: Final = ("state", *CONTENT, "assignee", "version")
"""What the audit trail tells of an answer, before and after."""


class EditError(Exception):
    """Fields that do not fit; `errors` maps a field to its sentences."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("The edit does not fit.")
        self.errors = dict(errors)


def edited(
    row: AnswerRow,
    *,
    fields: Mapping[str, Any],
    of: Edition,
    assessment: AssessmentState,
    actor: UUID,
    now: datetime,
) -> AnswerRow:
    """The answer after the edit, one version up; the same row when nothing changes.

    1. Lay the fields over the row. Not applicable takes the level away, applicable takes the reason away.
    2. Check what came out: EditError.
    3. Let the lifecycle decide on the state: LifecycleError. An assignment alone moves nothing.
    4. Note who answered, when the substance changed.
    """
    after = _laid_over(row, fields=fields, of=of)
    if after == row:
        return row
    if any(getattr(after, name) != getattr(row, name) for name in CONTENT):
        after = after._replace(state=_state(row, after=after, assessment=assessment, actor=actor).value)
    if any(getattr(after, name) != getattr(row, name) for name in SUBSTANCE):
        gave = after.is_answered
        after = after._replace(answered_by=str(actor) if gave else None, answered_at=moment(now) if gave else None)
    return after._replace(version=row.version + 1, updated_at=moment(now))


def moves_scores(row: AnswerRow, *, after: AnswerRow) -> bool:
    return any(getattr(after, name) != getattr(row, name) for name in SCORED)


def told(row: AnswerRow, *, after: AnswerRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after of what differs."""
    names = [name for name in TOLD if getattr(row, name) != getattr(after, name)]
    return {name: getattr(row, name) for name in names}, {name: getattr(after, name) for name in names}


def _laid_over(row: AnswerRow, *, fields: Mapping[str, Any], of: Edition) -> AnswerRow:
    errors: dict[str, list[str]] = {}
    applicable = fields.get("applicable", row.applicable)
    level = fields.get("level", row.level if applicable else None)
    reason = fields.get("reason", "" if applicable else row.reason).strip()
    if level is not None and not applicable:
        errors["level"] = ["What is not applicable has no level; send level null, or applicable true."]
    elif level is not None and level not in of.levels:
        errors["level"] = [f"Choose one of {', '.join(map(str, sorted(of.levels)))}."]
    if not applicable and not reason:
        errors["reason"] = ["Say why the requirement does not apply."]
    if applicable and reason:
        errors["reason"] = ["Only what is not applicable has a reason; use note for remarks."]
    target = fields.get("target", row.target)
    if target is not None and not of.scale["minimum"] <= target <= of.scale["maximum"]:
        errors["target"] = [f"The scale runs from {of.scale['minimum']:g} to {of.scale['maximum']:g}."]
    if errors:
        raise EditError(errors)
    assignee = fields.get("assignee", row.assignee)
    return row._replace(
        level=None if level is None else float(level),
        applicable=applicable,
        reason=reason,
        target=None if target is None else float(target),
        note=fields.get("note", row.note),
        assignee=None if assignee is None else str(assignee),
    )


def _state(row: AnswerRow, *, after: AnswerRow, assessment: AssessmentState, actor: UUID) -> AnswerState:
    """The state after the edit. A note or target on an open answer needs what answering needs, and leaves it open."""
    cleared = row.is_answered and not after.is_answered
    move = AnswerMove.CLEAR if cleared else AnswerMove.ANSWER
    target = move_answer(
        AnswerState(row.state), move=move, assessment=assessment, actor=actor, answered_by=row.answered_by
    )
    return AnswerState.OPEN if target is AnswerState.ANSWERED and not after.is_answered else target
