"""Where remarks, evidence and verdicts go: the answer to one requirement of one assessment, made when first needed.

A row made here stands at version 0, which is what a reader was told of an answer nobody has touched: the ETag somebody
holds stays good when a colleague comments or links evidence first.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from api.problems import Conflict, NotFound
from assessments.catalogue.editions import Edition, Node, edition
from assessments.lifecycle import AnswerMove, AnswerState, AssessmentState, LifecycleError, open_moves
from assessments.models import Answer, Assessment
from assessments.selectors.taken import tree_of

NO_SUCH_REQUIREMENT = "There is no such requirement to answer in this assessment."
_CLOSED = frozenset({AssessmentState.APPROVED, AssessmentState.ARCHIVED})


def edition_of(assessment: Assessment) -> Edition:
    return edition(assessment.standard_id)


def find_node(assessment: Assessment, *, ref: str) -> Node:
    """The requirement an answer can be given to, or NotFound: a heading has no answer, nor has what is not taken."""
    if ref not in tree_of(assessment).assessable:
        raise NotFound
    return edition_of(assessment).by_ref[ref]


def refuse_closed(assessment: Assessment) -> None:
    """409 for an approved or archived assessment: nothing about it changes any more."""
    if assessment.state in _CLOSED:
        raise Conflict("assessment-not-open", f"The assessment is {assessment.state}: nothing can be added to it.")


def take_answers(assessment: Assessment, *, requirement_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Answer]:
    """Requirement id → its answer, locked until the commit; the missing ones are made. At most three statements."""
    found = lock_answers(assessment, requirement_ids=requirement_ids)
    missing = [
        Answer(assessment=assessment, requirement_id=requirement_id, version=0)
        for requirement_id in requirement_ids
        if requirement_id not in found
    ]
    if missing:
        # Somebody may make the same row at the same time: then theirs is taken.
        Answer.objects.bulk_create(missing, ignore_conflicts=True)
        found = lock_answers(assessment, requirement_ids=requirement_ids)
    return found


def lock_answers(assessment: Assessment, *, requirement_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Answer]:
    """Requirement id → answer, for those that exist; locked in one order, so that no two writers wait in a circle."""
    rows = Answer.objects.select_for_update(no_key=True).filter(
        assessment=assessment, requirement_id__in=set(requirement_ids)
    )
    return {answer.requirement_id: answer for answer in rows.order_by("pk")}


def refuse_unless_editable(assessment: Assessment, *, state: str) -> None:
    """LifecycleError unless an answer in `state` may be edited now: what stands behind it changes when it may itself.

    A draft begins with the first work on it, so it counts as in progress.
    """
    during = AssessmentState(assessment.state)
    if during is AssessmentState.DRAFT:
        during = AssessmentState.IN_PROGRESS
    offered = open_moves(AnswerState(state), assessment=during)
    if AnswerMove.ANSWER in offered:
        return
    if during in _CLOSED:
        sentence = f"The assessment is {during}: its evidence cannot be changed."
        raise LifecycleError("assessment-not-open", sentence, open_moves=offered)
    sentence = f"The answer is {state.replace('_', ' ')}, and its evidence with it; it must be open for editing first."
    raise LifecycleError("answer-not-open", sentence, open_moves=offered)
