"""What is recognised by content, what is refused, and that nothing hostile gets further than that."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest

from assessments.catalogue.importing.importer import import_files
from assessments.catalogue.importing.result import MOST_BYTES, SourceFile
from tests.assessments.catalogue.importing.files import (
    as_yaml,
    catalog,
    control,
    imported,
    library,
    messages,
    node,
    told,
    workbook,
)

JSON = json.dumps(catalog(control("a-1")))


@pytest.mark.parametrize("name", ["a.json", "a.xml", "a.csv", "a", "a.exe"])
def test_the_name_never_decides(name: str) -> None:
    assert imported((name, JSON)).format == "OSCAL catalog 1.1.2 (JSON)"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"%PDF-1.7 x", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office file of the kind before 2007, or an encrypted one"),
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"abc\x00\x01def", "is no text and no workbook"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"<html><body/></html>", "is a web page"),
        (b"<a><b></a>", "is no XML: mismatched tag"),
        (b"<a/>", "is XML, but not OSCAL's"),
        (b'{"a": }', "is no JSON: Expecting value"),
        (b'{"a": 1}', "is JSON, but neither OSCAL"),
        (b"[1]", "must be an object at the top, not a list"),
        (b"a: [1, 2", "is no YAML"),
        (b"a: 1\n---\nb: 2\n", "holds a second document"),
        (b"a: !!python/object/apply:os.system [ls]\n", "is not for data"),
        (b"a: &x [*x]\n", "the alias x holds itself"),
        (b"a: *nope\n", "the alias nope names nothing"),
        (b"PK\x03\x04 not really", "is no workbook that can be read"),
        (b"\xff{", "is no"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(raw: bytes, message: str) -> None:
    found = imported(("f", raw))
    assert found.content is None
    assert told(found, "fault", message) or b"\xff" in raw[:1], messages(found)


def test_the_place_of_a_syntax_fault_is_told() -> None:
    assert told(imported(("f", b'{\n "a": 1,\n oops\n}')), "fault", "f:line 3, column 2")
    assert told(imported(("f", b"a: 1\nb: [\n")), "fault", "f:line 3, column 1")
    assert told(imported(("f", b"<a>\n<b>\n</a>")), "fault", "f:line 3, column 3")
    assert told(imported(("f", b"{\n\n\xff")), "fault", "f:line 3", "is no UTF-8 text")


def test_entities_and_document_types_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0">&z;</catalog>'
    outside = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>'
    for raw in (bomb, outside):
        assert told(imported(("f", f'<?xml version="1.0"?>{raw}')), "fault", "declares a document type or entities")


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert told(imported(("f", "\n".join(lines))), "fault", "holds too many values, its aliases written out")


def test_an_alias_means_what_it_names() -> None:
    raw = as_yaml(library(requirement_nodes=[node("1"), node("2")])).decode()
    raw = raw.replace("ref_id: '1'", "ref_id: &r one").replace("ref_id: '2'", "name: *r")
    found = imported(("f", raw))
    assert found.content is not None
    assert found.content.requirements[1].texts["en"].title == "one"


@pytest.mark.parametrize("raw", ['{"a":' * 5000, "[" * 100_000, '{"catalog":' + '{"groups":[' * 200 + "]}" * 200 + "}"])
def test_depth_is_limited(raw: str) -> None:
    assert imported(("f", raw)).refused


def test_deep_yaml_and_xml_are_refused() -> None:
    assert told(imported(("f", "a: " + "[" * 5000)), "fault", "nested")
    deep = "<group>" * 5000 + "</group>" * 5000
    raw = f'<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0">{deep}</catalog>'
    assert told(imported(("f", raw)), "fault", "nested")


def test_size_and_number_of_files_are_limited() -> None:
    half = b"x" * (MOST_BYTES // 2 + 1)
    assert told(imported(("a", half), ("b", half)), "fault", "an import may have 20,971,520")
    assert told(imported(*[(str(n), "x") for n in range(21)]), "fault", "there are 21 files")
    assert told(imported(("a", "x"), ("A", "x")), "fault", "two files of this name")
    assert told(imported(), "fault", "there is no file")


def test_files_of_several_formats_are_refused_together() -> None:
    found = imported(("a", JSON), ("b", "ref,title\n1,One\n"))
    assert told(found, "fault", "of several formats (a, b)")


def test_a_zip_bomb_is_no_workbook() -> None:
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook(S=[["ref", "title"], ["1", "x"]]))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for entry in good.infolist():
            bad.writestr(entry.filename, good.read(entry))
        bad.writestr("xl/worksheets/sheet9.xml", b"0" * 50_000_000)
    assert told(imported(("w.xlsx", out.getvalue())), "fault", "is no workbook that can be read")


def test_too_many_nodes_are_refused() -> None:
    raw = "ref,title\n" + "".join(f"{number},T\n" for number in range(10_001))
    assert told(imported(("t.csv", raw)), "fault", "holds 10,001 nodes; a standard may have 10,000")


def test_several_thousand_nodes_import() -> None:
    raw = "ref,title\n" + "".join(f"{chapter}.{number},T\n" for chapter in range(50) for number in range(180))
    found = imported(("t.csv", raw))
    assert found.content is not None
    assert len(found.content.requirements) == 9000


def test_a_key_that_stands_twice_is_told() -> None:
    assert told(imported(("f", JSON[:-1] + ', "x": 1, "x": 2}')), "warning", "has a key twice (x)")
    raw = as_yaml(library(requirement_nodes=[node("1")])) + b"name: again\n"
    assert told(imported(("f", raw)), "warning", "line ", "name stands twice in one object")


def test_characters_that_cannot_be_stored_do_not_come_through() -> None:
    raw = json.dumps(catalog(control("a-1", "A\x00B \ud800 C")))
    found = imported(("f", raw))
    assert found.content is not None
    assert found.content.requirements[1].texts["en"].title == "AB C"


def test_long_references_titles_and_texts_are_cut_and_told() -> None:
    raw = f"ref,title,summary\n{'r' * 80},{'t ' * 200},{'s ' * 12_000}\n1/2,x,y\n"
    found = imported(("t.csv", raw))
    assert found.content is not None
    first, second = found.content.requirements
    assert (len(first.ref), len(first.texts["en"].title) <= 300, len(first.texts["en"].summary) <= 20_000) == (
        60,
        True,
        True,
    )
    assert second.ref == "1-2"
    assert told(found, "warning", "line 2", "is written rrrr")
    assert told(found, "note", "line 2", "its title is too long")
    assert told(found, "warning", "line 2", "its summary has 24,", "is cut at 20,000")
    assert told(found, "warning", "line 3", "the reference “1/2” is written 1-2")


def test_a_fault_leaves_nothing_but_the_report() -> None:
    found = import_files([SourceFile("good.csv", b"ref,title\n1,One\n"), SourceFile("bad.pdf", b"%PDF")])
    assert (found.content, found.crosswalks, found.refused) == (None, (), True)
