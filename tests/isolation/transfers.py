"""Rows of what passes between an organisation and people outside: uploads, links, requests and reminders."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import time_machine
from django.utils import timezone

from assessments.models import (
    Assessment,
    DirectUpload,
    Evidence,
    EvidenceReminder,
    EvidenceRequest,
    EvidenceVersion,
    RequestedFile,
    StandardImport,
)
from assessments.services import direct_uploads, file_links, requests
from tenants.access import Access
from tenants.roles import Role
from tests.isolation.world import live_until

if TYPE_CHECKING:
    from tests.isolation.world import Tenant


def evidence_reminder(t: Tenant) -> EvidenceReminder:
    today = timezone.now().date()
    return EvidenceReminder.objects.create(
        evidence=t.of(Evidence), person=t.people["assessor"], kind="runs_out", due_on=today, days=7, told_on=today
    )


def evidence_request(t: Tenant) -> EvidenceRequest:
    request = EvidenceRequest(
        assessment=t.of(Assessment), what=t.text("wanted"), message=t.text("message"), refs=[t.ref],
        email=f"{t.canary}.asked@example.org", due_on=live_until().date(), expires_at=live_until(), files_most=5,
        bytes_most=10**6, mail_fault=t.text("fault"), created_by=t.people["assessor"],
    )  # fmt: skip
    request.token_hash = requests.hash_of(requests.token_of(request))
    request.save()
    return request


def request_token(t: Tenant) -> str:
    return requests.token_of(t.of(EvidenceRequest))


def requested_file(t: Tenant) -> RequestedFile:
    return RequestedFile.objects.create(
        request=t.of(EvidenceRequest), version=t.of(EvidenceVersion), note=t.text("note")
    )


def direct_upload(t: Tenant) -> DirectUpload:
    return DirectUpload.objects.create(
        title=t.text("upload"), description=t.text("description"), file_name=t.word("upload.txt"), size=52,
        sha256=hashlib.sha256(t.canary.encode()).hexdigest(), reason=t.text("reason"), created_by=t.people["assessor"],
        expires_at=live_until(),
    )  # fmt: skip


def standard_import(t: Tenant) -> StandardImport:
    return StandardImport.objects.create(
        is_preview=True, files=[{"name": t.word("controls.csv"), "size": 3}], size=60, sha256="ab" * 32,
        format=t.text("format"), error=t.text("error"), created_by=t.people["assessor"],
        report=[{"severity": "note", "file": "", "place": "", "message": t.text("finding")}],
        preview={"standard": None, "table": None, "told": t.text("preview")}, counts={"note": 1},
        crosswalks=[{"source": {"name": t.text("side"), "title": "", "resolved": False},
                     "target": {"name": "", "title": "", "resolved": False}, "method": "", "groups": []}],
    )  # fmt: skip


def upload_token(t: Tenant) -> str:
    return direct_uploads.token_of(t.of(DirectUpload))


def file_token(t: Tenant) -> str:
    """A link to the evidence's file for the owner, signed tomorrow so that it outlives the tests."""
    access = Access(organisation=t.organisation, person_id=t.people["owner"].pk, role=Role.OWNER)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        return file_links.token_for(t.of(EvidenceVersion), access=access)
