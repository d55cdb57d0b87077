"""Links: one report, opened without signing in, for a while."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from api.problems import Conflict, NotFound, Problem
from reports.models import Report, ReportLink, ReportState
from tenants import audit
from tenants.access import Access, still_may
from tenants.models import Organisation
from tenants.roles import Action

LONGEST: Final = timedelta(days=30)


class LinkEnded(Problem):
    """410: there was such a link. Whoever holds it may know that; what it opened they learn no more."""

    def __init__(self) -> None:
        super().__init__(
            "link-ended",
            status=410,
            title="This link no longer opens.",
            detail="It expired or was revoked; ask for a new one.",
        )


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def link_address(*, organisation: Organisation, token: str) -> str:
    return f"{settings.BASE_URL}/api/v1/organisations/{organisation.slug}/report-links/{token}/"


def make_link(*, report: Report, access: Access, lifetime: timedelta, recipient: str) -> tuple[ReportLink, str]:
    """A link and its token, which is kept nowhere. Raises Conflict while the report is not ready."""
    if report.state != ReportState.READY:
        raise Conflict("report-not-ready", "A link opens a finished report; this one is not.", state=report.state)
    token = secrets.token_urlsafe(32)
    link = keep_link(
        report_id=report.pk,
        token=token,
        expires_at=timezone.now() + min(lifetime, LONGEST),
        recipient=recipient,
        created_by=access.person_id,
    )
    return link, token


def keep_link(
    *, report_id: uuid.UUID, token: str, expires_at: datetime, recipient: str, created_by: uuid.UUID | None
) -> ReportLink:
    """The link of this token, made now or by an earlier attempt of the same mail."""
    link, made = ReportLink.objects.get_or_create(
        token_hash=hash_of(token),
        defaults={
            "report_id": report_id, "expires_at": expires_at, "recipient": recipient, "created_by_id": created_by,
        },
    )  # fmt: skip
    if made:
        audit.record(
            "report_link.created",
            object_type="report_link",
            object_id=link.pk,
            after={"report": report_id, "recipient": recipient, "expires_at": expires_at},
        )
    return link


def revoke_link(*, report_id: uuid.UUID, link_id: uuid.UUID) -> None:
    """End a link at once. Revoking it twice is revoking it."""
    link = ReportLink.objects.select_for_update().filter(pk=link_id, report_id=report_id).first()
    if link is None:
        raise NotFound
    if link.revoked_at is None:
        told = {"report": report_id, "recipient": link.recipient, "expires_at": link.expires_at}
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        audit.record(
            "report_link.revoked",
            object_type="report_link",
            object_id=link_id,
            before={**told, "revoked_at": None},
            after={**told, "revoked_at": link.revoked_at},
        )


def open_link(token: str, *, act: Callable[[ReportLink], None]) -> Report:
    """The report behind a token; counts the opening. `act` is told who acts before anything is recorded.

    Raises NotFound for no such link, LinkEnded (410) for one that expired or was revoked, or whose maker may make links
    no more. Scheduled mails' links have no maker: they end with their time.
    """
    link = ReportLink.objects.select_related("report").filter(token_hash=hash_of(token)).first()
    if link is None:
        raise NotFound
    if link.revoked_at is not None or link.expires_at <= timezone.now():
        raise LinkEnded
    if link.created_by_id is not None and not still_may(link.created_by_id, Action.REPORT_MAKE):
        raise LinkEnded
    act(link)
    ReportLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1)
    audit.record(
        "report_link.opened",
        object_type="report_link",
        object_id=link.pk,
        after={"report": link.report_id, "sha256": link.report.sha256, "recipient": link.recipient},
    )
    report: Report = link.report
    return report
