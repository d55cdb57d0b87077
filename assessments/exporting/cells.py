"""What the workbooks share: text that stays text, and a file that is the same for the same content."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from assessments.exporting.sheet import plain

TOP: Final = Alignment(wrap_text=True, vertical="top")
HEAD: Final = PatternFill("solid", fgColor="1F3A5F")


def packed(file: Workbook, *, at: datetime) -> bytes:
    """The file, with `at` as the time of every part: equal content of one moment gives equal bytes."""
    loose, content = io.BytesIO(), io.BytesIO()
    ExcelWriter(file, zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED)).save()
    with zipfile.ZipFile(loose) as parts, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts.read(name))
    return content.getvalue()


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Text stays text: never a formula, a number or a date."""
    cell: Any = sheet.cell(row, column)
    if text:
        cell.value = plain(text)
        cell.data_type = "s"
        cell.quotePrefix = True
    cell.number_format = "@"
    return cell


def fit_on_paper(sheet: Any) -> None:
    """On paper: A4, wide, as many pages down as it takes, numbered."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P / &N"
