"""Schedules, what they brought forth and to whom it went."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.etag import etag, expected_version
from api.pagination import Filters, paginate
from api.serializers import parse
from assessments.serializers.snapshot import NoFields
from reports.models import DeliveryState
from reports.selectors import (
    delivery_body,
    get_schedule,
    list_deliveries,
    list_occurrences,
    list_schedules,
    occurrence_bodies,
    schedule_body,
)
from reports.serializers import DeliveryShape, NewSchedule, OccurrenceShape, ScheduleChange, ScheduleShape
from reports.services.occurrence import run_now
from reports.services.schedule import change_schedule, create_schedule, delete_schedule
from reports.views.filters import read_id, read_yes_no
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView

FILTERS = [OpenApiParameter("assessment", OpenApiTypes.UUID), OpenApiParameter("active", bool)]
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")


class SchedulesView(TenantView):
    actions: ClassVar = {"GET": Action.SCHEDULE_READ, "POST": Action.SCHEDULE_MANAGE}

    @extend_schema(operation_id="schedules_list", parameters=FILTERS, responses=page_of(ScheduleShape))
    def get(self, request: TenantRequest) -> Response:
        """List the schedules, newest first."""
        filters = Filters(request, "assessment", "active")
        rows = list_schedules(assessment_id=read_id(filters, "assessment"), active=read_yes_no(filters, "active"))
        return paginate(rows, request=request, orderings=("-id", "name"), render=schedule_body)

    @extend_schema(operation_id="schedules_create", request=NewSchedule, responses={201: ScheduleShape})
    def post(self, request: TenantRequest) -> Response:
        """Have a report of an assessment made and mailed, again and again."""
        fields = parse(NewSchedule, request.data)
        made = create_schedule(assessment_id=fields.pop("assessment"), access=request.access, fields=fields)
        schedule = get_schedule(made.pk)
        return Response(schedule_body(schedule), status=201, headers={"ETag": etag(schedule.version)})


class ScheduleView(TenantView):
    actions: ClassVar = {
        "GET": Action.SCHEDULE_READ,
        "PATCH": Action.SCHEDULE_MANAGE,
        "DELETE": Action.SCHEDULE_MANAGE,
    }

    @extend_schema(operation_id="schedule_read", responses=ScheduleShape)
    def get(self, request: TenantRequest, schedule_id: uuid.UUID) -> Response:
        """One schedule, and when it is due next."""
        schedule = get_schedule(schedule_id)
        return Response(schedule_body(schedule), headers={"ETag": etag(schedule.version)})

    @extend_schema(
        operation_id="schedule_change", parameters=[IF_MATCH], request=ScheduleChange, responses=ScheduleShape
    )
    def patch(self, request: TenantRequest, schedule_id: uuid.UUID) -> Response:
        """Change a schedule; when it is due next is worked out anew."""
        schedule = change_schedule(
            schedule_id=schedule_id, version=expected_version(request), fields=parse(ScheduleChange, request.data)
        )
        return Response(schedule_body(schedule), headers={"ETag": etag(schedule.version)})

    @extend_schema(operation_id="schedule_delete", responses={204: None})
    def delete(self, request: TenantRequest, schedule_id: uuid.UUID) -> Response:
        """Delete a schedule with the record of its deliveries; the reports stay. To pause it, set active to false."""
        delete_schedule(schedule_id)
        return Response(status=204)


class ScheduleRunView(TenantView):
    actions: ClassVar = {"POST": Action.SCHEDULE_MANAGE}

    @extend_schema(operation_id="schedule_run", request=NoFields, responses={202: OccurrenceShape})
    def post(self, request: TenantRequest, schedule_id: uuid.UUID) -> Response:
        """Make and mail the report now, out of turn, active or not."""
        parse(NoFields, request.data)
        occurrence = run_now(schedule=get_schedule(schedule_id), requested_by=request.person.pk)
        return Response(occurrence_bodies([occurrence])[0], status=202)


class OccurrencesView(TenantView):
    actions: ClassVar = {"GET": Action.SCHEDULE_READ}

    @extend_schema(operation_id="occurrences_list", responses=page_of(OccurrenceShape))
    def get(self, request: TenantRequest, schedule_id: uuid.UUID) -> Response:
        """List when a schedule came due and the reports it led to, newest first."""
        Filters(request)
        get_schedule(schedule_id)
        page = paginate(list_occurrences(schedule_id), request=request, orderings=("-id",))
        page.data["results"] = occurrence_bodies(page.data["results"])
        return page


class DeliveriesView(TenantView):
    actions: ClassVar = {"GET": Action.SCHEDULE_READ}

    @extend_schema(
        operation_id="deliveries_list",
        parameters=[OpenApiParameter("state", str, enum=DeliveryState.values)],
        responses=page_of(DeliveryShape),
    )
    def get(self, request: TenantRequest, schedule_id: uuid.UUID) -> Response:
        """List the mails of a schedule and what became of them, newest first."""
        state = Filters(request, "state").choice("state", DeliveryState.values)
        get_schedule(schedule_id)
        rows = list_deliveries(schedule_id, state=state)
        return paginate(rows, request=request, orderings=("-id",), render=delivery_body)
