"""Which assessments' scores a change to evidence can move."""

from __future__ import annotations

import uuid

from django.db.models import F
from django.utils import timezone

from assessments.models import Assessment, EvidenceLink


def note_moved_scores_where_linked(evidence_id: uuid.UUID) -> None:
    """Raise `answers_revision` of every assessment this evidence backs an answer in.

    The rows are locked in one order first, since two such changes may share some of them.
    """
    linked = EvidenceLink.objects.filter(evidence_id=evidence_id).values("answer__assessment_id")
    rows = Assessment.objects.select_for_update(no_key=True).filter(pk__in=linked)
    assessment_ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if assessment_ids:
        Assessment.objects.filter(pk__in=assessment_ids).update(
            answers_revision=F("answers_revision") + 1, updated_at=timezone.now()
        )
