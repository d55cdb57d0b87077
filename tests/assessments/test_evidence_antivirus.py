"""Against a real clamd with one signature: what is found, in which wrappings, and what happens while it is gone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage

from assessments.files import antivirus
from tests.assessments import evidence_samples as samples
from tests.assessments.scanners import EICAR, Clamd, running_clamd
from tests.cast import House, run_jobs


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    # A Unix socket's path may have 107 bytes only.
    with running_clamd(tmp_path_factory.mktemp("clamd")) as clamd:
        yield clamd


@pytest.fixture(autouse=True)
def scanned(settings: Any, clamd: Clamd) -> None:
    settings.ANTIVIRUS, settings.CLAMD_URL = "clamd", clamd.url


def send(house: House, name: str, content: bytes) -> dict[str, Any]:
    made = house.as_("bob").upload(f"{house.path}/evidence/", {"file": samples.upload(name, content)})
    assert made.status_code == 201, made.content
    return dict(made.json())


def file_of(house: House, evidence: dict[str, Any]) -> dict[str, Any]:
    return dict(house.as_("bob").get(f"{house.path}/evidence/{evidence['id']}/").json()["file"])


INFECTED = {
    "plain.txt": EICAR,
    "table.csv": b"a,b\n1," + EICAR + b"\n",
    "word.docx": samples.docx_with({"word/media/image1.bin": EICAR}),
    "open.odt": samples.odt()[:0] + samples.archive({"mimetype": b"x", "Pictures/a.bin": EICAR}),
    "nested.docx": samples.docx_with({"word/embeddings/a.zip": samples.archive({"b.txt": EICAR})}),
    "behind.png": samples.picture() + EICAR,
    "behind.pdf": samples.pdf() + b"%" + EICAR + b"\n%%EOF\n",
}


@pytest.mark.parametrize("name", INFECTED)
def test_the_test_virus_is_found_in_every_wrapping_and_never_handed_out(aria: House, name: str) -> None:
    evidence = send(aria, name, INFECTED[name])
    run_jobs(aria)
    file = file_of(aria, evidence)
    assert (file["state"], file["virus_scan"]) == ("rejected", "infected")
    assert "Eicar-Test" in file["reason"]
    assert aria.as_("bob").get(f"{aria.path}/evidence/{evidence['id']}/file/").status_code == 409
    assert default_storage.listdir(f"{aria.organisation.pk}/quarantine") == ([], [])


@pytest.mark.parametrize("name", samples.GOOD)
def test_clean_files_of_every_kind_pass_and_say_so(aria: House, name: str) -> None:
    evidence = send(aria, name, samples.GOOD[name][0]())
    run_jobs(aria)
    assert (file_of(aria, evidence)["state"], file_of(aria, evidence)["virus_scan"]) == ("ready", "clean")


def test_files_wait_while_clamd_is_stopped_and_go_on_when_it_is_back(aria: House, clamd: Clamd) -> None:
    clamd.stop()
    try:
        waiting = [send(aria, f"{n}.txt", f"file {n}\n".encode()) for n in range(3)]
        virus = send(aria, "virus.txt", EICAR)
        for _ in range(7):
            run_jobs(aria)
        assert {file_of(aria, evidence)["state"] for evidence in (*waiting, virus)} == {"quarantined"}
    finally:
        clamd.start()
    run_jobs(aria)
    assert {file_of(aria, evidence)["state"] for evidence in waiting} == {"ready"}
    assert file_of(aria, virus)["state"] == "rejected"


def test_a_file_clamd_would_not_read_whole_gets_no_verdict(clamd: Clamd) -> None:
    with pytest.raises(antivirus.ScannerFault, match="StreamMaxLength"):
        antivirus.find_virus(io.BytesIO(b"x" * 61 * 1024**2), url=clamd.url)
    assert antivirus.find_virus(io.BytesIO(b"x" * 59 * 1024**2), url=clamd.url) is None
