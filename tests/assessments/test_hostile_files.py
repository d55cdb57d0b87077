"""Over two hundred hostile files through the real API: each comes to its end, and nothing else happens."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage

import assessments.jobs  # noqa: F401 - registers the handler, as in a worker
from assessments.files.kinds import KINDS
from tenants import jobs
from tenants.models import Job
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.assessments.hostile_files import Hostile, corpus
from tests.assessments.scanners import running_clamd
from tests.cast import Api, House, run_jobs

MEDIA_TYPES = {kind.media_type for kind in KINDS.values()}
SCARED = ("Traceback", "Error", "Exception", "/usr/", "pypdf", "0x")
"""What a reason for people does not hold."""


@pytest.fixture
def canary() -> Iterator[tuple[str, list[object]]]:
    """An address that nothing may ask, and who did."""
    asked: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            while True:
                try:
                    asked.append(listener.accept()[1])
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def scanner(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with running_clamd(tmp_path_factory.mktemp("clamd")) as clamd:
        settings.ANTIVIRUS, settings.CLAMD_URL = "clamd", clamd.url
        yield


def send(api: Api, house: House, hostile: Hostile) -> Any:
    file = samples.upload(hostile.name, hostile.content)
    file.name = hostile.name  # as it was spelt: the client's class takes paths off
    return api.upload(f"{house.path}/evidence/", {"file": file})


def served_harmlessly(house: House, evidence_id: str, content: bytes) -> None:
    got = house.as_("carol").get(f"{house.path}/evidence/{evidence_id}/file/", Accept="text/html")
    assert got.status_code == 200
    assert b"".join(got.streaming_content) == content
    assert got["Content-Type"] in MEDIA_TYPES
    assert got["Content-Disposition"].startswith('attachment; filename="')
    assert not set("\r\n\0") & set(got["Content-Disposition"])
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.slow
def test_every_hostile_file_ends_rejected_or_harmless(
    committed: None, aria: House, scanner: None, canary: tuple[str, list[object]], in_threads: Any
) -> None:
    begun = time.monotonic()
    files = corpus(canary[0])
    assert len(files) >= 200
    bob, wrong = aria.as_("bob"), list[tuple[str, str, str]]()
    taken: dict[str, Hostile] = {}
    ends: Counter[str] = Counter()
    for hostile in files:
        answer = send(bob, aria, hostile)
        if (answer.status_code in {400, 415}) != (hostile.end == "refused") or answer.status_code >= 500:
            wrong.append((hostile.label, str(answer.status_code), answer.content.decode()))
        if answer.status_code == 201:
            taken[answer.json()["id"]] = hostile
        else:
            ends["refused at the door"] += 1

    with tenant_scope(aria.organisation.pk):
        waiting = list(Job.objects.values_list("pk", flat=True))
    in_threads(lambda job: jobs.run_job(organisation_id=aria.organisation.pk, job_id=job), waiting, threads=4)
    run_jobs(aria)

    for evidence_id, hostile in taken.items():
        file = bob.get(f"{aria.path}/evidence/{evidence_id}/").json()["file"]
        if file["state"] not in {hostile.end, *(("ready", "rejected") if hostile.end == "either" else ())}:
            wrong.append((hostile.label, file["state"], file["reason"]))
        ends[file["state"]] += 1
        if file["state"] == "ready":
            served_harmlessly(aria, evidence_id, hostile.content)
        else:
            assert bob.get(f"{aria.path}/evidence/{evidence_id}/file/").status_code == 409
            assert file["reason"].endswith("."), hostile.label
            assert not [word for word in SCARED if word in file["reason"]], (hostile.label, file["reason"])
            if hostile.label.startswith("EICAR"):
                assert file["virus_scan"] == "infected", hostile.label
    assert wrong == []
    assert canary[1] == []
    assert default_storage.listdir(f"{aria.organisation.pk}/quarantine") == ([], [])
    print(f"\n{len(files)} hostile files in {time.monotonic() - begun:.0f} s: {dict(ends)}; 0 crashes, 0 fetches")
