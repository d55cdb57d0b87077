"""Rows of reports: files, links, schedules and what was sent."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from assessments.models import (
    Assessment,
    Snapshot,
)
from reports.models import Delivery, Occurrence, Report, ReportLink, ReportState, Schedule
from tenants.models import (
    Job,
)
from tests.isolation.contents import sha256, stored
from tests.isolation.world import live_until

if TYPE_CHECKING:
    from tests.isolation.world import Tenant

LINK_TOKEN: Final = "report-token"


def report(t: Tenant) -> Report:
    size, digest = stored(t, t.text("report file"))
    return Report.objects.create(
        assessment=t.of(Assessment), snapshot=t.of(Snapshot), job=t.of(Job), state=ReportState.READY,
        requested_by=t.people["owner"], ready_at=timezone.now(), file_name=t.word("report.pdf"), size=size, pages=1,
        sha256=digest, error=t.text("error"),
    )  # fmt: skip


def report_link(t: Tenant) -> ReportLink:
    return ReportLink.objects.create(
        report=t.of(Report), token_hash=sha256(t.word(LINK_TOKEN)), recipient=f"{t.canary}.reader@example.org",
        created_by=t.people["owner"], expires_at=live_until(),
    )  # fmt: skip


def schedule(t: Tenant) -> Schedule:
    return Schedule.objects.create(
        name=t.text("schedule"), assessment=t.of(Assessment), cadence="weekly", weekday=0, time=time(8, 30),
        time_zone="Europe/Berlin", recipients=[f"{t.canary}.leader@example.org"], created_by=t.people["owner"],
        next_run_at=live_until(),
    )  # fmt: skip


def occurrence(t: Tenant) -> Occurrence:
    return Occurrence.objects.create(
        schedule=t.of(Schedule), key=t.word("occurrence"), due_at=timezone.now(), report=t.of(Report)
    )


def delivery(t: Tenant) -> Delivery:
    return Delivery.objects.create(
        occurrence=t.of(Occurrence), recipient=f"{t.canary}.leader@example.org", message_id=t.word("message"),
        error=t.text("error"),
    )  # fmt: skip
