"""Evidence of the organisation, and what it backs."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import etag, expected_version
from api.pagination import Filters, paginate
from api.problems import Invalid
from api.serializers import parse
from assessments.models import FileState
from assessments.selectors.assessments import get_assessment
from assessments.selectors.evidence import (
    evidence_body,
    evidence_detail,
    find_file,
    find_linked_file,
    link_body,
    list_answer_evidence,
    list_evidence,
    list_uses,
    use_body,
)
from assessments.selectors.sight import sight_of
from assessments.serializers.evidence import (
    EvidenceDetail,
    EvidenceLinkMade,
    EvidenceLinkShape,
    EvidenceLinksMade,
    EvidencePatch,
    EvidenceShape,
    EvidenceUpload,
    EvidenceUse,
    NewEvidenceLink,
    NewEvidenceLinks,
    UploadedEvidence,
    VersionUpload,
)
from assessments.services.evidence import Taken, add_evidence, add_version, change_evidence, note_review
from assessments.services.evidence_links import Linked, Pair, link_evidence, link_many, unlink_evidence
from assessments.views.downloads import FILE, VERSION, DownloadView, file_response, wanted_version
from assessments.views.uploads import UploadView, received
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")


class EvidenceListView(UploadView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ, "POST": Action.EVIDENCE_WRITE}

    @extend_schema(
        operation_id="evidence_list",
        parameters=[
            OpenApiParameter("q", str, description="In title, description, file names; or a reference as E-0007."),
            OpenApiParameter("expires_before", date, description="Runs out before that day."),
            OpenApiParameter("review_before", date, description="Its next review is due before that day."),
            OpenApiParameter("unused", bool, description="true: backs no answer; false: backs one."),
            OpenApiParameter("state", str, enum=FileState.values, description="Of the newest version."),
            OpenApiParameter("ordering", str, enum=["number", "-number", "title", "-title"]),
        ],
        responses=page_of(EvidenceShape),
    )
    def get(self, request: TenantRequest) -> Response:
        """List the organisation's evidence, newest first."""
        filters = Filters(request, "q", "expires_before", "review_before", "unused", "state")
        unused = filters.choice("unused", ("true", "false"))
        rows = list_evidence(
            q=filters.get("q"),
            expires_before=_day(filters, "expires_before"),
            review_before=_day(filters, "review_before"),
            unused=None if unused is None else unused == "true",
            state=filters.choice("state", tuple(FileState.values)),
        )
        return paginate(rows, request=request, orderings=("-number", "title"), render=evidence_body)

    @extend_schema(
        operation_id="evidence_create",
        request={"multipart/form-data": EvidenceUpload},
        responses={201: UploadedEvidence, 200: UploadedEvidence},
    )
    def post(self, request: TenantRequest) -> Response:
        """Upload a file as new evidence. Equal to the current file of one, it is that one. It is ready once checked."""
        fields = parse(EvidenceUpload, request.data)
        file = received(request, fields.pop("file"))
        return _taken(add_evidence(person_id=request.access.person_id, file=file, **fields))


class EvidenceView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ, "PATCH": Action.EVIDENCE_WRITE}

    @extend_schema(operation_id="evidence_read", responses=EvidenceDetail)
    def get(self, request: TenantRequest, evidence_id: uuid.UUID) -> Response:
        """One evidence with its versions and the answers it backs."""
        return _detail(evidence_id)

    @extend_schema(
        operation_id="evidence_change", request=EvidencePatch, responses=EvidenceDetail, parameters=[IF_MATCH]
    )
    def patch(self, request: TenantRequest, evidence_id: uuid.UUID) -> Response:
        """Change title, description, validity, owner or rhythm of review. Scores that rest on it follow validity."""
        changes = parse(EvidencePatch, request.data)
        change_evidence(evidence_id, expected_version=expected_version(request), changes=changes)
        return _detail(evidence_id)


class EvidenceReviewedView(TenantView):
    actions: ClassVar = {"POST": Action.EVIDENCE_WRITE}

    @extend_schema(operation_id="evidence_reviewed", request=None, responses=EvidenceDetail)
    def post(self, request: TenantRequest, evidence_id: uuid.UUID) -> Response:
        """Say that it was looked at and still holds: its next review is counted from today."""
        note_review(evidence_id)
        return _detail(evidence_id)


_USES = page_of(EvidenceUse)


class EvidenceUsesView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ}

    @extend_schema(operation_id="evidence_uses", responses=_USES)
    def get(self, request: TenantRequest, evidence_id: uuid.UUID) -> Response:
        """List the answers an evidence backs, over all assessments, newest first."""
        Filters(request)
        return paginate(list_uses(evidence_id), request=request, orderings=("-id",), render=use_body)


class AssessmentEvidenceUsesView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ}
    members_only = False

    @extend_schema(operation_id="assessment_evidence_uses", responses=_USES)
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, evidence_id: uuid.UUID) -> Response:
        """List the answers an evidence backs in this assessment. Open to its outside reviewers, in their sections."""
        Filters(request)
        sight = sight_of(request.access, get_assessment(assessment_id))
        rows = list_uses(evidence_id, assessment_id=assessment_id, requirement_ids=sight.requirement_ids())
        return paginate(rows, request=request, orderings=("-id",), render=use_body)


class EvidenceVersionsView(UploadView):
    actions: ClassVar = {"POST": Action.EVIDENCE_WRITE}

    @extend_schema(
        operation_id="evidence_version_create",
        request={"multipart/form-data": VersionUpload},
        responses={201: UploadedEvidence, 200: UploadedEvidence},
    )
    def post(self, request: TenantRequest, evidence_id: uuid.UUID) -> Response:
        """Upload a newer file for this evidence; it counts once it is ready. Older ones stay readable."""
        file = received(request, parse(VersionUpload, request.data)["file"])
        return _taken(add_version(evidence_id, person_id=request.access.person_id, file=file))


class EvidenceFileView(DownloadView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ}

    @extend_schema(operation_id="evidence_file", responses=FILE, parameters=[VERSION])
    def get(self, request: TenantRequest, evidence_id: uuid.UUID) -> HttpResponseBase:
        """Download a file."""
        return file_response(find_file(evidence_id, version=wanted_version(request)), method=request.method)


class AssessmentEvidenceFileView(DownloadView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ}
    members_only = False

    @extend_schema(operation_id="assessment_evidence_file", responses=FILE, parameters=[VERSION])
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, evidence_id: uuid.UUID) -> HttpResponseBase:
        """Download a file that backs an answer of this assessment. Open to its outside reviewers, in their sections."""
        version = wanted_version(request)
        sight = sight_of(request.access, get_assessment(assessment_id))
        found = find_linked_file(
            evidence_id, assessment_id=assessment_id, requirement_ids=sight.requirement_ids(), version=version
        )
        return file_response(found, method=request.method)


class AnswerEvidenceView(TenantView):
    actions: ClassVar = {"GET": Action.EVIDENCE_READ, "POST": Action.EVIDENCE_WRITE}
    members_only = False

    @extend_schema(operation_id="answer_evidence_list", responses=page_of(EvidenceLinkShape))
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, ref: str) -> Response:
        """List what backs one answer, in the order it was linked."""
        Filters(request)
        sight = sight_of(request.access, get_assessment(assessment_id))
        rows = list_answer_evidence(assessment_id=assessment_id, requirement_id=sight.answerable(ref).id)
        page = paginate(rows, request=request, orderings=("id",), render=link_body)
        sight.veil(page.data["results"], field="linked_by")
        return page

    @extend_schema(
        operation_id="answer_evidence_create",
        request=NewEvidenceLink,
        responses={201: EvidenceLinkMade, 200: EvidenceLinkMade},
    )
    def post(self, request: TenantRequest, assessment_id: uuid.UUID, ref: str) -> Response:
        """Let an evidence back this answer."""
        evidence_id = parse(NewEvidenceLink, request.data)["evidence"]
        linked = link_evidence(assessment_id, ref=ref, evidence_id=evidence_id, person_id=request.access.person_id)
        return Response(_link_made(linked), status=200 if linked.known else 201)


class AnswerEvidenceLinkView(TenantView):
    actions: ClassVar = {"DELETE": Action.EVIDENCE_WRITE}

    @extend_schema(operation_id="answer_evidence_delete", responses={204: None})
    def delete(self, request: TenantRequest, assessment_id: uuid.UUID, ref: str, evidence_id: uuid.UUID) -> Response:
        """Take the evidence away from this answer; the evidence itself stays."""
        unlink_evidence(assessment_id, ref=ref, evidence_id=evidence_id)
        return Response(status=204)


class EvidenceLinksView(TenantView):
    actions: ClassVar = {"POST": Action.EVIDENCE_WRITE}

    @extend_schema(
        operation_id="evidence_links_create",
        request=NewEvidenceLinks,
        responses={201: EvidenceLinksMade, 200: EvidenceLinksMade},
    )
    def post(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """Link up to 200 pairs at once, all or none."""
        wanted = parse(NewEvidenceLinks, request.data)["links"]
        pairs = [Pair(link["ref"], link["evidence"]) for link in wanted]
        linked = link_many(assessment_id, pairs=pairs, person_id=request.access.person_id)
        made = any(not link.known for link in linked)
        return Response({"links": [_link_made(link) for link in linked]}, status=201 if made else 200)


def _taken(taken: Taken) -> Response:
    body = evidence_detail(taken.evidence_id)
    status = 200 if taken.known else 201
    return Response(body | {"already_known": taken.known}, status=status, headers={"ETag": etag(body["version"])})


def _detail(evidence_id: uuid.UUID) -> Response:
    body = evidence_detail(evidence_id)
    return Response(body, headers={"ETag": etag(body["version"])})


def _link_made(linked: Linked) -> dict[str, object]:
    return {"ref": linked.pair.ref, "evidence": linked.pair.evidence_id, "already_linked": linked.known}


def _day(filters: Filters, name: str) -> date | None:
    text = filters.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid({name: ["Give a day as 2027-01-31."]}) from None
