"""The Celery app. `celery -A worker.app worker` works, `celery -A worker.app beat` is the scheduler."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

_PLATFORM = str(Path(__file__).resolve().parents[1] / "platform")
if _PLATFORM not in sys.path:
    sys.path.insert(0, _PLATFORM)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from celery import Celery  # noqa: E402 - the path comes first
from celery.signals import beat_init, worker_init  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402

logger = logging.getLogger(__name__)
app = Celery("plumbline")
app.set_default()  # for every thread: "current" is the app of the importing thread only
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="jobs")


@beat_init.connect
@worker_init.connect
def refuse_privileged_role(**_: object) -> None:
    """As in `config.wsgi`. SystemExit, since a signal's receiver that raises anything less is only logged."""
    from tenants import role_check

    try:
        role_check.refuse_privileged_role()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


@worker_init.connect
def say_what_guards_files(**_: object) -> None:
    """Once a start, so that whoever reads the log knows what stands between hostile files and this machine."""
    from django.conf import settings

    from assessments.files.antivirus import ping
    from assessments.jail import cell

    cell.wall()
    if settings.ANTIVIRUS == "off":
        logger.warning("Files are NOT scanned for viruses (ANTIVIRUS=off); each of them says so.")
    elif ping(str(settings.CLAMD_URL)):
        logger.info("Files are scanned for viruses by the clamd at %s.", settings.CLAMD_URL)
    else:
        logger.error("No clamd answers at %s: files wait in quarantine until it does.", settings.CLAMD_URL)
