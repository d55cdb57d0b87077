"""Outside reviewers' grants. Expiry and revocation are looked at here, at every reading.

django-guardian's own checker reads the same rows but knows of no end: it is never asked who may enter.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from assessments.catalogue.editions import edition
from assessments.models import Assessment, OutsideInvitation, ReviewGrant
from tenants.scope import person_scope, tenant_scope

PENDING_SHOWN = 200


def live_grants(person_id: uuid.UUID) -> dict[uuid.UUID, datetime]:
    """Assessment id → end of the grant, for one person in the organisation in scope."""
    grants = ReviewGrant.objects.filter(user_id=person_id, revoked_at__isnull=True, expires_at__gt=timezone.now())
    return dict(grants.values_list("content_object_id", "expires_at"))


def list_grants(assessment_id: uuid.UUID) -> QuerySet[ReviewGrant]:
    """Every grant there ever was on an assessment, for `grant_body`."""
    return ReviewGrant.objects.filter(content_object_id=assessment_id).select_related("user", "granted_by")


def grant_body(grant: ReviewGrant) -> dict[str, Any]:
    return {
        "id": grant.pk,
        "person": {"id": grant.user_id, "name": grant.user.display_name, "email": grant.user.email},
        "state": _state(grant),
        "access_until": grant.expires_at,
        "granted_by": {"id": grant.granted_by_id, "name": grant.granted_by.display_name},
        "granted_at": grant.granted_at,
        "revoked_at": grant.revoked_at,
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
        "access_until": offer.access_until,
        "expires_at": offer.invitation.expires_at,
    }


def granted_assessments(person_id: uuid.UUID) -> list[dict[str, Any]]:
    """What one person may review from outside, over all organisations, by organisation and name.

    The person's own grants tell ids only; the rest is read inside each organisation's scope, one after the other.
    """
    with person_scope(person_id):
        grants = ReviewGrant.own.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())
        rows: list[Mapping[str, Any]] = list(
            grants.order_by("organisation__slug").values(
                "organisation_id", "organisation__slug", "organisation__name", "content_object_id", "expires_at"
            )
        )
    found: list[dict[str, Any]] = []
    for organisation_id, group in groupby(rows, key=lambda row: row["organisation_id"]):
        with tenant_scope(organisation_id):
            found += _in_organisation(list(group))
    return found


def _in_organisation(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    by_id = {row["content_object_id"]: row for row in rows}
    assessments = (
        Assessment.objects.filter(pk__in=by_id).order_by("name", "pk").values("id", "name", "state", "standard_id")
    )
    return [
        {
            "organisation": {
                "slug": by_id[row["id"]]["organisation__slug"],
                "name": by_id[row["id"]]["organisation__name"],
            },
            "assessment": {"id": row["id"], "name": row["name"], "state": row["state"], "standard": _standard(row)},
            "access_until": by_id[row["id"]]["expires_at"],
        }
        for row in assessments.values("id", "name", "state", "standard_id")
    ]


def _standard(row: Mapping[str, Any]) -> dict[str, str]:
    of = edition(row["standard_id"])
    return {"slug": of.slug, "number": of.number, "title": of.title}
