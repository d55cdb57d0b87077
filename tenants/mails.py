"""The mails this floor sends, as plain text with an HTML twin."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from tenants.models import Invitation, Organisation


def invitation_link(*, organisation: Organisation, token: str) -> str:
    return f"{settings.BASE_URL}/invitations/{organisation.slug}/{token}/"


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
