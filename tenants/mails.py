"""The mails this floor sends, as plain text with an HTML twin."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from tenants.models import Invitation, Organisation


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
