"""Remarks on an answer: said once, never edited."""

from __future__ import annotations

import uuid

from assessments.models import AnswerComment
from assessments.selectors.assessments import get_assessment
from assessments.selectors.sight import sight_of
from assessments.services.answer_places import refuse_closed, take_answers
from identity.models import Person
from tenants import audit
from tenants.access import Access


def add_comment(assessment_id: uuid.UUID, *, ref: str, access: Access, author: Person, text: str) -> AnswerComment:
    """Say `text` about the answer at `ref`. 404 for a ref out of sight, 409 once the assessment is approved."""
    assessment = get_assessment(assessment_id)
    node = sight_of(access, assessment).answerable(ref)
    refuse_closed(assessment)
    answer = take_answers(assessment, requirement_ids=[node.id])[node.id]
    comment = AnswerComment.objects.create(answer=answer, author=author, text=text)
    audit.record(
        "answer.commented",
        object_type="assessment",
        object_id=assessment.pk,
        after={"ref": ref, "comment": comment.pk, "text": text},
    )
    return comment
