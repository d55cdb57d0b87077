"""The worker's part of signed heads. Each may be called twice."""

from __future__ import annotations

import uuid

from tenants.jobs import Run, job_handler
from tenants.mails import head_mail, send
from tenants.models import Membership, Organisation, SignedHead
from tenants.roles import Role
from tenants.services.heads import MAIL, SIGN, head_document, sign_head


@job_handler(SIGN)
def sign(run: Run) -> None:
    with run.finish():
        sign_head(day=run.payload["day"])


@job_handler(MAIL)
def mail_head(run: Run) -> None:
    """Who is no owner any more, or has changed their mind, gets none."""
    mail = None
    with run.step():
        head = SignedHead.objects.get(pk=run.payload["head"])
        membership = (
            Membership.objects.select_related("person")
            .filter(person_id=run.payload["person"], role=Role.OWNER, wants_heads=True)
            .first()
        )
        if membership is not None:
            mail = head_mail(
                organisation=Organisation.objects.get(pk=run.organisation_id),
                to=membership.person.email,
                day=head.day.isoformat(),
                head=head_document(head),
                message_id=uuid.uuid5(head.pk, str(membership.person_id)),
            )
    if mail is not None:
        send(mail)
    with run.finish():
        pass
