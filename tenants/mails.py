"""The mails this floor sends, as plain text with an HTML twin."""

from __future__ import annotations

import json
import smtplib
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string

from tenants.jobs import JobRefused
from tenants.models import Invitation, Organisation, OrganisationExport

REFUSED = "The mail server refuses this address."


def send(mail: EmailMessage) -> None:
    """Send from a job. Raises JobRefused for an address that is refused for good; other faults are tried again."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        raise JobRefused(REFUSED) from refusal


def invitation_link(*, organisation: Organisation, token: str) -> str:
    return f"{settings.BASE_URL}/invitations/{organisation.slug}/{token}/"


def head_mail(
    *, organisation: Organisation, to: str, day: str, head: Mapping[str, Any], message_id: uuid.UUID
) -> EmailMultiAlternatives:
    """The signed head as text and as a file; a repeat has the same Message-ID."""
    document = json.dumps(head, indent=2)
    words = {
        "organisation": organisation.name,
        "day": day,
        "head": head,
        "document": document,
        "base": settings.BASE_URL,
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(f"Signed head of the audit trail of {organisation.name}, {day}".split()),
        body=render_to_string("tenants/mails/head.txt", words),
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{message_id}@plumbline>"},
    )
    mail.attach(f"{organisation.slug}-audit-head-{day}.json", document, "application/json")
    return mail


def closing_mail(*, organisation: Organisation, to: str, what: str, deleted_after: str) -> EmailMultiAlternatives:
    """`what`: requested, reminder or recalled."""
    place = f"{settings.BASE_URL}/api/v1/organisations/{organisation.slug}"
    subjects = {
        "requested": f"{organisation.name} will be deleted",
        "reminder": f"{organisation.name} will be deleted in a week",
        "recalled": f"{organisation.name} will not be deleted",
    }
    words = {
        "organisation": organisation.name,
        "what": what,
        "deleted_after": f"{deleted_after[:16]} UTC",
        "address": f"{place}/closing/",
        "exports": f"{place}/exports/",
    }
    return _plain(subject=subjects[what], template="closing", words=words, to=to)


def export_mail(*, organisation: Organisation, export: OrganisationExport, to: str) -> EmailMultiAlternatives:
    """No link: it opens everything the organisation has, so whoever wants one must be signed in as an owner."""
    place = f"{settings.BASE_URL}/api/v1/organisations/{organisation.slug}/exports/{export.pk}/link/"
    words = {"organisation": organisation.name, "export": export, "address": place}
    return _plain(subject=f"The export of {organisation.name} is ready", template="export", words=words, to=to)


def certificate_mail(*, to: str, document: Mapping[str, Any], message_id: uuid.UUID) -> EmailMultiAlternatives:
    """A certificate of deletion as text and as a file; a repeat has the same Message-ID."""
    text = json.dumps(document, indent=2)
    words = {"document": document, "text": text, "base": settings.BASE_URL}
    mail = _plain(subject="Certificate: your organisation was deleted", template="certificate", words=words, to=to)
    mail.extra_headers["Message-ID"] = f"<{message_id}@plumbline>"
    mail.attach("deletion-certificate.json", text, "application/json")
    return mail


def _plain(*, subject: str, template: str, words: Mapping[str, Any], to: str) -> EmailMultiAlternatives:
    return EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"tenants/mails/{template}.txt", dict(words)),
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )


def invitation_mail(
    *, organisation: Organisation, invitation: Invitation, offer: str, token: str
) -> EmailMultiAlternatives:
    """`offer` in words. The token stands in the link and nowhere else."""
    inviter = invitation.invited_by.display_name
    words = {
        "organisation": organisation.name,
        "inviter": inviter,
        "offer": offer,
        "link": invitation_link(organisation=organisation, token=token),
        "expires_at": invitation.expires_at,
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(f"{inviter} invites you to {organisation.name} on Plumbline".split()),
        body=render_to_string("tenants/mails/invitation.txt", words),
        to=[invitation.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("tenants/mails/invitation.html", words), "text/html")
    return mail
