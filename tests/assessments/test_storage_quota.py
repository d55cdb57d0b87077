"""How much an organisation may keep: promised before a byte is read, given back when nothing came of it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessments.models import EvidenceVersion, StorageReservation
from assessments.services.storage import QuotaExceeded, release_storage, reserve_storage
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import House, run_jobs

KIB = 1024


def send(house: House, content: bytes, *, name: str = "a.txt") -> Any:
    return house.as_("bob").upload(f"{house.path}/evidence/", {"file": samples.upload(name, content)})


def use(house: House) -> dict[str, int]:
    return dict(house.as_("carol").get(f"{house.path}/storage/").json())


def reservations(house: House) -> int:
    with tenant_scope(house.organisation.pk):
        return StorageReservation.objects.count()


def test_what_is_kept_is_counted_once_and_what_was_rejected_is_not(aria: House, settings: Any) -> None:
    settings.STORAGE_QUOTA_BYTES = 10**6
    assert use(aria) == {"limit": 10**6, "used": 0, "reserved": 0}
    send(aria, b"x" * 1000)
    assert use(aria)["used"] == 1000
    run_jobs(aria)
    assert use(aria)["used"] == 1000
    bad = b"%PDF-1.7\n%%EOF\n"
    send(aria, bad, name="a.pdf")
    assert use(aria)["used"] == 1000 + len(bad)
    run_jobs(aria)
    assert use(aria) == {"limit": 10**6, "used": 1000, "reserved": 0}


def test_a_full_organisation_takes_no_more_and_another_does(aria: House, nextdoor: House, settings: Any) -> None:
    settings.STORAGE_QUOTA_BYTES = 4 * KIB
    assert send(aria, b"x" * 3 * KIB).status_code == 201
    full = send(aria, b"y" * 3 * KIB)
    assert (full.status_code, full.json()["type"]) == (413, "urn:plumbline:problem:quota-exceeded")
    assert (full.json()["limit"], full.json()["used"], full.json()["reserved"]) == (4 * KIB, 3 * KIB, 0)
    theirs = nextdoor.as_("charlie").upload(f"{nextdoor.path}/evidence/", {"file": samples.upload("a.txt", b"x" * KIB)})
    assert theirs.status_code == 201


def test_the_bytes_of_an_upload_that_does_not_fit_are_not_even_read(
    aria: House, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STORAGE_QUOTA_BYTES = 2 * KIB
    read = Mock()
    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryFileUploadHandler.receive_data_chunk", read)
    assert send(aria, b"x" * 3 * KIB).status_code == 413
    read.assert_not_called()


@pytest.mark.parametrize(
    ("name", "content"), [("a.exe", b"MZ"), ("a.pdf", b"no pdf"), ("a.txt", b""), ("a" * 250 + ".txt", b"x")]
)
def test_what_was_promised_to_a_refused_upload_is_given_back(aria: House, name: str, content: bytes) -> None:
    assert send(aria, content, name=name).status_code in {400, 415}
    assert reservations(aria) == 0


def test_what_was_promised_is_given_back_when_the_storage_fails(aria: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.files.blobs.shutil.copyfileobj", Mock(side_effect=OSError("full")))
    assert send(aria, b"x").status_code == 503
    assert reservations(aria) == 0


def test_a_promise_whose_process_died_runs_out(aria: House, settings: Any) -> None:
    settings.STORAGE_QUOTA_BYTES = 2 * KIB
    with tenant_scope(aria.organisation.pk):
        reserve_storage(size=2 * KIB)
        with pytest.raises(QuotaExceeded):
            reserve_storage(size=1)
        StorageReservation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        again = reserve_storage(size=2 * KIB)
        release_storage(again)
        release_storage(again)
        assert StorageReservation.objects.count() == 0


def test_an_operator_gives_one_organisation_a_limit_of_its_own(aria: House, nextdoor: House) -> None:
    out = io.StringIO()
    call_command("set_storage_quota", "aria", "5000", stdout=out)
    assert out.getvalue() == "aria: 0 of 5000 bytes used\n"
    assert use(aria)["limit"] == 5000
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="storage.quota_set")
        assert (event.actor, event.after) == ("system:operator", {"limit_bytes": 5000})
    call_command("set_storage_quota", "aria", "default", stdout=out)
    assert use(aria)["limit"] == 5 * 1024**3
    for wrong in (("aria", "much"), ("nobody", "1"), ("aria", "-1")):
        with pytest.raises(CommandError):
            call_command("set_storage_quota", "--", *wrong)


def test_parallel_uploads_at_the_edge_never_keep_more_than_the_limit(
    committed: None, aria: House, settings: Any, in_threads: Any
) -> None:
    """Twelve files at once where four and a bit fit: nobody gets in beside another, and nothing stays promised."""
    size = 100 * KIB
    settings.STORAGE_QUOTA_BYTES = 4 * size + 8 * KIB
    codes = in_threads(lambda n: send(aria, bytes([65 + n]) * size).status_code, range(12), threads=12)
    assert set(codes) == {201, 413}
    with tenant_scope(aria.organisation.pk):
        kept = sum(EvidenceVersion.objects.values_list("size", flat=True))
    assert kept <= settings.STORAGE_QUOTA_BYTES
    assert use(aria)["used"] == kept
    assert reservations(aria) == 0
    # Those that were turned away while others were only promised fit now, until it is full to the edge.
    codes = [send(aria, bytes([97 + n]) * size).status_code for n in range(5)]
    assert kept // size + codes.count(201) == 4
