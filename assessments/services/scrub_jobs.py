"""The worker's part of the nightly scrub: it looks, tells the log and the trail, and tidies what was never finished."""

from __future__ import annotations

import logging
from typing import Final

from django.utils import timezone

from api.problems import Unavailable
from assessments.services.scrub import scrub
from tenants import audit
from tenants.jobs import JobPostponed, Run, job_handler

logger = logging.getLogger(__name__)

SCRUB: Final = "scrub_storage"
PAUSE_SECONDS: Final = 600


@job_handler(SCRUB)
def scrub_storage(run: Run) -> None:
    """Removes no orphan but what came in for uploads that were never finished; the rest is for a person to decide."""
    incoming = f"{run.organisation_id}/incoming/"
    try:
        verdict = scrub(run.organisation_id, now=timezone.now(), remove=lambda name: name.startswith(incoming))
    except Unavailable as error:
        raise JobPostponed("The file storage does not answer.", seconds=PAUSE_SECONDS) from error
    found = {
        "missing": len(verdict.missing),
        "damaged": len(verdict.damaged),
        "orphans": len(verdict.orphans),
        "rows": verdict.rows,
        "read": verdict.read,
    }
    with run.finish():
        if not verdict.holds:
            logger.error(
                "The storage of organisation %s does not hold what its rows say: %s. Run scrub_storage.",
                run.organisation_id,
                found,
            )
            audit.record("storage.faults_found", object_type="organisation", object_id=run.organisation_id, after=found)
