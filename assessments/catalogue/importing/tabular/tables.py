"""CSV and XLSX as rows of text that know their place."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

import openpyxl

from assessments.catalogue.importing.documents.texts import decode
from assessments.catalogue.importing.report import FileUnreadable, Report
from assessments.catalogue.importing.wording import storable
from assessments.files.office import check_open_xml
from assessments.files.refusals import FileRefused

MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 500
MOST_CELLS: Final = 2_000_000
_DELIMITERS: Final = (",", ";", "\t", "|")
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_DECIMALS: Final = re.compile(r"[0#,]*0\.(0+)")
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SAMPLE_ROWS: Final = 50
NUMBER, DATE, ERROR = "number", "date", "error"


@dataclass(frozen=True, slots=True)
class Row:
    """`odd`: column → what its cell is where it is no text: a number, a date, an error of a formula."""

    place: str
    cells: tuple[str, ...]
    odd: dict[int, str] = field(default_factory=dict)

    def cell(self, column: int | None) -> str:
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows with anything in them. `number` of a row is in its place."""

    name: str
    rows: tuple[Row, ...]
    first_numbers: tuple[int, ...]


def read_delimited(data: bytes, *, file: str, report: Report) -> list[Sheet]:
    """A CSV file: the delimiter is what gives the same number of columns most often. Raises FileUnreadable."""
    text = _decoded(data, file=file, report=report)
    delimiter = ""
    if told := _SEPARATOR_LINE.match(text):
        delimiter, text = told[1], "\n" + text[told.end() :]
    delimiter = delimiter or _delimiter(text)
    rows: list[Row] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        line = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _check_size(len(rows) + 1, len(cells), file=file, report=report)
                rows.append(Row(f"line {line}", tuple(storable(cell).strip() for cell in cells)))
                numbers.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        report.fault(f"is no CSV: {error}", file=file, place=f"line {reader.line_num}")
        raise FileUnreadable from error
    return [Sheet("", tuple(rows), tuple(numbers))]


def _decoded(data: bytes, *, file: str, report: Report) -> str:
    quiet = Report()
    try:
        return decode(data, file=file, report=quiet)
    except FileUnreadable:
        report.warning("is no UTF-8; it is read as Windows-1252, so look at its accents", file=file)
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The one that cuts most of the first rows into the same number of columns, more than one."""
    best, most = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            sample = io.StringIO(text[:200_000], newline="")
            for number, cells in enumerate(csv.reader(sample, delimiter=delimiter, strict=True)):
                if number > _SAMPLE_ROWS:
                    break
                widths[len(cells)] += bool(cells)
        except csv.Error as error:
            if "unexpected end" not in str(error):  # which is where the sample was cut
                continue
        width, count = max(widths.items(), key=lambda entry: (entry[1], entry[0]), default=(0, 0))
        if width > 1 and (count, width) > most:
            best, most = delimiter, (count, width)
    return best


def read_workbook(data: bytes, *, file: str, report: Report) -> list[Sheet]:
    """Every sheet with something in it, formulas as the values that were last calculated. Raises FileUnreadable."""
    try:
        check_open_xml(io.BytesIO(data), main_type=_WORKBOOK)
    except FileRefused as error:
        report.fault(f"is no workbook that can be read: {error.sentence}", file=file)
        raise FileUnreadable from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of openpyxl, about extensions it does not need
            return _sheets(data, file=file, report=report)
    except FileUnreadable:
        raise
    except Exception as error:  # openpyxl raises anything for parts that are damaged
        report.fault(f"is a workbook that cannot be read ({type(error).__name__})", file=file)
        raise FileUnreadable from error


def _sheets(data: bytes, *, file: str, report: Report) -> list[Sheet]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets: list[Sheet] = []
    cells = 0
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows: list[Row] = []
            numbers: list[int] = []
            for number, row in enumerate(sheet.iter_rows(), start=1):
                cells += len(row)
                _check_size(number, len(row), file=file, report=report, cells=cells)
                made = _row(row, place=f"{sheet.title}, row {number}")
                if any(made.cells):
                    rows.append(made)
                    numbers.append(number)
            if rows:
                sheets.append(Sheet(sheet.title, tuple(rows), tuple(numbers)))
    finally:
        book.close()
    if not sheets:
        report.fault("is an empty workbook", file=file)
        raise FileUnreadable
    return sheets


def _check_size(rows: int, columns: int, *, file: str, report: Report, cells: int = 0) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS or cells > MOST_CELLS:
        report.fault(f"has more than {MOST_ROWS:,} rows, {MOST_COLUMNS} columns or {MOST_CELLS:,} cells", file=file)
        raise FileUnreadable


def _row(row: Any, *, place: str) -> Row:
    cells: list[str] = []
    odd: dict[int, str] = {}
    for column, cell in enumerate(row):
        text, what = _cell(cell)
        cells.append(text)
        if what:
            odd[column] = what
    while cells and not cells[-1]:
        cells.pop()
    return Row(place, tuple(cells), odd)


def _cell(cell: Any) -> tuple[str, str]:
    value = cell.value
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ("true" if value else "false"), ""
    if isinstance(value, (int, float)):
        return _number(value, number_format=str(cell.number_format or "")), NUMBER
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(), DATE
    text = storable(str(value)).strip()
    return text, ERROR if text.startswith("#") and text.endswith(("!", "?", "/A")) else ""


def _number(value: float, *, number_format: str) -> str:
    """As the sheet shows it, where its format says how many decimals; 7.1 shown as 7.10 is 7.10."""
    if (told := _DECIMALS.fullmatch(number_format.split(";", maxsplit=1)[0])) and "%" not in number_format:
        return f"{value:.{len(told[1])}f}"
    return str(int(value)) if value == int(value) else repr(float(value))


def places(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Rows with their numbers in the file, from 1."""
    return zip(sheet.first_numbers, sheet.rows, strict=True)
