"""Deliveries: one mail per recipient and occurrence, from waiting over sending to sent or failed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from reports.brief import Brief
from reports.deliveries import AFTER_UNKNOWN, LINK_DAYS, link_token_of, message_id_of, wait_after
from reports.mail import Letter, MailFault, Outcome, sender_domain
from reports.models import Delivery, DeliveryState, Occurrence
from reports.services.link import keep_link, link_address
from tenants import audit
from tenants.jobs import MAX_ATTEMPTS, enqueue
from tenants.models import Job, Organisation
from tenants.scope import current_organisation
from tenants.wakeups import forget_wakeup, wake_at

DELIVER: Final = "report.deliver"
RESUME: Final = "reports.resume_delivery"
"""The Celery task that takes a delivery up again after its pause (`reports.tasks`)."""
_OPEN: Final = (DeliveryState.WAITING, DeliveryState.SENDING)


def open_deliveries(*, report_id: uuid.UUID) -> None:
    """The report of an occurrence is ready: one delivery and one job for each of the schedule's recipients."""
    occurrence = Occurrence.objects.select_related("schedule").filter(report_id=report_id).first()
    if occurrence is None:
        return
    rows = [Delivery(occurrence=occurrence, recipient=recipient) for recipient in occurrence.schedule.recipients]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    for delivery_id in Delivery.objects.filter(occurrence=occurrence).values_list("id", flat=True):
        _enqueue(delivery_id, attempts=0)


@dataclass(frozen=True, slots=True)
class Draft:
    """An open delivery with what its mail is written from."""

    delivery: Delivery
    document: dict[str, Any]
    sha256: str


def read_draft(delivery_id: uuid.UUID) -> Draft | None:
    """None when there is nothing left to send."""
    delivery = (
        Delivery.objects.select_related("occurrence__schedule", "occurrence__report__snapshot")
        .filter(pk=delivery_id, state__in=_OPEN)
        .first()
    )
    if delivery is None:
        return None
    snapshot = delivery.occurrence.report.snapshot
    return Draft(delivery, snapshot.contents, snapshot.sha256)


def begin_sending(draft: Draft, *, brief: Brief) -> Letter | None:
    """Mark the delivery as being sent, and make its link. None when it ends here: twice sent into the unknown.

    Found in `sending`, an earlier attempt ended without telling how: this one may be the second to arrive.
    """
    delivery = Delivery.objects.select_for_update().filter(pk=draft.delivery.pk, state__in=_OPEN).first()
    if delivery is None:
        return None
    if delivery.state == DeliveryState.SENDING:
        if delivery.possibly_duplicate:
            _fail(delivery.pk, error="It was sent twice and the mail server confirmed neither; it may have arrived.")
            return None
        delivery.possibly_duplicate = True
    delivery.state = DeliveryState.SENDING
    delivery.attempts += 1
    delivery.message_id = delivery.message_id or message_id_of(delivery.pk, domain=sender_domain())
    delivery.save(update_fields=["state", "attempts", "message_id", "possibly_duplicate"])
    schedule, report = draft.delivery.occurrence.schedule, draft.delivery.occurrence.report
    token, zone = link_token_of(delivery.pk), ZoneInfo(schedule.time_zone)
    link = keep_link(
        report_id=report.pk,
        token=token,
        expires_at=timezone.now() + timedelta(days=LINK_DAYS),
        recipient=delivery.recipient,
        created_by=None,
    )
    return Letter(
        brief=brief,
        recipient=delivery.recipient,
        message_id=delivery.message_id,
        link=link_address(organisation=Organisation.objects.get(pk=current_organisation()), token=token),
        language=schedule.language,
        schedule=schedule.name,
        taken_at=report.snapshot.taken_at.astimezone(zone),
        link_until=link.expires_at.astimezone(zone),
    )


def confirm_sent(delivery_id: uuid.UUID) -> None:
    before = _told(delivery_id)
    Delivery.objects.filter(pk=delivery_id).update(state=DeliveryState.SENT, sent_at=timezone.now(), error="")
    audit.record(
        "delivery.sent", object_type="delivery", object_id=delivery_id, before=before, after=_told(delivery_id)
    )


def take_fault(delivery_id: uuid.UUID, *, fault: MailFault) -> None:
    """What follows from an attempt that did not end well: another one after a pause, or the end."""
    row = Delivery.objects.filter(pk=delivery_id)
    attempts, doubled = row.values_list("attempts", "possibly_duplicate").get()
    pause = AFTER_UNKNOWN if fault.outcome == Outcome.UNKNOWN else wait_after(attempts)
    if fault.outcome == Outcome.REFUSED or pause is None or (fault.outcome == Outcome.UNKNOWN and doubled):
        _fail(delivery_id, error=str(fault))
        return
    # After an unknown outcome it stays in `sending`: that is how the next attempt knows.
    state = DeliveryState.SENDING if fault.outcome == Outcome.UNKNOWN else DeliveryState.WAITING
    row.update(state=state, error=str(fault))
    wake_at(task=RESUME, subject_id=delivery_id, due_at=timezone.now() + pause)


def resume(delivery_id: uuid.UUID) -> None:
    """The pause is over: the next attempt is a job of its own."""
    forget_wakeup(task=RESUME, subject_id=delivery_id)
    attempts = Delivery.objects.filter(pk=delivery_id, state__in=_OPEN).values_list("attempts", flat=True).first()
    if attempts is not None:
        _enqueue(delivery_id, attempts=attempts)


def fail_delivery(job: Job) -> None:
    """The job is given up for a fault of ours, not of the mail."""
    delivery_id = uuid.UUID(job.payload["delivery"])
    if Delivery.objects.filter(pk=delivery_id, state__in=_OPEN).exists():
        error = job.error if job.attempts < MAX_ATTEMPTS else "The mail could not be written."
        _fail(delivery_id, error=error)


def _fail(delivery_id: uuid.UUID, *, error: str) -> None:
    before = _told(delivery_id)
    Delivery.objects.filter(pk=delivery_id).update(state=DeliveryState.FAILED, error=error)
    audit.record(
        "delivery.failed", object_type="delivery", object_id=delivery_id, before=before, after=_told(delivery_id)
    )


def _told(delivery_id: uuid.UUID) -> dict[str, Any]:
    """A delivery as the trail tells of it."""
    names = ("recipient", "state", "attempts", "possibly_duplicate", "sent_at", "error")
    return dict(Delivery.objects.values(*names).get(pk=delivery_id))


def _enqueue(delivery_id: uuid.UUID, *, attempts: int) -> None:
    # The attempt is part of the name: a job of that name is done once, and the next attempt is another one.
    enqueue(DELIVER, key=f"delivery:{delivery_id}:{attempts}", payload={"delivery": str(delivery_id)})
