"""Which sheet, which row of headings, which columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.result import ImportOptions, TablePreview
from assessments.catalogue.importing.tabular.fields import STANDARD, Columns, Vocabulary, propose
from assessments.catalogue.importing.tabular.tables import Row, Sheet
from assessments.catalogue.importing.wording import shorten

_HEADER_WITHIN: Final = 30
_PREVIEW_ROWS: Final = 10
_PREVIEW_CELL: Final = 200


@dataclass(frozen=True, slots=True)
class Table:
    sheet: Sheet
    columns: Columns
    header_row: int
    rows: tuple[Row, ...]


def choose_table(
    sheets: Sequence[Sheet], *, file: str, options: ImportOptions, report: Report, vocabulary: Vocabulary = STANDARD
) -> Table | None:
    """The sheet that was told, otherwise the one with the most fields in its headings; of equals the longest."""
    if options.sheet:
        sheets = [sheet for sheet in sheets if sheet.name == options.sheet]
        if not sheets:
            report.fault(f"has no sheet {options.sheet}", file=file)
            return None
    found = [_headed(sheet, options=options, vocabulary=vocabulary) for sheet in sheets if sheet.rows]
    if not found:
        report.fault("holds no row", file=file)
        return None
    table = max(found, key=lambda table: (len(table.columns.numbers), len(table.rows)))
    if len(found) > 1:
        report.note(f"the sheet {table.sheet.name} is read; the others are not", file=file)
    return table


def _headed(sheet: Sheet, *, options: ImportOptions, vocabulary: Vocabulary) -> Table:
    """The header is the row, of the first thirty, with the most headings that say a field or were told."""
    told = {heading.casefold() for heading in options.columns.values() if heading}
    best, most = 0, 0
    for index, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        score = sum(
            1 for cell in row.cells if len(cell) <= 80 and (cell.casefold() in told or vocabulary.field_of(cell))
        )
        if score > most:
            best, most = index, score
    header = sheet.rows[best]
    columns = propose(header.cells, vocabulary=vocabulary)
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


def check_columns(
    table: Table, *, file: str, options: ImportOptions, report: Report, vocabulary: Vocabulary = STANDARD
) -> None:
    known = {heading.casefold() for heading in table.columns.headings}
    for name, heading in options.columns.items():
        if not vocabulary.is_field(name):
            report.fault(f"the column mapping names {name[:40]}, which is no field", file=file)
        elif heading and heading.casefold() not in known:
            report.fault(f"the column mapping says {name} is {heading[:60]}, which is no heading", file=file)
    for needed, words in vocabulary.needs:
        if needed & set(table.columns.numbers):
            continue
        headings = ", ".join(heading for heading in table.columns.headings if heading)[:200]
        place = f"row {table.header_row}"
        report.fault(f"no heading says {words} (they are {headings}); map the columns", file=file, place=place)
    if unused := table.columns.unused():
        report.note(f"columns that are not imported: {', '.join(unused)}", file=file, place=f"row {table.header_row}")


def preview_of(table: Table, *, sheets: Sequence[Sheet], file: str, parents: str) -> TablePreview:
    """How a table was understood, and its first rows."""
    width = len(table.columns.headings)
    rows = tuple(
        tuple(shorten(row.cell(number), at_most=_PREVIEW_CELL) for number in range(width))
        for row in table.rows[:_PREVIEW_ROWS]
    )
    return TablePreview(
        sheet=table.sheet.name,
        sheets=tuple(sheet.name for sheet in sheets if sheet.name),
        header_row=table.header_row,
        headings=table.columns.headings,
        columns=table.columns.named(),
        unused=table.columns.unused(),
        parents=parents,
        rows=rows,
        file=file,
    )
