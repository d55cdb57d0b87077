"""Freezing an assessment: a snapshot is written once and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from assessments.models import Assessment, Snapshot
from assessments.selectors.snapshot import newest_snapshot, read_source
from assessments.snapshot_document import build_document
from tenants import audit

if TYPE_CHECKING:
    from typing import Any

    from tenants.access import Access

REASONS: Final = ("approved", "requested", "report", "schedule")


def take_snapshot(*, assessment: Assessment, reason: str, access: Access | None) -> Snapshot:
    """Freeze `assessment` as it stands now. `access` is None when no person asks, but a schedule."""
    held, taken_at = hold(assessment), timezone.now()
    return _keep(held, taken_at=taken_at, document=_document(held, taken_at=taken_at), reason=reason, access=access)


def fresh_snapshot(*, assessment: Assessment, reason: str, access: Access | None) -> Snapshot:
    """The newest snapshot where nothing has changed since, else a new one: asking twice does not fill the shelves."""
    held, taken_at = hold(assessment), timezone.now()
    newest, document = newest_snapshot(assessment.pk), _document(held, taken_at=taken_at)
    if newest is not None and newest.substance == document["substance"]:  # type: ignore[attr-defined]
        return newest
    return _keep(held, taken_at=taken_at, document=document, reason=reason, access=access)


def hold(assessment: Assessment) -> Assessment:
    """Lock the assessment, which every change to an answer touches: what is read next belongs together."""
    held: Assessment = (
        Assessment.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=assessment.pk)
    )
    return held


def _document(held: Assessment, *, taken_at: datetime) -> dict[str, Any]:
    return build_document(read_source(held, taken_at=taken_at))


def _keep(
    held: Assessment, *, taken_at: datetime, document: dict[str, Any], reason: str, access: Access | None
) -> Snapshot:
    if reason not in REASONS:
        raise ValueError(f"A snapshot is taken for one of {REASONS}, not {reason!r}.")
    scores = document["scores"]
    snapshot = Snapshot(
        assessment=held,
        taken_at=taken_at,
        taken_by_id=access.person_id if access else None,
        reason=reason,
        contents=document,
        sha256=document["sha256"],
        asserted=scores["asserted"],
        evidenced=scores["evidenced"],
        validated=scores["validated"],
        coverage=scores["coverage"] or 0.0,
    )
    snapshot.save(force_insert=True)
    audit.record(
        "snapshot.taken",
        object_type="snapshot",
        object_id=snapshot.pk,
        after={
            "assessment": str(held.pk),
            "reason": reason,
            "sha256": snapshot.sha256,
            "asserted": snapshot.asserted,
            "coverage": snapshot.coverage,
        },
    )
    return snapshot
