"""What moving an organisation means on this floor: report files travel, schedules are wound up where they arrive."""

from __future__ import annotations

from collections.abc import Iterator

from reports.models import Report, ReportState, Schedule
from reports.services.schedule import RUN_SCHEDULE
from tenants.jobs import wake_at
from tenants.portability.arrival import after_arrival
from tenants.portability.files import expect_files


@expect_files
def files_of_reports() -> Iterator[str]:
    return Report.objects.filter(state=ReportState.READY).values_list("sha256", flat=True).iterator()


@after_arrival
def wind_up_schedules() -> None:
    for schedule in Schedule.objects.filter(active=True, next_run_at__isnull=False):
        if schedule.next_run_at is not None:
            wake_at(task=RUN_SCHEDULE, subject_id=schedule.pk, due_at=schedule.next_run_at)
