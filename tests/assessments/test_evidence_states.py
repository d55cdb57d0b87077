"""A file on its way in: nothing of it is read, counted or frozen before every check has passed."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.storage import default_storage

from assessments import jobs as evidence_jobs
from assessments.models import EvidenceVersion, FileState
from assessments.selectors.scores import leaf_states
from assessments.selectors.snapshot import _evidence_by_answer
from assessments.services.check import HELD_UP
from tenants.models import AuditEvent, Job, JobState, Wakeup
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.assessments.scanners import answering
from tests.cast import House, run_jobs
from tests.work import make_assessment, pinned, write_answers


@pytest.fixture
def clamd(settings: Any) -> Any:
    """A scanner in the settings that nobody answers for."""
    settings.ANTIVIRUS, settings.CLAMD_URL = "clamd", "tcp://127.0.0.1:1"
    return settings


def send(house: House, name: str = "notes.txt", content: bytes = b"As agreed.\n") -> dict[str, Any]:
    made = house.as_("bob").upload(f"{house.path}/evidence/", {"file": samples.upload(name, content)})
    assert made.status_code == 201, made.content
    return dict(made.json())


def file_of(house: House, evidence: dict[str, Any]) -> dict[str, Any]:
    return dict(house.as_("carol").get(f"{house.path}/evidence/{evidence['id']}/").json()["versions"][0])


def blobs_of(house: House) -> list[str]:
    """Every blob of the organisation, by its name below the organisation's folder."""
    root, found = str(house.organisation.pk), []
    folders = [root] if default_storage.exists(root) else []
    while folders:
        folder = folders.pop()
        below, files = default_storage.listdir(folder)
        folders += [f"{folder}/{name}" for name in below]
        found += [f"{folder}/{name}".removeprefix(f"{root}/") for name in files]
    return sorted(found)


def read(house: House, path: str) -> bytes:
    got = house.as_("carol").get(path)
    assert got.status_code == 200, got.content
    return b"".join(got.streaming_content)


def linked(house: House, evidence: dict[str, Any]) -> tuple[Any, str]:
    assessment, ref = make_assessment(house), next(node.ref for node in pinned().nodes if node.assessable)
    write_answers(house, assessment, {ref: {"level": 2.0}})
    path = f"{house.path}/assessments/{assessment.pk}/answers/{ref}/evidence/"
    assert house.as_("bob").post(path, {"evidence": evidence["id"]}).status_code == 201
    return assessment, ref


def counts(house: House, assessment: Any, ref: str) -> tuple[bool, int]:
    """Whether the evidence counts in the score, and how many files would be frozen."""
    with tenant_scope(house.organisation.pk):
        return leaf_states(assessment)[ref].evidenced, sum(map(len, _evidence_by_answer(assessment).values()))


def test_what_nobody_has_looked_at_is_not_handed_out_counted_or_frozen(aria: House) -> None:
    evidence = send(aria)
    assessment, ref = linked(aria, evidence)
    for path in (f"/evidence/{evidence['id']}/file/", f"/assessments/{assessment.pk}/evidence/{evidence['id']}/file/"):
        for method in ("GET", "HEAD"):
            refused = aria.as_("carol").call(method, f"{aria.path}{path}")
            assert (refused.status_code, refused["Retry-After"]) == (409, "2")
    assert counts(aria, assessment, ref) == (False, 0)
    run_jobs(aria)
    assert counts(aria, assessment, ref) == (True, 1)
    assert read(aria, f"{aria.path}/evidence/{evidence['id']}/file/") == b"As agreed.\n"


def test_a_file_that_becomes_ready_moves_the_scores_it_backs(aria: House) -> None:
    evidence = send(aria)
    assessment, _ = linked(aria, evidence)
    path = f"{aria.path}/assessments/{assessment.pk}/"
    before = aria.as_("carol").get(path).json()["scores"]["evidenced"]
    run_jobs(aria)
    after = aria.as_("carol").get(path).json()["scores"]["evidenced"]
    assert (before, after) == (0.0, 2.0)


def test_while_the_scanner_is_down_nothing_is_released_and_nothing_lost(aria: House, clamd: Any) -> None:
    evidence = send(aria)
    for _ in range(8):  # more often than a job may fail
        run_jobs(aria)
    file = file_of(aria, evidence)
    assert (file["state"], file["virus_scan"], file["reason"]) == ("quarantined", "pending", evidence_jobs.NO_SCANNER)
    assert aria.as_("bob").get(f"{aria.path}/evidence/{evidence['id']}/file/").status_code == 409
    with tenant_scope(aria.organisation.pk):
        job = Job.objects.get()
        version = EvidenceVersion.objects.get()
        assert (job.state, job.attempts) == (JobState.QUEUED, 0)
        assert Wakeup.objects.filter(subject_id=job.pk).exists()
    assert blobs_of(aria) == [f"quarantine/{version.pk}"]

    with answering(b"stream: OK\0") as url:
        clamd.CLAMD_URL = url
        run_jobs(aria)
    file = file_of(aria, evidence)
    assert (file["state"], file["virus_scan"], file["reason"]) == ("ready", "clean", "")
    assert blobs_of(aria) == [f"{file['sha256'][:2]}/{file['sha256']}"]


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: OK", b"OK", b"\0", b"stream: \0", b"stream: OK FOUND ERROR\0",
     b"INSTREAM size limit exceeded. ERROR\0",
     b"UNKNOWN COMMAND\0", b"x" * 10_000],
)  # fmt: skip
def test_an_answer_that_is_no_verdict_releases_nothing(aria: House, clamd: Any, answer: bytes) -> None:
    evidence = send(aria)
    with answering(answer) as url:
        clamd.CLAMD_URL = url
        run_jobs(aria)
    assert file_of(aria, evidence)["state"] == "quarantined"


def test_a_virus_is_rejected_by_name_its_bytes_go_and_the_row_stays(aria: House, clamd: Any) -> None:
    evidence = send(aria)
    with answering(b"stream: Win.Test<script>-1 FOUND\0") as url:
        clamd.CLAMD_URL = url
        run_jobs(aria)
    file = file_of(aria, evidence)
    assert (file["state"], file["virus_scan"]) == ("rejected", "infected")
    assert file["reason"] == "A virus was found in it: Win.Test_script_-1."
    assert blobs_of(aria) == []
    refused = aria.as_("bob").get(f"{aria.path}/evidence/{evidence['id']}/file/")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:plumbline:problem:file-rejected")
    assert file["reason"] in refused.json()["detail"]
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="evidence.file_rejected")
        assert (event.after["version"], event.after["reason"]) == (1, file["reason"])


def test_without_a_scanner_a_file_says_that_none_looked(aria: House) -> None:
    evidence = send(aria)
    run_jobs(aria)
    assert file_of(aria, evidence)["virus_scan"] == "not_scanned"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", samples.docx_with({"word/vbaProject.bin": b"x"}), "macros"),
        ("a.xlsx", samples.docx_with({}), "not a document of the kind"),
        ("a.pdf", samples.pdf(password="x"), "encrypted"),
        ("a.pdf", b"%PDF-1.7\nnothing\n%%EOF\n", "does not open as a PDF"),
    ],
)
def test_a_file_its_parser_refuses_is_rejected_with_a_reason(
    aria: House, name: str, content: bytes, reason: str
) -> None:
    evidence = send(aria, name, content)
    run_jobs(aria)
    file = file_of(aria, evidence)
    assert (file["state"], blobs_of(aria)) == ("rejected", [])
    assert reason in file["reason"]


def test_a_rejected_version_leaves_the_earlier_one_standing(aria: House) -> None:
    evidence = send(aria)
    run_jobs(aria)
    path = f"{aria.path}/evidence/{evidence['id']}/"
    aria.as_("bob").upload(f"{path}versions/", {"file": samples.upload("a.pdf", b"%PDF-1.7\n%%EOF\n")})
    run_jobs(aria)
    body = aria.as_("carol").get(path).json()
    assert (body["file"]["version"], body["file"]["state"]) == (1, "ready")
    assert [version["state"] for version in body["versions"]] == ["rejected", "ready"]
    assert read(aria, f"{path}file/") == b"As agreed.\n"
    assert aria.as_("carol").get(f"{path}file/?version=2").status_code == 409
    again = aria.as_("bob").upload(f"{path}versions/", {"file": samples.upload("b.txt", b"Better.\n")})
    assert (again.status_code, again.json()["versions"][0]["number"]) == (201, 3)
    assert len(aria.as_("bob").get(f"{aria.path}/evidence/?state=received").json()["results"]) == 1
    assert aria.as_("bob").get(f"{aria.path}/evidence/?state=ready").json()["results"] == []
    assert aria.as_("bob").get(f"{aria.path}/evidence/?state=lost").status_code == 400


def test_evidence_whose_only_file_was_rejected_backs_nothing(aria: House) -> None:
    evidence = send(aria, "a.pdf", b"%PDF-1.7\n%%EOF\n")
    assessment, ref = linked(aria, evidence)
    run_jobs(aria)
    assert counts(aria, assessment, ref) == (False, 0)
    other = make_assessment(aria, name="Other")
    for path, body in (
        (f"answers/{ref}/evidence/", {"evidence": evidence["id"]}),
        ("evidence-links/", {"links": [{"ref": ref, "evidence": evidence["id"]}]}),
    ):
        refused = aria.as_("bob").post(f"{aria.path}/assessments/{other.pk}/{path}", body)
        assert refused.status_code == 400
        assert "rejected" in refused.content.decode()
    # Sent again, it is looked at again: what was wrong may have been the scanner.
    again = send(aria, "a.pdf", b"%PDF-1.7\n%%EOF\n")
    assert again["id"] != evidence["id"]


def test_bytes_that_are_lost_or_changed_in_quarantine_are_rejected(aria: House) -> None:
    for content, damage in ((b"one\n", b""), (b"two\n", b"TWO\n")):
        evidence = send(aria, content=content)
        with tenant_scope(aria.organisation.pk):
            version = EvidenceVersion.objects.get(evidence_id=evidence["id"])
        name = f"{aria.organisation.pk}/quarantine/{version.pk}"
        default_storage.delete(name)
        if damage:
            with open(default_storage.path(name), "wb") as file:  # noqa: PTH123 - a storage's own path
                file.write(damage)
        run_jobs(aria)
        assert (file_of(aria, evidence)["state"], file_of(aria, evidence)["reason"]) == (
            "rejected", evidence_jobs.DAMAGED,
        )  # fmt: skip
    assert blobs_of(aria) == []


def test_a_storage_that_is_down_makes_the_check_wait(aria: House, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = send(aria)
    with monkeypatch.context() as patch:
        patch.setattr("assessments.files.blobs.default_storage.exists", Mock(side_effect=OSError("down")))
        for _ in range(7):
            run_jobs(aria)
    assert file_of(aria, evidence)["reason"] == evidence_jobs.NO_STORAGE
    run_jobs(aria)
    assert (file_of(aria, evidence)["state"], file_of(aria, evidence)["reason"]) == ("ready", "")


def test_a_worker_lost_between_two_steps_leaves_work_that_another_finishes(
    aria: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step is the last that was committed, the next worker goes on from there."""
    for step in ("media_type_of", "release", "blobs.discard_aside"):
        evidence = send(aria, content=step.encode())
        with monkeypatch.context() as patch:
            patch.setattr(f"assessments.jobs.{step}", Mock(side_effect=RuntimeError("killed")))
            run_jobs(aria)
        run_jobs(aria)
        assert file_of(aria, evidence)["state"] == "ready", step
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.filter(event="evidence.file_ready").count() == 3
        assert not Job.objects.exclude(state=JobState.SUCCEEDED).exists()
    assert not [name for name in blobs_of(aria) if name.startswith("quarantine/")]


def test_a_check_that_was_given_up_is_taken_up_by_sending_the_file_again(
    aria: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = send(aria)
    with monkeypatch.context() as patch:
        patch.setattr("assessments.jobs.media_type_of", Mock(side_effect=RuntimeError("a defect")))
        for _ in range(6):
            run_jobs(aria)
    file = file_of(aria, evidence)
    assert (file["state"], file["reason"]) == ("scanned", HELD_UP)
    again = aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": samples.upload("n.txt", b"As agreed.\n")})
    assert (again.status_code, again.json()["id"]) == (200, evidence["id"])
    run_jobs(aria)
    assert file_of(aria, evidence)["state"] == "ready"


def test_the_database_refuses_a_ready_file_that_nobody_looked_at(aria: House) -> None:
    from django.db import IntegrityError

    send(aria)
    with pytest.raises(IntegrityError, match="ready_means_looked_at"), tenant_scope(aria.organisation.pk):
        EvidenceVersion.objects.update(state=FileState.READY)
