"""Which sheet, which row of headings, which columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.result import ImportOptions
from assessments.catalogue.importing.tabular.fields import Columns, field_of, is_field, propose
from assessments.catalogue.importing.tabular.tables import Row, Sheet

_HEADER_WITHIN: Final = 30


@dataclass(frozen=True, slots=True)
class Table:
    sheet: Sheet
    columns: Columns
    header_row: int
    rows: tuple[Row, ...]


def choose_table(sheets: Sequence[Sheet], *, file: str, options: ImportOptions, report: Report) -> Table | None:
    """The sheet that was told, otherwise the one with the most fields in its headings; of equals the longest."""
    if options.sheet:
        sheets = [sheet for sheet in sheets if sheet.name == options.sheet]
        if not sheets:
            report.fault(f"has no sheet {options.sheet}", file=file)
            return None
    found = [_headed(sheet, options=options) for sheet in sheets if sheet.rows]
    if not found:
        report.fault("holds no row", file=file)
        return None
    table = max(found, key=lambda table: (len(table.columns.numbers), len(table.rows)))
    if len(found) > 1:
        report.note(f"the sheet {table.sheet.name} is read; the others are not", file=file)
    return table


def _headed(sheet: Sheet, *, options: ImportOptions) -> Table:
    """The header is the row, of the first thirty, with the most headings that say a field or were told."""
    told = {heading.casefold() for heading in options.columns.values() if heading}
    best, most = 0, 0
    for index, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        score = sum(1 for cell in row.cells if len(cell) <= 80 and (cell.casefold() in told or field_of(cell)))
        if score > most:
            best, most = index, score
    header = sheet.rows[best]
    columns = propose(header.cells)
    return Table(sheet, _overridden(columns, options=options), sheet.first_numbers[best], sheet.rows[best + 1 :])


def _overridden(columns: Columns, *, options: ImportOptions) -> Columns:
    numbers = dict(columns.numbers)
    for name, heading in options.columns.items():
        numbers.pop(name, None)
        at = next(
            (n for n, text in enumerate(columns.headings) if text.casefold() == heading.casefold() and heading), None
        )
        if at is not None:
            numbers = {other: number for other, number in numbers.items() if number != at} | {name: at}
    return Columns(numbers, columns.headings)


def check_columns(table: Table, *, file: str, options: ImportOptions, report: Report) -> None:
    known = {heading.casefold() for heading in table.columns.headings}
    for name, heading in options.columns.items():
        if not is_field(name):
            report.fault(f"the column mapping names {name[:40]}, which is no field", file=file)
        elif heading and heading.casefold() not in known:
            report.fault(f"the column mapping says {name} is {heading[:60]}, which is no heading", file=file)
    if not {"ref", "title", "summary"} & set(table.columns.numbers):
        headings = ", ".join(heading for heading in table.columns.headings if heading)[:200]
        place = f"row {table.header_row}"
        report.fault(
            f"no heading says reference, title or text (they are {headings}); map the columns", file=file, place=place
        )
    if unused := table.columns.unused():
        report.note(f"columns that are not imported: {', '.join(unused)}", file=file, place=f"row {table.header_row}")
