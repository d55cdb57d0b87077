"""Imports of standards over HTTP and by command: files in, a draft or a report out, and nothing left lying."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from assessments.catalogue.models import Standard, StandardDraft
from assessments.files import blobs
from assessments.models import StandardImport
from assessments.services import standard_import_jobs
from assessments.services.standard_imports import MOST_WAITING
from tenants.models import AuditEvent, Job
from tests.assessments.catalogue.importing.files import as_bytes, as_yaml, catalog, control, library, node, profile
from tests.assessments.catalogue.importing.test_mappings import LEFT, collection, one_map
from tests.cast import House, InScope, run_jobs

pytestmark = pytest.mark.django_db

CSV = b"ref,title,summary\n4,Context,\n4.1,Know it,Everybody knows.\n4.10,Say it,Somebody says.\n"


def send(house: House, *files: tuple[str, bytes], who: str = "adam", key: str = "", **fields: Any) -> Any:
    form = {"files": [SimpleUploadedFile(name, data) for name, data in files], **fields}
    headers = {"Idempotency_Key": key} if key else {}
    return house.as_(who).upload(f"{house.path}/imports/", form, **headers)


def done(house: House, *files: tuple[str, bytes], **fields: Any) -> dict[str, Any]:
    """The import after the worker was there."""
    made = send(house, *files, **fields)
    assert made.status_code == 202, made.content
    assert (made.json()["state"], made.json()["progress"]) == ("waiting", 0)
    run_jobs(house)
    return dict(house.as_("adam").get(f"{house.path}/imports/{made.json()['id']}/").json())


def left_lying(house: House) -> list[str]:
    return [stored.name for stored in blobs.stored(house.organisation.pk)]


def test_a_table_becomes_a_draft_that_can_be_published(aria: House, in_scope: InScope) -> None:
    found = done(aria, ("Acme controls.csv", CSV), title="Acme controls", number="AC 1")
    assert (found["state"], found["progress"], found["format"], found["error"]) == ("read", 100, "CSV", "")
    draft = aria.as_("adam").get(f"{aria.path}/standards/drafts/{found['draft']}/").json()
    assert (draft["number"], draft["origin"]) == ("AC 1", "imported")
    assert [row["ref"] for row in draft["content"]["requirements"]] == ["4", "4.1", "4.10"]
    published = aria.as_("adam").post(
        f"{aria.path}/standards/drafts/{found['draft']}/publish/", None, If_Match=f'"{draft["version"]}"'
    )
    assert published.status_code == 200, published.content
    assert left_lying(aria) == []
    with in_scope(aria):
        events = list(AuditEvent.objects.order_by("seq").values_list("event", flat=True))
        assert [name for name in events if "import" in name or "draft" in name] == [
            "standard_import.begun", "standard_draft.created", "standard_import.read",
        ]  # fmt: skip
        assert Standard.objects.filter(slug="own-acme-controls", is_current=True).exists()


def test_a_preview_tells_everything_and_makes_nothing(aria: House, in_scope: InScope) -> None:
    found = done(aria, ("t.csv", CSV), preview="true")
    assert (found["state"], found["draft"], found["preview_only"]) == ("read", None, True)
    assert found["preview"]["table"]["columns"] == {"ref": "ref", "title": "title", "summary": "summary"}
    standard = found["preview"]["standard"]
    assert (standard["requirements"], standard["assessable"], standard["languages"]) == (3, 2, ["en"])
    assert [(row["ref"], row["parent"]) for row in standard["first"]] == [("4", None), ("4.1", "4"), ("4.10", "4")]
    (note,) = found["report"]
    assert (note["severity"], note["file"]) == ("note", "t.csv")
    assert note["message"].startswith("parents are taken from the references")
    with in_scope(aria):
        assert not StandardDraft.objects.exists()


def test_columns_can_be_told(aria: House) -> None:
    raw = b"What,Where\nOne,1\nTwo,2\n"
    columns = json.dumps({"ref": "Where", "title": "What"})
    found = done(aria, ("t.csv", raw), preview="true", columns=columns)
    assert [(row["ref"], row["title"]) for row in found["preview"]["standard"]["first"]] == [("1", "One"), ("2", "Two")]


def test_a_broken_file_changes_nothing_and_tells_its_places(aria: House, in_scope: InScope) -> None:
    found = done(aria, ("t.csv", b"ref,parent,title\n1,,One\n2,9,Two\n1,,Three\n"))
    assert (found["state"], found["draft"], found["counts"]["fault"]) == ("refused", None, 2)
    assert [(entry["severity"], entry["place"]) for entry in found["report"]] == [
        ("fault", "line 4"),
        ("fault", "line 3"),
    ]
    assert found["preview"]["table"]["headings"] == ["ref", "parent", "title"]
    assert left_lying(aria) == []
    with in_scope(aria):
        assert not StandardDraft.objects.exists()
        assert not Standard.objects.filter(organisation=aria.organisation).exists()


def test_a_profile_is_resolved_from_the_files_that_come_with_it(aria: House) -> None:
    source = catalog(control("a-1", "One"), control("a-2", "Two"))
    chosen = profile({"href": "c.json", "include-controls": [{"with-ids": ["a-2"]}]}, merge={"as-is": True})
    found = done(aria, ("p.json", as_bytes(chosen)), ("c.json", as_bytes(source)))
    assert found["format"] == "OSCAL profile 1.1.2 (JSON)"
    draft = aria.as_("adam").get(f"{aria.path}/standards/drafts/{found['draft']}/").json()
    assert [row["ref"] for row in draft["content"]["requirements"]] == ["ac", "a-2"]
    assert (draft["slug"], draft["report"]["format"]) == ("own-small-profile", found["format"])
    alone = done(aria, ("p.json", as_bytes(chosen)))
    assert "imports c.json, which is not among the files" in alone["report"][0]["message"]


def test_a_library_and_a_mapping(aria: House) -> None:
    found = done(aria, ("f.yaml", as_yaml(library(requirement_nodes=[node("1"), node("1.1", "1")]))))
    assert (found["format"], found["preview"]["standard"]["requirements"]) == ("CISO Assistant framework", 2)
    mapping = as_bytes(collection(one_map("subset-of", ["l-1"], ["r-1"])))
    crossed = done(aria, ("m.json", mapping), ("left.json", as_bytes(LEFT)))
    assert (crossed["state"], crossed["draft"]) == ("read", None)
    assert crossed["crosswalks"][0]["groups"] == [
        {"from": ["L1"], "to": ["r-1"], "relation": "subset", "place": "/mapping-collection/mappings/0/maps/0"}
    ]


def test_a_draft_that_cannot_be_made_is_told_like_a_fault(aria: House) -> None:
    assert done(aria, ("t.csv", CSV), slug="twice")["state"] == "read"
    again = done(aria, ("t.csv", CSV), slug="twice")
    assert (again["state"], again["draft"]) == ("refused", None)
    assert again["report"][0]["message"] == "A draft of own-twice is open: go on with that, or take another slug."


def test_a_reader_that_breaks_fails_the_import_and_nothing_else(aria: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(path: Path) -> Any:
        raise standard_import_jobs.ImportBroke("The files could not be read: they are damaged.")

    monkeypatch.setattr(standard_import_jobs, "import_packed", cut_off)
    found = done(aria, ("t.csv", CSV))
    assert (found["state"], found["error"]) == ("failed", "The files could not be read: they are damaged.")
    assert left_lying(aria) == []


def test_bytes_that_are_not_those_that_were_sent_fail_the_import(aria: House) -> None:
    made = send(aria, ("t.csv", CSV)).json()
    name = blobs.incoming_name(organisation_id=aria.organisation.pk, upload_id=made["id"])
    blobs.discard(name)
    run_jobs(aria)
    found = aria.as_("adam").get(f"{aria.path}/imports/{made['id']}/").json()
    assert (found["state"], found["error"]) == ("failed", standard_import_jobs.DAMAGED)


def test_a_job_that_runs_twice_imports_once(aria: House, in_scope: InScope) -> None:
    done(aria, ("t.csv", CSV))
    with in_scope(aria):
        Job.objects.update(state="queued")
    run_jobs(aria)
    with in_scope(aria):
        assert StandardDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("files", "fields", "place"),
    [
        ([], {}, "files"),
        ([("a.csv", CSV), ("A.csv", CSV)], {}, "files"),
        ([("a.csv", CSV)], {"root": "b.csv"}, "root"),
        ([("a.csv", CSV)], {"columns": '{"colour": "x"}'}, "columns"),
        ([("a.csv", CSV)], {"columns": "[1]"}, "columns"),
        ([("a.csv", CSV)], {"language": "English"}, "language"),
        ([("a.csv", CSV)], {"slug": "No Slug"}, "slug"),
        ([("a.csv", CSV)], {"colour": "red"}, "colour"),
    ],
)
def test_what_is_asked_wrongly_is_refused_at_once(
    aria: House, in_scope: InScope, files: list[Any], fields: dict[str, str], place: str
) -> None:
    answer = send(aria, *files, **fields)
    assert answer.status_code == 400, answer.content
    assert place in answer.json()["errors"]
    with in_scope(aria):
        assert not StandardImport.objects.exists()


def test_too_much_at_once_is_refused(aria: House) -> None:
    big = b"x" * (20 * 1024 * 1024 + 1)
    assert send(aria, ("a.csv", big)).status_code == 413
    for _ in range(MOST_WAITING):
        assert send(aria, ("a.csv", CSV)).status_code == 202
    refused = send(aria, ("a.csv", CSV))
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "too-many-imports")


def test_the_list_shows_the_newest_first_and_no_reports(aria: House) -> None:
    first, second = done(aria, ("a.csv", CSV), preview="true"), done(aria, ("b.csv", b"?"), preview="true")
    listed = aria.as_("adam").get(f"{aria.path}/imports/").json()["results"]
    assert [(row["id"], row["state"]) for row in listed] == [(second["id"], "refused"), (first["id"], "read")]
    assert "report" not in listed[0]


def test_only_those_who_manage_standards_import(aria: House, nextdoor: House) -> None:
    made = send(aria, ("a.csv", CSV)).json()
    assert send(aria, ("a.csv", CSV), who="bob").status_code == 403
    assert nextdoor.as_("charlie").get(f"{aria.path}/imports/{made['id']}/").status_code == 404
    assert nextdoor.as_("charlie").get(f"{nextdoor.path}/imports/{made['id']}/").status_code == 404


def command(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = 0
    try:
        call_command("import_standard", *arguments)
    except CommandError as error:
        code = error.returncode
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_tells_places_and_makes_a_draft(
    aria: House, in_scope: InScope, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"Where,title\n1,One\n1.1,Two\n")
    code, out, err = command(str(path), "--map", "ref=Where", capsys=capsys)
    assert (code, "CSV: 0 faults, 0 warnings, 1 notes" in out) == (0, True), out
    assert "t.csv: note: parents are taken from the references" in err
    code, out, _ = command(str(path), "--map", "ref=Where", "--organisation", "aria", "--publish", capsys=capsys)
    assert (code, "own-t: published" in out) == (0, True), out
    with in_scope(aria):
        assert Standard.objects.get(slug="own-t", is_current=True).outline["requirements"] == 2


def test_the_command_says_by_its_exit_code_what_became_of_it(
    aria: House, in_scope: InScope, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"ref,title\n1,One\n1,Two\n")
    code, _, err = command(str(path), "--organisation", "aria", capsys=capsys)
    assert code == 1
    assert "t.csv:line 3: fault: the reference 1 stands also in line 2" in err
    assert command(str(tmp_path / "none.csv"), capsys=capsys)[0] == 2
    path.write_bytes(CSV)
    assert command(str(path), "--organisation", "nowhere", capsys=capsys)[0] == 2
    assert command(str(path), "--platform", "--slug", "iso-27001-2022", capsys=capsys)[0] == 1
    with in_scope(aria):
        assert not StandardDraft.objects.exists()
