"""The mails this floor sends, as plain text with an HTML twin."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from assessments.models import EvidenceReminder, EvidenceRequest, FileState, RequestedFile
from assessments.models.reminder import ReminderKind
from tenants.models import Organisation


def reminder_mail(
    *, organisation: Organisation, to: str, rows: Sequence[EvidenceReminder], today: date, message_id: uuid.UUID
) -> EmailMultiAlternatives:
    """One mail about all evidence that somebody is to be reminded of today."""
    items = [
        {
            "reference": row.evidence.reference,
            "title": row.evidence.title,
            "says": _says(row, today=today),
            "url": f"{settings.BASE_URL}/api/v1/organisations/{organisation.slug}/evidence/{row.evidence_id}/",
        }
        for row in rows
    ]
    count = len(items)
    what = f"{items[0]['reference']} {items[0]['says']}" if count == 1 else f"{count} pieces of evidence need a look"
    return mail_of(
        "reminder",
        subject=f"{organisation.name}: {what}",
        to=to,
        words={"organisation": organisation.name, "items": items},
        message_id=message_id,
    )


def _says(row: EvidenceReminder, *, today: date) -> str:
    """As in: E-0007 <…>."""
    day = f"{row.due_on.day} {row.due_on:%B %Y}"
    if row.kind == ReminderKind.REVIEW_DUE:
        return f"is to be reviewed by {day}" if row.due_on >= today else f"was to be reviewed by {day}"
    left = (row.due_on - today).days
    if left < 0:
        return f"ran out on {day}"
    return f"runs out today, {day}" if left == 0 else f"runs out on {day}, in {left} day{'s' if left > 1 else ''}"


def request_mail(
    *,
    organisation: Organisation,
    request: EvidenceRequest,
    asked: Sequence[Mapping[str, str]],
    standard: str,
    token: str,
    reminder: bool,
    message_id: uuid.UUID,
) -> EmailMultiAlternatives:
    """To whoever is asked for evidence. The token stands in the link and nowhere else."""
    asker = request.created_by.display_name
    words = {
        "organisation": organisation.name,
        "asker": asker,
        "request": request,
        "asked": asked,
        "standard": standard,
        "reminder": reminder,
        "link": f"{settings.BASE_URL}/evidence-requests/{organisation.slug}/{token}/",
    }
    begins = "Reminder: " if reminder else ""
    subject = f"{begins}{asker} of {organisation.name} asks you for: {request.what}"
    return mail_of("request", subject=subject, to=request.email, words=words, message_id=message_id)


def settled_mail(
    *, organisation: Organisation, to: str, request: EvidenceRequest, file: RequestedFile, message_id: uuid.UUID
) -> EmailMultiAlternatives:
    """To whoever asked, when a file that came was checked."""
    ready = file.version.state == FileState.READY
    place = f"{settings.BASE_URL}/api/v1/organisations/{organisation.slug}"
    words = {
        "organisation": organisation.name,
        "request": request,
        "version": file.version,
        "ready": ready,
        "notes": file.note.splitlines(),
        "url": f"{place}/assessments/{request.assessment_id}/evidence-requests/{request.pk}/",
    }
    said = "has come" if ready else "could not be taken"
    subject = f"{organisation.name}: {request.what} {said}"
    return mail_of("settled", subject=subject, to=to, words=words, message_id=message_id)


def mail_of(
    template: str, *, subject: str, to: str, words: Mapping[str, Any], message_id: uuid.UUID
) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"assessments/mails/{template}.txt", dict(words)),
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{message_id}@plumbline>"},
    )
    mail.attach_alternative(render_to_string(f"assessments/mails/{template}.html", dict(words)), "text/html")
    return mail
