"""The worker's part of requests for evidence: their mails, and what follows when a file was checked.

Each may be called twice; a repeat of a mail has the same Message-ID.
"""

from __future__ import annotations

import uuid

from django.utils import timezone

from assessments.mails import request_mail, settled_mail
from assessments.models import EvidenceRequest
from assessments.selectors.requests import asked_for, standard_of
from assessments.services.check import SETTLED
from assessments.services.requests import MAIL, REMIND, claim_reminders, hash_of, settle, token_of
from tenants.jobs import Run, job_handler, on_failure
from tenants.mails import REFUSED, send
from tenants.models import Job, Membership, Organisation

NOT_SENT = "The mail could not be sent."


@job_handler(MAIL)
def mail_request(run: Run) -> None:
    """What was closed, revoked or has expired meanwhile is not asked for any more."""
    request_id, mail = uuid.UUID(run.payload["request"]), None
    reminder = bool(run.payload.get("reminder"))
    with run.step():
        request = (
            EvidenceRequest.objects.select_related("assessment", "created_by")
            .filter(pk=request_id, revoked_at__isnull=True, closed_at__isnull=True, expires_at__gt=timezone.now())
            .first()
        )
        if request is not None:
            token = token_of(request)
            if request.token_hash != hash_of(token):  # the secret key is another one now
                EvidenceRequest.objects.filter(pk=request_id).update(token_hash=hash_of(token))
            mail = request_mail(
                organisation=Organisation.objects.get(pk=run.organisation_id),
                request=request,
                asked=asked_for(request),
                standard=standard_of(request),
                token=token,
                reminder=reminder,
                message_id=uuid.uuid5(request_id, "reminder" if reminder else str(request.sending)),
            )
    if mail is not None:
        send(mail)
    with run.finish():
        if mail is not None and not reminder:
            EvidenceRequest.objects.filter(pk=request_id).update(sent_at=timezone.now(), mail_fault="")


@on_failure(MAIL)
def note_unsent(job: Job) -> None:
    fault = REFUSED if job.error == REFUSED else NOT_SENT
    EvidenceRequest.objects.filter(pk=job.payload["request"]).update(mail_fault=fault)


@job_handler(REMIND)
def remind(run: Run) -> None:
    with run.finish():
        claim_reminders(now=timezone.now())


@job_handler(SETTLED)
def settle_file(run: Run) -> None:
    """Told is whoever asked; if they have left, the lead of the assessment."""
    version_id, mail = uuid.UUID(run.payload["version"]), None
    with run.step():
        row = settle(version_id)
        if row is not None:
            request = EvidenceRequest.objects.select_related("assessment", "created_by").get(pk=row.request_id)
            wanted = [request.created_by_id, request.assessment.lead_id]
            members = {
                found.person_id: found.person.email
                for found in Membership.objects.select_related("person").filter(
                    person_id__in=[id_ for id_ in wanted if id_], person__is_active=True
                )
            }
            to = next((members[id_] for id_ in wanted if id_ in members), None)
            if to is not None:
                mail = settled_mail(
                    organisation=Organisation.objects.get(pk=run.organisation_id),
                    to=to,
                    request=request,
                    file=row,
                    message_id=uuid.uuid5(row.pk, "settled"),
                )
    if mail is not None:
        send(mail)
    with run.finish():
        pass
