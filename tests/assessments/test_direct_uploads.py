"""Uploads that go straight to the storage and links to files: the same for a client, whatever the storage is.

Each promise of the storage itself (signature, end, length, place) is tried against a real S3 server; where that server
lets something through, the test says so and holds the worker's own verification to it.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone

from assessments.files import blobs, buckets
from assessments.models import DirectUpload, EvidenceVersion, StorageReservation
from assessments.services.upload_jobs import NOT_AS_SAID
from tenants.models import ApiKey, Membership
from tenants.scope import tenant_scope
from tests.assessments.bucket import Bucket
from tests.cast import Api, House, run_jobs

CONTENT = b"Minutes of the management review.\n"


def blobs_of(house: House) -> list[str]:
    root = f"{house.organisation.pk}/"
    return sorted(found.name.removeprefix(root) for found in blobs.stored(house.organisation.pk))


def announce(house: House, content: bytes = CONTENT, **more: Any) -> dict[str, Any]:
    said = {"file_name": "minutes.txt", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | more
    made = house.as_("bob").post(f"{house.path}/uploads/", said)
    assert made.status_code == 201, made.content
    return dict(made.json())


def send(upload: dict[str, Any], content: bytes = CONTENT, **fields: str) -> int:
    """What a client does that knows no Plumbline: a form, to the address it was told."""
    to = upload["send_to"]
    if urlsplit(to["url"]).netloc.startswith("127.0.0.1"):
        form = {**to["fields"], **fields}
        return httpx.post(to["url"], data=form, files={"file": ("whatever.bin", content)}, timeout=20).status_code
    from tests.assessments.evidence_samples import upload as as_file

    form = {**to["fields"], **fields, "file": as_file("whatever.bin", content)}
    return int(Client().post(urlsplit(to["url"]).path, form).status_code)


def finish(house: House, upload: dict[str, Any]) -> Any:
    return house.as_("bob").post(f"{house.path}/uploads/{upload['id']}/finish/")


def state_of(house: House, upload: dict[str, Any]) -> dict[str, Any]:
    return dict(house.as_("carol").get(f"{house.path}/uploads/{upload['id']}/").json())


def ready_evidence(house: House, content: bytes = CONTENT) -> str:
    upload = announce(house, content, title="Minutes")
    assert send(upload, content) == 204
    assert finish(house, upload).status_code == 202
    run_jobs(house)
    run_jobs(house)
    found = state_of(house, upload)
    assert found["state"] == "taken", found
    return str(found["evidence"])


def fetch(url: str) -> tuple[int, dict[str, str], bytes]:
    if urlsplit(url).netloc.startswith("127.0.0.1"):
        got = httpx.get(url, timeout=20)
        return got.status_code, dict(got.headers), got.content
    given = Client().get(urlsplit(url).path)
    body = b"".join(given.streaming_content) if given.streaming else given.content  # type: ignore[attr-defined]
    return given.status_code, {name.lower(): value for name, value in given.items()}, body


def test_a_file_goes_to_the_storage_and_becomes_evidence_like_any_other(aria: House, anywhere: str) -> None:
    upload = announce(aria, title="Minutes", valid_until="2030-01-31")
    assert (upload["state"], upload["evidence"]) == ("open", None)
    assert send(upload) == 204
    assert finish(aria, upload).json()["state"] == "finished"
    assert finish(aria, upload).status_code == 202, "twice is once"
    run_jobs(aria)
    taken = state_of(aria, upload)
    evidence = aria.as_("carol").get(f"{aria.path}/evidence/{taken['evidence']}/").json()
    assert (taken["state"], evidence["file"]["state"]) == ("taken", "received")
    assert (evidence["title"], evidence["valid_until"], evidence["file"]["file_name"]) == (
        "Minutes", "2030-01-31", "minutes.txt",
    )  # fmt: skip
    run_jobs(aria)
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert aria.as_("carol").get(f"{aria.path}/evidence/{taken['evidence']}/").json()["file"]["state"] == "ready"
    assert blobs_of(aria) == [f"{digest[:2]}/{digest}"], "nothing is left in incoming or quarantine"
    with tenant_scope(aria.organisation.pk):
        assert not StorageReservation.objects.exists()


def test_a_direct_upload_can_be_a_newer_file_of_an_evidence(aria: House, anywhere: str) -> None:
    evidence_id = ready_evidence(aria)
    upload = announce(aria, b"Newer.\n", evidence=evidence_id)
    assert send(upload, b"Newer.\n") == 204
    finish(aria, upload)
    run_jobs(aria)
    versions = aria.as_("carol").get(f"{aria.path}/evidence/{evidence_id}/").json()["versions"]
    assert [version["number"] for version in versions] == [2, 1]


def test_bytes_of_another_hash_are_refused_and_deleted(aria: House, anywhere: str) -> None:
    """The S3 server takes them, for a form carries no checksum; the worker does not."""
    upload = announce(aria)
    assert send(upload, CONTENT[::-1]) == 204
    assert finish(aria, upload).status_code == 202
    run_jobs(aria)
    refused = state_of(aria, upload)
    assert (refused["state"], refused["reason"], refused["evidence"]) == ("refused", NOT_AS_SAID, None)
    assert blobs_of(aria) == []
    with tenant_scope(aria.organisation.pk):
        assert not EvidenceVersion.objects.exists()
        assert not StorageReservation.objects.exists()


@pytest.mark.parametrize("content", [CONTENT + b"!", CONTENT[:-1]])
def test_more_or_fewer_bytes_than_announced_are_not_let_in(aria: House, anywhere: str, content: bytes) -> None:
    """By the S3 server itself: EntityTooLarge, EntityTooSmall."""
    upload = announce(aria)
    assert send(upload, content) in {400, 413}
    missing = finish(aria, upload)
    assert (missing.status_code, missing.json()["type"]) == (409, "urn:plumbline:problem:upload-missing")


def test_a_finished_upload_cannot_be_swapped_for_other_bytes(aria: House, anywhere: str) -> None:
    """A bucket takes a second form under the same name while the first one's policy lasts, since S3 knows no condition
    for forms; what counts is the hash. An address of ours takes none.
    """
    upload = announce(aria)
    assert send(upload) == 204
    other = b"x" * len(CONTENT)
    assert send(upload, other) == (204 if anywhere == "bucket" else 409)
    assert finish(aria, upload).status_code == 202
    run_jobs(aria)
    assert state_of(aria, upload)["state"] == ("refused" if anywhere == "bucket" else "taken")


def test_an_upload_has_its_place_and_no_other(aria: House, nextdoor: House, in_bucket: Bucket) -> None:
    """By the S3 server itself: AccessDenied for another key than the signed one, a tampered policy or signature."""
    upload = announce(aria)
    fields = upload["send_to"]["fields"]
    elsewhere = f"kept/{nextdoor.organisation.pk}/incoming/{upload['id']}"
    assert fields["key"] == f"kept/{aria.organisation.pk}/incoming/{upload['id']}"
    assert send(upload, key=elsewhere) == 403
    signature = fields["x-amz-signature"]
    assert send(upload, **{"x-amz-signature": signature[:-1] + ("0" if signature[-1] != "0" else "1")}) == 403
    assert send(upload, policy=fields["policy"][:-8] + "AAAAAAA=") in {400, 403}
    assert "Contents" not in in_bucket.client.list_objects_v2(Bucket=in_bucket.name, Prefix=elsewhere)


def test_the_address_of_an_upload_ends(aria: House, anywhere: str) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=31)):
        upload = announce(aria)
    assert send(upload) in {403, 404}
    assert "Its time is over" in finish(aria, upload).json()["detail"]


def test_our_own_address_takes_nobody_elses_token(aria: House, nextdoor: House) -> None:
    upload = announce(aria)
    moved = upload["send_to"]["url"].replace("/aria/", "/nextdoor/")
    forged = upload["send_to"]["url"].replace("/incoming/", "/incoming/x")
    for url in (moved, forged):
        assert send({"send_to": {"url": url, "fields": {}}}) == 404
    assert blobs_of(aria) == blobs_of(nextdoor) == []


@pytest.mark.parametrize(
    ("said", "status", "slug"),
    [
        ({"file_name": "page.svg"}, 415, "type-refused"),
        ({"file_name": "../minutes.txt"}, 400, "invalid"),
        ({"size": 10**12}, 413, "too-large"),
        ({"size": 0}, 400, "invalid"),
        ({"sha256": "AB" * 32}, 400, "invalid"),
        ({"evidence": "01890000-0000-7000-8000-000000000000"}, 400, "invalid"),
    ],
)
def test_what_would_be_refused_is_refused_before_it_is_sent(
    aria: House, said: dict[str, Any], status: int, slug: str
) -> None:
    body = {"file_name": "minutes.txt", "size": 5, "sha256": "ab" * 32} | said
    refused = aria.as_("bob").post(f"{aria.path}/uploads/", body)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, slug)


def test_announced_bytes_count_against_the_quota(aria: House, settings: Any) -> None:
    settings.STORAGE_QUOTA_BYTES = len(CONTENT) * 2 - 1
    announce(aria)
    full = aria.as_("bob").post(
        f"{aria.path}/uploads/", {"file_name": "b.txt", "size": len(CONTENT), "sha256": "ab" * 32}
    )
    assert full.json()["type"] == "urn:plumbline:problem:quota-exceeded"


def test_a_kind_that_belies_its_name_is_refused_by_the_worker(aria: House, anywhere: str) -> None:
    content = b"MZ this is a program"
    upload = announce(aria, content)
    send(upload, content)
    finish(aria, upload)
    run_jobs(aria)
    assert "does not begin as its name says" in state_of(aria, upload)["reason"]


def test_a_repeat_of_the_announcement_is_told_no_address(aria: House) -> None:
    said = {"file_name": "a.txt", "size": 5, "sha256": "ab" * 32}
    first, second = (aria.as_("bob").post(f"{aria.path}/uploads/", said, Idempotency_Key="k") for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert (bool(first.json()["send_to"]), second.json()["send_to"]) == (True, None)


def link(api: Api, path: str) -> dict[str, Any]:
    made = api.post(f"{path}file-link/")
    assert made.status_code == 201, made.content
    return dict(made.json())


def test_a_link_hands_out_the_file_as_an_attachment_of_its_own_type(aria: House, anywhere: str) -> None:
    told = link(aria.as_("carol"), f"{aria.path}/evidence/{ready_evidence(aria)}/")
    status, headers, body = fetch(told["url"])
    assert (status, body) == (200, CONTENT)
    assert headers["content-disposition"] == 'attachment; filename="minutes.txt"'
    assert headers["content-type"].startswith("text/plain")
    assert hashlib.sha256(body).hexdigest() == told["sha256"]


def test_a_link_is_good_for_five_minutes_and_not_a_letter_of_it_can_change(aria: House, anywhere: str) -> None:
    path = f"{aria.path}/evidence/{ready_evidence(aria)}/"
    with time_machine.travel(timezone.now() - timedelta(seconds=buckets.LINK_SECONDS + 5)):
        old = link(aria.as_("carol"), path)["url"]
    assert fetch(old)[0] == (403 if anywhere == "bucket" else 410)
    new = link(aria.as_("carol"), path)["url"]
    tampered = new.replace("minutes.txt", "minutes.exe") if anywhere == "bucket" else new.replace("/files/", "/files/a")
    assert tampered != new
    assert fetch(tampered)[0] in {403, 404}
    if anywhere == "bucket":
        assert fetch(new.replace("X-Amz-Expires=300", "X-Amz-Expires=9000"))[0] == 403
        assert fetch(new.partition("?")[0])[0] == 403, "nobody reads without a signature"


def test_our_own_link_ends_with_the_access_of_whoever_asked_for_it(aria: House, nextdoor: House) -> None:
    path = f"{aria.path}/evidence/{ready_evidence(aria)}/"
    url = link(aria.as_("carol"), path)["url"]
    key = aria.as_("alice").post(f"{aria.path}/api-keys/", {"name": "k", "scope": "read", "days": 7}).json()
    by_key = link(Api(key=key["secret"]), path)["url"]
    assert fetch(url)[0] == fetch(by_key)[0] == 200
    assert fetch(url.replace("/aria/", "/nextdoor/"))[0] == 404
    with tenant_scope(aria.organisation.pk):
        Membership.objects.filter(person=aria.people["carol"]).delete()
        ApiKey.objects.update(revoked_at=timezone.now())
    assert fetch(url)[0] == fetch(by_key)[0] == 404


def test_what_is_kept_is_never_overwritten_and_a_damaged_namesake_is_replaced(
    aria: House, in_bucket: Bucket, tmp_path: Any
) -> None:
    """The S3 server answers 412 to a second object; what is there is then taken for what it is."""
    evidence_id = ready_evidence(aria)
    digest = hashlib.sha256(CONTENT).hexdigest()
    name = blobs.blob_name(organisation_id=aria.organisation.pk, sha256=digest)
    storage, path = buckets.bucket(), tmp_path / "file"
    assert storage is not None
    path.write_bytes(CONTENT[::-1])
    buckets.put_once(storage, path, name=name)
    object_ = {"Bucket": in_bucket.name, "Key": f"kept/{name}"}
    assert in_bucket.client.get_object(**object_)["Body"].read() == CONTENT
    in_bucket.client.put_object(**object_, Body=b"cut")
    path.write_bytes(CONTENT)
    buckets.put_once(storage, path, name=name)
    assert in_bucket.client.get_object(**object_)["Body"].read() == CONTENT
    assert evidence_id


def test_links_and_uploads_name_the_endpoint_people_reach(aria: House, in_bucket: Bucket) -> None:
    with override_settings(STORAGE_PUBLIC_ENDPOINT="https://files.example"):
        upload = announce(aria)
    assert upload["send_to"]["url"].startswith("https://files.example/evidence")
    with tenant_scope(aria.organisation.pk):
        assert DirectUpload.objects.get().state == "open"
