"""What of a workbook is refused: rows that cannot be taken, files that are broken, hostile or another's. Each says why,
and changes nothing.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from assessments.exporting.sheet import ABOUT
from assessments.models import Assessment
from tests.assessments.exporting.desk import AT, Desk, file_of, make_work, stored
from tests.cast import House
from tests.work import make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_work(aria)


@pytest.mark.parametrize(
    ("ref", "cells", "sentence"),
    [
        ("4.1.1", {"level": 9}, "Choose one of"),
        ("4.1.1", {"level": "3 – Wonderful"}, "Choose one of"),
        ("4.1.1", {"level": "=1+1"}, "formula"),
        ("4.1.1", {"target": 77}, "The scale runs from"),
        ("4.1.1", {"target": "high"}, "Give a number."),
        ("4.1.1", {"applicability": "perhaps"}, "Choose applicable"),
        ("4.1.1", {"applicability": "not applicable"}, "Say why"),
        ("4.1.1", {"version": None}, "hidden columns"),
        ("4.1.1", {"exported": "x"}, "hidden columns"),
        ("4.1.1", {"ref": "99.9"}, "no requirement 99.9"),
        ("4.1.1", {"ref": 4.1}, "no text any more"),
        ("4.1.1", {"ref": "4.1.2"}, "more than one row"),
        ("4.1", {"level": 3}, "heading"),
        ("4.2", {"level": 3}, "validated"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(
    aria: House, work: Assessment, ref: str, cells: dict[str, Any], sentence: str
) -> None:
    desk, before = Desk(aria, work), stored(aria, work)
    number = desk.cell(ref, "ref").row
    desk.fill(ref, **cells)
    body = desk.preview().json()
    [line] = [row for row in body["rows"] if row["row"] == number]
    assert line["standing"] == "refused", line
    assert sentence in " ".join(line["errors"])
    if line["ref"]:
        response = desk.apply({line["ref"]: line["version"] or 1})
        assert response.status_code == 400, response.content
        assert sentence in str(response.json()["errors"])
    assert stored(aria, work) == before


def drop_column(desk: Desk) -> None:
    desk.sheet.delete_cols(AT["reason"])


def merge_cells(desk: Desk) -> None:
    desk.sheet.merge_cells("F4:F6")


def drop_sheet(desk: Desk) -> None:
    del desk.book[ABOUT]


def other_format(desk: Desk) -> None:
    desk.book[ABOUT]["B1"] = "plumbline-workbook-99"


@pytest.mark.parametrize(
    ("spoil", "status"), [(drop_column, 400), (merge_cells, 400), (other_format, 400), (drop_sheet, 415)]
)
def test_a_workbook_of_another_shape_is_refused_whole(
    aria: House, work: Assessment, spoil: Callable[[Desk], None], status: int
) -> None:
    desk, before = Desk(aria, work), stored(aria, work)
    desk.fill("4.1.1", level=3)
    spoil(desk)
    response = desk.preview()
    assert response.status_code == status, response.content
    assert response.json().get("errors", response.json().get("detail"))
    assert desk.apply({"4.1.1": 1}).status_code == status
    assert stored(aria, work) == before


def test_the_workbook_of_another_assessment_is_refused(aria: House, work: Assessment) -> None:
    other = make_assessment(aria, name="Another")
    desk, elsewhere = Desk(aria, work), Desk(aria, other)
    desk.fill("4.1.1", level=3)
    response = elsewhere.preview(desk.bytes())
    assert response.status_code == 400
    assert response.json()["type"] == "urn:plumbline:problem:workbook-refused"
    assert stored(aria, other) == []


def bomb(content: bytes) -> bytes:
    return _rezipped(content, {"xl/media/image1.xml": b"\0" * 60_000_000})


def macros(content: bytes) -> bytes:
    return _rezipped(content, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 attribute"})


def entities(content: bytes) -> bytes:
    text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>'
    return _rezipped(content, {"xl/sharedStrings.xml": text})


def torn(content: bytes) -> bytes:
    return content[: len(content) // 2]


def no_sheet(content: bytes) -> bytes:
    return _rezipped(content, {"xl/worksheets/sheet2.xml": b"<worksheet><broken"})


def _rezipped(content: bytes, parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, text in parts.items():
            new.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize("spoil", [bomb, macros, entities, torn, no_sheet])
def test_a_hostile_or_broken_file_changes_nothing(
    aria: House, work: Assessment, spoil: Callable[[bytes], bytes]
) -> None:
    desk, before = Desk(aria, work), stored(aria, work)
    desk.fill("4.1.1", level=3)
    begun = time.perf_counter()
    response = desk.preview(spoil(desk.bytes()))
    assert response.status_code == 415, response.content
    assert time.perf_counter() - begun < 20
    assert stored(aria, work) == before


@pytest.mark.parametrize(("name", "content"), [("answers.csv", b"ref;level\n"), ("answers.xlsx", b"ref;level\n")])
def test_what_is_no_workbook_is_refused_at_the_door(aria: House, work: Assessment, name: str, content: bytes) -> None:
    assert Desk(aria, work).preview(content, name=name).status_code == 415


@pytest.mark.parametrize("rows", ["", "x", "[]", '{"ref": "4.1.1"}', '[{"ref": "4.1.1"}]',
                                  '[{"ref": "4.1.1", "version": 1}, {"ref": "4.1.1", "version": 1}]'])  # fmt: skip
def test_the_chosen_rows_are_named_rightly(aria: House, work: Assessment, rows: str) -> None:
    desk = Desk(aria, work)
    response = desk.api.upload(f"{desk.path}apply/", {"file": file_of(desk.bytes()), "rows": rows})
    assert response.status_code == 400
    assert all(name.startswith("rows") for name in response.json()["errors"])
