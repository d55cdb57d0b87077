"""The README's walk through the API, carried out as it is written: bash, curl, and a server that listens."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from django.db import connections
from pytest_django.live_server_helper import LiveServer

import reports.jobs  # noqa: F401 - registers the handlers, as in a worker
from config.environment import ROOT
from identity import post
from tenants.models import Organisation
from tests.cast import House, run_jobs

README = (ROOT / "README.md").read_text()
PROBLEM = "urn:plumbline:problem:"


def _walk() -> str:
    """The commands under the heading on the API, as one script."""
    section = README.partition("\n## The API\n")[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL))


@contextmanager
def _worker() -> Iterator[None]:
    """Somebody who does what waits, as the worker's processes would."""
    ended = threading.Event()

    def work() -> None:
        try:
            while not ended.wait(0.1):
                post.send_waiting()
                for organisation in Organisation.objects.all():
                    run_jobs(House(organisation))
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def folder(settings: SimpleNamespace, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the walk is made: mail and files are put there, and no message is sent, for `_worker` looks by itself."""
    monkeypatch.setattr("tenants.wakeups.publish", Mock())
    settings.BASE_URL = live_server.url
    settings.EMAIL_BACKEND = "config.mail.EmlBackend"
    settings.EMAIL_FILE_DIR = tmp_path / "mail"
    return tmp_path


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk is made with curl")
def test_the_walk_through_the_api_goes_as_the_readme_says(
    committed: None, live_server: LiveServer, folder: Path
) -> None:
    script = _walk()
    for ours, theirs in (("API=http://localhost:8000/", f"API={live_server.url}/"), ("MAIL=var/mail\n", "MAIL=mail\n")):
        assert script.count(ours) == 1
        script = script.replace(ours, theirs)
    with _worker():
        walked = subprocess.run(
            ["bash", "-euo", "pipefail"],
            input=script,
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    said = walked.stdout
    assert walked.returncode == 0, said + walked.stderr
    assert re.findall(rf"{PROBLEM}([\w-]+)", said) == ["sign-in-unfinished", "not-signed-in"]  # signed up, verified
    assert '"is_authenticated": true' in said
    assert '"Ana Lopez"' in said
    assert 'etag: "0"' in said.lower()
    assert '"value":2.5' in said
    [report] = folder.glob("aria-devices-iso-13485-2016-*.pdf")
    assert report.read_bytes().startswith(b"%PDF-")
    kept = {hashlib.sha256(path.read_bytes()).digest() for path in (folder / "files").rglob("*") if path.is_file()}
    assert hashlib.sha256(report.read_bytes()).digest() in kept


def test_every_picture_and_file_the_readme_names_is_there() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"^\| `([\w./]+/)` \|", README, flags=re.MULTILINE):
        assert (ROOT / name).is_dir(), name
    for name in re.findall(r"\./plumbline test (tests/[\w./]+)", README):
        assert (ROOT / name).exists(), name
