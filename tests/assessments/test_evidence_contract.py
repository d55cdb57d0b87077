"""Evidence over the API: uploaded once, renewed, described, listed and handed out."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.files import blobs
from assessments.models import Assessment, Evidence, EvidenceVersion
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import House, run_jobs
from tests.work import make_assessment, pinned, write_answers


def send(
    house: House, name: str = "notes.txt", content: bytes = b"As agreed.\n", *, by: str = "bob", **fields: str
) -> Any:
    return house.as_(by).upload(f"{house.path}/evidence/", {"file": samples.upload(name, content), **fields})


def checked(house: House, *args: Any, **kwargs: Any) -> Any:
    """Sent, and looked at by the worker; answers as a later reading does."""
    made = send(house, *args, **kwargs)
    assert made.status_code in {200, 201}, made.content
    run_jobs(house)
    return house.as_("bob" if "bob" in house.people else "charlie").get(f"{house.path}/evidence/{made.json()['id']}/")


def refs(number: int) -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable][:number]


@pytest.mark.parametrize("name", samples.GOOD)
def test_a_file_of_every_kind_comes_back_as_it_was_sent(aria: House, name: str) -> None:
    make, media_type = samples.GOOD[name]
    content = make()
    made = send(aria, name, content)
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["already_known"] is False
    assert body["file"] | {"uploaded_at": ""} == {
        "version": 1, "file_name": name, "media_type": media_type, "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(), "uploaded_at": "",
        "state": "received", "reason": "", "virus_scan": "pending",
    }  # fmt: skip
    run_jobs(aria)
    now = aria.as_("carol").get(f"{aria.path}/evidence/{body['id']}/").json()["versions"][0]
    assert (now["state"], now["reason"], now["virus_scan"]) == ("ready", "", "not_scanned")
    got = aria.as_("carol").get(f"{aria.path}/evidence/{body['id']}/file/")
    assert got.status_code == 200
    assert b"".join(got.streaming_content) == content
    assert got["Content-Type"] == media_type


def test_new_evidence_has_a_number_a_title_and_an_etag(aria: House) -> None:
    first = send(aria, "Design review.txt", b"1\n")
    second = send(aria, content=b"2\n", title="Audit plan", description="For 2027", valid_until="2027-03-01")
    assert (first.json()["reference"], first.json()["title"], first.json()["valid_until"]) == (
        "E-0001",
        "Design review",
        None,
    )
    body = second.json()
    assert (body["number"], body["title"], body["description"]) == (2, "Audit plan", "For 2027")
    assert (body["valid_until"], body["created_by"]["name"], second["ETag"]) == ("2027-03-01", "Bob", '"1"')
    assert [version["number"] for version in body["versions"]] == [1]
    assert body["used_in"] == []


def test_the_bytes_lie_under_organisation_and_content_and_nowhere_else(aria: House) -> None:
    digest = checked(aria).json()["file"]["sha256"]
    folder = f"{aria.organisation.pk}/{digest[:2]}"
    assert default_storage.listdir(folder) == ([], [digest])
    assert default_storage.listdir("") == ([str(aria.organisation.pk)], [])
    assert default_storage.listdir(f"{aria.organisation.pk}/quarantine") == ([], [])


def test_the_same_bytes_are_kept_once_and_known_again(aria: House) -> None:
    first = send(aria, "a.txt").json()
    again = send(aria, "b.txt", title="Other", by="bella")
    assert again.status_code == 200
    assert again.json() == first | {"already_known": True}
    with tenant_scope(aria.organisation.pk):
        assert Evidence.objects.count() == 1
        assert AuditEvent.objects.filter(event="evidence.uploaded").count() == 1


def test_numbers_have_no_gaps_after_refusals_and_repeats(aria: House) -> None:
    send(aria, content=b"1\n")
    assert send(aria, "a.exe", b"MZ").status_code == 415
    assert send(aria, content=b"1\n").status_code == 200
    assert send(aria, content=b"2\n", valid_until="never").status_code == 400
    assert send(aria, content=b"2\n").json()["number"] == 2


def test_two_organisations_keep_their_own_copies_and_numbers(aria: House, nextdoor: House) -> None:
    ours = send(aria).json()
    theirs = send(nextdoor, by="charlie").json()
    assert theirs["already_known"] is False
    assert (ours["number"], theirs["number"]) == (1, 1)
    assert ours["file"]["sha256"] == theirs["file"]["sha256"]
    assert len(default_storage.listdir("")[0]) == 2


def test_a_blob_that_was_damaged_is_written_anew_by_the_next_upload(aria: House, nextdoor: House) -> None:
    evidence = checked(aria).json()
    digest = evidence["file"]["sha256"]
    path = default_storage.path(f"{aria.organisation.pk}/{digest[:2]}/{digest}")
    with open(path, "wb") as file:  # noqa: PTH123 - a storage's own path
        file.write(b"cut")
    broken = aria.as_("bob").get(f"{aria.path}/evidence/{evidence['id']}/file/")
    assert broken.status_code == 503
    send(aria)
    got = aria.as_("bob").get(f"{aria.path}/evidence/{evidence['id']}/file/")
    assert b"".join(got.streaming_content) == b"As agreed.\n"


def test_a_storage_that_does_not_answer_leaves_nothing_behind(aria: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("assessments.files.blobs.shutil.copyfileobj", gone)
        refused = send(aria)
    assert refused.status_code == 503
    assert refused["Content-Type"] == "application/problem+json"
    with tenant_scope(aria.organisation.pk):
        assert Evidence.objects.count() == 0
    assert default_storage.listdir(f"{aria.organisation.pk}/quarantine") == ([], [])
    assert checked(aria).json()["number"] == 1
    digest = hashlib.sha256(b"As agreed.\n").hexdigest()
    assert default_storage.listdir(f"{aria.organisation.pk}/{digest[:2]}") == ([], [digest])


def test_a_new_version_becomes_the_file_and_the_old_one_stays_readable(aria: House) -> None:
    bob = aria.as_("bob")
    evidence = checked(aria, "plan.txt", b"one\n").json()
    path = f"{aria.path}/evidence/{evidence['id']}/"
    made = bob.upload(f"{path}versions/", {"file": samples.upload("plan-2.md", b"two\n")})
    assert made.status_code == 201
    assert made.json()["file"]["version"] == 1
    assert b"".join(bob.get(f"{path}file/").streaming_content) == b"one\n"
    waiting = bob.get(f"{path}file/?version=2")
    assert (waiting.status_code, waiting.json()["type"]) == (409, "urn:plumbline:problem:file-not-ready")
    run_jobs(aria)
    body = bob.get(path).json()
    assert (body["file"]["version"], body["file"]["file_name"], body["title"]) == (2, "plan-2.md", "plan")
    assert [version["number"] for version in body["versions"]] == [2, 1]
    assert b"".join(bob.get(f"{path}file/").streaming_content) == b"two\n"
    assert b"".join(bob.get(f"{path}file/?version=1").streaming_content) == b"one\n"
    assert bob.get(f"{path}file/?version=3").status_code == 404
    for wrong in ("0", "-1", "x", "9" * 30, "٣"):
        assert bob.get(f"{path}file/?version={wrong}").status_code == 400

    again = bob.upload(f"{path}versions/", {"file": samples.upload("x.txt", b"two\n")})
    assert (again.status_code, again.json()["already_known"], again.json()["file"]["version"]) == (200, True, 2)
    back = bob.upload(f"{path}versions/", {"file": samples.upload("x.txt", b"one\n")})
    assert (back.status_code, back.json()["versions"][0]["number"]) == (201, 3)


def test_an_outdated_version_does_not_stand_for_its_evidence(aria: House) -> None:
    evidence = send(aria, content=b"one\n").json()
    aria.as_("bob").upload(
        f"{aria.path}/evidence/{evidence['id']}/versions/", {"file": samples.upload("b.txt", b"two\n")}
    )
    new = send(aria, content=b"one\n")
    assert (new.status_code, new.json()["number"]) == (201, 2)
    assert send(aria, content=b"two\n").json()["id"] == evidence["id"]


def test_a_download_is_an_attachment_that_no_browser_runs(aria: House) -> None:
    evidence = checked(aria, 'Prüf"bericht €.txt').json()
    got = aria.as_("carol").get(f"{aria.path}/evidence/{evidence['id']}/file/", Accept="text/html")
    digest = hashlib.sha256(b"As agreed.\n").digest()
    assert got["Content-Disposition"] == (
        "attachment; filename=\"Pr_f_bericht _.txt\"; filename*=UTF-8''Pr%C3%BCf%22bericht%20%E2%82%AC.txt"
    )
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got["Cache-Control"] == "no-store"
    assert got["Content-Length"] == "11"
    assert got["ETag"] == f'"{digest.hex()}"'
    assert got["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    assert b"".join(got.streaming_content) == b"As agreed.\n"
    head = aria.as_("carol").call("HEAD", f"{aria.path}/evidence/{evidence['id']}/file/")
    assert (head.status_code, head["Content-Length"], head["ETag"]) == (200, "11", got["ETag"])


def test_file_names_lose_paths_and_invisible_signs(aria: House) -> None:
    for sent, kept in (
        ("../../etc/plan.txt", "plan.txt"),
        ("C:\\x\\plan.txt", "plan.txt"),
        ("a\u202etxt.md", "atxt.md"),
    ):
        made = aria.as_("bob").upload(f"{aria.path}/evidence/", {"file": samples.upload(sent, sent.encode())})
        assert made.json()["file"]["file_name"] == kept


def test_title_description_and_validity_change_against_the_version_read(aria: House) -> None:
    bob, evidence = aria.as_("bob"), send(aria).json()
    path = f"{aria.path}/evidence/{evidence['id']}/"
    changed = bob.patch(path, {"title": "New", "valid_until": "2027-01-31"}, If_Match='"1"')
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert (changed.json()["title"], changed.json()["valid_until"]) == ("New", "2027-01-31")
    assert bob.patch(path, {"title": "x"}).status_code == 428
    stale = bob.patch(path, {"title": "x"}, If_Match='"1"')
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    same = bob.patch(path, {"title": "New"}, If_Match='"2"')
    assert (same.status_code, same["ETag"]) == (200, '"2"')
    assert bob.patch(path, {"valid_until": None}, If_Match='"2"').json()["valid_until"] is None
    assert bob.patch(path, {"title": " "}, If_Match='"3"').status_code == 400
    assert bob.patch(path, {"number": 7}, If_Match='"3"').status_code == 400
    with tenant_scope(aria.organisation.pk):
        events = AuditEvent.objects.filter(event="evidence.changed").order_by("seq").values_list("before", "after")
        assert events[0] == ({"title": "notes", "valid_until": None}, {"title": "New", "valid_until": "2027-01-31"})
        assert len(events) == 2


def test_only_a_changed_validity_moves_scores_and_only_where_linked(aria: House) -> None:
    bob, evidence = aria.as_("bob"), send(aria).json()
    linked, other = make_assessment(aria), make_assessment(aria, name="Other")
    [ref] = refs(1)
    write_answers(aria, linked, {ref: {"level": 2.0}})
    bob.post(f"{aria.path}/assessments/{linked.pk}/answers/{ref}/evidence/", {"evidence": evidence["id"]})

    def revisions() -> tuple[int, int]:
        with tenant_scope(aria.organisation.pk):
            known = dict(Assessment.objects.values_list("pk", "answers_revision"))
        return known[linked.pk], known[other.pk]

    before = revisions()
    path = f"{aria.path}/evidence/{evidence['id']}/"
    bob.patch(path, {"title": "New"}, If_Match='"1"')
    assert revisions() == before
    bob.patch(path, {"valid_until": "2020-01-01"}, If_Match='"2"')
    assert revisions() == (before[0] + 1, before[1])


def test_the_list_filters_orders_and_refuses_what_it_does_not_know(aria: House) -> None:
    assessment, [ref] = make_assessment(aria), refs(1)
    ids = [
        send(aria, name, name.encode(), title=title, valid_until=until).json()["id"]
        for name, title, until in (
            ("iso-cert.txt", "Certificate", "2026-01-01"),
            ("plan.md", "Audit plan", "2027-01-01"),
            ("b.txt", "Beta", ""),
        )
    ]
    aria.as_("bob").post(f"{aria.path}/assessments/{assessment.pk}/answers/{ref}/evidence/", {"evidence": ids[1]})

    def found(query: str = "") -> list[int]:
        got = aria.as_("carol").get(f"{aria.path}/evidence/{query}")
        assert got.status_code == 200, got.content
        return [row["number"] for row in got.json()["results"]]

    assert found() == [3, 2, 1]
    assert found("?ordering=number") == [1, 2, 3]
    assert found("?ordering=title") == [2, 3, 1]
    assert found("?q=CERT") == [1]
    assert found("?q=iso-") == [1]
    assert found("?q=e-0002") == [2]
    assert found("?expires_before=2026-06-01") == [1]
    assert found("?expires_before=2026-01-01") == []
    assert found("?unused=true") == [3, 1]
    assert found("?unused=false") == [2]
    assert found("?page_size=2") == [3, 2]
    assert found("?q=%25") == []
    for wrong in ("?q=%00", "?colour=red", "?expires_before=soon", "?unused=maybe", "?ordering=sha256"):
        assert aria.as_("carol").get(f"{aria.path}/evidence/{wrong}").status_code == 400
    row = aria.as_("carol").get(f"{aria.path}/evidence/?q=plan").json()["results"][0]
    assert (row["links"], row["file"]["file_name"], row["reference"]) == (1, "plan.md", "E-0002")


def test_where_an_evidence_is_used_stands_with_it(aria: House) -> None:
    assessment, evidence = make_assessment(aria), send(aria).json()
    for ref in refs(2):
        aria.as_("bob").post(
            f"{aria.path}/assessments/{assessment.pk}/answers/{ref}/evidence/", {"evidence": evidence["id"]}
        )
    used = aria.as_("carol").get(f"{aria.path}/evidence/{evidence['id']}/").json()["used_in"]
    assert [use["ref"] for use in used] == list(reversed(refs(2)))
    assert used[0]["assessment"] == {"id": str(assessment.pk), "name": "Innovation 2026", "state": "in_progress"}


def test_the_statements_of_a_list_and_a_detail_do_not_grow(aria: House) -> None:
    def statements(path: str) -> int:
        carol = aria.as_("carol")
        carol.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert carol.get(path).status_code == 200
        return len(captured)

    evidence = send(aria, content=b"0").json()
    few = statements(f"{aria.path}/evidence/"), statements(f"{aria.path}/evidence/{evidence['id']}/")
    bob, assessment = aria.as_("bob"), make_assessment(aria)
    for n in range(1, 8):
        send(aria, content=str(n).encode())
        bob.upload(f"{aria.path}/evidence/{evidence['id']}/versions/", {"file": samples.upload("a.txt", b"v%d" % n)})
    pairs = [{"ref": ref, "evidence": evidence["id"]} for ref in refs(8)]
    assert bob.post(f"{aria.path}/assessments/{assessment.pk}/evidence-links/", {"links": pairs}).status_code == 201
    assert (statements(f"{aria.path}/evidence/"), statements(f"{aria.path}/evidence/{evidence['id']}/")) == few
    assert few[0] <= 8


def test_an_upload_repeated_with_its_key_has_one_effect(aria: House) -> None:
    bob = aria.as_("bob")

    def upload(content: bytes) -> Any:
        file = samples.upload("a.txt", content)
        return bob.upload(f"{aria.path}/evidence/", {"file": file}, Idempotency_Key="upload-1")

    first = upload(b"one")
    again = upload(b"one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert upload(b"two").status_code == 422
    with tenant_scope(aria.organisation.pk):
        assert EvidenceVersion.objects.count() == 1


def test_each_change_is_in_the_audit_trail(aria: House) -> None:
    evidence = send(aria, "a.txt", b"one").json()
    aria.as_("bob").upload(
        f"{aria.path}/evidence/{evidence['id']}/versions/", {"file": samples.upload("b.txt", b"two")}
    )
    with tenant_scope(aria.organisation.pk):
        rows = list(AuditEvent.objects.order_by("seq").values("event", "actor", "object_id", "before", "after"))
    assert [row["event"] for row in rows] == ["evidence.uploaded", "evidence.version_added"]
    assert {row["actor"] for row in rows} == {f"person:{aria.people['bob'].pk}"}
    assert rows[0]["after"]["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert rows[1]["before"] == {"version": 1, "sha256": hashlib.sha256(b"one").hexdigest()}


def test_parallel_uploads_get_numbers_without_gaps_and_equal_bytes_one(
    committed: None, aria: House, in_threads: Any
) -> None:
    answers = in_threads(lambda n: send(aria, content=b"file %d" % (n % 6)).json(), range(12))
    assert sorted({answer["number"] for answer in answers}) == [1, 2, 3, 4, 5, 6]
    assert sum(answer["already_known"] for answer in answers) == 6


@pytest.mark.parametrize("planted", [b"cut", b"As agreef.\n"])
def test_a_damaged_file_is_mended_by_sending_it_again(aria: House, anywhere: str, planted: bytes) -> None:
    """In a folder and in a real bucket; whether its size tells or only its hash."""
    evidence = checked(aria).json()
    digest = evidence["file"]["sha256"]
    name = f"{aria.organisation.pk}/{digest[:2]}/{digest}"
    default_storage.delete(name)
    default_storage.save(name, ContentFile(planted))
    if len(planted) != evidence["file"]["size"]:
        assert aria.as_("bob").get(f"{aria.path}/evidence/{evidence['id']}/file/").status_code == 503
    assert send(aria).json()["already_known"] is True
    got = aria.as_("bob").get(f"{aria.path}/evidence/{evidence['id']}/file/")
    assert b"".join(got.streaming_content) == b"As agreed.\n"
    assert [found.name for found in blobs.stored(aria.organisation.pk)] == [name]
