"""Uploads that are refused, each with a problem document, before anything is kept."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from assessments.models import Evidence, EvidenceVersion
from tenants.authentication import new_key
from tenants.models import ApiKey
from tenants.roles import Scope
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import Api, House

LIMIT = 20_000


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> Path:
    """Small limits, and a folder for what is being received that nothing may stay in."""
    settings.UPLOAD_MAX_BYTES = LIMIT
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(incoming)
    return incoming


def refusal(response: Any, *, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == f"urn:plumbline:problem:{slug}"
    return body


def kept(house: House) -> int:
    with tenant_scope(house.organisation.pk):
        return EvidenceVersion.objects.count() + Evidence.objects.count()


@pytest.mark.parametrize(
    ("name", "content", "status", "slug"),
    [
        ("a.txt", b"", 400, "invalid"),
        ("a.exe", b"MZ", 415, "type-refused"),
        ("a.svg", b"<svg/>", 415, "type-refused"),
        ("a.html", b"<html/>", 415, "type-refused"),
        ("a.zip", samples.archive({"a": b"a"}), 415, "type-refused"),
        ("a.docm", samples.docx_with({}), 415, "type-refused"),
        ("a.pdf", b"MZ\x90\0\x03", 415, "type-mismatch"),
        ("a.png", samples.picture("JPEG"), 415, "type-mismatch"),
        ("a.txt", b"MZ\x90\0", 415, "type-mismatch"),
        ("a.csv", samples.pdf(), 415, "type-mismatch"),
        ("a.txt", b"x" * (LIMIT + 1), 413, "too-large"),
        ("a" * 250 + ".txt", b"x", 400, "invalid"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_stays(
    aria: House, folders: Path, *, name: str, content: bytes, status: int, slug: str
) -> None:
    refused = aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": samples.upload(name, content)})
    refusal(refused, status=status, slug=slug)
    assert kept(aria) == 0
    assert not Path(default_storage.path("")).exists()
    refused.close()
    assert list(folders.iterdir()) == []


def test_a_file_of_exactly_the_limit_is_taken(aria: House) -> None:
    made = aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"x" * LIMIT)})
    assert made.status_code == 201


def test_a_length_far_over_the_limit_is_refused_unread(aria: House, folders: Path) -> None:
    client = aria.as_("bob").client
    refused = client.generic(
        "POST", f"/api/v1{aria.path}/evidence/", b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(10**9),
    )  # fmt: skip
    assert refusal(refused, status=413, slug="too-large")["limit"] == LIMIT


def test_a_lying_length_does_not_get_more_in(aria: House, folders: Path) -> None:
    """What counts is what arrives: several files of the form are one sum."""
    parts = {"file": samples.upload("a.txt", b"x" * LIMIT), "more": samples.upload("b.txt", b"x" * LIMIT)}
    refused = aria.as_("bob").upload(f"{aria.path}/evidence/", parts)
    refusal(refused, status=413, slug="too-large")
    assert list(folders.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "file"),
        ({"file": "just text"}, "file"),
        ({"title": "x" * 201}, "title"),
        ({"valid_until": "31.12.2027"}, "valid_until"),
        ({"number": "7"}, "number"),
        ({"organisation": "nextdoor"}, "organisation"),
        ({"second": samples.upload("b.txt", b"b")}, "second"),
    ],
)
def test_a_wrong_form_names_the_field(aria: House, fields: dict[str, Any], field: str) -> None:
    whole = fields if field == "file" else {"file": samples.upload("a.txt", b"a"), **fields}
    refused = aria.as_("bob").upload(f"{aria.path}/evidence/", whole)
    assert field in refusal(refused, status=400, slug="invalid")["errors"]
    assert kept(aria) == 0


def test_two_files_under_one_name_are_refused(aria: House) -> None:
    two = [samples.upload("a.txt", b"a"), samples.upload("b.txt", b"b")]
    refusal(aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": two}), status=400, slug="invalid")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(aria: House, content_type: str) -> None:
    refused = aria.as_("bob").client.generic("POST", f"/api/v1{aria.path}/evidence/", b"{}", content_type=content_type)
    refusal(refused, status=415, slug="unsupported-media-type")


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 300,
     "multipart/form-data; boundary=x"],
)  # fmt: skip
def test_a_form_that_cannot_be_read_is_a_bad_request(aria: House, content_type: str) -> None:
    refused = aria.as_("bob").client.generic(
        "POST", f"/api/v1{aria.path}/evidence/", b"nonsense", content_type=content_type
    )
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"


def test_a_form_with_too_many_or_too_large_fields_is_refused(aria: House) -> None:
    bob, file = aria.as_("bob"), samples.upload("a.txt", b"a")
    many = bob.upload(f"{aria.path}/evidence/", {"file": file} | {f"f{n}": "x" for n in range(1100)})
    assert many.status_code == 400
    large = bob.upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"a"), "description": "x" * 1100_000})
    assert large.status_code == 413


@pytest.mark.parametrize("who", ["carol", "ravi", "rita", "nobody", "stranger"])
def test_the_bytes_of_somebody_who_may_not_upload_are_not_even_read(
    aria: House, nextdoor: House, folders: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    written: list[int] = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryFileUploadHandler.receive_data_chunk",
        lambda _, raw, __: written.append(len(raw)),
    )
    api = {"nobody": Api(), "stranger": nextdoor.as_("charlie")}.get(who) or aria.as_(who)
    refused = api.upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"x" * 1000)})
    assert refused.status_code == {"carol": 403, "ravi": 403, "rita": 404, "stranger": 404, "nobody": 401}[who]
    assert written == []


def test_a_session_without_its_csrf_token_uploads_nothing(aria: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(aria.people["bob"], backend="django.contrib.auth.backends.ModelBackend")
    refused = client.post(f"/api/v1{aria.path}/evidence/", {"file": samples.upload("a.txt", b"a")})
    refusal(refused, status=403, slug="csrf")
    client.cookies["csrftoken"] = "a" * 32
    made = client.post(
        f"/api/v1{aria.path}/evidence/", {"file": samples.upload("a.txt", b"a")}, headers={"X-CSRFToken": "a" * 32}
    )
    assert made.status_code == 201


@pytest.mark.parametrize(("scope", "status"), [(Scope.ASSESS, 201), (Scope.READ, 403)])
def test_an_api_key_uploads_within_its_own_scope(aria: House, scope: Scope, status: int) -> None:
    key = new_key()
    with tenant_scope(aria.organisation.pk):
        ApiKey.objects.create(
            name="ci", prefix=key.prefix, secret_hash=key.secret_hash, scope=scope, person=aria.people["adam"],
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    made = Api(key=key.text).upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"a")})
    assert made.status_code == status
    wrong = Api(key="plb_aa_bb").upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"a")})
    assert wrong.status_code == 401


def test_unknown_evidence_takes_no_version(aria: House, unknown_id: uuid.UUID) -> None:
    refused = aria.as_("bob").upload(
        f"{aria.path}/evidence/{unknown_id}/versions/", {"file": samples.upload("a.txt", b"a")}
    )
    refusal(refused, status=404, slug="not-found")
    assert not Path(default_storage.path("")).exists()
