"""What people say about an answer."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import parse
from assessments.selectors.assessments import get_assessment
from assessments.selectors.reviews import comment_body, list_comments
from assessments.selectors.sight import sight_of
from assessments.serializers.comment import CommentShape, NewComment
from assessments.services.comment import add_comment
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView


class CommentsView(TenantView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ, "POST": Action.COMMENT_WRITE}
    members_only = False

    @extend_schema(operation_id="answer_comments_list", responses=page_of(CommentShape))
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, ref: str) -> Response:
        """Read the discussion of one answer, oldest first."""
        Filters(request)
        sight = sight_of(request.access, get_assessment(assessment_id))
        rows = list_comments(assessment_id=assessment_id, requirement_id=sight.answerable(ref).id)
        page = paginate(rows, request=request, orderings=("id",), render=comment_body)
        sight.veil(page.data["results"], field="author")
        return page

    @extend_schema(operation_id="answer_comments_create", request=NewComment, responses={201: CommentShape})
    def post(self, request: TenantRequest, assessment_id: uuid.UUID, ref: str) -> Response:
        """Say something about one answer."""
        text = parse(NewComment, request.data)["text"]
        comment = add_comment(assessment_id, ref=ref, access=request.access, author=request.person, text=text)
        return Response(comment_body(comment), status=201)
