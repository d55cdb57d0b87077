"""The worker's part of reminders. Each may be called twice: what is claimed is claimed, and a repeat of a mail has the
same Message-ID.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

from django.utils import timezone

from assessments.mails import reminder_mail
from assessments.models import EvidenceReminder
from assessments.services.reminders import MAIL, REMIND, claim_reminders
from tenants.jobs import Run, job_handler
from tenants.mails import send
from tenants.models import Membership, Organisation


@job_handler(REMIND)
def remind(run: Run) -> None:
    """Of today, whenever it runs: what a night missed is made up for by the next."""
    with run.finish():
        claim_reminders(today=timezone.now().astimezone(UTC).date())


@job_handler(MAIL)
def mail_reminder(run: Run) -> None:
    """Who is no member any more gets none."""
    day, person_id, mail = date.fromisoformat(run.payload["day"]), uuid.UUID(run.payload["person"]), None
    with run.step():
        membership = (
            Membership.objects.select_related("person").filter(person_id=person_id, person__is_active=True).first()
        )
        rows = list(
            EvidenceReminder.objects.filter(person_id=person_id, told_on=day)
            .select_related("evidence")
            .order_by("due_on", "evidence__number")
        )
        if membership is not None and rows:
            organisation = Organisation.objects.get(pk=run.organisation_id)
            mail = reminder_mail(
                organisation=organisation,
                to=membership.person.email,
                rows=rows,
                today=datetime.now(UTC).date(),
                message_id=uuid.uuid5(run.organisation_id, f"reminder:{day}:{person_id}"),
            )
    if mail is not None:
        send(mail)
    with run.finish():
        pass
