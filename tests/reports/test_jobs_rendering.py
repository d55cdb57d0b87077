"""The render job: once, fenced, and in a process of its own."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from django.utils import timezone
from pypdf import PdfReader

from assessments.jail.cell import Cell, Outcome
from assessments.models import Assessment
from reports.models import Report
from reports.rendering import process
from reports.rendering.process import RenderingFailedError, RenderingRefusedError, rendered
from tenants import jobs
from tenants.models import Job
from tenants.scope import tenant_scope
from tests.cast import House, run_jobs
from tests.reports import snapshots
from tests.reports.conftest import QuickRenderer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def asked(aria: House, work: Assessment) -> tuple[str, Job]:
    """The id of a report that was asked for, and its job."""
    made = aria.as_("bob").post(f"{aria.path}/reports/", {"assessment": str(work.pk)}).json()
    with tenant_scope(aria.organisation.pk):
        return made["id"], Job.objects.get(kind="report.render")


def read(house: House, report_id: str) -> dict[str, Any]:
    body: dict[str, Any] = house.as_("bob").get(f"{house.path}/reports/{report_id}/").json()
    return body


@pytest.mark.slow
def test_a_real_report_is_rendered_from_a_real_snapshot(aria: House, asked: tuple[str, Job], tmp_path: Path) -> None:
    run_jobs(aria)
    report = read(aria, asked[0])
    assert (report["state"], report["error"]) == ("ready", None)
    file = aria.as_("bob").get(f"{aria.path}/reports/{asked[0]}/file/")
    path = tmp_path / "report.pdf"
    path.write_bytes(b"".join(file.streaming_content))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == report["sha256"]
    pdf = PdfReader(path)
    assert len(pdf.pages) == report["pages"] > 5
    assert "Aria Devices" in pdf.pages[0].extract_text()


def test_a_job_run_twice_makes_one_report(aria: House, asked: tuple[str, Job], renderer: QuickRenderer) -> None:
    for _ in range(3):
        jobs.run_job(organisation_id=aria.organisation.pk, job_id=asked[1].pk)
    assert renderer.calls == 1
    assert read(aria, asked[0])["state"] == "ready"


def test_who_lost_the_job_while_rendering_finishes_nothing(
    aria: House, asked: tuple[str, Job], renderer: QuickRenderer
) -> None:
    """The lease runs out in the middle, another worker takes over and finishes; the first comes back too late."""
    report_id, job = asked

    def another_worker() -> None:
        renderer.meanwhile = None
        with tenant_scope(aria.organisation.pk):
            Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        jobs.run_job(organisation_id=aria.organisation.pk, job_id=job.pk)
        with tenant_scope(aria.organisation.pk):
            Report.objects.filter(pk=report_id).update(pages=99)

    renderer.meanwhile = another_worker
    jobs.run_job(organisation_id=aria.organisation.pk, job_id=job.pk)
    assert renderer.calls == 2
    assert (read(aria, report_id)["state"], read(aria, report_id)["pages"]) == ("ready", 99)
    with tenant_scope(aria.organisation.pk):
        job.refresh_from_db()
        assert (job.state, job.attempts, job.fence) == ("succeeded", 2, 2)


def test_a_report_whose_worker_vanished_is_made_by_the_next(
    aria: House, asked: tuple[str, Job], renderer: QuickRenderer
) -> None:
    assert jobs.claim(organisation_id=aria.organisation.pk, job_id=asked[1].pk)
    run_jobs(aria)
    assert renderer.calls == 0
    with tenant_scope(aria.organisation.pk):
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.run_job(organisation_id=aria.organisation.pk, job_id=asked[1].pk)
    assert read(aria, asked[0])["state"] == "ready"


def test_a_passing_fault_is_tried_again(aria: House, asked: tuple[str, Job], renderer: QuickRenderer) -> None:
    renderer.faults = [RenderingFailedError("killed")]
    run_jobs(aria)
    assert read(aria, asked[0])["state"] == "running"
    run_jobs(aria)
    assert read(aria, asked[0])["state"] == "ready"


def test_after_the_last_attempt_the_report_says_so_in_plain_words(
    aria: House, asked: tuple[str, Job], renderer: QuickRenderer
) -> None:
    renderer.faults = [RenderingFailedError("Traceback: /usr/lib/secret.py")] * 9
    for _ in range(jobs.MAX_ATTEMPTS):
        run_jobs(aria)
    report = read(aria, asked[0])
    assert report["state"] == "failed"
    assert report["error"] == "The report could not be made in 5 attempts. Ask for it again later."
    assert renderer.calls == jobs.MAX_ATTEMPTS


def test_what_can_never_be_rendered_fails_at_once_with_its_reason(
    aria: House, asked: tuple[str, Job], renderer: QuickRenderer
) -> None:
    renderer.faults = [RenderingRefusedError("The report cannot be rendered: too long.")]
    run_jobs(aria)
    report = read(aria, asked[0])
    assert (report["state"], report["error"]) == ("failed", "The report cannot be rendered: too long.")


def test_a_damaged_snapshot_is_not_printed(
    aria: House, asked: tuple[str, Job], renderer: QuickRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.services.report.is_intact", lambda *_, **__: False)
    run_jobs(aria)
    assert read(aria, asked[0])["state"] == "failed"
    assert renderer.calls == 0


def test_a_malformed_document_is_refused_by_the_renderer() -> None:
    with pytest.raises(RenderingRefusedError, match="version"), rendered(b'{"version": 99}', language="en"):
        pass


def test_a_renderer_that_dies_is_a_fault_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RenderingFailedError), rendered(b"no json", language="en"):
        pass
    monkeypatch.setattr(process, "TIMEOUT_SECONDS", 0.05)
    with pytest.raises(RenderingFailedError, match="more than"), rendered(b"{}", language="en"):
        pass


def test_the_renderer_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Cell] = []

    def look(cell: Cell, *_: str, **__: Any) -> Outcome:
        seen.append(cell)
        return Outcome(0, b'{"refused": "seen enough"}', "")

    monkeypatch.setattr(process, "run", look)
    monkeypatch.setenv("SECRET_KEY", "x")
    monkeypatch.setenv("DATABASE_URL", "x")
    with pytest.raises(RenderingRefusedError), rendered(b"{}", language="en"):
        pass
    assert seen[0].environment.keys() <= {"HOME", "LANG", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH"}
    assert seen[0].code == ("reports",)


@pytest.mark.slow
def test_a_worker_killed_while_rendering_takes_the_renderer_with_it(tmp_path: Path) -> None:
    document = tmp_path / "snapshot.json"
    document.write_bytes(orjson.dumps(snapshots.numbered_snapshot(requirements=1000)))
    script = (
        "import sys; from reports.rendering.process import rendered\n"
        "with rendered(open(sys.argv[1], 'rb').read(), language='en') as file: print(file)"
    )
    worker = subprocess.Popen([sys.executable, "-c", script, str(document)], cwd=ROOT)
    try:
        renderer = _wait_for(lambda: _child_of(worker.pid))
        assert renderer
        family = [renderer, *(child.pid for child in psutil.Process(renderer).children(recursive=True))]
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        assert _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    finally:
        worker.kill()
        worker.wait()


def _child_of(pid: int) -> int | None:
    """The pid of a child that runs the renderer, once it has told the kernel whom to end with."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == pid and b"reports.rendering.child" in command:
            time.sleep(0.5)
            return int(entry.name)
    return None


def _wait_for(what: Any, *, seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    return None
