"""The scrub: rows without their files and files without their rows are found, and nothing else is."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from assessments.files import blobs
from assessments.models import EvidenceVersion
from assessments.services import nights, scrub_jobs
from assessments.services.blob_rows import announce_row
from assessments.services.scrub import Verdict, scrub
from assessments.tasks import begin_night, plan_nights
from tenants.models import AuditEvent, Job, Wakeup
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import House, run_jobs

NEXT_WEEK = timedelta(days=7)


@pytest.fixture
def kept(aria: House, anywhere: str) -> dict[str, str]:
    """Two ready files and one still in quarantine: title → name of the blob."""
    names = {}
    for title, content in (("first", b"As agreed.\n"), ("second", b"As agreed, too.\n")):
        sent = aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": samples.upload(f"{title}.txt", content)})
        assert sent.status_code == 201
        digest = hashlib.sha256(content).hexdigest()
        names[title] = blobs.blob_name(organisation_id=aria.organisation.pk, sha256=digest)
    run_jobs(aria)
    waiting = aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": samples.upload("third.txt", b"Waits.\n")})
    with tenant_scope(aria.organisation.pk):
        version = EvidenceVersion.objects.get(evidence_id=waiting.json()["id"])
    names["third"] = blobs.quarantine_name(organisation_id=aria.organisation.pk, version_id=version.pk)
    return names


def look(house: House, *, ahead: timedelta = timedelta(0), **how: Any) -> Verdict:
    return scrub(house.organisation.pk, now=timezone.now() + ahead, **how)


def plant(name: str, content: bytes = b"Nobody's.\n") -> str:
    return str(default_storage.save(name, ContentFile(content)))


def test_what_is_there_whole_is_nothing_to_speak_of(aria: House, kept: dict[str, str]) -> None:
    verdict = look(aria, deep=True)
    assert (verdict.holds, verdict.rows, verdict.blobs, verdict.read) == (True, 3, 3, 3)
    assert look(aria, ahead=NEXT_WEEK).holds, "files that rows name never grow old"


@pytest.mark.parametrize("which", ["first", "third"])
def test_a_missing_file_is_named_by_its_row(aria: House, kept: dict[str, str], which: str) -> None:
    default_storage.delete(kept[which])
    verdict = look(aria)
    number = {"first": 1, "third": 3}[which]
    assert verdict.missing == [f"evidence E-000{number} version 1 lacks {kept[which]}"]
    assert (verdict.damaged, verdict.orphans) == ([], [])


def test_a_file_cut_short_is_found_at_once_and_one_with_other_bytes_when_it_is_read(
    aria: House, kept: dict[str, str]
) -> None:
    for name, content in ((kept["first"], b"As"), (kept["second"], b"As agreed, not.\n")):
        default_storage.delete(name)
        assert plant(name, content) == name
    cut, other = look(aria, deep=True).damaged
    assert "has 2 bytes, not 11" in cut
    assert kept["second"] in other
    assert "SHA-256" in other


def test_orphans_are_listed_after_a_day_and_removed_only_when_asked(aria: House, kept: dict[str, str]) -> None:
    root = f"{aria.organisation.pk}"
    planted = {plant(f"{root}/ab/{'ab' * 32}"), plant(f"{root}/incoming/nobodys"), plant(f"{root}/quarantine/nobodys")}
    young = look(aria)
    assert (young.holds, young.young, young.orphans) == (True, 3, [])
    old = look(aria, ahead=NEXT_WEEK)
    assert (old.holds, set(old.orphans)) == (False, planted)
    with_fix = look(aria, ahead=NEXT_WEEK, remove=lambda _: True)
    assert (with_fix.holds, set(with_fix.removed)) == (True, planted)
    assert {found.name for found in blobs.stored(aria.organisation.pk)} == set(kept.values())
    with tenant_scope(aria.organisation.pk):
        told = AuditEvent.objects.get(event="storage.orphans_removed")
    assert (told.actor, told.after["count"]) == ("system:scrub", 3)


def test_a_neighbours_files_are_no_orphans_of_mine(aria: House, nextdoor: House, kept: dict[str, str]) -> None:
    theirs = plant(f"{nextdoor.organisation.pk}/ab/{'ab' * 32}")
    assert look(aria, ahead=NEXT_WEEK, remove=lambda _: True).removed == []
    assert default_storage.exists(theirs)


def command(**options: Any) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("scrub_storage", stdout=out, **options)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


@pytest.mark.parametrize("anywhere", ["folder"], indirect=True)
def test_the_command_says_in_a_line_and_a_number_what_is_the_matter(
    aria: House, nextdoor: House, kept: dict[str, str]
) -> None:
    code, said = command()
    assert (code, said.splitlines()[1][:13]) == (0, "ok nextdoor: ")
    orphan = plant(f"{aria.organisation.pk}/ab/{'ab' * 32}")
    two_days_ago = timezone.now().timestamp() - 2 * 86400
    os.utime(default_storage.path(orphan), (two_days_ago, two_days_ago))
    code, said = command()
    assert (code, "1 orphans older than a day" in said, f"  orphan {orphan}" in said) == (1, True, True)
    assert command(organisation="nextdoor")[0] == 0
    code, said = command(fix=True)
    assert (code, "1 removed" in said) == (0, True)
    default_storage.delete(kept["first"])
    code, said = command(organisation="aria", deep=True, fix=True)
    assert (code, "BROKEN aria: 3 files named by rows" in said, "deploy/README.md" in said) == (1, True, True)
    assert command(organisation="nobody")[0] == 2


@pytest.mark.parametrize("anywhere", ["folder"], indirect=True)
def test_a_storage_that_does_not_answer_is_not_called_broken(aria: House, kept: dict[str, str], settings: Any) -> None:
    gone = {"bucket_name": "gone", "endpoint_url": "http://127.0.0.1:1", "access_key": "a", "secret_key": "b"}
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": gone}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    code, said = command()
    assert (code, said.startswith("UNKNOWN aria: the storage does not answer")) == (2, True)


@pytest.mark.parametrize("anywhere", ["folder"], indirect=True)
def test_the_nightly_scrub_tells_log_and_trail_and_tidies_only_what_never_came_in(
    aria: House, kept: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    root = f"{aria.organisation.pk}"
    orphan, sent = plant(f"{root}/ab/{'ab' * 32}"), plant(f"{root}/incoming/never-finished")
    with tenant_scope(aria.organisation.pk):
        nights.begin_night(now=timezone.now())
    with time_machine.travel(timezone.now() + NEXT_WEEK):
        run_jobs(aria)
    assert (default_storage.exists(orphan), default_storage.exists(sent)) == (True, False)
    assert "Run scrub_storage" in caplog.text
    with tenant_scope(aria.organisation.pk):
        assert AuditEvent.objects.get(event="storage.faults_found").after["orphans"] == 1


def test_each_night_is_asked_for_once_however_many_schedulers_there_are(aria: House, nextdoor: House) -> None:
    assert (plan_nights(), plan_nights()) == (2, 0)
    for _ in range(2):
        begin_night(str(aria.organisation.pk), str(aria.organisation.pk))
    with tenant_scope(aria.organisation.pk):
        assert Job.objects.filter(kind=scrub_jobs.SCRUB).count() == 1
        tomorrow = Wakeup.objects.get(task=nights.RING, organisation_id=aria.organisation.pk).due_at
    assert 2 <= tomorrow.hour <= 3
    assert tomorrow > timezone.now()


def test_a_row_in_the_making_is_waited_for_before_an_orphan_is_removed(committed: None, aria: House) -> None:
    """Otherwise the file of a row that takes up an old blob could go in the moment between look and removal."""
    orphan = plant(f"{aria.organisation.pk}/ab/{'ab' * 32}")
    done = threading.Event()

    def remove() -> None:
        look(aria, ahead=NEXT_WEEK, remove=lambda _: True)
        done.set()
        connection.close()

    thread = threading.Thread(target=remove)
    with tenant_scope(aria.organisation.pk):
        announce_row()
        thread.start()
        assert not done.wait(1.0)
        assert default_storage.exists(orphan)
    thread.join(20)
    assert done.is_set()
    assert not default_storage.exists(orphan)
