"""What has been said about an answer: verdicts and remarks."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from assessments.models import AnswerComment, Review


def list_reviews(*, assessment_id: uuid.UUID, requirement_id: uuid.UUID) -> QuerySet[Review]:
    """Every verdict on one answer for `review_body`, unordered: one query."""
    return Review.objects.filter(
        answer__assessment_id=assessment_id, answer__requirement_id=requirement_id
    ).select_related("reviewer")


def review_body(review: Review) -> dict[str, Any]:
    """`answer_version` is the version of the answer that was judged."""
    return {
        "id": review.pk,
        "answer_version": review.answer_version,
        "verdict": review.verdict,
        "level": review.level,
        "note": review.note,
        "reviewer": {"id": review.reviewer_id, "name": review.reviewer.display_name},
        "created_at": review.created_at,
    }


def list_comments(*, assessment_id: uuid.UUID, requirement_id: uuid.UUID) -> QuerySet[AnswerComment]:
    """Every remark on one answer for `comment_body`, unordered: one query."""
    return AnswerComment.objects.filter(
        answer__assessment_id=assessment_id, answer__requirement_id=requirement_id
    ).select_related("author")


def comment_body(comment: AnswerComment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "author": {"id": comment.author_id, "name": comment.author.display_name},
        "text": comment.text,
        "created_at": comment.created_at,
    }
