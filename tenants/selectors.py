"""What is read of organisations, members, invitations, keys and jobs; and how each is shown.

The audit trail is read in `trail_selectors`.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from api.languages import is_stemmed
from api.problems import NotFound
from identity.selectors import with_factor
from tenants.access import Access
from tenants.models import (
    ApiKey,
    Invitation,
    Job,
    Membership,
    Organisation,
    OrganisationExport,
)
from tenants.models.invitation import OUTSIDE
from tenants.roles import Action, Role
from tenants.services.invitations import offer_in_words

Row = dict[str, Any]


def own_organisations() -> QuerySet[Membership, Any]:
    """The organisations of the person in scope, by membership. Needs a person scope."""
    return Membership.own.values(
        "id",
        "role",
        "organisation_id",
        "organisation__created_at",
        slug=F("organisation__slug"),
        name=F("organisation__name"),
        sector=F("organisation__sector"),
        languages=F("organisation__languages"),
        mfa_required=F("organisation__mfa_required"),
    )


def own_organisation_body(row: Row) -> Row:
    return {
        "id": row["organisation_id"],
        "slug": row["slug"],
        "name": row["name"],
        "sector": row["sector"],
        "languages": row["languages"],
        "created_at": row["organisation__created_at"],
        "role": row["role"],
        "mfa_required": row["mfa_required"],
    }


def organisation_body(organisation: Organisation, *, role: str) -> Row:
    return {
        "id": organisation.pk,
        "slug": organisation.slug,
        "name": organisation.name,
        "sector": organisation.sector,
        "languages": organisation.languages,
        "created_at": organisation.created_at,
        "role": role,
        "mfa_required": organisation.mfa_required,
    }


def sign_in_body(access: Access, *, organisation: Organisation) -> Row:
    """How people are let in; to those who may change it, how many members lack what it takes."""
    missing: int | None = None
    if access.may(Action.SIGN_IN_MANAGE):
        people = list(Membership.objects.values_list("person_id", flat=True))
        missing = len(people) - len(with_factor(people))
    return {"mfa_required": organisation.mfa_required, "members_without_factor": missing}


def access_body(access: Access, *, organisation: Organisation) -> Row:
    """The organisation and what the caller may do there."""
    return organisation_body(organisation, role=access.role or "") | {"actions": sorted(access.actions)}


def languages_body(organisation: Organisation) -> Row:
    """What is read and searched, in its order, and in which of them search knows inflections."""
    return {
        "languages": organisation.languages,
        "stemmed": [code for code in organisation.languages if is_stemmed(code)],
    }


def list_members(*, role: str | None = None) -> QuerySet[Membership, Any]:
    rows = Membership.objects.values(
        "id", "role", "version", "created_at", "last_active_at", "person_id", "person__name", "person__email"
    )
    return rows.filter(role=role) if role else rows


def member_of(person_id: uuid.UUID) -> Row:
    row: Row | None = list_members().filter(person_id=person_id).first()
    if row is None:
        raise NotFound
    return row


def member_body(row: Row) -> Row:
    email = row["person__email"]
    return {
        "id": row["person_id"],
        "name": row["person__name"] or email.partition("@")[0],
        "email": email,
        "role": row["role"],
        "version": row["version"],
        "joined_at": row["created_at"],
        "last_active_at": row["last_active_at"],
    }


INVITATION_STATES = ("open", "accepted", "revoked", "expired")


def list_invitations(*, state: str | None = None, email: str | None = None) -> QuerySet[Invitation]:
    rows = Invitation.objects.select_related("invited_by")
    now = timezone.now()
    undecided = Q(accepted_at__isnull=True, revoked_at__isnull=True)
    conditions = {
        "accepted": Q(accepted_at__isnull=False),
        "revoked": Q(revoked_at__isnull=False),
        "expired": undecided & Q(expires_at__lte=now),
        "open": undecided & Q(expires_at__gt=now),
    }
    if state:
        rows = rows.filter(conditions[state])
    return rows.filter(email=email.lower()) if email else rows


def invitation_state(invitation: Invitation) -> str:
    if invitation.accepted_at:
        return "accepted"
    if invitation.revoked_at:
        return "revoked"
    return "expired" if invitation.expires_at <= timezone.now() else "open"


def invitation_body(invitation: Invitation) -> Row:
    """Never the token: it stands in the mail only."""
    return {
        "id": invitation.pk,
        "email": invitation.email,
        "offer": invitation.offer,
        "state": invitation_state(invitation),
        "invited_by": {"id": invitation.invited_by_id, "name": invitation.invited_by.display_name},
        "created_at": invitation.created_at,
        "mail_at": invitation.mail_at,
        "sent_at": invitation.sent_at,
        "expires_at": invitation.expires_at,
        "accepted_at": invitation.accepted_at,
    }


def accepted_body(invitation: Invitation, *, organisation: Organisation) -> Row:
    return {
        "organisation": {"id": organisation.pk, "slug": organisation.slug, "name": organisation.name},
        "offer": invitation.offer,
        "role": None if invitation.offer == OUTSIDE else Role(invitation.offer),
        "in_words": offer_in_words(invitation),
    }


def list_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("person")


def key_body(key: ApiKey) -> Row:
    """Never the secret, which is shown once and kept nowhere."""
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "scope": key.scope,
        "person": {"id": key.person_id, "name": key.person.display_name},
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }


def list_exports() -> QuerySet[OrganisationExport]:
    return OrganisationExport.objects.select_related("requested_by")


def export_of(export_id: uuid.UUID) -> OrganisationExport:
    export = list_exports().filter(pk=export_id).first()
    if export is None:
        raise NotFound
    return export


def export_body(export: OrganisationExport) -> Row:
    """Never the link, which is shown once."""
    return {
        "id": export.pk,
        "state": export.state,
        "requested_by": {"id": export.requested_by_id, "name": export.requested_by.display_name},
        "requested_at": export.requested_at,
        "ready_at": export.ready_at,
        "expires_at": export.expires_at,
        "size": export.size,
        "sha256": export.sha256 or None,
        "canonical": export.canonical or None,
        "missing": export.missing,
        "error": export.error or None,
    }


def job_body(job_id: uuid.UUID) -> Row:
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "progress": job.progress,
        "attempts": job.attempts,
        "error": job.error or None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def invitation_of(invitation_id: uuid.UUID) -> Invitation:
    invitation = list_invitations().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound
    return invitation
