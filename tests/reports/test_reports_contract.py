"""Reports over the API: asked for, followed, downloaded."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Answer, Assessment, Snapshot
from reports.models import Report
from tenants.models import AuditEvent, Job, Wakeup
from tenants.scope import tenant_scope
from tenants.verification import verify
from tests.cast import House, run_jobs
from tests.reports.conftest import QuickRenderer
from tests.work import make_assessment


def ask(house: House, work: Assessment, who: str = "bob", **fields: Any) -> Any:
    return house.as_(who).post(f"{house.path}/reports/", {"assessment": str(work.pk)} | fields)


def test_a_report_is_accepted_followed_and_downloaded(aria: House, work: Assessment, renderer: QuickRenderer) -> None:
    made = ask(aria, work)
    assert made.status_code == 202
    assert made["Location"] == f"/api/v1{aria.path}/reports/{made.json()['id']}/"
    assert (made.json()["state"], made.json()["progress"], made.json()["sha256"]) == ("requested", 0, None)
    assert aria.as_("carol").get(f"{aria.path}/reports/{made.json()['id']}/file/").status_code == 409
    run_jobs(aria)
    report = aria.as_("carol").get(f"{aria.path}/reports/{made.json()['id']}/").json()
    assert (report["state"], report["progress"], report["pages"], report["error"]) == ("ready", 100, 7, None)
    assert report["requested_by"]["name"] == "Bob"
    file = aria.as_("carol").get(f"{aria.path}/reports/{report['id']}/file/", Accept="application/pdf")
    content = b"".join(file.streaming_content)
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == f'attachment; filename="{report["file_name"]}"'
    assert report["file_name"].startswith("aria-iso-56002-2019-")
    assert "no-store" in file["Cache-Control"]
    assert hashlib.sha256(content).hexdigest() == report["sha256"]
    assert int(file["Content-Length"]) == len(content) == report["size"]


def test_the_file_is_kept_under_organisation_and_hash(aria: House, ready_report: dict[str, Any]) -> None:
    sha256 = ready_report["sha256"]
    assert default_storage.exists(f"{aria.organisation.pk}/{sha256[:2]}/{sha256}")


def test_nothing_changed_means_the_same_snapshot_and_a_change_a_new_one(
    aria: House, work: Assessment, renderer: QuickRenderer
) -> None:
    first, second = ask(aria, work).json(), ask(aria, work).json()
    assert first["snapshot"] == second["snapshot"]
    assert first["id"] != second["id"]
    with tenant_scope(aria.organisation.pk):
        answer = Answer.objects.filter(assessment=work).first()
        answer.note = "Changed."
        answer.save()
    assert ask(aria, work).json()["snapshot"] != first["snapshot"]


def test_a_report_can_be_asked_of_an_older_snapshot(aria: House, work: Assessment, renderer: QuickRenderer) -> None:
    older = aria.as_("bob").post(f"{aria.path}/assessments/{work.pk}/snapshots/").json()["id"]
    aria.as_("bob").post(f"{aria.path}/assessments/{work.pk}/snapshots/")
    assert ask(aria, work, snapshot=older).json()["snapshot"] == older


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"assessment": "01890000-0000-7000-8000-000000000000"}, "assessment"),
        ({"assessment": "x"}, "assessment"),
        ({"snapshot": "01890000-0000-7000-8000-000000000000"}, "snapshot"),
        ({"kind": "short"}, "kind"),
        ({"language": "tlh"}, "language"),
        ({"pages": 3}, "pages"),
    ],
)
def test_bad_input_names_the_field(aria: House, work: Assessment, fields: dict[str, Any], field: str) -> None:
    answer = ask(aria, work, **fields)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


def test_ids_of_another_organisation_read_like_ids_that_never_were(
    aria: House, nextdoor: House, work: Assessment, ready_report: dict[str, Any], unknown_id: uuid.UUID
) -> None:
    charlie = nextdoor.as_("charlie")
    theirs = charlie.post(f"{nextdoor.path}/reports/", {"assessment": str(work.pk)})
    nothing = charlie.post(f"{nextdoor.path}/reports/", {"assessment": str(unknown_id)})
    assert (theirs.status_code, theirs.content) == (400, nothing.content)
    gone = charlie.get(f"{nextdoor.path}/reports/{unknown_id}/")
    for path in (
        f"{aria.path}/reports/",
        f"{aria.path}/reports/{ready_report['id']}/",
        f"{nextdoor.path}/reports/{ready_report['id']}/",
        f"{nextdoor.path}/reports/{ready_report['id']}/file/",
        f"{nextdoor.path}/reports/{ready_report['id']}/links/",
    ):
        answer = charlie.get(path)
        assert (answer.status_code, answer.content) == (404, gone.content)
    assert charlie.get(f"{nextdoor.path}/reports/").json()["results"] == []


def test_a_snapshot_of_another_assessment_is_refused(aria: House, work: Assessment, renderer: QuickRenderer) -> None:
    other = make_assessment(aria)
    snapshot = ask(aria, other).json()["snapshot"]
    assert list(ask(aria, work, snapshot=snapshot).json()["errors"]) == ["snapshot"]


def test_reports_are_listed_newest_first_and_filtered(aria: House, work: Assessment, renderer: QuickRenderer) -> None:
    other = make_assessment(aria, name="Another")
    first = ask(aria, work).json()["id"]
    run_jobs(aria)
    second = ask(aria, other).json()["id"]

    def found(query: str) -> list[str]:
        return [row["id"] for row in aria.as_("carol").get(f"{aria.path}/reports/?{query}").json()["results"]]

    assert found("") == [second, first]
    assert found(f"assessment={work.pk}") == found("state=ready") == [first]
    assert found("state=requested") == [second]
    for query in ("state=lost", "assessment=x", "colour=red"):
        assert aria.as_("carol").get(f"{aria.path}/reports/?{query}").status_code == 400


def test_the_list_takes_the_same_statements_for_one_and_for_many(
    aria: House, work: Assessment, renderer: QuickRenderer
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert aria.as_("carol").get(f"{aria.path}/reports/").status_code == 200
        return len(captured)

    ask(aria, work)
    one = statements()
    for _ in range(4):
        ask(aria, work)
    assert statements() == one


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 202), ("adam", 202), ("bob", 202), ("ravi", 202), ("carol", 403)]
)
def test_who_may_ask_for_a_report(
    aria: House, work: Assessment, renderer: QuickRenderer, who: str, status: int
) -> None:
    assert ask(aria, work, who).status_code == status


def test_an_outside_reviewer_and_a_stranger_see_no_reports(aria: House, ready_report: dict[str, Any]) -> None:
    assert aria.as_("rita").get(f"{aria.path}/reports/{ready_report['id']}/file/").status_code == 404


def test_a_file_with_other_bytes_is_not_given_out(aria: House, ready_report: dict[str, Any]) -> None:
    sha256 = ready_report["sha256"]
    path = Path(default_storage.path(f"{aria.organisation.pk}/{sha256[:2]}/{sha256}"))
    path.chmod(0o640)
    path.write_bytes(b"x" * ready_report["size"])
    answer = aria.as_("carol").get(f"{aria.path}/reports/{ready_report['id']}/file/")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:plumbline:problem:file-damaged")
    path.unlink()
    assert aria.as_("carol").get(f"{aria.path}/reports/{ready_report['id']}/file/").status_code == 503


def test_one_key_makes_one_report(aria: House, work: Assessment, renderer: QuickRenderer) -> None:
    body = {"assessment": str(work.pk)}
    first, second = (aria.as_("bob").post(f"{aria.path}/reports/", body, Idempotency_Key="k") for _ in range(2))
    assert first.json() == second.json()
    with tenant_scope(aria.organisation.pk):
        assert Report.objects.count() == Job.objects.count() == Snapshot.objects.count() == 1


def test_report_and_job_stand_or_fall_together(aria: House, work: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    client = aria.as_("bob")
    client.client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("reports.services.report.audit.record", broken)
        assert client.post(f"{aria.path}/reports/", {"assessment": str(work.pk)}).status_code == 500
    with tenant_scope(aria.organisation.pk):
        assert not Report.objects.exists()
        assert not Job.objects.exists()
        assert not Snapshot.objects.exists()
        assert not Wakeup.objects.filter(organisation=aria.organisation).exists()


def test_the_life_of_a_report_is_in_the_audit_trail(aria: House, ready_report: dict[str, Any]) -> None:
    assert b"".join(aria.as_("carol").get(f"{aria.path}/reports/{ready_report['id']}/file/").streaming_content)
    with tenant_scope(aria.organisation.pk):
        events = list(AuditEvent.objects.filter(object_type="report").order_by("seq").values_list("event", "actor"))
        assert [event for event, _ in events] == ["report.requested", "report.made", "report.downloaded"]
        assert events[0][1] == events[1][1] == f"person:{aria.people['bob'].pk}"
        assert verify().fault == ""
