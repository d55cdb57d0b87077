"""Outside reviewers' grants. Expiry and revocation are looked at here, at every reading.

django-guardian's own checker reads the same rows but knows of no end: it is never asked who may enter.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from api.problems import NotFound
from assessments.models import OutsideInvitation, ReviewGrant
from tenants.access import OutsideGrant
from tenants.last_seen import sighting

PENDING_SHOWN = 200
GRANTED_ORDERINGS: Final = ("-id", "expires_at", "assessment_name")

_GRANTED = (
    "id", "content_object_id", "sections", "granted_at", "expires_at", "assessment_name", "assessment_state",
    "organisation__slug", "organisation__name", "standard_slug", "standard_number", "standard_title",
)  # fmt: skip


def live_grant(person_id: uuid.UUID, assessment_id: uuid.UUID) -> OutsideGrant | None:
    """A person's grant on one assessment of the organisation in scope, while it lives. One query."""
    now = timezone.now()
    row = (
        ReviewGrant.objects.filter(
            user_id=person_id, content_object_id=assessment_id, revoked_at__isnull=True, expires_at__gt=now
        )
        .values_list("id", "expires_at", "sections", "last_seen_at")
        .first()
    )
    if row is None:
        return None
    grant_id, until, sections, before = row
    seen = sighting(ReviewGrant, grant_id, column="last_seen_at", before=before, now=now)
    return OutsideGrant(id=grant_id, until=until, parts=tuple(sections), sighting=seen)


def list_grants(assessment_id: uuid.UUID) -> QuerySet[ReviewGrant]:
    """Every grant there ever was on an assessment, for `grant_body`."""
    return ReviewGrant.objects.filter(content_object_id=assessment_id).select_related("user", "granted_by")


def get_grant(assessment_id: uuid.UUID, *, grant_id: uuid.UUID) -> ReviewGrant:
    found = list_grants(assessment_id).filter(pk=grant_id).first()
    if found is None:
        raise NotFound
    return found


def grant_body(grant: ReviewGrant) -> dict[str, Any]:
    """A grant as members see it. `version` in quotes is its ETag."""
    return {
        "id": grant.pk,
        "person": {"id": grant.user_id, "name": grant.user.display_name, "email": grant.user.email},
        "state": _state(grant),
        "sections": grant.sections,
        "access_until": grant.expires_at,
        "granted_by": {"id": grant.granted_by_id, "name": grant.granted_by.display_name},
        "granted_at": grant.granted_at,
        "revoked_at": grant.revoked_at,
        "last_seen_at": grant.last_seen_at,
        "version": grant.version,
    }


def _state(grant: ReviewGrant) -> str:
    if grant.revoked_at is not None:
        return "revoked"
    return "live" if grant.expires_at > timezone.now() else "ended"


def pending_invitations(assessment_id: uuid.UUID) -> QuerySet[OutsideInvitation]:
    """Offers for this assessment that can still be accepted, newest first."""
    return (
        OutsideInvitation.objects.filter(
            assessment_id=assessment_id,
            invitation__accepted_at__isnull=True,
            invitation__revoked_at__isnull=True,
            invitation__expires_at__gt=timezone.now(),
        )
        .select_related("invitation")
        .order_by("-pk")
    )


def offer_body(offer: OutsideInvitation) -> dict[str, Any]:
    return {
        "invitation": offer.invitation_id,
        "email": offer.invitation.email,
        "sections": offer.sections,
        "access_until": offer.access_until,
        "expires_at": offer.invitation.expires_at,
    }


def granted_assessments(
    *, organisation: str | None = None, state: str | None = None, standard: str | None = None
) -> QuerySet[ReviewGrant, dict[str, Any]]:
    """What the person in scope may review from outside, over all organisations: one query, for `granted_body`.

    Needs a person scope. It reads their own grants and nothing of any organisation: what a grant says of its
    assessment stands in the grant itself.
    """
    rows = ReviewGrant.own.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())
    if organisation:
        rows = rows.filter(organisation__slug=organisation)
    if state:
        rows = rows.filter(assessment_state=state)
    if standard:
        rows = rows.filter(standard_slug=standard)
    found: QuerySet[ReviewGrant, dict[str, Any]] = rows.values(*_GRANTED)
    return found


def granted_body(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "organisation": {"slug": row["organisation__slug"], "name": row["organisation__name"]},
        "assessment": {
            "id": row["content_object_id"],
            "name": row["assessment_name"],
            "state": row["assessment_state"],
            "standard": {name: row[f"standard_{name}"] for name in ("slug", "number", "title")},
        },
        "sections": row["sections"],
        "granted_at": row["granted_at"],
        "access_until": row["expires_at"],
    }
