"""Who can see what: for whoever has to answer for it, as a list and as a file."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.pagination import Filters, Page
from api.problems import Invalid
from api.spreadsheet import csv_lines
from assessments.selectors.access_review import COLUMNS, KINDS, WrongCursor, review_cells, review_page, whole_review
from assessments.serializers.access_review import AccessReviewPage
from assessments.views.downloads import DownloadView
from tenants import audit
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

_FILE = {
    (200, "text/csv"): OpenApiResponse(
        OpenApiTypes.BINARY, description="One access per row, safe for spreadsheets. Told in the audit trail."
    )
}


class AccessReviewView(TenantView):
    actions: ClassVar = {"GET": Action.ACCESS_REVIEW}

    @extend_schema(
        operation_id="access_review",
        parameters=[
            OpenApiParameter("kind", str, enum=KINDS),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int, description="1 to 200, 50 unless told."),
        ],
        responses=AccessReviewPage,
    )
    def get(self, request: TenantRequest) -> Response:
        """List who can see what, with which role, since when, by whom, and when last active.

        Members first, then outside reviewers, API keys, and invitations that can still be accepted.
        """
        filters = Filters(request, "kind")
        size = Page().get_page_size(request) or Page.page_size
        try:
            page = review_page(kind=filters.choice("kind", KINDS), cursor=filters.get("cursor"), size=size)
        except WrongCursor:
            raise Invalid({"cursor": ["Take the cursor from next of another page."]}) from None
        following = page.following and replace_query_param(request.build_absolute_uri(), "cursor", page.following)
        return Response({"results": page.entries, "next": following})


class AccessReviewFileView(DownloadView):
    actions: ClassVar = {"GET": Action.ACCESS_REVIEW}

    @extend_schema(operation_id="access_review_file", responses=_FILE)
    def get(self, request: TenantRequest) -> HttpResponse:
        """The same as a CSV file."""
        Filters(request)
        rows = [review_cells(entry) for entry in whole_review()]
        if request.method != "HEAD":
            audit.record(
                "access_review.exported",
                object_type="organisation",
                object_id=request.organisation.pk,
                after={"entries": len(rows)},
            )
        name = f"{request.organisation.slug}-access-{timezone.localdate().isoformat()}.csv"
        return HttpResponse(
            csv_lines([COLUMNS, *rows]),
            content_type="text/csv; charset=utf-8; header=present",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
        )
