"""A renderer that takes no time, for everything that is not about rendering."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from assessments.models import Assessment
from reports import jobs as handlers
from reports.rendering.process import RenderedFile
from tenants.scope import tenant_scope
from tests.cast import House, run_jobs
from tests.work import answer_all, make_assessment


class QuickRenderer:
    """Stands in for `rendered`: the file holds the document's own hash; `faults` are raised first, one per call."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls, self.faults = folder, 0, list[Exception]()
        self.meanwhile: Callable[[], Any] | None = None

    @contextmanager
    def __call__(self, document: bytes, *, language: str, by: str = "") -> Iterator[RenderedFile]:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        data = b"%PDF-1.7 " + hashlib.sha256(document).hexdigest().encode()
        path = self.folder / f"{self.calls}.pdf"
        path.write_bytes(data)
        if self.meanwhile:
            self.meanwhile()
        yield RenderedFile(path=path, pages=7, size=len(data), sha256=hashlib.sha256(data).hexdigest())


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> QuickRenderer:
    quick = QuickRenderer(tmp_path)
    monkeypatch.setattr(handlers, "rendered", quick)
    return quick


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """For tests with real commits: the messages that would have been sent."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr("tenants.wakeups.publish", lambda task, **ids: sent.append((task, str(ids["subject_id"]))))
    return sent


@pytest.fixture
def work(aria: House) -> Assessment:
    """An assessment with all answered at level 2 and a target of 4."""
    assessment = make_assessment(aria)
    answer_all(aria, assessment, level=2.0)
    return assessment


@pytest.fixture
def ready_report(aria: House, work: Assessment, renderer: QuickRenderer) -> dict[str, Any]:
    """The body of a finished report."""
    made = aria.as_("bob").post(f"{aria.path}/reports/", {"assessment": str(work.pk)}).json()
    run_jobs(aria)
    body: dict[str, Any] = aria.as_("bob").get(f"{aria.path}/reports/{made['id']}/").json()
    return body


@pytest.fixture
def all_jobs() -> Callable[[House], None]:
    """Carry out jobs until none is waiting: those that jobs ask for as well."""

    def run(house: House) -> None:
        from tenants.models import Job, JobState

        for _ in range(10):
            with tenant_scope(house.organisation.pk):
                waiting = Job.objects.filter(state=JobState.QUEUED).exists()
            if not waiting:
                return
            run_jobs(house)

    return run
