"""The worker's part of an invitation: makes the token and sends the mail with it."""

from __future__ import annotations

import secrets

from django.utils import timezone

from tenants.jobs import JobRefused, Run, job_handler
from tenants.mails import invitation_mail, send
from tenants.models import Invitation, InvitationMail, Organisation
from tenants.services.invitations import MAIL, VALID_FOR, hash_of, inviter_still_may, offer_in_words


@job_handler(MAIL)
def send_invitation(run: Run) -> None:
    """Safe to run twice: every attempt makes its own token, and only the newest opens anything.

    Sent again while it waited, the mail is the newer one's. The hash is committed before the mail leaves, and no
    transaction is open while the mail server is talked to.
    """
    run.progress(10)
    token, mail = secrets.token_urlsafe(32), None
    with run.scope():
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("invited_by")
            .filter(pk=run.payload["invitation"], accepted_at__isnull=True, revoked_at__isnull=True)
            .first()
        )
        if invitation is not None and not inviter_still_may(invitation):
            raise JobRefused("Whoever asked for this mail may no longer give what it offers.")
        if invitation is not None and _is_newest(run, invitation=invitation):
            invitation.token_hash = hash_of(token)
            invitation.expires_at = timezone.now() + VALID_FOR
            invitation.save(update_fields=["token_hash", "expires_at"])
            mail = invitation_mail(
                organisation=Organisation.objects.get(pk=run.organisation_id),
                invitation=invitation,
                offer=offer_in_words(invitation),
                token=token,
            )
    if mail is not None:
        send(mail)
    with run.finish():
        if mail is not None and invitation is not None:
            Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())


def _is_newest(run: Run, *, invitation: Invitation) -> bool:
    newest = InvitationMail.objects.filter(invitation=invitation).order_by("-pk").first()
    return newest is not None and str(newest.pk) == run.payload["mail"]
