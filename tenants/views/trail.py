"""The audit trail, its head, and the state of jobs."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.problems import Invalid
from tenants import selectors
from tenants.roles import Action
from tenants.serializers import AuditEventShape, AuditHeadShape, JobShape, page_of
from tenants.views.tenant import TenantRequest, TenantView

_EXACTLY = ("event", "object_type", "object_id", "actor")


class AuditEventsView(TenantView):
    actions: ClassVar = {"GET": Action.AUDIT_READ}

    @extend_schema(
        operation_id="audit_events_list",
        parameters=[
            *(OpenApiParameter(name, str) for name in _EXACTLY),
            OpenApiParameter("since", datetime, description="From this moment on."),
            OpenApiParameter("until", datetime, description="Before this moment."),
        ],
        responses=page_of(AuditEventShape),
    )
    def get(self, request: TenantRequest) -> Response:
        """List what was changed, by whom, newest first."""
        filters = Filters(request, *_EXACTLY, "since", "until")
        rows = selectors.list_events(
            exactly={name: filters.get(name) for name in _EXACTLY},
            since=_moment(filters, "since"),
            until=_moment(filters, "until"),
        )
        response = paginate(rows, request=request, orderings=("-seq",), render=selectors.event_body)
        selectors.name_actors(response.data["results"])
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


class AuditHeadView(TenantView):
    actions: ClassVar = {"GET": Action.AUDIT_READ}

    @extend_schema(operation_id="audit_head_read", responses=AuditHeadShape)
    def get(self, request: TenantRequest) -> Response:
        """The end of the chain. Kept elsewhere, it shows later that nothing before it was changed or cut off."""
        return Response(selectors.head_body())


class JobView(TenantView):
    actions: ClassVar = {"GET": Action.JOB_READ}

    @extend_schema(operation_id="job_read", responses=JobShape)
    def get(self, request: TenantRequest, job_id: uuid.UUID) -> Response:
        """How far a job is."""
        return Response(selectors.job_body(job_id))
