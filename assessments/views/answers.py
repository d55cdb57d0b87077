"""Answers: one, many at once, the list, their own moves, and who is to give them."""

from __future__ import annotations

import base64
import binascii
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.etag import etag, expected_version
from api.pagination import Filters, Page
from api.problems import Invalid
from api.serializers import parse
from assessments.catalogue.views import asked_language
from assessments.lifecycle import AnswerState
from assessments.selectors.assessments import get_assessment
from assessments.selectors.offers import inherited_from
from assessments.selectors.sight import Sight, sight_of
from assessments.selectors.workbook import (
    AnswerRow,
    answer_body,
    answer_page,
    open_workbook,
    people_in,
    requirement_body,
)
from assessments.serializers.answer import (
    AnswerChange,
    AnswerChanges,
    AnswerPage,
    AssignedShape,
    AssignmentFields,
    ChangedAnswer,
    ChangedAnswers,
)
from assessments.serializers.inheritance import AnsweredRequirement
from assessments.services import answer as answers
from assessments.services.assign import assign_answers
from assessments.views.assessments import IF_MATCH, LANGUAGE, NoFields, person_filter
from tenants.access import Access
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

STATES = tuple(state.value for state in AnswerState)


def _bodies(written: answers.Written, *, access: Access) -> list[dict[str, Any]]:
    people = people_in(written.rows.values(), sight=sight_of(access, written.assessment))
    return [{"ref": ref, **answer_body(row, people=people)} for ref, row in written.rows.items()]


def _one(written: answers.Written, *, access: Access) -> Response:
    body = _bodies(written, access=access)[0]
    return Response(body, headers={"ETag": etag(body["version"])})


class AnswersView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ, "PATCH": Action.ANSWER_WRITE}
    members_only = False

    @extend_schema(
        operation_id="answers_list",
        parameters=[
            OpenApiParameter("state", str, enum=STATES, description="open also finds what nobody has touched."),
            OpenApiParameter("assignee", str, description="A person's id, or me. For members."),
            OpenApiParameter("ref", str, description="A requirement and everything below it."),
            OpenApiParameter("applicable", str, enum=["true", "false"]),
            OpenApiParameter(
                "inherited", str, enum=["true", "false"], description="Standing as confirmed from answers elsewhere."
            ),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int, description="1 to 200, 50 unless told."),
            LANGUAGE,
        ],
        responses=AnswerPage,
    )
    def get(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """List the assessable requirements with their answers, in document order."""
        filters = Filters(request, "state", "assignee", "ref", "applicable", "inherited")
        assessment = get_assessment(assessment_id)
        sight = sight_of(request.access, assessment)
        keep = _Kept(filters, request=request, sight=sight)
        book = open_workbook(assessment, sight=sight, language=asked_language(request))
        size = Page().get_page_size(request) or Page.page_size
        page = answer_page(book, keep=keep, start=read_cursor(filters), size=size)
        return Response(
            {
                "results": page.answers,
                "next": address(request, page.next),
                "previous": address(request, page.previous),
            }
        )

    @extend_schema(operation_id="answers_change", request=AnswerChanges, responses=ChangedAnswers)
    def patch(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Change up to 200 answers, all or none. Each item names the version it was made on, in place of If-Match."""
        edits = [
            answers.Edit(item.pop("ref"), item.pop("version"), item)
            for item in parse(AnswerChanges, request.data)["answers"]
        ]
        written = answers.change_answers(access=request.access, assessment_id=assessment_id, edits=edits)
        return Response({"answers": _bodies(written, access=request.access)})


class AnswerView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ, "PATCH": Action.ANSWER_WRITE}
    members_only = False

    @extend_schema(operation_id="answer_read", parameters=[LANGUAGE], responses=AnsweredRequirement)
    def get(self, request: TenantRequest, assessment_id: UUID, ref: str) -> Response:
        """One requirement with its answer and score. The ETag is that of the answer, "0" before there is one."""
        Filters(request)
        assessment = get_assessment(assessment_id)
        sight = sight_of(request.access, assessment)
        node = sight.node(ref)
        book = open_workbook(assessment, sight=sight, top=ref, language=asked_language(request))
        row = book.rows.get(ref)
        headers = {"ETag": etag(row.version if row else 0)} if node.assessable else None
        inherited = inherited_from(assessment, node=node, row=row) if request.access.is_member else None
        body = requirement_body(book, ref=ref) | {"inherited_from": inherited}
        return Response(body, headers=headers)

    @extend_schema(operation_id="answer_change", parameters=[IF_MATCH], request=AnswerChange, responses=ChangedAnswer)
    def patch(self, request: TenantRequest, assessment_id: UUID, ref: str) -> Response:
        """Give or change an answer. The first one needs If-Match: "0", and begins a draft."""
        edit = answers.Edit(ref, expected_version(request), parse(AnswerChange, request.data))
        written = answers.change_answer(access=request.access, assessment_id=assessment_id, edit=edit)
        return _one(written, access=request.access)


class AnswerMoveView(TenantView):
    actions = {"POST": Action.ANSWER_WRITE}
    service: ClassVar[Any]

    def make(self, request: TenantRequest, assessment_id: UUID, ref: str) -> Response:
        version = expected_version(request)
        parse(NoFields, request.data or {})
        written = self.service(access=request.access, assessment_id=assessment_id, ref=ref, expected_version=version)
        return _one(written, access=request.access)


class SubmitAnswerView(AnswerMoveView):
    service = staticmethod(answers.submit_answer)

    @extend_schema(operation_id="answer_submit", parameters=[IF_MATCH], request=None, responses=ChangedAnswer)
    def post(self, request: TenantRequest, assessment_id: UUID, ref: str) -> Response:
        """Hand one answer in, as after a change request."""
        return self.make(request, assessment_id, ref)


class ReopenAnswerView(AnswerMoveView):
    service = staticmethod(answers.reopen_answer)

    @extend_schema(operation_id="answer_reopen", parameters=[IF_MATCH], request=None, responses=ChangedAnswer)
    def post(self, request: TenantRequest, assessment_id: UUID, ref: str) -> Response:
        """Take one answer back for editing; a verdict on it ends."""
        return self.make(request, assessment_id, ref)


class AssignmentsView(TenantView):
    actions = {"POST": Action.ANSWER_ASSIGN}

    @extend_schema(operation_id="answers_assign", request=AssignmentFields, responses=AssignedShape)
    def post(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Give requirements to a member to answer."""
        fields = parse(AssignmentFields, request.data)
        done = assign_answers(assessment_id=assessment_id, refs=fields["refs"], assignee=fields["assignee"])
        return Response({"refs": done.refs, "changed": done.changed})


class _Kept:
    """The list's filters as one question about one answer."""

    def __init__(self, filters: Filters, *, request: TenantRequest, sight: Sight) -> None:
        self.state = filters.choice("state", STATES)
        self.applicable = _yes_or_no(filters, "applicable")
        self.inherited = _yes_or_no(filters, "inherited")
        assignee = person_filter(filters, "assignee", me=request.access.person_id)
        if assignee is not None and not request.access.is_member:
            raise Invalid({"assignee": ["There is no such filter."]})
        self.assignee = assignee and str(assignee)
        self.refs: frozenset[str] | None = None
        if (ref := filters.get("ref")) is not None:
            if not sight.sees(ref):
                raise Invalid({"ref": [f"The standard has no requirement {ref}."]})
            self.refs = frozenset({ref, *sight.tree.descendants(ref)})

    def __call__(self, ref: str, row: AnswerRow) -> bool:
        return (
            (self.refs is None or ref in self.refs)
            and (self.state is None or row.state == self.state)
            and (self.assignee is None or row.assignee == self.assignee)
            and (self.applicable is None or row.applicable is self.applicable)
            and (self.inherited is None or row.inherited is self.inherited)
        )


def _yes_or_no(filters: Filters, name: str) -> bool | None:
    chosen = filters.choice(name, ("true", "false"))
    return None if chosen is None else chosen == "true"


def read_cursor(filters: Filters) -> int:
    text = filters.get("cursor")
    if text is None:
        return 0
    try:
        position = int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        raise Invalid({"cursor": ["Take the cursor from next or previous of another page."]}) from None
    return position


def address(request: TenantRequest, position: int | None) -> str | None:
    if position is None:
        return None
    cursor = base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")
    return str(replace_query_param(request.build_absolute_uri(), "cursor", cursor))
