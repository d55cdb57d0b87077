"""The Celery app. `celery -A worker.app worker` works, `celery -A worker.app beat` is the scheduler."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PLATFORM = str(Path(__file__).resolve().parents[1] / "platform")
if _PLATFORM not in sys.path:
    sys.path.insert(0, _PLATFORM)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from celery import Celery  # noqa: E402 - the path comes first

app = Celery("plumbline")
app.set_default()  # for every thread: "current" is the app of the importing thread only
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="jobs")
