"""A workbook goes out, is filled in with openpyxl as with a spreadsheet, and comes back: nothing is overwritten
silently, and a file that is broken, hostile or another's changes nothing.
"""

from __future__ import annotations

import time

import pytest

from assessments.exporting.sheet import ABOUT, ANSWERS, HEADERS, INSTRUCTIONS
from assessments.models import Answer, Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.assessments.exporting.desk import AT, Desk, make_work, stored
from tests.assessments.exporting.test_oscal_results import grant
from tests.assessments.standards import standard_of
from tests.cast import House
from tests.work import answer_all, make_assessment, pinned

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_work(aria)


def test_the_workbook_is_ready_to_be_filled_in(aria: House, work: Assessment) -> None:
    desk = Desk(aria, work)
    sheet, of = desk.sheet, pinned()
    assert desk.book.sheetnames == [INSTRUCTIONS, ANSWERS, ABOUT]
    assert desk.book[ABOUT].sheet_state == "veryHidden"
    assert [cell.value for cell in sheet[1]] == list(HEADERS.values())
    assert [sheet.cell(row, 1).value for row in range(2, sheet.max_row + 1)] == [node.ref for node in of.nodes]
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.protection.sheet, sheet.protection.password) == (True, None)
    hidden = [name for name in HEADERS if sheet.column_dimensions[sheet.cell(1, AT[name]).column_letter].hidden]
    assert hidden == ["version", "exported"]
    lists = {check.type: check for check in sheet.data_validations.dataValidation}
    assert set(lists) == {"list", "decimal"}
    [levels] = [check for check in sheet.data_validations.dataValidation if INSTRUCTIONS in str(check.formula1)]
    first, last = (int(part.rpartition("$")[2]) for part in levels.formula1.split(":"))
    offered = [desk.book[INSTRUCTIONS].cell(row, 1).value for row in range(first, last + 1)]
    names = {level["level"]: level["name"] for level in of.scale_in("en")["levels"]}
    assert offered == [f"{level} – {name}" for level, name in names.items()]
    assert desk.cell("4.1.1", "level").value == offered[2]
    assert desk.cell("4.1.2", "target").value == 4.5
    for name, locked in {"ref": True, "level": False, "note": False, "version": True, "exported": True}.items():
        assert desk.cell("4.1.1", name).protection.locked is locked, name
    assert desk.cell("4.2", "level").protection.locked, "a validated answer is taken back first"
    assert desk.cell("4", "level").protection.locked, "a heading has no answer"


def test_no_cell_is_a_formula(aria: House, work: Assessment) -> None:
    desk = Desk(aria, work)
    note = desk.cell("4.1.1", "note")
    assert (note.data_type, note.quotePrefix) == ("s", True)
    assert note.value.startswith("=HYPERLINK")
    formulas = [cell.coordinate for sheet in desk.book for row in sheet.iter_rows() for cell in row]
    assert not [one for one in formulas if desk.book[ANSWERS][one].data_type == "f"]
    assert desk.cell("4.1.1", "ref").number_format == "@"


def test_left_alone_nothing_changes(aria: House, work: Assessment) -> None:
    before = stored(aria, work)
    response = Desk(aria, work).preview()
    assert response.status_code == 200, response.content
    counts = response.json()["counts"]
    assert counts == {"unchanged": 52, "change": 0, "conflict": 0, "refused": 0, "absent": 0}
    assert stored(aria, work) == before


def test_what_was_filled_in_is_shown_and_then_applied(aria: House, work: Assessment) -> None:
    desk, before = Desk(aria, work), stored(aria, work)
    desk.fill("4.1.1", level=3, note="=typed? no, text")
    desk.cell("4.1.1", "note").data_type = "s"
    desk.fill("4.1.2", applicability="Not Applicable", reason="Sold in 2025.")
    desk.fill("5.2.1", level="4", target="3,5", note="New")
    rows = desk.rows()
    touched = {ref: row for ref, row in rows.items() if row["standing"] != "unchanged"}
    assert {ref: row["standing"] for ref, row in touched.items()} == dict.fromkeys(
        ("4.1.1", "4.1.2", "5.2.1"), "change"
    )
    assert touched["4.1.1"]["changes"][0] == {"field": "level", "now": 2.0, "workbook": 3.0}
    assert {change["field"] for change in touched["4.1.2"]["changes"]} == {"applicable", "reason"}
    assert stored(aria, work) == before, "a preview changes nothing"
    response = desk.apply({ref: row["version"] for ref, row in touched.items()})
    assert response.status_code == 200, response.content
    after = {row[0]: row[1:6] for row in stored(aria, work)}
    assert after["4.1.1"] == (3.0, None, True, "", "=typed? no, text")
    assert after["4.1.2"] == (None, 4.5, False, "Sold in 2025.", "")
    assert after["5.2.1"] == (4.0, 3.5, True, "", "New")
    assert {answer["ref"] for answer in response.json()["answers"]} == set(touched)
    with tenant_scope(aria.organisation.pk):
        events = {event.event: event for event in AuditEvent.objects.filter(object_id=str(work.pk))}
    assert events["workbook.imported"].after["rows"] == ["4.1.1", "4.1.2", "5.2.1"]
    assert len(events["workbook.imported"].after["sha256"]) == 64
    assert set(events["answers.changed"].after) == set(touched)
    assert events["assessment.exported"].after["format"] == "xlsx-workbook"


def test_only_chosen_rows_are_applied(aria: House, work: Assessment) -> None:
    desk = Desk(aria, work)
    desk.fill("4.1.1", level=3)
    desk.fill("4.1.2", level=3)
    assert desk.apply({"4.1.2": desk.rows()["4.1.2"]["version"]}).status_code == 200
    levels = {row[0]: row[1] for row in stored(aria, work)}
    assert (levels["4.1.1"], levels["4.1.2"]) == (2.0, 3.0)


def test_a_conflict_is_shown_with_both_and_taken_only_when_chosen(aria: House, work: Assessment) -> None:
    desk = Desk(aria, work)
    bella = aria.as_("bella")
    for ref, change in {"4.1.1": {"level": 4}, "4.1.2": {"note": "Hers."}}.items():
        assert bella.change(f"{desk.answers}/{ref}/", change).status_code == 200
    desk.fill("4.1.1", level=3)
    rows = desk.rows()
    assert rows["4.1.1"]["standing"] == "conflict"
    assert rows["4.1.1"]["changes"] == [{"field": "level", "now": 4.0, "workbook": 3.0}]
    assert rows["4.1.2"]["standing"] == "unchanged", "changed by her, left alone in the workbook"
    now = rows["4.1.1"]["version"]
    assert desk.apply({"4.1.1": now}).status_code == 200
    after = {row[0]: row for row in stored(aria, work)}
    assert (after["4.1.1"][1], after["4.1.2"][5]) == (3.0, "Hers.")


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_what_changes_after_the_preview_stops_the_import(aria: House, work: Assessment, who: str) -> None:
    desk = Desk(aria, work, who=who)
    desk.fill("4.1.1", level=3)
    desk.fill("4.1.2", level=3)
    shown = {ref: row["version"] for ref, row in desk.rows().items() if row["standing"] == "change"}
    assert aria.as_("bella").change(f"{desk.answers}/4.1.1/", {"level": 5}).status_code == 200
    before = stored(aria, work)
    response = desk.apply(shown)
    assert response.status_code == 412
    assert [item["ref"] for item in response.json()["stale"]] == ["4.1.1"]
    assert stored(aria, work) == before


def test_the_same_edit_as_hers_is_no_conflict(aria: House, work: Assessment) -> None:
    desk = Desk(aria, work)
    assert aria.as_("bella").change(f"{desk.answers}/4.1.1/", {"level": 3}).status_code == 200
    desk.fill("4.1.1", level=3)
    assert desk.rows()["4.1.1"]["standing"] == "unchanged"


def test_rows_may_be_sorted_and_deleted_and_columns_moved(aria: House, work: Assessment) -> None:
    desk = Desk(aria, work)
    desk.fill("4.1.1", level=3)
    sheet = desk.sheet
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    texts = [[cell.data_type for cell in row] for row in sheet.iter_rows()]
    order = [0, *range(len(rows) - 1, 4, -1), 4, 3]
    sheet.delete_rows(1, sheet.max_row)
    for at, source in enumerate(order, 1):
        for place, (value, kind) in enumerate(zip(reversed(rows[source]), reversed(texts[source]), strict=True), 1):
            sheet.cell(at, place).value = value
            sheet.cell(at, place).data_type = kind
    body = desk.preview().json()
    assert {row["ref"] for row in body["rows"] if row["standing"] == "change"} == {"4.1.1"}
    assert body["counts"]["refused"] == 0


def test_a_repeat_with_the_same_key_has_one_effect(aria: House, work: Assessment) -> None:
    desk = Desk(aria, work)
    desk.fill("4.1.1", level=3)
    content = desk.bytes()
    desk.bytes = lambda: content  # type: ignore[method-assign]
    first, second = (desk.apply({"4.1.1": 1}, Idempotency_Key="once") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content


def test_from_outside_a_workbook_of_their_sections_and_none_back(aria: House, work: Assessment) -> None:
    grant(aria, work, sections=["4.1"])
    desk = Desk(aria, work, who="rita")
    assert [row[0].value for row in desk.sheet.iter_rows(min_row=2)] == ["4.1", "4.1.1", "4.1.2", "4.1.3"]
    assert desk.preview().status_code == 403
    assert desk.apply({"4.1.1": 1}).status_code == 404
    reader = Desk(aria, work, who="carol")
    assert reader.preview().status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_thousand_requirements_go_out_and_come_back_in_time(aria: House) -> None:
    with standard_of(1000) as slug:
        work = make_assessment(aria, slug=slug)
        answer_all(aria, work, level=2.0)
        begun = time.perf_counter()
        desk = Desk(aria, work)
        begun = time.perf_counter()
        response = desk.api.get(desk.path)
        out = time.perf_counter() - begun
        content = response.content
        begun = time.perf_counter()
        back = desk.preview(content)
        returned = time.perf_counter() - begun
        print(f"workbook of 1,000 requirements: out {out:.2f} s, {len(content):,} bytes; preview {returned:.2f} s")
        assert back.json()["counts"]["unchanged"] == 1000
        assert out < 2
        with tenant_scope(aria.organisation.pk):
            Answer.objects.filter(assessment=work).delete()
            work.delete()
