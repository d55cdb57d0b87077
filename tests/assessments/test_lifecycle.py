"""The tables of moves, written out once more by hand: a change of the code's table must be a change here too."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assessments.lifecycle import (
    ANSWER_STEPS,
    ASSESSMENT_STEPS,
    AnswerMove,
    AnswerState,
    AssessmentMove,
    AssessmentState,
    LifecycleError,
    begins_revision,
    move_answer,
    move_assessment,
    open_moves,
)

ALICE, BOB = UUID(int=1), UUID(int=2)

ASSESSMENT_MOVES = {
    ("draft", "begin"): "in_progress",
    ("in_progress", "submit"): "in_review",
    ("in_review", "withdraw"): "in_progress",
    ("in_review", "approve"): "approved",
    ("approved", "reopen"): "in_progress",
    ("approved", "archive"): "archived",
}
BOTH = {"in_progress", "in_review"}
ANSWER_MOVES = {
    ("open", "answer"): ("answered", {"in_progress"}),
    ("answered", "answer"): ("answered", BOTH),
    ("answered", "clear"): ("open", {"in_progress"}),
    ("answered", "submit"): ("submitted", BOTH),
    ("submitted", "request_changes"): ("changes_requested", BOTH),
    ("submitted", "validate"): ("validated", BOTH),
    ("submitted", "reopen"): ("answered", BOTH),
    ("changes_requested", "answer"): ("changes_requested", BOTH),
    ("changes_requested", "submit"): ("submitted", BOTH),
    ("validated", "reopen"): ("answered", BOTH),
}
ASSESSMENT_CASES = list(product(AssessmentState, AssessmentMove))
ANSWER_CASES = list(product(AnswerState, AnswerMove, AssessmentState))


@pytest.mark.parametrize(("state", "move"), ASSESSMENT_CASES)
def test_an_assessment_makes_the_moves_of_the_table_and_no_others(state: AssessmentState, move: AssessmentMove) -> None:
    expected = ASSESSMENT_MOVES.get((state.value, move.value))
    if expected is not None:
        assert move_assessment(state, move=move) is AssessmentState(expected)
        assert move in open_moves(state)
        return
    with pytest.raises(LifecycleError) as refusal:
        move_assessment(state, move=move)
    assert refusal.value.slug == "move-not-open"
    assert refusal.value.open_moves == open_moves(state)
    assert move not in open_moves(state)


@pytest.mark.parametrize(("state", "move", "assessment"), ANSWER_CASES)
def test_an_answer_makes_the_moves_of_the_table_and_no_others(
    state: AnswerState, move: AnswerMove, assessment: AssessmentState
) -> None:
    target, during = ANSWER_MOVES.get((state.value, move.value), (None, set()))
    if target is not None and assessment.value in during:
        assert move_answer(state, move=move, assessment=assessment, actor=ALICE, answered_by=BOB) is AnswerState(target)
        assert move in open_moves(state, assessment=assessment)
        return
    with pytest.raises(LifecycleError) as refusal:
        move_answer(state, move=move, assessment=assessment, actor=ALICE, answered_by=BOB)
    is_shut = assessment.value not in BOTH or target is not None
    assert refusal.value.slug == ("assessment-not-open" if is_shut else "move-not-open")
    assert refusal.value.open_moves == open_moves(state, assessment=assessment)
    assert move not in open_moves(state, assessment=assessment)


def test_each_state_and_move_stands_once_in_its_table() -> None:
    assert (
        len({(step.source, step.move) for step in ASSESSMENT_STEPS}) == len(ASSESSMENT_STEPS) == len(ASSESSMENT_MOVES)
    )
    assert len({(step.source, step.move) for step in ANSWER_STEPS}) == len(ANSWER_STEPS) == len(ANSWER_MOVES)


@pytest.mark.parametrize("state", ["draft", "approved", "archived"])
@pytest.mark.parametrize("move", list(AnswerMove))
def test_a_closed_assessment_refuses_new_answers(state: str, move: AnswerMove) -> None:
    for answer in AnswerState:
        with pytest.raises(LifecycleError) as refusal:
            move_answer(answer, move=move, assessment=AssessmentState(state), actor=ALICE, answered_by=None)
        assert refusal.value.slug == "assessment-not-open"
        assert open_moves(answer, assessment=AssessmentState(state)) == ()


def test_approving_with_open_change_requests_is_refused_and_says_how_many() -> None:
    with pytest.raises(LifecycleError, match="3 open change requests") as refusal:
        move_assessment(AssessmentState.IN_REVIEW, move=AssessmentMove.APPROVE, open_change_requests=3)
    assert refusal.value.slug == "open-change-requests"
    assert refusal.value.sentence == str(refusal.value)
    with pytest.raises(LifecycleError, match=r"1 open change request\."):
        move_assessment(AssessmentState.IN_REVIEW, move=AssessmentMove.APPROVE, open_change_requests=1)


def test_approving_over_answers_reopened_in_review_is_refused() -> None:
    with pytest.raises(LifecycleError, match="2 answers") as refusal:
        move_assessment(AssessmentState.IN_REVIEW, move=AssessmentMove.APPROVE, unsubmitted_answers=2)
    assert refusal.value.slug == "unsubmitted-answers"


@pytest.mark.parametrize("move", [AssessmentMove.WITHDRAW])
def test_change_requests_hinder_only_the_approval(move: AssessmentMove) -> None:
    state = move_assessment(AssessmentState.IN_REVIEW, move=move, open_change_requests=3, unsubmitted_answers=1)
    assert state is AssessmentState.IN_PROGRESS


def test_reopening_an_approved_assessment_begins_a_revision_and_nothing_else_does() -> None:
    revisions = [(s, m) for s, m in ASSESSMENT_CASES if begins_revision(s, move=m)]
    assert revisions == [(AssessmentState.APPROVED, AssessmentMove.REOPEN)]


@pytest.mark.parametrize("actor", [ALICE, str(ALICE)])
def test_the_one_who_answered_may_not_validate_the_same_answer(actor: UUID | str) -> None:
    """Whether the id comes as a UUID or as its text, and the move as a word or as a member."""
    for move in (AnswerMove.VALIDATE, "validate"):
        with pytest.raises(LifecycleError) as refusal:
            move_answer(
                AnswerState.SUBMITTED,
                move=move,  # type: ignore[arg-type]  # what a careless caller might pass
                assessment=AssessmentState.IN_REVIEW,
                actor=actor,
                answered_by=ALICE,
            )
        assert refusal.value.slug == "own-answer"


def test_the_one_who_answered_may_make_every_other_move() -> None:
    for step in ANSWER_STEPS:
        if step.move is not AnswerMove.VALIDATE:
            moved = move_answer(step.source, move=step.move, assessment=step.during[0], actor=ALICE, answered_by=ALICE)
            assert moved is step.target


def test_an_answer_given_by_no_person_can_be_validated_by_anyone() -> None:
    moved = move_answer(
        AnswerState.SUBMITTED,
        move=AnswerMove.VALIDATE,
        assessment=AssessmentState.IN_REVIEW,
        actor=ALICE,
        answered_by=None,
    )
    assert moved is AnswerState.VALIDATED


def test_a_refusal_names_the_moves_that_are_open() -> None:
    with pytest.raises(
        LifecycleError, match=r"An answer that is validated has no move 'submit'\. Open moves: reopen\."
    ):
        move_answer(
            AnswerState.VALIDATED,
            move=AnswerMove.SUBMIT,
            assessment=AssessmentState.IN_REVIEW,
            actor=ALICE,
            answered_by=BOB,
        )
    with pytest.raises(LifecycleError, match=r"Open moves: none\."):
        move_assessment(AssessmentState.ARCHIVED, move=AssessmentMove.REOPEN)


@pytest.mark.parametrize("state", list(AssessmentState) + list(AnswerState))
def test_open_moves_reads_the_plain_text_of_a_state_alike(state: AssessmentState | AnswerState) -> None:
    assert open_moves(state.value) == open_moves(state)  # type: ignore[call-overload]


@given(st.lists(st.sampled_from(AssessmentMove)))
def test_no_sequence_of_moves_leads_out_of_the_archive_or_changes_an_approved_one(moves: list[AssessmentMove]) -> None:
    state, seen = AssessmentState.DRAFT, [AssessmentState.DRAFT]
    for move in moves:
        if move in open_moves(state) and not begins_revision(state, move=move):
            state = move_assessment(state, move=move)
            seen.append(state)
    if AssessmentState.APPROVED in seen:
        assert set(seen[seen.index(AssessmentState.APPROVED) :]) <= {AssessmentState.APPROVED, AssessmentState.ARCHIVED}


class OneAssessment(RuleBasedStateMachine):
    """One assessment of three answers and two persons, who try every move at every moment."""

    def __init__(self) -> None:
        super().__init__()
        self.state = AssessmentState.DRAFT
        self.answers = [AnswerState.OPEN] * 3
        self.answered_by: list[UUID | None] = [None] * 3
        self.validated_by: list[UUID | None] = [None] * 3
        self.frozen: list[AnswerState] | None = None
        self.was_submitted = False

    @rule(move=st.sampled_from(AssessmentMove))
    def try_to_move_the_assessment(self, move: AssessmentMove) -> None:
        requests = self.answers.count(AnswerState.CHANGES_REQUESTED)
        reopened = self.answers.count(AnswerState.ANSWERED)
        try:
            state = move_assessment(self.state, move=move, open_change_requests=requests, unsubmitted_answers=reopened)
        except LifecycleError:
            is_blocked = move is AssessmentMove.APPROVE and bool(requests or reopened)
            assert is_blocked or move not in open_moves(self.state)
            return
        assert move in open_moves(self.state)
        if begins_revision(self.state, move=move):
            return  # the successor is another assessment; this one stays
        self.state = state
        if state is AssessmentState.IN_REVIEW:
            self.was_submitted = True
        if state is AssessmentState.APPROVED:
            self.frozen = list(self.answers)

    @precondition(lambda self: self.state is not AssessmentState.DRAFT)
    @rule(at=st.integers(0, 2), move=st.sampled_from(AnswerMove), actor=st.sampled_from([ALICE, BOB]))
    def try_to_move_an_answer(self, at: int, move: AnswerMove, actor: UUID) -> None:
        before = self.answers[at]
        try:
            after = move_answer(before, move=move, assessment=self.state, actor=actor, answered_by=self.answered_by[at])
        except LifecycleError:
            is_own = move is AnswerMove.VALIDATE and actor == self.answered_by[at]
            assert is_own or move not in open_moves(before, assessment=self.state)
            return
        self.answers[at] = after
        if move is AnswerMove.ANSWER:
            self.answered_by[at] = actor
        if move is AnswerMove.CLEAR:
            self.answered_by[at] = None
        self.validated_by[at] = actor if move is AnswerMove.VALIDATE else None

    @invariant()
    def an_approved_assessment_never_changes(self) -> None:
        if self.frozen is not None:
            assert self.answers == self.frozen
            assert self.state in {AssessmentState.APPROVED, AssessmentState.ARCHIVED}

    @invariant()
    def nothing_is_approved_unfinished_or_unreviewed(self) -> None:
        if self.frozen is not None:
            assert self.was_submitted
            assert not {AnswerState.CHANGES_REQUESTED, AnswerState.ANSWERED} & set(self.answers)

    @invariant()
    def nobody_has_validated_an_own_answer(self) -> None:
        for answer, by, validator in zip(self.answers, self.answered_by, self.validated_by, strict=True):
            if answer is AnswerState.VALIDATED:
                assert validator is not None
                assert validator != by

    @invariant()
    def only_an_open_answer_is_unanswered(self) -> None:
        for answer, by in zip(self.answers, self.answered_by, strict=True):
            assert (answer is AnswerState.OPEN) == (by is None)


TestOneAssessment = OneAssessment.TestCase
