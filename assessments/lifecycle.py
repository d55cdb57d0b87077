"""The states of assessments and answers, and the moves between them: one table each, and nowhere else.

Pure: no database, no clock. Who may make a move is for roles to say; what stands here holds for everyone.

Assessment: draft → in progress → in review → approved → archived. An approved assessment never changes: reopening it
begins a new revision, which is another assessment. The table gives the state in which that one begins.

Answer: open → answered → submitted → changes requested ↔ submitted → validated. An answer under a change request keeps
that state while it is being edited, so that the request stays visible until the answer is submitted again. An answer
only moves while its assessment is in progress or in review, and an open one is not first answered in review: withdraw
the assessment for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, overload
from uuid import UUID


class AssessmentState(StrEnum):
    DRAFT = "draft"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ARCHIVED = "archived"


class AssessmentMove(StrEnum):
    BEGIN = "begin"
    SUBMIT = "submit"  # hand the assessment in for review
    WITHDRAW = "withdraw"  # take it back from review
    APPROVE = "approve"
    REOPEN = "reopen"  # begin a new revision; the approved one stays as it is
    ARCHIVE = "archive"


class AnswerState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    VALIDATED = "validated"


class AnswerMove(StrEnum):
    ANSWER = "answer"  # write or edit the level, the applicability, the note
    CLEAR = "clear"  # take the level back; nothing is answered then
    SUBMIT = "submit"
    REQUEST_CHANGES = "request_changes"
    VALIDATE = "validate"
    REOPEN = "reopen"  # take it back for editing, from the reviewer's desk or after the verdict


@dataclass(frozen=True, slots=True)
class AssessmentStep:
    """One row of the table of assessments. ``target`` is the state of the new assessment where one is begun."""

    source: AssessmentState
    move: AssessmentMove
    target: AssessmentState
    begins_revision: bool = False


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """One row of the table of answers, and the states of the assessment in which it is open."""

    source: AnswerState
    move: AnswerMove
    target: AnswerState
    during: tuple[AssessmentState, ...] = (AssessmentState.IN_PROGRESS, AssessmentState.IN_REVIEW)


_A, _B = AssessmentState, AssessmentMove  # so that the tables read as tables
ASSESSMENT_STEPS: Final[Sequence[AssessmentStep]] = (
    AssessmentStep(_A.DRAFT, _B.BEGIN, _A.IN_PROGRESS),
    AssessmentStep(_A.IN_PROGRESS, _B.SUBMIT, _A.IN_REVIEW),
    AssessmentStep(_A.IN_REVIEW, _B.WITHDRAW, _A.IN_PROGRESS),
    AssessmentStep(_A.IN_REVIEW, _B.APPROVE, _A.APPROVED),
    AssessmentStep(_A.APPROVED, _B.REOPEN, _A.IN_PROGRESS, begins_revision=True),
    AssessmentStep(_A.APPROVED, _B.ARCHIVE, _A.ARCHIVED),
)

_S, _M = AnswerState, AnswerMove
ANSWER_STEPS: Final[Sequence[AnswerStep]] = (
    AnswerStep(_S.OPEN, _M.ANSWER, _S.ANSWERED, during=(_A.IN_PROGRESS,)),
    AnswerStep(_S.ANSWERED, _M.ANSWER, _S.ANSWERED),
    AnswerStep(_S.ANSWERED, _M.CLEAR, _S.OPEN, during=(_A.IN_PROGRESS,)),
    AnswerStep(_S.ANSWERED, _M.SUBMIT, _S.SUBMITTED),
    AnswerStep(_S.SUBMITTED, _M.REQUEST_CHANGES, _S.CHANGES_REQUESTED),
    AnswerStep(_S.SUBMITTED, _M.VALIDATE, _S.VALIDATED),
    AnswerStep(_S.SUBMITTED, _M.REOPEN, _S.ANSWERED),
    AnswerStep(_S.CHANGES_REQUESTED, _M.ANSWER, _S.CHANGES_REQUESTED),
    AnswerStep(_S.CHANGES_REQUESTED, _M.SUBMIT, _S.SUBMITTED),
    AnswerStep(_S.VALIDATED, _M.REOPEN, _S.ANSWERED),
)

_ASSESSMENT_STATES: Final = frozenset(AssessmentState)
_ASSESSMENT: Final[Mapping[tuple[AssessmentState, AssessmentMove], AssessmentStep]] = {
    (step.source, step.move): step for step in ASSESSMENT_STEPS
}
_ANSWER: Final[Mapping[tuple[AnswerState, AnswerMove], AnswerStep]] = {
    (step.source, step.move): step for step in ANSWER_STEPS
}
_ANSWERABLE: Final = frozenset(assessment for step in ANSWER_STEPS for assessment in step.during)

PersonId = UUID | str | int


class LifecycleError(Exception):
    """A move that is not open now.

    ``slug`` is stable and for programs: move-not-open, assessment-not-open, open-change-requests, unsubmitted-answers,
    own-answer. ``sentence`` is for people. ``open_moves`` are the moves that the table offers instead.
    """

    def __init__(self, slug: str, sentence: str, *, open_moves: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.slug = slug
        self.sentence = sentence
        self.open_moves = tuple(open_moves)


def move_assessment(
    state: AssessmentState, *, move: AssessmentMove, open_change_requests: int = 0, unsubmitted_answers: int = 0
) -> AssessmentState:
    """Return the state after the move; for a reopening, that of the new revision (see ``begins_revision``).

    Approving needs two numbers from the caller: ``open_change_requests``, the answers in changes requested, and
    ``unsubmitted_answers``, those in answered: reopened during the review, and not handed in again.
    Raises LifecycleError: move-not-open, open-change-requests, unsubmitted-answers.
    """
    step = _ASSESSMENT.get((state, move))
    if step is None:
        raise _not_open(state, move=move, thing="An assessment", open_moves=open_moves(state))
    if step.move is AssessmentMove.APPROVE and open_change_requests:
        sentence = f"Approving waits for {_count(open_change_requests, 'open change request')}."
        raise LifecycleError("open-change-requests", sentence, open_moves=open_moves(state))
    if step.move is AssessmentMove.APPROVE and unsubmitted_answers:
        sentence = f"Approving waits for {_count(unsubmitted_answers, 'answer')} reopened and not submitted again."
        raise LifecycleError("unsubmitted-answers", sentence, open_moves=open_moves(state))
    return step.target


def begins_revision(state: AssessmentState, *, move: AssessmentMove) -> bool:
    """Tell whether the move leaves this assessment as it is and begins another one that succeeds it."""
    step = _ASSESSMENT.get((state, move))
    return step is not None and step.begins_revision


def move_answer(
    state: AnswerState,
    *,
    move: AnswerMove,
    assessment: AssessmentState,
    actor: PersonId,
    answered_by: PersonId | None,
) -> AnswerState:
    """Return the state of an answer after the move.

    ``assessment`` is the state of the assessment it belongs to. ``actor`` moves, ``answered_by`` gave the answer (None
    when that was no person known here); the two are compared as text, so that a UUID and its text are one person.
    Raises LifecycleError: assessment-not-open, move-not-open, own-answer.
    """
    step = _ANSWER.get((state, move))
    offered = open_moves(state, assessment=assessment)
    if assessment not in _ANSWERABLE:
        sentence = f"The assessment is {_say(assessment)}: its answers cannot be changed."
        raise LifecycleError("assessment-not-open", sentence, open_moves=offered)
    if step is None:
        raise _not_open(state, move=move, thing="An answer", open_moves=offered)
    if assessment not in step.during:
        sentence = (
            f"While the assessment is {_say(assessment)}, an answer that is {_say(state)} waits: no '{_say(move)}'."
        )
        raise LifecycleError("assessment-not-open", sentence, open_moves=offered)
    if step.move is AnswerMove.VALIDATE and answered_by is not None and str(actor) == str(answered_by):
        raise LifecycleError("own-answer", "An answer is validated by someone else than the one who gave it.")
    return step.target


@overload
def open_moves(state: AssessmentState) -> tuple[AssessmentMove, ...]: ...
@overload
def open_moves(state: AnswerState, *, assessment: AssessmentState | None = None) -> tuple[AnswerMove, ...]: ...
def open_moves(
    state: AssessmentState | AnswerState, *, assessment: AssessmentState | None = None
) -> tuple[AssessmentMove, ...] | tuple[AnswerMove, ...]:
    """Return the moves that the table offers in a state, in its order.

    For an answer, ``assessment`` leaves only those open while its assessment is in that state.
    The conditions that need more than a state (change requests, who answered) are checked when the move is made.
    """
    if state in _ASSESSMENT_STATES:  # also true of the plain text that a database gives back
        return tuple(step.move for step in ASSESSMENT_STEPS if step.source == state)
    return tuple(
        step.move for step in ANSWER_STEPS if step.source == state and (assessment is None or assessment in step.during)
    )


def _not_open(state: str, *, move: str, thing: str, open_moves: Sequence[str]) -> LifecycleError:
    offer = ", ".join(map(_say, open_moves)) or "none"
    sentence = f"{thing} that is {_say(state)} has no move '{_say(move)}'. Open moves: {offer}."
    return LifecycleError("move-not-open", sentence, open_moves=open_moves)


def _say(word: str) -> str:
    return str(word).replace("_", " ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
