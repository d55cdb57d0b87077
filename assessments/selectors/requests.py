"""Requests for evidence, for reading: by members, and what the page behind a link shows."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from api.problems import NotFound
from assessments.catalogue.editions import edition
from assessments.models import EvidenceRequest, RequestedFile

STATES: Final = ("open", "closed", "expired", "revoked")


def list_requests(assessment_id: uuid.UUID, *, state: str | None = None) -> QuerySet[EvidenceRequest]:
    rows = EvidenceRequest.objects.filter(assessment_id=assessment_id).select_related("created_by")
    return rows if state is None else rows.filter(_in_state(state))


def get_request(request_id: uuid.UUID, *, assessment_id: uuid.UUID) -> EvidenceRequest:
    request = list_requests(assessment_id).filter(pk=request_id).first()
    if request is None:
        raise NotFound
    return request


def request_body(request: EvidenceRequest) -> dict[str, Any]:
    """One of `list_requests`; never its token."""
    return {
        "id": request.pk,
        "state": state_of(request),
        "what": request.what,
        "message": request.message,
        "refs": request.refs,
        "email": request.email,
        "due_on": request.due_on,
        "expires_at": request.expires_at,
        "files_most": request.files_most,
        "bytes_most": request.bytes_most,
        "created_by": {"id": request.created_by_id, "name": request.created_by.display_name},
        "created_at": request.created_at,
        "sent_at": request.sent_at,
        "reminded_at": request.reminded_at,
        "mail_fault": request.mail_fault,
    }


def request_detail(request: EvidenceRequest) -> dict[str, Any]:
    """With the files that came, oldest first: one query more."""
    return request_body(request) | {
        "files": [
            {
                "evidence": row.version.evidence_id,
                "reference": row.version.evidence.reference,
                "file_name": row.version.file_name,
                "state": row.version.state,
                "reason": row.version.reason,
                "received_at": row.received_at,
                "note": row.note,
            }
            for row in files_in_order(request).select_related("version__evidence")
        ]
    }


def files_in_order(request: EvidenceRequest) -> QuerySet[RequestedFile]:
    return RequestedFile.objects.filter(request=request).select_related("version").order_by("pk")


def state_of(request: EvidenceRequest) -> str:
    if request.revoked_at is not None:
        return "revoked"
    if request.closed_at is not None:
        return "closed"
    return "expired" if request.expires_at <= timezone.now() else "open"


def asked_for(request: EvidenceRequest) -> list[dict[str, str]]:
    """The requirements in words, ref and title: what whoever was asked may know of the standard."""
    of = edition(request.assessment.standard_id)
    words = of.texts(request.assessment.language)
    return [{"ref": ref, "title": words[ref].title if ref in words else ""} for ref in request.refs]


def standard_of(request: EvidenceRequest) -> str:
    """The standard as people call it: its number, else its title."""
    of = edition(request.assessment.standard_id)
    return of.number or of.title


def _in_state(state: str) -> Q:
    revoked, closed = Q(revoked_at__isnull=False), Q(closed_at__isnull=False)
    ended = Q(expires_at__lte=timezone.now())
    known = {
        "revoked": revoked,
        "closed": closed & ~revoked,
        "expired": ended & ~closed & ~revoked,
        "open": ~ended & ~closed & ~revoked,
    }
    return known[state]
