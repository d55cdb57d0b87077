"""Leaving for good: an owner asks, thirty days pass in which everybody may read and an owner may take it back, and then
the worker deletes everything (`tenants.services.erasure`).

The moment is the database's: a trigger writes its own clock into `closing_at`, and the function that deletes looks at
nothing else, so that not even somebody who speaks as the app can hurry it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from api.problems import Conflict, Invalid
from tenants import audit
from tenants.access import Access
from tenants.jobs import enqueue
from tenants.models import Membership, Organisation
from tenants.roles import Role
from tenants.scope import current_organisation
from tenants.services.exports import refuse_keys
from tenants.wakeups import forget_wakeup, wake_at

GRACE: Final = timedelta(days=30)
REMINDED: Final = timedelta(days=7)
"""How long before the end owners are reminded."""
RING: Final = "tenants.closing_goes_on"
"""The Celery task that looks how far a closing is (`tenants.tasks`)."""
MAIL: Final = "organisation.mail_closing"
ERASE: Final = "organisation.erase"


def request_closing(*, access: Access, slug: str) -> Organisation:
    """Ask for the deletion of the organisation. Raises Invalid unless its slug is typed again, Conflict, Forbidden."""
    refuse_keys(access)
    organisation = _locked()
    if slug != organisation.slug:
        raise Invalid({"slug": ["Type the slug of this organisation, to show that you mean it."]})
    if organisation.closing_at is not None:
        raise Conflict("organisation-closing", "Its deletion was asked for already.", **dates(organisation))
    organisation.closing_at, organisation.closing_by_id = timezone.now(), access.person_id
    organisation.save(update_fields=["closing_at", "closing_by"])
    organisation.refresh_from_db(fields=["closing_at"])  # the database's clock
    wake_at(task=RING, subject_id=organisation.pk, due_at=deleted_after(organisation) - REMINDED)
    _mail("requested", organisation)
    audit.record(
        "organisation.closing_requested",
        object_type="organisation",
        object_id=organisation.pk,
        before={"closing_at": None},
        after=dates(organisation),
    )
    return organisation


def recall_closing(*, access: Access) -> None:
    """Take it back: everything is as it was. Raises Conflict when it was not asked for, or the thirty days are over."""
    refuse_keys(access)
    organisation = _locked()
    if organisation.closing_at is None:
        raise Conflict("organisation-open", "Its deletion was not asked for.")
    if deleted_after(organisation) <= timezone.now():
        raise Conflict("organisation-being-deleted", "The thirty days are over; it is being deleted.")
    before = dates(organisation)
    _mail("recalled", organisation)
    organisation.closing_at, organisation.closing_by_id = None, None
    organisation.save(update_fields=["closing_at", "closing_by"])
    forget_wakeup(task=RING, subject_id=organisation.pk)
    audit.record(
        "organisation.closing_recalled",
        object_type="organisation",
        object_id=organisation.pk,
        before=before,
        after={"closing_at": None},
    )


def go_on(*, now: datetime) -> None:
    """What is due in the closing of the organisation in scope: the reminder, or the end."""
    organisation = Organisation.objects.filter(pk=current_organisation(), closing_at__isnull=False).first()
    if organisation is None:
        forget_wakeup(task=RING, subject_id=current_organisation())
        return
    end = deleted_after(organisation)
    if now < end - REMINDED:
        wake_at(task=RING, subject_id=organisation.pk, due_at=end - REMINDED)
    elif now < end:
        _mail("reminder", organisation)
        wake_at(task=RING, subject_id=organisation.pk, due_at=end)
    else:
        # Rung again every day until it is gone: a deletion that was given up is taken up.
        day = now.date().isoformat()
        enqueue(ERASE, key=f"{organisation.closing_at}:{day}", payload={})
        wake_at(task=RING, subject_id=organisation.pk, due_at=now + timedelta(days=1))


def deleted_after(organisation: Organisation) -> datetime:
    if organisation.closing_at is None:
        raise ValueError("The organisation is not closing.")
    return organisation.closing_at + GRACE


def dates(organisation: Organisation) -> dict[str, Any]:
    """When it was asked for and when the organisation will be gone; both null while nobody asked."""
    if organisation.closing_at is None:
        return {"closing_at": None, "deleted_after": None}
    return {"closing_at": organisation.closing_at, "deleted_after": deleted_after(organisation)}


def owners() -> list[str]:
    """Addresses of the owners of the organisation in scope."""
    rows = Membership.objects.filter(role=Role.OWNER, person__is_active=True).order_by("id")
    return list(rows.values_list("person__email", flat=True))


def _mail(what: str, organisation: Organisation) -> None:
    told = {name: str(value) for name, value in dates(organisation).items()}
    for email in owners():
        payload = {"what": what, "email": email, **told}
        enqueue(MAIL, key=f"{what}:{told['closing_at']}:{email}"[:120], payload=payload)


def _locked() -> Organisation:
    return Organisation.objects.select_for_update(no_key=True).get(pk=current_organisation())
