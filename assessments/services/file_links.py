"""Links to files: one file, for five minutes, as an attachment of its own media type.

In a bucket people can reach they are its own signed addresses, so that the bytes pass no web server. Otherwise they are
addresses of ours: signed, and bound to the person who asked for them, whose access is looked at again when they open.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.utils import timezone

from api.problems import NotFound, Problem
from assessments.files import blobs, buckets
from assessments.models import Assessment, EvidenceVersion
from assessments.selectors.evidence import find_file, find_linked_file
from assessments.selectors.sight import sight_of
from tenants.access import Access, access_of
from tenants.models import ApiKey, Organisation
from tenants.roles import Action, Scope
from tenants.scope import current_organisation

_SALT: Final = "assessments.file_link"


class LinkEnded(Problem):
    """410: it was a link, and its five minutes are over."""

    def __init__(self) -> None:
        super().__init__("link-ended", status=410, title="This link has run out.", detail="Ask for a new one.")


@dataclass(frozen=True, slots=True)
class FileLink:
    version: EvidenceVersion
    url: str
    expires_at: datetime


def link_to(
    version: EvidenceVersion, *, access: Access, disposition: str, assessment_id: uuid.UUID | None = None
) -> FileLink:
    """A link to a ready file that the caller was found to have access to, through this assessment if one is given."""
    expires_at = timezone.now() + timedelta(seconds=buckets.LINK_SECONDS)
    if storage := buckets.bucket_in_reach():
        name = blobs.blob_name(organisation_id=current_organisation(), sha256=version.sha256)
        signed = buckets.sign_get(storage, name=name, media_type=version.media_type, disposition=disposition)
        return FileLink(version, signed, expires_at)
    token = token_for(version, access=access, assessment_id=assessment_id)
    address = f"{settings.BASE_URL}/api/v1/organisations/{access.organisation.slug}/files/{token}/"
    return FileLink(version, address, expires_at)


def token_for(version: EvidenceVersion, *, access: Access, assessment_id: uuid.UUID | None = None) -> str:
    said = [version.evidence_id, version.number, access.person_id, access.key_id or "", assessment_id or ""]
    return signing.dumps([str(part) for part in said], salt=f"{_SALT}:{current_organisation()}")


def open_link(token: str, *, organisation: Organisation) -> EvidenceVersion:
    """The file behind a link of ours. NotFound for what is none, or whose owner may not read the file any more;
    LinkEnded (410) after five minutes.
    """
    try:
        said = signing.loads(token, salt=f"{_SALT}:{organisation.pk}", max_age=buckets.LINK_SECONDS)
    except signing.SignatureExpired:
        raise LinkEnded from None
    except signing.BadSignature:
        raise NotFound from None
    evidence_id, number, person_id = uuid.UUID(said[0]), int(said[1]), uuid.UUID(said[2])
    assessment_id = uuid.UUID(said[4]) if said[4] else None
    access = _access(organisation, person_id=person_id, key_id=said[3], on=assessment_id)
    if not access.may(Action.EVIDENCE_READ, on=assessment_id):
        raise NotFound
    if assessment_id is None:
        return find_file(evidence_id, version=number)
    assessment = Assessment.objects.filter(pk=assessment_id).first()
    if assessment is None:
        raise NotFound
    within = sight_of(access, assessment).requirement_ids()
    return find_linked_file(evidence_id, assessment_id=assessment_id, requirement_ids=within, version=number)


def _access(organisation: Organisation, *, person_id: uuid.UUID, key_id: str, on: uuid.UUID | None) -> Access:
    access = access_of(organisation=organisation, person_id=person_id, on=on)
    if not key_id:
        return access
    alive = ApiKey.objects.filter(
        pk=key_id, person_id=person_id, revoked_at__isnull=True, expires_at__gt=timezone.now()
    )
    scope = alive.values_list("scope", flat=True).first()
    if scope is None or access.role is None:
        raise NotFound
    return Access(
        organisation=organisation,
        person_id=person_id,
        role=access.role,
        key_id=uuid.UUID(key_id),
        key_scope=Scope(scope),
    )
