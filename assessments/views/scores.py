"""Scores of one assessment, and why they are what they are."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from api.pagination import Filters
from api.problems import NotFound
from assessments.scoring import Measure
from assessments.selectors.assessments import get_assessment
from assessments.selectors.scores import explanation, node_body, root_body, score_sheet
from assessments.selectors.sight import sight_of
from assessments.serializers.assessment import ExplanationShape, ScoresShape
from tenants.roles import Action
from tenants.views.tenant import TenantRequest, TenantView

MEASURE = OpenApiParameter(
    "measure", str, enum=[measure.value for measure in Measure], description="asserted unless told."
)


class ScoresView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ}
    members_only = False

    @extend_schema(operation_id="assessment_scores", responses=ScoresShape)
    def get(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """The scores of the whole and of every node; for outside reviewers, of the sections they are let into."""
        Filters(request)
        assessment = get_assessment(assessment_id)
        sheet = score_sheet(assessment, tree=sight_of(request.access, assessment).tree)
        nodes = [{"ref": ref, **node_body(node)} for ref, node in sheet.nodes.items()]
        return Response(
            {
                "assessment": assessment_id,
                "scale": {"minimum": sheet.scale.minimum, "maximum": sheet.scale.maximum},
                "findings": [finding._asdict() for finding in sheet.findings],
                "root": root_body(sheet.root),
                "nodes": nodes,
            }
        )


class ExplanationView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ}
    members_only = False

    @extend_schema(operation_id="score_explanation", parameters=[MEASURE], responses=ExplanationShape)
    def get(self, request: TenantRequest, assessment_id: UUID, ref: str) -> Response:
        """Why the score of one node is what it is: the leaves behind it, their weights, and what was left out."""
        return _explain(request, assessment_id, ref=ref)


class RootExplanationView(TenantView):
    actions = {"GET": Action.ASSESSMENT_READ}
    members_only = False

    @extend_schema(operation_id="score_explanation_root", parameters=[MEASURE], responses=ExplanationShape)
    def get(self, request: TenantRequest, assessment_id: UUID) -> Response:
        """Why the score of the whole is what it is."""
        return _explain(request, assessment_id, ref=None)


def _explain(request: TenantRequest, assessment_id: UUID, *, ref: str | None) -> Response:
    measure = Filters(request, "measure").choice("measure", [m.value for m in Measure]) or Measure.ASSERTED.value
    assessment = get_assessment(assessment_id)
    sight = sight_of(request.access, assessment)
    if ref is not None and not sight.sees(ref):
        raise NotFound
    return Response(explanation(assessment, tree=sight.tree, ref=ref, measure=measure))
