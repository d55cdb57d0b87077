"""Signed heads: once a day the end of each organisation's trail, signed, kept, and mailed to owners who want it.

1. `plan_signing`, on beat, gives every organisation that lacks one a wakeup; the relay rings it soon after midnight
   UTC, spread over an hour so that many organisations are not one crowd.
2. The rung task asks for the day's job, whose name is the day: asked for twice, it signs once.
3. The job signs the head as it stands and tells the trail of it, so that a signed head cannot be taken away unseen.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.utils import timezone

from api.problems import Forbidden
from tenants import audit, jobs, wakeups
from tenants.access import Access
from tenants.models import AuditHead, Membership, SignedHead
from tenants.roles import Role
from tenants.scope import current_organisation
from tenants.signing import sign_document
from tenants.trail_proof import HEAD_FORMAT

SIGN: Final = "audit.sign_head"
MAIL: Final = "audit.mail_head"
RING: Final = "tenants.ask_for_head"
"""The Celery task that asks for the day's signature (`tenants.tasks`)."""
HEAD_SIGNED: Final = "audit_head.signed"


def plan_signing() -> int:
    """Give every organisation without one its wakeup; returns how many there were. Any number of these may run."""
    return wakeups.wake_everybody(task=RING)


def ask_for_head(*, now: datetime) -> None:
    """Ask for today's signature in the organisation in scope, and have tomorrow's asked for tomorrow."""
    day = now.astimezone(UTC).date()
    jobs.enqueue(SIGN, key=day.isoformat(), payload={"day": day.isoformat()})
    organisation_id = current_organisation()
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    due_at = midnight + timedelta(seconds=organisation_id.int % 3600)
    wakeups.wake_at(task=RING, subject_id=organisation_id, due_at=due_at)


def sign_head(*, day: str) -> SignedHead | None:
    """Sign the head of the organisation in scope for `day`; None when that is done."""
    if SignedHead.objects.filter(day=day).exists():
        return None
    head = AuditHead.objects.select_for_update().get()
    now = timezone.now()
    document = sign_document(_unsigned(seq=head.seq, link=bytes(head.hash), signed_at=now))
    signed = SignedHead.objects.create(
        day=day,
        seq=head.seq,
        hash=bytes(head.hash),
        signed_at=now,
        key_id=document["key_id"],
        signature=document["signature"],
    )
    for person_id in _subscribers():
        jobs.enqueue(MAIL, key=f"{signed.pk}:{person_id}", payload={"head": str(signed.pk), "person": str(person_id)})
    audit.record(HEAD_SIGNED, object_type="audit_head", object_id=signed.pk, after={"day": day, "head": document})
    return signed


def head_document(row: SignedHead) -> dict[str, Any]:
    """The signed document, byte for byte what was signed and its signature (`tenants.trail_proof`)."""
    unsigned = _unsigned(seq=row.seq, link=bytes(row.hash), signed_at=row.signed_at)
    return {**unsigned, "key_id": row.key_id, "signature": row.signature}


def want_heads(*, access: Access, wanted: bool) -> None:
    """Whether the caller, an owner, gets each new signed head by mail."""
    membership = Membership.objects.select_for_update().get(person_id=access.person_id)
    if wanted and membership.role != Role.OWNER:
        raise Forbidden("Signed heads are mailed to owners.")
    if membership.wants_heads == wanted:
        return
    membership.wants_heads = wanted
    membership.save(update_fields=["wants_heads"])
    audit.record(
        "audit_head.mail_wanted" if wanted else "audit_head.mail_unwanted",
        object_type="person",
        object_id=access.person_id,
        before={"wants_heads": not wanted},
        after={"wants_heads": wanted},
    )


def _subscribers() -> list[uuid.UUID]:
    owners = Membership.objects.filter(role=Role.OWNER, wants_heads=True, person__is_active=True)
    return list(owners.order_by("id").values_list("person_id", flat=True))


def _unsigned(*, seq: int, link: bytes, signed_at: datetime) -> dict[str, Any]:
    return {
        "format": HEAD_FORMAT,
        "organisation": str(current_organisation()),
        "seq": seq,
        "hash": link.hex(),
        "signed_at": signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
