"""The audit trail and its export, its heads, and the state of jobs."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.encoding import JSONRenderer
from api.pagination import Filters, paginate
from api.problems import Invalid
from api.serializers import parse
from tenants import selectors, trail_selectors
from tenants.roles import Action
from tenants.serializers import JobShape, page_of
from tenants.services.heads import head_document, want_heads
from tenants.services.trail_export import TrailFormat, TrailQuery, begin_export
from tenants.trail_serializers import AuditEventShape, AuditHeadShape, HeadDocument, HeadMail, SignedHeadShape
from tenants.views.tenant import TenantRequest, TenantView

_EXACTLY = ("event", "object_type", "object_id", "actor")
_FILTERS = (*_EXACTLY, "since", "until")
_PARAMETERS = [
    *(OpenApiParameter(name, str) for name in _EXACTLY),
    OpenApiParameter("since", datetime, description="From this moment on."),
    OpenApiParameter("until", datetime, description="Before this moment."),
]
_MEDIA_TYPES = {TrailFormat.JSONL: "application/jsonl", TrailFormat.CSV: "text/csv; charset=utf-8; header=present"}
_FILE = {
    (200, "application/jsonl"): OpenApiResponse(
        OpenApiTypes.BINARY, description="One event per line, as `tenants/trail_proof.py` describes and checks it."
    ),
    (200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, description="One event per row, safe for spreadsheets."),
}


def _query(filters: Filters) -> TrailQuery:
    return TrailQuery(
        exactly={name: filters.get(name) for name in _EXACTLY},
        since=_moment(filters, "since"),
        until=_moment(filters, "until"),
    )


class AuditEventsView(TenantView):
    actions: ClassVar = {"GET": Action.AUDIT_READ}

    @extend_schema(
        operation_id="audit_events_list",
        parameters=_PARAMETERS,
        responses=page_of(AuditEventShape),
    )
    def get(self, request: TenantRequest) -> Response:
        """List what was changed, by whom, newest first."""
        query = _query(Filters(request, *_FILTERS))
        rows = trail_selectors.list_events(exactly=query.exactly, since=query.since, until=query.until)
        response = paginate(rows, request=request, orderings=("-seq",), render=trail_selectors.event_body)
        trail_selectors.name_actors(response.data["results"])
        return response


def _moment(filters: Filters, name: str) -> datetime | None:
    text = filters.get(name)
    if text is None:
        return None
    try:
        moment: Any = serializers.DateTimeField().to_internal_value(text)
    except serializers.ValidationError as error:
        raise Invalid({name: error.detail}) from error
    return moment if isinstance(moment, datetime) else None


class FileView(TenantView):
    """Answers with a file whatever the caller's Accept says; problems stay problem documents."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:  # noqa: FBT001, FBT002
        return JSONRenderer(), JSONRenderer.media_type


class AuditExportView(FileView):
    actions: ClassVar = {"GET": Action.AUDIT_EXPORT}

    @extend_schema(
        operation_id="audit_events_export",
        parameters=[OpenApiParameter("format", str, enum=[form.value for form in TrailFormat]), *_PARAMETERS],
        responses=_FILE,
    )
    def get(self, request: TenantRequest) -> StreamingHttpResponse:
        """The trail as a file, oldest first: JSON Lines, or CSV. Told in the trail; only a whole one can be checked."""
        filters = Filters(request, *_FILTERS, "format")
        form = TrailFormat(filters.choice("format", [form.value for form in TrailFormat]) or TrailFormat.JSONL)
        last, lines = begin_export(_query(filters), form=form)
        response = StreamingHttpResponse(lines, content_type=_MEDIA_TYPES[form])
        name = f"{request.organisation.slug}-audit-trail-{last}.{form.value}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class SignedHeadsView(TenantView):
    actions: ClassVar = {"GET": Action.AUDIT_HEAD_READ}

    @extend_schema(operation_id="audit_heads_list", responses=page_of(SignedHeadShape))
    def get(self, request: TenantRequest) -> Response:
        """List the signed heads, newest first: one for each day."""
        Filters(request)
        return paginate(
            trail_selectors.list_heads(), request=request, orderings=("-day",), render=trail_selectors.signed_head_body
        )


class SignedHeadView(TenantView):
    actions: ClassVar = {"GET": Action.AUDIT_HEAD_READ}

    @extend_schema(operation_id="audit_head_file", responses=HeadDocument)
    def get(self, request: TenantRequest, head_id: uuid.UUID) -> Response:
        """One signed head as a file to keep elsewhere."""
        row = trail_selectors.signed_head_of(head_id)
        name = f"{request.organisation.slug}-audit-head-{row.day.isoformat()}.json"
        return Response(head_document(row), headers={"Content-Disposition": f'attachment; filename="{name}"'})


class HeadMailView(TenantView):
    actions: ClassVar = {"GET": Action.AUDIT_HEAD_MAIL, "PUT": Action.AUDIT_HEAD_MAIL}

    @extend_schema(operation_id="audit_head_mail_read", responses=HeadMail)
    def get(self, request: TenantRequest) -> Response:
        """Whether you get each new signed head by mail."""
        return Response({"wanted": trail_selectors.wants_heads(request.access.person_id)})

    @extend_schema(operation_id="audit_head_mail_change", request=HeadMail, responses=HeadMail)
    def put(self, request: TenantRequest) -> Response:
        """Say whether you want each new signed head by mail; for owners."""
        fields = parse(HeadMail, request.data)
        want_heads(access=request.access, wanted=fields["wanted"])
        return Response(fields)


class AuditHeadView(TenantView):
    actions: ClassVar = {"GET": Action.AUDIT_READ}

    @extend_schema(operation_id="audit_head_read", responses=AuditHeadShape)
    def get(self, request: TenantRequest) -> Response:
        """The end of the chain. Kept elsewhere, it shows later that nothing before it was changed or cut off."""
        return Response(trail_selectors.head_body())


class JobView(TenantView):
    actions: ClassVar = {"GET": Action.JOB_READ}

    @extend_schema(operation_id="job_read", responses=JobShape)
    def get(self, request: TenantRequest, job_id: uuid.UUID) -> Response:
        """How far a job is."""
        return Response(selectors.job_body(job_id))
