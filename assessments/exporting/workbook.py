"""Writing a workbook: instructions, a row for each requirement, drop-downs, and what an import needs to know.

Only what is to be filled in can be changed (the sheet is protected, without a password). Every text is written as
text, marked with the prefix that keeps a spreadsheet from taking it for a formula when it is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from assessments.exporting.cells import HEAD, TOP, fit_on_paper, packed, write_text
from assessments.exporting.sheet import (
    ABOUT,
    ANSWERS,
    APPLICABLE,
    FORMAT,
    HEADERS,
    HIDDEN,
    INPUTS,
    INSTRUCTIONS,
    NOT_APPLICABLE,
    Steps,
    digests,
    plain,
)

WIDTHS: Final = {
    "ref": 12, "title": 34, "question": 50, "levels": 50, "state": 13, "level": 22, "target": 9, "applicability": 16,
    "reason": 34, "note": 50,
}  # fmt: skip
_AT: Final = {name: place for place, name in enumerate(HEADERS, 1)}
_SECTION: Final = PatternFill("solid", fgColor="E6EAF0")
_INPUT: Final = PatternFill("solid", fgColor="FFFBE6")
_MISSING: Final = PatternFill("solid", bgColor="F8C9C4")
_OPEN: Final = Protection(locked=False)
_STEPS_AT: Final = 20
"""The row of the instructions from which the levels are listed; the drop-down takes them from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One requirement. `values`: by INPUTS, None for a heading; `is_open`: it may be answered now."""

    ref: str
    title: str
    question: str = ""
    levels: str = ""
    state: str = ""
    version: int = 0
    is_open: bool = False
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What a workbook is made of. `about`: what an import compares, name → value; `scale`: (minimum, maximum)."""

    title: str
    standard: str
    organisation: str
    about: Mapping[str, str]
    steps: Steps
    criteria: Sequence[tuple[float, str]]
    scale: tuple[float, float]
    lines: Iterable[Line]
    made_at: datetime


def write_workbook(book: Book) -> bytes:
    """The XLSX file."""
    file = Workbook()
    file.properties.creator = "Plumbline"
    file.properties.title = plain(book.title)
    file.properties.created = file.properties.modified = book.made_at.replace(tzinfo=None, microsecond=0)
    file.remove(file.worksheets[0])
    _instructions(file.create_sheet(INSTRUCTIONS), book)
    sheet = file.create_sheet(ANSWERS)
    last = _answers(sheet, book)
    _offer(sheet, book, last=last)
    _dress(sheet, last=last)
    about = file.create_sheet(ABOUT)
    about.sheet_state = "veryHidden"
    for row, (name, value) in enumerate({"format": FORMAT, **book.about}.items(), 1):
        write_text(about, row, 1, name)
        write_text(about, row, 2, value)
    about.protection.sheet = True
    file.active = 1
    return packed(file, at=book.made_at)


def _instructions(sheet: Worksheet, book: Book) -> None:
    lines = [
        book.title,
        f"{book.standard} · {book.organisation}",
        f"Exported {book.made_at:%Y-%m-%d %H:%M} UTC",
        "",
        "How to fill this in",
        f"1. Go to the sheet {ANSWERS}. Fill in the yellow cells; the others are locked.",
        "2. Level: choose from the list. The column before it says what each level means for that requirement.",
        "3. Target: a number on the scale, empty for the target of the whole assessment.",
        f"4. Applicability: {NOT_APPLICABLE} needs a reason, and has no level.",
        "5. Leave the hidden columns as they are: they tell which answers changed meanwhile.",
        "6. Rows may be sorted and filtered, and rows you do not need may be deleted. Columns may not.",
        "7. Upload the file where you got it. You are shown what would change before anything does, and where",
        "    somebody else has changed an answer meanwhile you see both and choose.",
        "8. Formulas are not read: paste their values. Save as .xlsx, without macros.",
    ]
    for row, line in enumerate(lines, 1):
        write_text(sheet, row, 1, line)
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A5"].font = Font(bold=True)
    write_text(sheet, _STEPS_AT - 1, 1, "Levels")
    sheet.cell(_STEPS_AT - 1, 1).font = Font(bold=True)
    words = dict(book.criteria)
    for row, level in enumerate(sorted(book.steps.names), _STEPS_AT):
        write_text(sheet, row, 1, book.steps.label(level))
        write_text(sheet, row, 2, words.get(level, ""))
        sheet.cell(row, 2).alignment = TOP
    sheet.column_dimensions["A"].width = 40
    sheet.column_dimensions["B"].width = 90
    sheet.protection.sheet = True
    fit_on_paper(sheet)


def _answers(sheet: Worksheet, book: Book) -> int:
    """Write header and lines; the number of the last row."""
    for name, place in _AT.items():
        write_text(sheet, 1, place, HEADERS[name])
        cell = sheet.cell(1, place)
        cell.font, cell.fill, cell.alignment = Font(bold=True, color="FFFFFF"), HEAD, TOP
    row = 1
    for row, line in enumerate(book.lines, 2):
        for name in ("ref", "title", "question", "levels", "state"):
            write_text(sheet, row, _AT[name], getattr(line, name)).alignment = TOP
        if line.values is None:
            for place in range(1, len(_AT) + 1):
                cell = sheet.cell(row, place)
                cell.fill, cell.font = _SECTION, Font(bold=True)
            continue
        _inputs(sheet, row, line=line, values=line.values, steps=book.steps)
        sheet.cell(row, _AT["version"], line.version)
        write_text(sheet, row, _AT["exported"], digests(line.values))
    return row


def _inputs(sheet: Worksheet, row: int, *, line: Line, values: Mapping[str, Any], steps: Steps) -> None:
    level, target = values["level"], values["target"]
    write_text(sheet, row, _AT["level"], "" if level is None else steps.label(level))
    sheet.cell(row, _AT["target"], target)
    write_text(sheet, row, _AT["applicability"], APPLICABLE if values["applicability"] else NOT_APPLICABLE)
    write_text(sheet, row, _AT["reason"], values["reason"])
    write_text(sheet, row, _AT["note"], values["note"])
    for name in INPUTS:
        cell = sheet.cell(row, _AT[name])
        cell.alignment = TOP
        if line.is_open:
            cell.protection, cell.fill = _OPEN, _INPUT


def _offer(sheet: Worksheet, book: Book, *, last: int) -> None:
    """The drop-downs, and a red cell where a reason is missing."""
    first_step, last_step = _STEPS_AT, _STEPS_AT + len(book.steps.names) - 1
    low, high = book.scale
    checks = {
        "level": DataValidation("list", formula1=f"{INSTRUCTIONS}!$A${first_step}:$A${last_step}"),
        "target": DataValidation("decimal", operator="between", formula1=f"{low:g}", formula2=f"{high:g}"),
        "applicability": DataValidation("list", formula1=f'"{APPLICABLE},{NOT_APPLICABLE}"'),
    }
    told = {"level": "Choose a level from the list.", "target": f"A number from {low:g} to {high:g}."}
    for name, check in checks.items():
        check.allow_blank, check.showErrorMessage = True, True
        check.error, check.errorTitle = told.get(name, "Choose from the list."), HEADERS[name]
        check.add(f"{_letter(name)}2:{_letter(name)}{max(last, 2)}")
        sheet.add_data_validation(check)
    reason, word = _letter("reason"), _letter("applicability")
    rule = FormulaRule(  # type: ignore[no-untyped-call]
        formula=[f'AND(${word}2="{NOT_APPLICABLE}",TRIM(${reason}2)="")'], fill=_MISSING
    )
    sheet.conditional_formatting.add(f"{reason}2:{reason}{max(last, 2)}", rule)


def _dress(sheet: Worksheet, *, last: int) -> None:
    for name, width in WIDTHS.items():
        sheet.column_dimensions[_letter(name)].width = width
    for name in HIDDEN:
        sheet.column_dimensions[_letter(name)].hidden = True
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_AT))}{max(last, 2)}"
    lock = sheet.protection
    lock.sheet = True
    lock.formatColumns = lock.formatRows = lock.autoFilter = lock.sort = False  # False: it may be done
    sheet.print_title_rows = "1:1"
    fit_on_paper(sheet)


def _letter(name: str) -> str:
    return str(get_column_letter(_AT[name]))
