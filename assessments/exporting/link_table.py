"""A crosswalk as a table, a row for each link, that an import of links takes back as the same groups. Pure.

The columns are those of `importing.tabular.link_fields`, with one of rationale for each language. Titles are for who
reads it; those of a standard without a list of requirements here come back as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from api.spreadsheet import csv_lines
from assessments.catalogue.crosswalk import LinkGroup
from assessments.catalogue.importing.tabular.links import cell_of, guarded
from assessments.exporting.cells import HEAD, TOP, fit_on_paper, packed, write_text
from assessments.exporting.sheet import plain
from assessments.exporting.tables import BYTE_ORDER_MARK

TABLE_FORMS: Final = ("csv", "xlsx")
COLUMNS: Final = ("source_ref", "source_title", "relation", "target_ref", "target_title", "provenance")
_WIDTHS: Final = (16, 40, 12, 16, 40, 12)
_RATIONALE_WIDTH: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBook:
    """`titles`: ref → title, of either side; `name`: of the crosswalk; `made_at`: when its state was made."""

    name: str
    groups: Sequence[LinkGroup]
    titles: tuple[Mapping[str, str], Mapping[str, str]]
    made_at: datetime


def rows_of(book: LinkBook) -> Iterator[list[str]]:
    """The headings, then a row for each group in its order. Several refs and their titles are lines of one cell."""
    languages = list(dict.fromkeys(language for group in book.groups for language in group.rationale))
    yield [*COLUMNS, *(f"rationale[{language}]" for language in languages)]
    for group in book.groups:
        yield [
            cell_of(group.source),
            _titles(group.source, book.titles[0]),
            group.relation,
            cell_of(group.target),
            _titles(group.target, book.titles[1]),
            group.provenance,
            *(group.rationale.get(language, "") for language in languages),
        ]


def csv_of(book: LinkBook, *, with_mark: bool) -> bytes:
    """With the byte order mark, spreadsheets that guess take it for the UTF-8 that it is."""
    lines = csv_lines([guarded(cell) for cell in row] for row in rows_of(book))
    return BYTE_ORDER_MARK + lines if with_mark else lines


def workbook_of(book: LinkBook) -> bytes:
    """One sheet, every cell text."""
    file = Workbook()
    file.properties.creator = "Plumbline"
    file.properties.title = plain(book.name)
    file.properties.created = file.properties.modified = book.made_at.replace(tzinfo=None, microsecond=0)
    sheet = file.worksheets[0]
    sheet.title = "Links"
    for number, row in enumerate(rows_of(book), 1):
        for column, text in enumerate(row, 1):
            cell = write_text(sheet, number, column, text)
            cell.alignment = TOP
            if number == 1:
                cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
                width = _WIDTHS[column - 1] if column <= len(_WIDTHS) else _RATIONALE_WIDTH
                sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    fit_on_paper(sheet)
    return packed(file, at=book.made_at)


def _titles(refs: Sequence[str], titles: Mapping[str, str]) -> str:
    found = [" ".join(titles.get(ref, "").split()) for ref in refs]
    return "\n".join(found) if all(found) else ""
