"""Reviewers' verdicts on answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import etag, expected_version
from api.pagination import Filters, paginate
from api.serializers import parse
from assessments.models.review import Verdict
from assessments.selectors.assessments import get_assessment
from assessments.selectors.reviews import list_reviews, review_body
from assessments.selectors.sight import sight_of
from assessments.serializers.review import NewReview, NewReviews, ReviewedAnswer, ReviewedAnswers, ReviewShape
from assessments.services.review import Draft, Reviewed, review_answer, review_answers
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The answer's ETag as read."
)


class AnswerReviewsView(TenantView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ, "POST": Action.REVIEW_WRITE}
    members_only = False

    @extend_schema(operation_id="answer_reviews_list", responses=page_of(ReviewShape))
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, ref: str) -> Response:
        """List the verdicts on one answer, newest first; the newest counts."""
        Filters(request)
        sight = sight_of(request.access, get_assessment(assessment_id))
        rows = list_reviews(assessment_id=assessment_id, requirement_id=sight.answerable(ref).id)
        page = paginate(rows, request=request, orderings=("-id",), render=review_body)
        sight.veil(page.data["results"], field="reviewer")
        return page

    @extend_schema(
        operation_id="answer_reviews_create",
        request=NewReview,
        responses={201: ReviewedAnswer},
        parameters=[IF_MATCH],
    )
    def post(self, request: TenantRequest, assessment_id: uuid.UUID, ref: str) -> Response:
        """Validate one answer, or request changes. Nobody validates their own answer."""
        fields = parse(NewReview, request.data)
        draft = _draft(fields, ref=ref, version=expected_version(request))
        reviewed = review_answer(assessment_id, access=request.access, reviewer=request.person, draft=draft)
        return Response(_body(reviewed), status=201, headers={"ETag": etag(reviewed.answer.version)})


class ReviewsView(TenantView):
    actions: ClassVar = {"POST": Action.REVIEW_WRITE}
    members_only = False

    @extend_schema(operation_id="reviews_create", request=NewReviews, responses={201: ReviewedAnswers})
    def post(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """Give up to 200 verdicts at once, all or none, each on the version that was read."""
        drafts = [
            _draft(fields, ref=fields["ref"], version=fields["version"])
            for fields in parse(NewReviews, request.data)["reviews"]
        ]
        reviewed = review_answers(assessment_id, access=request.access, reviewer=request.person, drafts=drafts)
        return Response({"reviews": [_body(entry) for entry in reviewed]}, status=201)


def _draft(fields: Mapping[str, Any], *, ref: str, version: int) -> Draft:
    return Draft(
        ref=ref,
        version=version,
        verdict=Verdict(fields["verdict"]),
        level=fields.get("level"),
        note=fields.get("note", ""),
    )


def _body(reviewed: Reviewed) -> dict[str, Any]:
    return {
        "ref": reviewed.ref,
        "version": reviewed.answer.version,
        "state": reviewed.answer.state,
        "validated_level": reviewed.answer.validated_level,
        "review": review_body(reviewed.review),
    }
