"""Assessments: the list, one, its moves, and the whole of it opened for work."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import etag, expected_version
from api.pagination import Filters, paginate
from api.problems import Invalid
from api.serializers import StrictSerializer, parse
from assessments.catalogue.views import asked_language
from assessments.lifecycle import AssessmentMove, AssessmentState
from assessments.models import Assessment
from assessments.selectors.assessments import (
    MOVE_ACTIONS,
    ORDERINGS,
    get_assessment,
    list_assessments,
    listed,
    summary_body,
)
from assessments.selectors.inheritance import inheritance_of
from assessments.selectors.scores import root_body
from assessments.selectors.sight import sight_of
from assessments.selectors.workbook import open_workbook, requirements_json
from assessments.serializers.answer import WorkbookShape
from assessments.serializers.assessment import AssessmentChange, AssessmentPage, AssessmentShape, NewAssessment
from assessments.serializers.inheritance import StartedShape
from assessments.services.start import change_assessment, start_assessment
from assessments.services.transitions import make_move
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

STATES = tuple(state.value for state in AssessmentState)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description='The ETag as read, such as "3".'
)
MAY_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="Heeded where it is sent.")
LANGUAGE = OpenApiParameter("language", str, description="Of the standard's texts; the assessment's unless told.")

TEXTS = OpenApiParameter(
    "texts",
    str,
    enum=["titles", "all"],
    description="`titles` unless told: the other texts are long, and never change for an edition.",
)


def person_filter(filters: Filters, name: str, *, me: UUID) -> UUID | None:
    """A person's id from the query, where `me` stands for the caller."""
    text = filters.get(name)
    if text is None:
        return None
    if text == "me":
        return me
    try:
        return UUID(text)
    except ValueError:
        raise Invalid({name: ["Give a person's id, or me."]}) from None


def _answer(assessment: Assessment, *, request: TenantRequest, status: int = 200) -> Response:
    sight = sight_of(request.access, assessment)
    book = None if sight.is_whole else open_workbook(assessment, sight=sight)
    body = summary_body(assessment, access=request.access, book=book)
    return Response(body, status=status, headers={"ETag": etag(assessment.version)})


class AssessmentsView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ, "POST": Action.ASSESSMENT_CREATE}

    @extend_schema(
        operation_id="assessments_list",
        parameters=[
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("standard", str, description="Slug of a standard, whichever edition is pinned."),
            OpenApiParameter("lead", str, description="A person's id, or me."),
            OpenApiParameter("ordering", str, enum=[*ORDERINGS, "created_at", "-updated_at", "-name", "-state"]),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int, description="1 to 200, 50 unless told."),
        ],
        responses=AssessmentPage,
    )
    def get(self, request: TenantRequest) -> Response:
        """List the organisation's assessments with their scores."""
        filters = Filters(request, "state", "standard", "lead")
        rows = list_assessments(
            state=filters.choice("state", STATES),
            standard=filters.get("standard"),
            lead=person_filter(filters, "lead", me=request.access.person_id),
        )
        page = paginate(rows, request=request, orderings=ORDERINGS)
        page.data["results"] = listed(page.data["results"])
        return page

    @extend_schema(operation_id="assessment_start", request=NewAssessment, responses={201: StartedShape})
    def post(self, request: TenantRequest) -> Response:
        """Start an assessment on the current edition of a standard.

        `inherited` counts the answers given elsewhere that speak for it: see `inherited_list`.
        """
        assessment = start_assessment(access=request.access, fields=parse(NewAssessment, request.data))
        answer = _answer(assessment, request=request, status=201)
        answer.data["inherited"] = inheritance_of(assessment).counts
        return answer


class AssessmentView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ, "PATCH": Action.ASSESSMENT_CHANGE}
    members_only = False

    @extend_schema(operation_id="assessment_read", responses=AssessmentShape)
    def get(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """One assessment without its answers.

        To outside reviewers lead and approver are null, and scores and progress those of the sections they are let
        into.
        """
        return _answer(get_assessment(assessment_id), request=request)

    @extend_schema(
        operation_id="assessment_change", parameters=[IF_MATCH], request=AssessmentChange, responses=AssessmentShape
    )
    def patch(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Change the assessment's own fields, until it is approved."""
        version = expected_version(request)
        fields = parse(AssessmentChange, request.data)
        assessment = change_assessment(
            access=request.access, assessment_id=assessment_id, expected_version=version, fields=fields
        )
        return _answer(assessment, request=request)


class WorkbookView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ}
    members_only = False

    @extend_schema(operation_id="assessment_requirements", parameters=[LANGUAGE, TEXTS], responses=WorkbookShape)
    def get(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """The whole tree of the standard with every answer and score.

        Outside reviewers see the sections they are let into, of those who answered what part they play, and no
        assignees.
        """
        texts = Filters(request, "texts").choice("texts", ("titles", "all"))
        assessment = get_assessment(assessment_id)
        access = request.access
        sight = sight_of(access, assessment)
        book = open_workbook(assessment, sight=sight, language=asked_language(request))
        body = {
            "assessment": summary_body(assessment, access=access, book=book),
            "scores": root_body(book.sheet.root),
            "requirements": requirements_json(book, whole_texts=texts == "all"),
        }
        return Response(body, headers={"ETag": etag(assessment.version)})


class NoFields(StrictSerializer):
    """A move takes no body, or an empty object."""


class MoveView(TenantView):
    """One move of the lifecycle; If-Match is heeded where it is sent."""

    move: ClassVar[AssessmentMove]

    def make(self, request: TenantRequest, assessment_id: UUID) -> Response:
        parse(NoFields, request.data or {})
        version = expected_version(request) if request.headers.get("If-Match") else None
        moved = make_move(access=request.access, assessment_id=assessment_id, move=self.move, expected_version=version)
        return _answer(moved, request=request, status=201 if moved.pk != assessment_id else 200)


class BeginView(MoveView):
    move = AssessmentMove.BEGIN
    actions = {"POST": MOVE_ACTIONS[AssessmentMove.BEGIN]}

    @extend_schema(operation_id="assessment_begin", parameters=[MAY_MATCH], request=None, responses=AssessmentShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Begin a draft. The first answer does so by itself."""
        return self.make(request, assessment_id)


class SubmitView(MoveView):
    move = AssessmentMove.SUBMIT
    actions = {"POST": MOVE_ACTIONS[AssessmentMove.SUBMIT]}

    @extend_schema(operation_id="assessment_submit", parameters=[MAY_MATCH], request=None, responses=AssessmentShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Hand in for review: every answered answer goes along, what is unanswered stays so."""
        return self.make(request, assessment_id)


class WithdrawView(MoveView):
    move = AssessmentMove.WITHDRAW
    actions = {"POST": MOVE_ACTIONS[AssessmentMove.WITHDRAW]}

    @extend_schema(operation_id="assessment_withdraw", parameters=[MAY_MATCH], request=None, responses=AssessmentShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Take back from review: answers without a verdict can be edited again."""
        return self.make(request, assessment_id)


class ApproveView(MoveView):
    move = AssessmentMove.APPROVE
    actions = {"POST": MOVE_ACTIONS[AssessmentMove.APPROVE]}

    @extend_schema(operation_id="assessment_approve", parameters=[MAY_MATCH], request=None, responses=AssessmentShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Approve and freeze a snapshot. Refused, with `refs`, while change requests are open."""
        return self.make(request, assessment_id)


class ReopenView(MoveView):
    move = AssessmentMove.REOPEN
    actions = {"POST": MOVE_ACTIONS[AssessmentMove.REOPEN]}

    @extend_schema(
        operation_id="assessment_reopen", parameters=[MAY_MATCH], request=None, responses={201: AssessmentShape}
    )
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Begin the next revision, which takes over every answer and its evidence, and no verdict."""
        return self.make(request, assessment_id)


class ArchiveView(MoveView):
    move = AssessmentMove.ARCHIVE
    actions = {"POST": MOVE_ACTIONS[AssessmentMove.ARCHIVE]}

    @extend_schema(operation_id="assessment_archive", parameters=[MAY_MATCH], request=None, responses=AssessmentShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Put an approved assessment away."""
        return self.make(request, assessment_id)
