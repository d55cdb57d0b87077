"""What moving an organisation means on this floor: report files travel, schedules are wound up where they arrive.

And what the storage must hold of this floor, so that a scrub knows a report's file from an orphan.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessments.files.blobs import blob_name
from assessments.services.scrub import Claim, claim_blobs_with
from reports.models import Report, ReportState, Schedule
from reports.services.schedule import RUN_SCHEDULE
from tenants.portability.arrival import after_arrival
from tenants.portability.files import expect_files
from tenants.scope import current_organisation
from tenants.wakeups import wake_at


@expect_files
def files_of_reports() -> Iterator[str]:
    return Report.objects.filter(state=ReportState.READY).values_list("sha256", flat=True).iterator()


@claim_blobs_with
def claims_of_reports() -> Iterator[Claim]:
    """What the scrub of the storage expects (`assessments.services.scrub`)."""
    organisation_id = current_organisation()
    ready = Report.objects.filter(state=ReportState.READY).values_list("pk", "size", "sha256")
    for pk, size, sha256 in ready.iterator():
        yield Claim(blob_name(organisation_id=organisation_id, sha256=sha256), size or 0, sha256, f"report {pk}")


@after_arrival
def wind_up_schedules() -> None:
    for schedule in Schedule.objects.filter(active=True, next_run_at__isnull=False):
        if schedule.next_run_at is not None:
            wake_at(task=RUN_SCHEDULE, subject_id=schedule.pk, due_at=schedule.next_run_at)
