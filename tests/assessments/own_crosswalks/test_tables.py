"""Tables of links over HTTP: kept as suggestions where every row is right, refused with places where one is not, and
given out as tables that come back."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from assessments.catalogue.models import Crosswalk
from tenants.models import AuditEvent
from tests.assessments.catalogue.importing.files import workbook
from tests.assessments.own_crosswalks.test_imports import mapping_set
from tests.assessments.own_crosswalks.work import (
    GDPR,
    ISO,
    QUALITY,
    content,
    link,
    make,
    own_standard,
    read,
)
from tests.assessments.test_standard_imports import done, left_lying, send
from tests.cast import House, InScope

pytestmark = pytest.mark.django_db
NAME = f"{ISO}--{QUALITY}"
SIDES = {"source": ISO, "target": QUALITY}
GOOD = (
    b"ISO 27001 control;13485 clause;Relation;Rationale\n"
    b"a.5.30;4.1.1;equal;Both want it.\n"
    b'"A.8.13\nA 8.14";"4.1.2, 4.1.3";subset of;\n'
    b"A.5.1;5.1;;Somewhat.\n"
    b"A.5.30;4.1.1;=;Again.\n"
)
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def kept(house: House, name: str = NAME) -> list[tuple[list[str], list[str], str, str]]:
    groups = read(house, name)["content"]["groups"]
    return [(group["from"], group["to"], group["relation"], group["provenance"]) for group in groups]


def findings(found: dict[str, Any], severity: str) -> list[tuple[str, str]]:
    return [(line["place"], line["message"]) for line in found["report"] if line["severity"] == severity]


def test_a_table_becomes_suggestions_that_count_once_they_are_reviewed(aria: House, in_scope: InScope) -> None:
    found = done(aria, ("our mapping.csv", GOOD), **SIDES)
    assert (found["state"], found["format"], found["draft"]) == ("read", "links (CSV)", None), found["report"]
    (crosswalk,) = found["crosswalks"]
    assert crosswalk["kept"] == {"name": NAME, "version": 1, "left_out": 0}
    assert kept(aria) == [
        (["A.5.30"], ["4.1.1"], "equal", "suggested"),
        (["A.8.13", "A.8.14"], ["4.1.2", "4.1.3"], "subset", "suggested"),
        (["A.5.1"], ["5.1"], "intersects", "suggested"),
    ]
    assert findings(found, "note") == [
        ("line 5", "says no relation; it is read as intersects"), ("line 6", "says what line 2 says; it is left out"),
    ]  # fmt: skip
    head = read(aria, NAME)
    assert (head["origin"], head["provenance"], head["suggested"]) == ("imported", "suggested", 3)
    assert head["content"]["groups"][0]["rationale"] == {"en": "Both want it."}
    reviewed = aria.as_("adam").post(f"{aria.path}/crosswalks/{NAME}/review/", {"groups": [0]}, If_Match='"1"')
    assert (reviewed.status_code, reviewed.json()["reviewed"]) == (200, 1)
    assert left_lying(aria) == []
    with in_scope(aria):
        event = AuditEvent.objects.get(event="crosswalk.created")
        assert (event.after["import"], event.after["origin"]) == (found["id"], "imported")


def test_a_workbook_with_told_columns_is_previewed_first_and_kept_then(aria: House, nextdoor: House) -> None:
    own = own_standard(aria, "rules", "R 1", "R 2")
    book = workbook(
        Notes=[["what", "this", "is"]],
        Map=[["Our rules"], ["Rule", "Theirs", "How"], ["r-1; R.2", "4.1.1", "⊂"], ["R 1", "4.1.2", "partial"]],
    )
    columns = json.dumps({"source_ref": "Rule", "target_ref": "Theirs", "relation": "How"})
    found = done(
        aria, ("m.xlsx", book), source=own, target=QUALITY, columns=columns, sheet="Map", preview="true"
    )  # fmt: skip
    table = found["preview"]["table"]
    assert (found["state"], table["sheet"], table["header_row"], table["file"]) == ("read", "Map", 2, "m.xlsx")
    assert table["columns"] == {"source_ref": "Rule", "target_ref": "Theirs", "relation": "How"}
    (crosswalk,) = found["crosswalks"]
    assert [(group["from"], group["place"]) for group in crosswalk["groups"]] == [
        (["R 1", "R 2"], "Map, row 3"), (["R 1"], "Map, row 4"),
    ]  # fmt: skip
    assert "kept" not in crosswalk
    assert aria.as_("adam").get(f"{aria.path}/crosswalks/{own}--{QUALITY}/").status_code == 404
    path = f"{aria.path}/imports/{found['id']}/crosswalks/"
    assert aria.as_("bob").post(path, {}).status_code == 403
    assert aria.as_("adam").post(path, {}).status_code == 201
    assert [group[:3] for group in kept(aria, f"{own}--{QUALITY}")] == [
        (["R 1", "R 2"], ["4.1.1"], "subset"), (["R 1"], ["4.1.2"], "intersects"),
    ]  # fmt: skip
    refused = send(nextdoor, ("m.xlsx", book), who="charlie", source=own, target=QUALITY)
    never = send(nextdoor, ("m.xlsx", book), who="charlie", source="own-never", target=QUALITY)
    assert (refused.status_code, refused.json()["errors"]) == (
        400, {"source": [f"There is no standard {own}, in the catalogue or among your own."]},
    )  # fmt: skip
    assert refused.content.replace(own.encode(), b"own-never") == never.content


@pytest.mark.parametrize("preview", ["false", "true"])
def test_one_wrong_reference_keeps_the_whole_table_out(aria: House, in_scope: InScope, preview: str) -> None:
    book = workbook(
        Links=[
            ["source_ref", "target_ref", "relation"],
            ["A.5.30", "4.1.1", "equal"],
            ["A.5.30; A.9.99", "4.1.2", "equal"],
            ["A.8.13", "99.9", "same as"],
            ["A.8.14", "4.1.3", "roughly"],
        ]
    )
    found = done(aria, ("m.xlsx", book), preview=preview, **SIDES)
    assert (found["state"], found["crosswalks"]) == ("refused", [])
    assert findings(found, "fault") == [
        ("Links, row 5, column relation", "“roughly” is no relation; it is one of equal, subset, superset, intersects"),
        ("Links, row 3, column source_ref", f"{ISO} has no “A.9.99”"),
        ("Links, row 4, column target_ref", f"{QUALITY} has no “99.9”"),
    ]
    assert found["counts"]["fault"] == 3
    assert {line["file"] for line in found["report"] if line["severity"] == "fault"} == {"m.xlsx"}
    assert found["preview"]["table"]["columns"]["source_ref"] == "source_ref"
    assert left_lying(aria) == []
    with in_scope(aria):
        assert not Crosswalk.objects.filter(organisation__isnull=False).exists()
        assert not AuditEvent.objects.filter(event__startswith="crosswalk.").exists()


def test_what_the_organisation_has_is_replaced_only_when_asked_for(aria: House) -> None:
    done(aria, ("m.csv", GOOD), **SIDES)
    other = b"source ref,target ref,relation\nA.5.2,4.1.1,superset\n"
    found = done(aria, ("m.csv", other), **SIDES)
    assert (found["state"], "kept" in found["crosswalks"][0]) == ("read", False)
    assert any("replace that" in message for _, message in findings(found, "warning"))
    assert len(kept(aria)) == 3
    path = f"{aria.path}/imports/{found['id']}/crosswalks/"
    assert aria.as_("adam").post(path, {}).status_code == 409
    assert aria.as_("adam").post(path, {"replaces": 7}).status_code == 412
    replaced = aria.as_("adam").post(path, {"replaces": 1})
    assert (replaced.status_code, replaced.json()["crosswalk"]["version"]) == (201, 2)
    assert kept(aria) == [(["A.5.2"], ["4.1.1"], "superset", "suggested")]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"source": "iso-0", "target": QUALITY}, "source"),
        ({"source": ISO, "target": "own-nothing"}, "target"),
        ({"source": ISO, "target": ISO}, "target"),
        ({"source": "x\0", "target": ISO}, "source"),
        (SIDES | {"columns": '{"ref": "x"}'}, "columns"),
        (SIDES | {"columns": '{"source_ref[fr]": "x"}'}, "columns"),
        ({"columns": '{"source_ref": "x"}'}, "columns"),
    ],
)
def test_what_is_asked_wrongly_is_refused_at_once(aria: House, fields: dict[str, str], place: str) -> None:
    answer = send(aria, ("m.csv", GOOD), **fields)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [place]), answer.content


def test_one_side_alone_makes_no_table_of_links(aria: House) -> None:
    found = done(aria, ("m.csv", GOOD), source=ISO)
    assert (found["state"], found["draft"]) == ("refused", None)
    assert findings(found, "fault")[0][1].startswith("a table of links needs both, source and target")


def test_files_that_are_made_to_harm_are_refused_by_the_walled_reader(aria: House) -> None:
    book = io.BytesIO(workbook(Links=[["source_ref", "target_ref"], ["A.5.1", "4.1.1"]]))
    with ZipFile(book, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    found = done(aria, ("m.xlsx", book.getvalue()), **SIDES)
    assert (found["state"], found["crosswalks"]) == ("refused", [])
    assert "macros" in findings(found, "fault")[0][1]
    for name, data in (("m.csv", b"%PDF-1.7"), ("m.csv", b'source ref,target ref\n"A,B\n'), ("m.csv", b"\0\1\2")):
        assert done(aria, (name, data), **SIDES)["state"] == "refused"


def test_other_files_take_their_sides_from_the_request_too(aria: House) -> None:
    found = done(aria, ("m.yaml", mapping_set(("a.5.30", "4.1.1", "equal"), source="acme-internal")), **SIDES)
    assert found["crosswalks"][0]["kept"]["name"] == NAME, found["report"]
    plain = done(aria, ("c.csv", b"Source ID,Target ID,title\n1,2,One\n"), preview="true")
    assert any("say source and target" in message for _, message in findings(plain, "warning"))


GROUPS = [
    link(["32(1)(c)", "5(2)"], ["A.5.1"], "superset", rationale={"en": '=1+1\nTwo; and, "more"', "de": "'=eins"}),
    link(["5(1)(a)"], ["A.5.2", "A.5.3"], "subset", provenance="suggested", rationale={"pt-BR": "-x"}),
    link(["5(1)(b)"], ["A.5.4"], "intersects", rationale={}),
    link(["5(1)(c)"], ["A.5.10"], "equal", rationale={"en": "a;b\nc;d\ne;f\ng;h"}),
]


@pytest.mark.parametrize("query", ["", "?bom=true", "?format=xlsx", "?format=csv&language=de"])
def test_a_crosswalk_goes_out_as_a_table_and_comes_back_whole(aria: House, query: str) -> None:
    name = make(aria, content(GDPR, ISO, *GROUPS))["name"]
    before = read(aria, name)["content"]["groups"]
    path = f"{aria.path}/crosswalks/{name}/"
    answer = aria.as_("carol").get(f"{path}table/{query}")
    form = "xlsx" if "xlsx" in query else "csv"
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}-links.{form}"'
    assert answer.headers["Content-Type"].startswith(BOOK_TYPE if form == "xlsx" else "text/csv; charset=utf-8")
    assert answer.content.startswith(b"\xef\xbb\xbf") == ("bom" in query)
    if form == "csv":
        assert b"\"'=1+1" in answer.content
        assert b"\"''=eins" in answer.content
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert aria.as_("adam").delete(path, If_Match='"1"').status_code == 204
    found = done(aria, (f"links.{form}", answer.content), source=GDPR, target=ISO)
    assert found["crosswalks"][0]["kept"] == {"name": name, "version": 2, "left_out": 0}, found["report"]
    assert found["counts"] == {"fault": 0, "warning": 0, "note": 3}, found["report"]
    again = read(aria, name)
    assert again["content"]["groups"] == [group | {"provenance": "suggested"} for group in before]
    assert again["provenance"] == "suggested"


def test_a_standard_without_a_list_keeps_its_titles_over_a_table(aria: House) -> None:
    bare = "soc-2"
    titles = {"CC1; 1": "Control, environment", "c-5": "Five"}
    body = content(bare, QUALITY, link(["CC1; 1", "c-5"], ["4.1"], "subset"), titles={"source": titles})
    name = make(aria, body)["name"]
    path = f"{aria.path}/crosswalks/{name}/"
    for form in ("csv", "xlsx"):
        table = aria.as_("carol").get(f"{path}table/?format={form}").content
        found = done(aria, (f"t.{form}", table), source=bare, target=QUALITY)
        version = read(aria, name)["version"]
        replaced = aria.as_("adam").post(f"{aria.path}/imports/{found['id']}/crosswalks/", {"replaces": version})
        assert replaced.status_code == 201, replaced.content
        back = read(aria, name)["content"]
        assert (back["groups"][0]["from"], back["titles"]["source"]) == (["CC1; 1", "c-5"], titles)


def test_the_table_shows_titles_and_is_nobody_elses(aria: House, nextdoor: House) -> None:
    own = own_standard(aria, "rules", "R 1")
    name = make(aria, content(own, QUALITY, link(["R 1"], ["4.1.1"])))["name"]
    path = f"crosswalks/{name}/table/"
    lines = aria.as_("carol").get(f"{aria.path}/{path}").content.decode().splitlines()
    assert lines[0] == (
        '"source_ref","source_title","relation","target_ref","target_title","provenance","rationale[en]"'
    )
    assert lines[1].startswith('"R 1","Requirement R 1","equal","4.1.1","')
    assert aria.as_("carol").get(f"{aria.path}/{path}?format=ods").status_code == 400
    assert aria.as_("carol").get(f"{aria.path}/{path}?colour=red").status_code == 400
    seen = nextdoor.as_("charlie").get(f"{nextdoor.path}/{path}")
    never = nextdoor.as_("charlie").get(f"{nextdoor.path}/crosswalks/own-never--{QUALITY}/table/")
    assert (seen.status_code, seen.content) == (404, never.content)


@pytest.mark.usefixtures("transactional_db")
def test_the_command_imports_a_table_for_an_organisation(
    aria: House, in_scope: InScope, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes(b"source ref,target ref\nA.9.99,4.1.1\n")
    sides = {"organisation": aria.organisation.slug, **SIDES}
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_standard", str(file), **sides)
    assert f"m.csv:line 2, column source ref: fault: {ISO} has no “A.9.99”" in capsys.readouterr().err
    file.write_bytes(GOOD)
    call_command("import_standard", str(file), **sides)
    assert f"{NAME}: kept, 3 groups for somebody to review" in capsys.readouterr().out
    with in_scope(aria):
        assert Crosswalk.objects.get(organisation__isnull=False).provenance == "suggested"
