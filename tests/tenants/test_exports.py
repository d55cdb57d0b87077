"""Exports through the API: for owners alone, five a day, behind a link that ends, and every step in the trail."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from tenants.models import ExportState, Job, OrganisationExport
from tenants.portability.files import file_names
from tenants.scope import tenant_scope
from tenants.tasks import expire_export
from tests.cast import Api, House, InScope, run_jobs

EXPORTS = "/exports/"


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path, published: list[Any]) -> None:
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "default": files}
    settings.SCRATCH_DIR = tmp_path / "scratch"


def _made(house: House) -> str:
    export = house.as_("alice").post(f"{house.path}{EXPORTS}").json()
    run_jobs(house)
    run_jobs(house)  # the mail that the first asked for
    return str(export["id"])


def _link(house: House, export_id: str, name: str = "alice") -> str:
    answer = house.as_(name).post(f"{house.path}{EXPORTS}{export_id}/link/")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["url"]).partition("/api/v1")[2]


def test_an_owner_asks_waits_and_fetches(committed: None, aria: House, in_scope: InScope):
    alice = aria.as_("alice")
    asked = alice.post(f"{aria.path}{EXPORTS}")
    assert (asked.status_code, asked.json()["state"]) == (202, "requested")
    early = alice.post(f"{aria.path}{EXPORTS}{asked.json()['id']}/link/")
    assert (early.status_code, early.json()["type"]) == (409, "urn:plumbline:problem:export-not-ready")
    run_jobs(aria)
    run_jobs(aria)
    ready = alice.get(f"{aria.path}{EXPORTS}{asked.json()['id']}/").json()
    assert (ready["state"], ready["missing"], ready["error"]) == ("ready", 0, None)
    [message] = mail.outbox
    assert message.to == ["alice@example.org"]
    assert ready["sha256"] in message.body
    answer = alice.get(_link(aria, ready["id"]))
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"].startswith('attachment; filename="aria-')
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert (len(content), hashlib.sha256(content).hexdigest()) == (ready["size"], ready["sha256"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read("manifest.json"))["canonical"] == ready["canonical"]
    events = alice.get(f"{aria.path}/audit-events/?object_type=export").json()["results"]
    assert [(row["event"].partition(".")[2], row["actor_name"]) for row in events] == [
        ("export_downloaded", "Alice"),
        ("export_link_made", "Alice"),
        ("exported", "Alice"),
        ("export_requested", "Alice"),
    ]
    assert {row["address"] for row in events} == {"127.0.0.1"}
    assert events[2]["request_id"] == events[3]["request_id"], "the worker's event names the request that asked"


def test_a_link_ends_and_a_new_one_ends_the_one_before(committed: None, aria: House, in_scope: InScope):
    alice, export_id = aria.as_("alice"), _made(aria)
    first = _link(aria, export_id)
    second = _link(aria, export_id)
    assert alice.get(first).status_code == 404
    whole = alice.get(second)
    assert whole.status_code == 200
    assert b"".join(whole.streaming_content)
    with in_scope(aria):
        OrganisationExport.objects.update(link_until=timezone.now())
    assert alice.get(second).status_code == 410


def test_a_link_is_no_use_to_anybody_but_an_owner(committed: None, aria: House, nextdoor: House, anyone: Api):
    link = _link(aria, _made(aria))
    statuses = {name: aria.as_(name).get(link).status_code for name in ("adam", "bob", "carol")}
    assert statuses == {"adam": 403, "bob": 403, "carol": 403}
    assert nextdoor.as_("charlie").get(link).status_code == 404
    assert anyone.get(link).status_code == 401
    key = aria.as_("alice").post(f"{aria.path}/api-keys/", {"name": "k", "scope": "admin"}).json()["secret"]
    for method, path in (("GET", link), ("POST", f"{aria.path}{EXPORTS}")):
        answer = Api(key=key).call(method, path, {} if method == "POST" else None)
        assert answer.status_code == 403


@pytest.mark.django_db
def test_five_exports_in_a_day_and_not_six(aria: House, in_scope: InScope):
    alice = aria.as_("alice")
    assert [alice.post(f"{aria.path}{EXPORTS}").status_code for _ in range(6)] == [202] * 5 + [429]
    assert int(alice.post(f"{aria.path}{EXPORTS}")["Retry-After"]) > 80_000
    with in_scope(aria):
        OrganisationExport.objects.update(requested_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert alice.post(f"{aria.path}{EXPORTS}").status_code == 202


def test_two_requests_at_once_do_not_outrun_the_limit(committed: None, aria: House, in_threads: Any, in_scope: InScope):
    statuses = in_threads(lambda _: aria.as_("alice").post(f"{aria.path}{EXPORTS}").status_code, range(8))
    assert sorted(statuses)[:5] == [202] * 5
    with in_scope(aria):
        assert OrganisationExport.objects.count() == 5


@pytest.mark.django_db
def test_the_same_idempotency_key_is_one_export(aria: House, in_scope: InScope):
    alice = aria.as_("alice")
    answers = [alice.post(f"{aria.path}{EXPORTS}", Idempotency_Key="one").json()["id"] for _ in range(2)]
    assert answers[0] == answers[1]
    with in_scope(aria):
        assert OrganisationExport.objects.count() == 1


def test_the_file_goes_when_its_days_are_over(committed: None, aria: House, in_scope: InScope):
    export_id = _made(aria)
    link = _link(aria, export_id)
    organisation = str(aria.organisation.pk)
    expire_export(organisation, export_id)
    assert file_names(aria.organisation.pk, exports=True) == [f"exports/{export_id}.zip"]
    with in_scope(aria):
        OrganisationExport.objects.update(expires_at=timezone.now())
    for _ in range(2):
        expire_export(organisation, export_id)
    assert file_names(aria.organisation.pk, exports=True) == []
    with in_scope(aria):
        assert OrganisationExport.objects.get().state == ExportState.EXPIRED
    assert aria.as_("alice").get(link).status_code == 404


def test_an_export_does_not_hold_the_exports(committed: None, aria: House):
    _made(aria)
    second = aria.as_("alice").get(_link(aria, _made(aria)))
    with zipfile.ZipFile(io.BytesIO(b"".join(second.streaming_content))) as archive:
        assert not [name for name in archive.namelist() if "export" in name.lower()]


def test_two_exports_of_the_same_content_have_the_same_canonical_hash(committed: None, aria: House):
    """Though each is told in the trail that both hold."""
    alice = aria.as_("alice")
    ids = [_made(aria), _made(aria)]
    hashes = {alice.get(f"{aria.path}{EXPORTS}{id_}/").json()["canonical"] for id_ in ids}
    assert len(hashes) == 1


def test_an_export_that_cannot_be_made_says_why(committed: None, aria: House, tmp_path: Path, in_scope: InScope):
    folder = tmp_path / "files" / str(aria.organisation.pk) / "aa"
    folder.mkdir(parents=True)
    (folder / ("aa" + "0" * 62)).write_bytes(b"not what its name says")
    export_id = _made(aria)
    told = aria.as_("alice").get(f"{aria.path}{EXPORTS}{export_id}/").json()
    assert told["state"] == "failed"
    assert "damaged" in told["error"]
    with in_scope(aria):
        assert Job.objects.get(kind="organisation.export").state == "failed"
    assert not list((tmp_path / "scratch").iterdir())


def test_a_lost_worker_leaves_a_job_that_is_done_again(
    committed: None, aria: House, monkeypatch: pytest.MonkeyPatch, in_scope: InScope
):
    from tenants.services import leaving_jobs

    whole, calls = leaving_jobs.put, []

    def lost(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk is gone for a moment")
        whole(*args, **kwargs)

    monkeypatch.setattr(leaving_jobs, "put", lost)
    export_id = _made(aria)
    assert aria.as_("alice").get(f"{aria.path}{EXPORTS}{export_id}/").json()["state"] == "ready"
    assert len(calls) == 2
    with tenant_scope(aria.organisation.pk):
        assert OrganisationExport.objects.get().error == ""
