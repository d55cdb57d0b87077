"""An organisation moves: all of it arrives, with the same canonical hash, and nothing of anybody else's."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessments.catalogue.editions import edition
from assessments.catalogue.models import Requirement, Standard, StandardDraft
from assessments.models import Answer, Assessment
from identity.models import Person
from tenants.models import AuditEvent, Membership, Organisation, Wakeup
from tenants.portability import tables
from tenants.portability.archive import MANIFEST, write_archive
from tenants.scope import tenant_scope
from tenants.services.erasure import search_for
from tenants.verification import verify
from tests.elsewhere import Elsewhere, another_installation
from tests.isolation.database import digest
from tests.isolation.world import Tenant, build_tenant

pytestmark = pytest.mark.slow


@pytest.fixture
def storages(settings: Any, tmp_path: Path) -> Path:
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "default": files}
    return tmp_path / "files"


@pytest.fixture
def alfa(committed: None, storages: Path, tmp_path: Path) -> Tenant:
    return build_tenant("alfa", folder=tmp_path)


@pytest.fixture
def bravo(alfa: Tenant, tmp_path: Path) -> Tenant:
    return build_tenant("bravo", folder=tmp_path)


@pytest.fixture
def elsewhere(alfa: Tenant, tmp_path: Path) -> Iterator[Elsewhere]:
    with another_installation(tmp_path / "elsewhere") as made:
        yield made


def _export(slug: str, path: Path) -> Path:
    call_command("export_organisation", slug, str(path), stdout=io.StringIO(), stderr=io.StringIO())
    return path


def _manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        return dict(json.loads(archive.read(MANIFEST)))


def _content(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def test_the_round_trip_between_two_databases_keeps_the_canonical_hash(
    alfa: Tenant, bravo: Tenant, elsewhere: Elsewhere, tmp_path: Path
):
    first = _export(alfa.organisation.slug, tmp_path / "first.zip")
    counts = _counts(alfa.pk)
    with elsewhere.entered():
        said = io.StringIO()
        call_command("import_organisation", str(first), stdout=said)
        assert _manifest(first)["canonical"] in said.getvalue()
        second = _export(alfa.organisation.slug, tmp_path / "second.zip")
        with tenant_scope(alfa.pk):
            assert verify().fault == ""
            [told] = AuditEvent.objects.filter(event="organisation.imported")
            assert told.after["canonical"] == _manifest(first)["canonical"]
            answer = Answer.objects.select_related("requirement__standard").get(pk=alfa.of(Answer).pk)
            assert answer.requirement.ref == alfa.ref
            assert answer.requirement_id != alfa.of(Answer).requirement_id, "the catalogue's ids differ there"
        again = _counts(alfa.pk)
        assert {**again, "tenants.AuditEvent": 0} == {**counts, "tenants.AuditEvent": 0}
        assert Person.objects.get(pk=alfa.people["owner"].pk).has_usable_password() is False
        assert Wakeup.objects.filter(task="reports.run_schedule").count() == 1
        third = _export(alfa.organisation.slug, tmp_path / "third.zip")
    manifests = [_manifest(path) for path in (first, second, third)]
    assert len({manifest["canonical"] for manifest in manifests}) == 1
    files = [
        {entry["name"]: entry["sha256"] for entry in manifest["entries"] if entry["name"].startswith("files/")}
        for manifest in manifests
    ]
    assert files[0] == files[1] == files[2]
    assert len(files[0]) >= 3


def test_standards_of_its_own_and_the_work_on_them_travel_along(alfa: Tenant, elsewhere: Elsewhere, tmp_path: Path):
    with tenant_scope(alfa.pk):
        own = alfa.of(Standard)
        on_own = Assessment.objects.create(name="x", standard=own, created_by=alfa.people["owner"])
        Answer.objects.create(assessment=on_own, requirement=alfa.of(Requirement), level=1)
    first = _export(alfa.organisation.slug, tmp_path / "first.zip")
    assert not [name for name in _manifest(first)["editions"] if "own" in name]
    with elsewhere.entered():
        call_command("import_organisation", str(first), stdout=io.StringIO())
        assert not Standard.objects.filter(pk=own.pk).exists(), "it is nobody else's"
        with tenant_scope(alfa.pk):
            assert Assessment.objects.select_related("standard").get(pk=on_own.pk).standard == own
            [answer] = Answer.objects.filter(assessment=on_own)
            assert answer.requirement_id == alfa.of(Requirement).pk
            assert edition(own.pk).nodes[0].ref == alfa.arguments["own_ref"]
            assert StandardDraft.objects.get().base == own


def _counts(organisation_id: uuid.UUID) -> dict[str, int]:
    from django.apps import apps

    with tenant_scope(organisation_id):
        return {table.label: apps.get_model(table.label).objects.count() for table in tables.tables()}


def test_any_change_changes_the_canonical_hash(alfa: Tenant, tmp_path: Path):
    before = _manifest(_export(alfa.organisation.slug, tmp_path / "before.zip"))["canonical"]
    with tenant_scope(alfa.pk):
        Assessment.objects.filter(pk=alfa.of(Assessment).pk).update(target=4.000001)
    changed = _manifest(_export(alfa.organisation.slug, tmp_path / "changed.zip"))["canonical"]
    with tenant_scope(alfa.pk):
        Assessment.objects.filter(pk=alfa.of(Assessment).pk).update(target=alfa.of(Assessment).target)
    assert before != changed
    assert _manifest(_export(alfa.organisation.slug, tmp_path / "after.zip"))["canonical"] == before


def test_an_export_holds_no_secret_and_nothing_of_others(alfa: Tenant, bravo: Tenant, tmp_path: Path):
    owner = alfa.people["owner"]
    owner.set_password("a-long-pass-phrase")
    owner.save()
    with tenant_scope(alfa.pk):
        from reports.models import ReportLink
        from tenants.models import ApiKey, Invitation

        secrets = [
            owner.password,
            *ApiKey.objects.values_list("secret_hash", flat=True),
            *Invitation.objects.values_list("token_hash", flat=True),
            *ReportLink.objects.values_list("token_hash", flat=True),
        ]
    content = _content(_export(alfa.organisation.slug, tmp_path / "alfa.zip"))
    assert alfa.canary.encode() in content
    assert bravo.canary.encode() not in content
    assert str(bravo.pk).encode() not in content
    assert len(secrets) >= 5
    for secret in (*secrets, alfa.key):
        assert secret.encode() not in content
    with zipfile.ZipFile(tmp_path / "alfa.zip") as archive:
        people = [json.loads(line) for line in archive.read("people.jsonl").splitlines()]
    assert {tuple(sorted(person)) for person in people} == {("email", "id", "name")}
    assert {person["email"] for person in people} >= {person.email for person in alfa.people.values()} - {
        alfa.people["former"].email
    }


def test_the_manifest_tells_the_hash_of_every_entry(alfa: Tenant, tmp_path: Path):
    path = _export(alfa.organisation.slug, tmp_path / "alfa.zip")
    manifest = _manifest(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        told = {entry["name"]: (entry["size"], entry["sha256"]) for entry in manifest["entries"]}
        assert set(archive.namelist()) == {*told, MANIFEST}
        for name, (size, sha256) in told.items():
            content = archive.read(name)
            assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256)
    assert manifest["missing"] == []


def test_a_file_that_rows_name_and_the_storage_lost_is_told(alfa: Tenant, tmp_path: Path, storages: Path):
    path = next(path for path in (storages / str(alfa.pk)).rglob("*") if len(path.name) == 64)
    path.unlink()
    written = _manifest(_export(alfa.organisation.slug, tmp_path / "alfa.zip"))
    assert written["missing"] == [f"{path.name[:2]}/{path.name}"]


def test_a_damaged_file_stops_the_export(alfa: Tenant, tmp_path: Path, storages: Path):
    path = next(path for path in (storages / str(alfa.pk)).rglob("*") if len(path.name) == 64)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(CommandError, match="damaged"):
        _export(alfa.organisation.slug, tmp_path / "alfa.zip")
    assert not (tmp_path / "alfa.zip").exists()


def test_an_export_needs_little_memory(alfa: Tenant, tmp_path: Path):
    """48 MiB of files, and rows of 12 MiB in all, pass through a few MiB."""
    for number in range(3):
        content = bytes([number]) * (16 * 1024**2)
        name = hashlib.sha256(content).hexdigest()
        default_storage.save(f"{alfa.pk}/{name[:2]}/{name}", ContentFile(content))
    del content
    with tenant_scope(alfa.pk):
        from assessments.models import AnswerComment

        AnswerComment.objects.bulk_create(
            AnswerComment(answer=alfa.of(Answer), author=alfa.people["owner"], text=f"{number:06}" * 2000)
            for number in range(1000)
        )
    tracemalloc.start()
    with (tmp_path / "alfa.zip").open("wb") as file:
        write_archive(file, organisation_id=alfa.pk, now=timezone.now())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 1024**2, f"{peak / 1024**2:.1f} MiB"


Spoil = Callable[[dict[str, bytes]], None]


def _spoilt(path: Path, spoil: Spoil, *, fit: bool = True) -> Path:
    """A copy with other entries; `fit`: its manifest tells the hashes they have now."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    spoil(entries)
    manifest = json.loads(entries.pop(MANIFEST))
    if fit:
        manifest["entries"] = [
            {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in entries.items()
        ]
    spoilt = path.with_name("spoilt.zip")
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return spoilt


def _in_entry(name: str, before: bytes, after: bytes) -> Spoil:
    def spoil(entries: dict[str, bytes]) -> None:
        assert before in entries[name], name
        entries[name] = entries[name].replace(before, after, 1)

    return spoil


def _add(name: str) -> Spoil:
    return lambda entries: entries.__setitem__(name, b"x")


def _drop(name: str) -> Spoil:
    return lambda entries: entries.__delitem__(name)


@pytest.mark.parametrize(
    "case",
    [
        (_in_entry("tables/assessments.Answer.jsonl", b"reason", b"raisin"), False, "is damaged"),
        (_in_entry("tables/assessments.Answer.jsonl", b" note", b" nose"), True, "the canonical hashes differ"),
        (_in_entry("people.jsonl", b"alfa.owner", b"alfa.other"), True, "the canonical hashes differ"),
        (_in_entry(MANIFEST, b'"level"', b'"levels"'), True, "assessments.Answer has other columns here"),
        (_in_entry(MANIFEST, b"plumbline-organisation/1", b"plumbline-organisation/9"), True, "The format is"),
        (_in_entry(MANIFEST, b"edition iso-56002-2019@", b"edition iso-56002-2019@0"), True, "lacks what the"),
        (_in_entry(MANIFEST, b"edition iso-56002-2019@", b"something else "), True, "lacks what the"),
        (_add("files/../../evil"), True, "has no place here"),
        (_add("files/aa/" + "a" * 64), True, "does not hold what its name says"),
        (_add("tables/tenants.ApiKey.jsonl"), True, "has no place here"),
        (_drop("tables/assessments.Answer.jsonl"), True, "The file lacks"),
        (_add("surplus"), False, "not those of its manifest"),
    ],
)
def test_a_spoilt_export_is_refused_and_nothing_stays(
    alfa: Tenant, elsewhere: Elsewhere, tmp_path: Path, case: tuple[Spoil, bool, str]
):
    spoil, fit, fault = case
    path = _spoilt(_export(alfa.organisation.slug, tmp_path / "alfa.zip"), spoil, fit=fit)
    with elsewhere.entered():
        with pytest.raises(CommandError, match=f"Nothing was imported.*{fault}"):
            call_command("import_organisation", str(path), stdout=io.StringIO())
        assert not Organisation.objects.exists()
        assert not Person.objects.exists()
    assert not [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]


def test_an_edition_that_is_not_here_is_refused_by_its_name(alfa: Tenant, elsewhere: Elsewhere, tmp_path: Path):
    path = _export(alfa.organisation.slug, tmp_path / "alfa.zip")
    with elsewhere.as_owner() as owner:
        owner.execute("UPDATE catalogue_standard SET content_hash = 'another' WHERE slug = 'iso-56002-2019'")
    with elsewhere.entered(), pytest.raises(CommandError, match=r"lacks .*edition iso-56002-2019@[0-9a-f]{64}"):
        call_command("import_organisation", str(path), stdout=io.StringIO())


def test_what_is_here_already_is_not_written_over(alfa: Tenant, elsewhere: Elsewhere, tmp_path: Path):
    path = _export(alfa.organisation.slug, tmp_path / "alfa.zip")
    before = digest_in_scope(alfa.pk)
    with pytest.raises(CommandError, match="is here already"):
        call_command("import_organisation", str(path), stdout=io.StringIO())
    assert digest_in_scope(alfa.pk) == before
    with elsewhere.entered():
        somebody = Person.objects.create(email=alfa.people["owner"].email, name="Somebody", password="!")
        with pytest.raises(CommandError, match="is known here as"):
            call_command("import_organisation", str(path), stdout=io.StringIO())
        Person.objects.filter(pk=somebody.pk).update(email="somebody@example.org")
        Organisation.objects.create(slug=alfa.organisation.slug, name="Another", created_by=somebody)
        with pytest.raises(CommandError, match="belongs to another organisation"):
            call_command("import_organisation", str(path), stdout=io.StringIO())


def digest_in_scope(organisation_id: uuid.UUID) -> str:
    from django.db import transaction

    with transaction.atomic():
        return digest(organisation_id)


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_export_is_said_to_be_none(committed: None, tmp_path: Path, content: bytes):
    (tmp_path / "file.zip").write_bytes(content)
    with pytest.raises(CommandError, match="no export of an organisation"):
        call_command("import_organisation", str(tmp_path / "file.zip"), stdout=io.StringIO())


def test_a_row_that_claims_another_organisation_becomes_this_ones(alfa: Tenant, elsewhere: Elsewhere, tmp_path: Path):
    """Whatever a line says, the organisation is that of the archive."""
    path = _export(alfa.organisation.slug, tmp_path / "alfa.zip")
    claim = _in_entry(
        "tables/tenants.Membership.jsonl", b'{"id"', b'{"organisation_id": "01890000-0000-7000-8000-000000000000", "id"'
    )
    with elsewhere.entered():
        call_command("import_organisation", str(_spoilt(path, claim)), stdout=io.StringIO())
        with tenant_scope(alfa.pk):
            assert Membership.objects.count() == len(alfa.people) - 3
            assert search_for(uuid.UUID("01890000-0000-7000-8000-000000000000"))[1] == []
