"""Outside reviewers: invited to one assessment, let in until a date, sent away again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.utils import timezone

from api.problems import Conflict, NotFound, PreconditionFailed, Problem
from assessments.catalogue.editions import edition
from assessments.models import Assessment, OutsideInvitation, ReviewGrant
from assessments.models.assessment import REVIEW_PERMISSION
from assessments.selectors.assessments import get_assessment
from assessments.selectors.grants import pending_invitations
from assessments.services.sections import chosen_sections
from identity.models import Person
from tenants import audit
from tenants.access import Access
from tenants.models import Invitation
from tenants.models.invitation import OUTSIDE
from tenants.services.invitations import invite


def invite_reviewer(
    *, access: Access, assessment_id: uuid.UUID, email: str, access_until: datetime, sections: Sequence[str] = ()
) -> OutsideInvitation:
    """Offer the review of one assessment, or of `sections` of it, to an address; accepting lets that person in until
    `access_until`.

    Raises NotFound, Invalid, and Conflict: already-member, already-granted (with the grant's id), already-invited.
    """
    assessment = get_assessment(assessment_id)
    chosen = chosen_sections(assessment, refs=sections)
    # Takes its turn in the organisation, so that what is looked up below stands still; a refusal undoes the invitation.
    invitation = invite(access=access, email=email, offer=OUTSIDE)
    granted = ReviewGrant.objects.filter(
        content_object=assessment,
        user__email=invitation.email,
        revoked_at__isnull=True,
        expires_at__gt=timezone.now(),
    ).first()
    if granted is not None:
        raise Conflict("already-granted", "This person has access; extend it instead.", grant=str(granted.pk))
    if pending_invitations(assessment_id).filter(invitation__email=invitation.email).exists():
        raise Conflict("already-invited", "An invitation to this address is open; send it again or revoke it.")
    offered = OutsideInvitation.objects.create(
        invitation=invitation, assessment=assessment, access_until=access_until, sections=chosen
    )
    audit.record(
        "grant.offered",
        object_type="assessment",
        object_id=assessment.pk,
        after={
            "email": invitation.email,
            "access_until": access_until,
            "sections": chosen,
            "invitation": invitation.pk,
        },
    )
    return offered


def accept_outside(*, invitation: Invitation, person: Person) -> None:
    """What accepting an offer from outside means: a grant on each assessment it names. Called by `tenants` in scope."""
    now = timezone.now()
    offers = list(OutsideInvitation.objects.filter(invitation=invitation).order_by("pk"))
    if not any(offer.access_until > now for offer in offers):
        raise Problem(
            "invitation-expired",
            status=410,
            title="This invitation can no longer be accepted.",
            detail="The time for which it gave access is over; ask for a new one.",
        )
    for offer in offers:
        given = {
            "granted_by_id": invitation.invited_by_id,
            "granted_at": now,
            "expires_at": offer.access_until,
            "revoked_at": None,
            "sections": offer.sections,
        }
        earlier = ReviewGrant.objects.filter(
            user=person, permission=review_permission(), content_object_id=offer.assessment_id
        ).first()
        grant, _ = ReviewGrant.objects.update_or_create(
            user=person,
            permission=review_permission(),
            content_object_id=offer.assessment_id,
            defaults=given | {"version": F("version") + 1},
            create_defaults=given,
        )
        audit.record(
            "grant.given",
            object_type="assessment",
            object_id=offer.assessment_id,
            before={"access_until": earlier.expires_at, "revoked_at": earlier.revoked_at, "sections": earlier.sections}
            if earlier
            else None,
            after={
                "grant": grant.pk,
                "person": person.pk,
                "access_until": offer.access_until,
                "sections": offer.sections,
                "revoked_at": None,
            },
        )


def describe_outside(invitation: Invitation) -> str:
    """For the mail. The standard's name and not the assessment's: what members write never travels in our mails."""
    offers = OutsideInvitation.objects.filter(invitation=invitation).values_list("assessment__standard_id", "sections")
    return " and ".join(
        sorted({f"{_sections_in_words(sections)}an assessment on {edition(of).number}" for of, sections in offers})
    )


def _sections_in_words(sections: Sequence[str]) -> str:
    if not sections:
        return ""
    return f"section{'s' if len(sections) > 1 else ''} {', '.join(sections)} of "


def change_grant(
    assessment_id: uuid.UUID,
    *,
    grant_id: uuid.UUID,
    expected_version: int,
    access_until: datetime | None = None,
    sections: Sequence[str] | None = None,
) -> ReviewGrant:
    """Let access end at another moment, or reach other sections; one that has ended begins again with its new end.

    Raises NotFound, Invalid, PreconditionFailed, and Conflict for a revoked one: invite anew.
    """
    grant = _lock(assessment_id, grant_id=grant_id)
    if grant.revoked_at is not None:
        raise Conflict("grant-revoked", "This access was revoked; invite the person again.")
    if grant.version != expected_version:
        raise PreconditionFailed(grant.version)
    before = _told(grant)
    if access_until is not None:
        grant.expires_at = access_until
    if sections is not None:
        grant.sections = chosen_sections(get_assessment(assessment_id), refs=sections)
    after = _told(grant)
    if after == before:
        return grant
    grant.version += 1
    grant.save(update_fields=["expires_at", "sections", "version"])
    audit.record("grant.changed", object_type="assessment", object_id=assessment_id, before=before, after=after)
    return grant


def _told(grant: ReviewGrant) -> dict[str, Any]:
    return {"grant": grant.pk, "access_until": grant.expires_at, "sections": grant.sections}


def revoke_grant(assessment_id: uuid.UUID, *, grant_id: uuid.UUID) -> None:
    """End access now: grants are read at every request. One revoked before stays so."""
    grant = _lock(assessment_id, grant_id=grant_id)
    if grant.revoked_at is not None:
        return
    told = {"grant": grant.pk, "person": grant.user_id, "access_until": grant.expires_at}
    grant.revoked_at = timezone.now()
    grant.version += 1
    grant.save(update_fields=["revoked_at", "version"])
    audit.record(
        "grant.revoked",
        object_type="assessment",
        object_id=assessment_id,
        before={**told, "revoked_at": None},
        after={**told, "revoked_at": grant.revoked_at},
    )


def review_permission() -> Permission:
    """The permission a grant carries, made by `migrate` from the Assessment's Meta."""
    return Permission.objects.get(
        codename=REVIEW_PERMISSION, content_type=ContentType.objects.get_for_model(Assessment)
    )


def _lock(assessment_id: uuid.UUID, *, grant_id: uuid.UUID) -> ReviewGrant:
    rows = ReviewGrant.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "granted_by")
    grant = rows.filter(pk=grant_id, content_object_id=assessment_id).first()
    if grant is None:
        raise NotFound
    return grant
