"""Rows of the tenants' own tables: keys, invitations, jobs, the trail."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from api import request_id
from tenants import audit
from tenants.authentication import new_key
from tenants.models import (
    ApiKey,
    AuditEvent,
    IdempotencyRecord,
    Invitation,
    InvitationMail,
    Job,
    OrganisationExport,
    SignedHead,
)
from tenants.portability.files import put
from tenants.services.exports import file_name
from tenants.services.heads import sign_head
from tests.isolation.contents import sha256
from tests.isolation.world import live_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.isolation.world import Tenant

INVITATION_TOKEN: Final = "invitation-token"


EXPORT_TOKEN: Final = "export-token"


def api_key(t: Tenant) -> ApiKey:
    new = new_key()
    prefix = t.canary + new.prefix[:4]
    t.key = new.text.replace(new.prefix, prefix)
    return ApiKey.objects.create(
        name=t.text("key"), prefix=prefix, secret_hash=new.secret_hash, scope="read", person=t.people["owner"],
        expires_at=live_until(), last_used_at=timezone.now(),
    )  # fmt: skip


@contextmanager
def _acting(t: Tenant) -> Iterator[None]:
    token = request_id.current.set(t.word("request"))
    actor = audit._actor.set(audit.Actor(name=f"system:{t.canary}", address=t.word("address")))
    try:
        yield
    finally:
        request_id.current.reset(token)
        audit._actor.reset(actor)


def audit_event(t: Tenant) -> AuditEvent:
    with _acting(t):
        said = {"name": t.text("name")}
        audit.record(f"{t.canary}.told", object_type=t.word("thing"), object_id=t.word("1"), before=said, after=said)
    return AuditEvent.objects.get(event=f"{t.canary}.told")


def idempotency_record(t: Tenant) -> IdempotencyRecord:
    return IdempotencyRecord.objects.create(
        person=t.people["owner"], route=t.word("route"), key=t.word("key"), fingerprint=sha256(t.canary), status=201,
        body=t.text("body").encode(),
    )  # fmt: skip


def invitation(t: Tenant) -> Invitation:
    return Invitation.objects.create(
        email=f"{t.canary}.invited@example.org", offer="viewer", token_hash=sha256(t.word(INVITATION_TOKEN)),
        invited_by=t.people["owner"], expires_at=live_until(),
    )  # fmt: skip


def invitation_mail(t: Tenant) -> InvitationMail:
    return InvitationMail.objects.create(
        invitation=t.of(Invitation), inviter=t.people["owner"], at=timezone.now() - timedelta(days=2)
    )


def job(t: Tenant) -> Job:
    return Job.objects.create(
        kind=t.word("kind"), key=t.word("job"), payload={"word": t.canary}, state="failed", error=t.text("error"),
        requested_by=t.people["owner"], request_id=t.word("request"), address=t.word("address"),
    )  # fmt: skip


def signed_head(t: Tenant) -> SignedHead:
    signed = sign_head(day="2026-01-31")
    assert signed is not None
    return signed


def organisation_export(t: Tenant) -> OrganisationExport:
    export = OrganisationExport.objects.create(
        state="ready", requested_by=t.people["owner"], ready_at=timezone.now(), expires_at=live_until(), size=7,
        sha256=sha256(t.canary), canonical=sha256(t.canary), error=t.text("error"),
        token_hash=sha256(t.word(EXPORT_TOKEN)), link_until=live_until(),
    )  # fmt: skip
    put(file_name(export.pk), organisation_id=t.pk, content=io.BytesIO(t.text("export").encode()))
    return export
