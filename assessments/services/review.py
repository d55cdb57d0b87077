"""Reviewers' verdicts: validated at a level, or changes requested with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from api.problems import Conflict, Invalid, PreconditionFailed
from assessments.catalogue.editions import Edition
from assessments.lifecycle import AnswerMove, AnswerState, AssessmentState, LifecycleError, move_answer
from assessments.models import Answer, Assessment, Review
from assessments.models.review import Verdict
from assessments.selectors.sight import Sight, sight_of
from assessments.services.answer_places import NO_SUCH_REQUIREMENT, lock_answers
from assessments.services.transitions import hold_assessment, note_moved_scores
from identity.models import Person
from tenants import audit
from tenants.access import Access

_MOVES = {Verdict.VALIDATED: AnswerMove.VALIDATE, Verdict.CHANGES_REQUESTED: AnswerMove.REQUEST_CHANGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A verdict on `version` of the answer at `ref`. Without a level, a validation agrees with the level asserted."""

    ref: str
    version: int
    verdict: Verdict
    level: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    review: Review
    answer: Answer
    ref: str


def review_answer(assessment_id: uuid.UUID, *, access: Access, reviewer: Person, draft: Draft) -> Reviewed:
    """Give one verdict. Raises NotFound, Invalid, PreconditionFailed, and Conflict with the lifecycle's slug."""
    assessment = hold_assessment(assessment_id)
    sight = sight_of(access, assessment)
    sight.answerable(draft.ref)
    review = _Reviewing(assessment, sight=sight, reviewer=reviewer, drafts=[draft])
    if review.faults:
        raise Invalid({path.rpartition(".")[2]: said for path, said in review.faults.items()})
    if review.stale:
        raise PreconditionFailed(review.stale[0]["current_version"])
    if review.refused:
        first = review.refused[0]
        raise Conflict(first["slug"], first["detail"], open_moves=first["open_moves"])
    return review.write()[0]


def review_answers(
    assessment_id: uuid.UUID, *, access: Access, reviewer: Person, drafts: Sequence[Draft]
) -> list[Reviewed]:
    """Give all verdicts or none, in a number of statements that does not depend on how many there are."""
    assessment = hold_assessment(assessment_id)
    review = _Reviewing(assessment, sight=sight_of(access, assessment), reviewer=reviewer, drafts=drafts)
    if review.faults:
        raise Invalid(review.faults)
    if review.stale:
        raise PreconditionFailed(review.stale[0]["current_version"], stale=review.stale)
    if review.refused:
        first = review.refused[0]
        raise Conflict(first["slug"], f"{first['detail']} Nothing was changed.", items=review.refused)
    return review.write()


class _Reviewing:
    """Drafts laid beside the answers they are about: first every fault is found, then everything is written."""

    def __init__(self, assessment: Assessment, *, sight: Sight, reviewer: Person, drafts: Sequence[Draft]) -> None:
        self.assessment, self.sight, self.reviewer, self.drafts = assessment, sight, reviewer, drafts
        self.edition = sight.edition
        self.faults: dict[str, list[str]] = {}
        self.stale: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.targets: dict[str, AnswerState] = {}
        wanted = [self.edition.by_ref[draft.ref].id for draft in drafts if sight.sees(draft.ref)]
        self.answers = lock_answers(assessment, requirement_ids=wanted)
        seen: set[str] = set()
        for index, draft in enumerate(drafts):
            self._look_at(draft, index=index, repeated=draft.ref in seen)
            seen.add(draft.ref)

    def _look_at(self, draft: Draft, *, index: int, repeated: bool) -> None:
        path, place = f"reviews.{index}", {"index": index, "ref": draft.ref}
        node = self.edition.by_ref.get(draft.ref)
        if node is None or draft.ref not in self.sight.tree.assessable:
            self.faults[f"{path}.ref"] = [NO_SUCH_REQUIREMENT]
            return
        if repeated:
            self.faults[f"{path}.ref"] = ["One verdict per answer and request."]
            return
        answer = self.answers.get(node.id)
        self.faults |= {
            f"{path}.{name}": [sentence] for name, sentence in faults_of(draft, answer=answer, edition=self.edition)
        }
        version = answer.version if answer else 0
        if draft.version != version:
            self.stale.append({**place, "current_version": version})
            return
        try:
            self.targets[draft.ref] = move_answer(
                AnswerState(answer.state) if answer else AnswerState.OPEN,
                move=_MOVES[draft.verdict],
                assessment=AssessmentState(self.assessment.state),
                actor=self.reviewer.pk,
                answered_by=answer.answered_by_id if answer else None,
            )
        except LifecycleError as error:
            moves = list(error.open_moves)
            self.refused.append({**place, "slug": error.slug, "detail": error.sentence, "open_moves": moves})

    def write(self) -> list[Reviewed]:
        now = timezone.now()
        reviewed: list[Reviewed] = []
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for draft in self.drafts:
            answer = self.answers[self.edition.by_ref[draft.ref].id]
            level = validated_level(draft, answer=answer)
            before[draft.ref] = {"state": answer.state, "validated_level": answer.validated_level}
            review = Review(
                answer=answer,
                answer_version=answer.version,
                reviewer=self.reviewer,
                verdict=draft.verdict.value,
                level=level,
                note=draft.note,
            )
            answer.state, answer.validated_level = self.targets[draft.ref].value, level
            answer.version, answer.updated_at = answer.version + 1, now
            after[draft.ref] = {
                "state": answer.state,
                "validated_level": level,
                "version": answer.version,
                "verdict": draft.verdict.value,
                "note": draft.note,
            }
            reviewed.append(Reviewed(review, answer, draft.ref))
        Review.objects.bulk_create([entry.review for entry in reviewed])
        Answer.objects.bulk_update(
            [entry.answer for entry in reviewed], ["state", "validated_level", "version", "updated_at"]
        )
        note_moved_scores(self.assessment)
        audit.record(
            "answers.reviewed", object_type="assessment", object_id=self.assessment.pk, before=before, after=after
        )
        return reviewed


def validated_level(draft: Draft, *, answer: Answer) -> float | None:
    """The level the reviewer stands for: their own, else the one asserted; none where nothing applies or is agreed."""
    if draft.verdict is Verdict.CHANGES_REQUESTED or not answer.applicable:
        return None
    return answer.level if draft.level is None else draft.level


def faults_of(draft: Draft, *, answer: Answer | None, edition: Edition) -> list[tuple[str, str]]:
    """(field, sentence) for everything that is wrong with a draft whatever state the answer is in."""
    faults: list[tuple[str, str]] = []
    if draft.verdict is Verdict.CHANGES_REQUESTED:
        if not draft.note.strip():
            faults.append(("note", "Say which changes are needed."))
        if draft.level is not None:
            faults.append(("level", "A level belongs to a validation only."))
    elif draft.level is not None and answer is not None and not answer.applicable:
        faults.append(("level", "The requirement does not apply here, so there is no level to validate."))
    elif draft.level is not None and draft.level not in edition.levels:
        levels = ", ".join(f"{level:g}" for level in sorted(edition.levels))
        faults.append(("level", f"Choose a level of the scale: {levels}."))
    return faults
