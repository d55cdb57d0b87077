"""Snapshots of an assessment."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from api.pagination import Filters, paginate
from api.serializers import parse
from assessments.models import Snapshot
from assessments.selectors.assessments import get_assessment
from assessments.selectors.snapshot import read_snapshot, snapshots_of
from assessments.serializers.snapshot import NoFields, SnapshotDetail, SnapshotShape
from assessments.services.snapshot import take_snapshot
from tenants.roles import Action
from tenants.serializers import page_of
from tenants.views.tenant import TenantRequest, TenantView


def snapshot_body(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot without its contents."""
    taker = snapshot.taken_by
    return {
        "id": snapshot.pk,
        "taken_at": snapshot.taken_at,
        "taken_by": {"id": taker.pk, "name": taker.display_name} if taker else None,
        "reason": snapshot.reason,
        "sha256": snapshot.sha256,
        "asserted": snapshot.asserted,
        "evidenced": snapshot.evidenced,
        "validated": snapshot.validated,
        "coverage": snapshot.coverage,
    }


class SnapshotsView(TenantView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ, "POST": Action.SNAPSHOT_TAKE}

    @extend_schema(operation_id="snapshots_list", responses=page_of(SnapshotShape))
    def get(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """List the snapshots of an assessment, newest first, without their contents."""
        Filters(request)
        get_assessment(assessment_id)
        return paginate(snapshots_of(assessment_id), request=request, orderings=("-id",), render=snapshot_body)

    @extend_schema(operation_id="snapshots_create", request=NoFields, responses={201: SnapshotShape})
    def post(self, request: TenantRequest, assessment_id: uuid.UUID) -> Response:
        """Freeze the assessment as it stands now."""
        parse(NoFields, request.data)
        assessment = get_assessment(assessment_id)
        snapshot = take_snapshot(assessment=assessment, reason="requested", access=request.access)
        return Response(snapshot_body(snapshot), status=201)


class SnapshotView(TenantView):
    actions: ClassVar = {"GET": Action.ASSESSMENT_READ}

    @extend_schema(operation_id="snapshot_read", responses=SnapshotDetail)
    def get(self, request: TenantRequest, assessment_id: uuid.UUID, snapshot_id: uuid.UUID) -> Response:
        """One snapshot with its contents, checked against its hash."""
        snapshot = read_snapshot(assessment_id=assessment_id, snapshot_id=snapshot_id)
        return Response(snapshot_body(snapshot) | {"contents": snapshot.contents})
