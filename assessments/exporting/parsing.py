"""The child that reads a workbook from outside: `… parsing`, the file as standard input.

Answers with one line of JSON: {"about", "header", "rows", "merged"} with a cell as it stands and {"formula": true} for
a formula, or {"slug", "sentence"} for a file that is refused. Any other end means that it could not be read.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any, Final

from assessments.exporting.sheet import ABOUT, ANSWERS, LONGEST_TEXT, MEDIA_TYPE, MOST_COLUMNS, MOST_ROWS
from assessments.files.office import check_open_xml
from assessments.files.refusals import FileRefused, TypeMismatch
from assessments.jail.inside import Limits, close_the_doors

SECONDS: Final = 20
ANSWER_BYTES: Final = 32 * 1024**2
LIMITS: Final = Limits(cpu_seconds=SECONDS, memory_bytes=512 * 1024**2, file_bytes=ANSWER_BYTES, files=16)


def import_parsers() -> None:
    """Everything that reading a workbook imports on its way, by reading one: no file can be opened afterwards."""
    from encodings import cp437, idna, latin_1, utf_8_sig, utf_16_be, utf_16_le  # noqa: F401

    from openpyxl import Workbook, load_workbook

    small = io.BytesIO()
    Workbook().save(small)
    load_workbook(small)


def read(file: Any) -> dict[str, Any]:
    """The workbook's cells. Raises TypeRefused and TypeMismatch."""
    from openpyxl import load_workbook

    check_open_xml(file, main_type=f"{MEDIA_TYPE}.main+xml")
    file.seek(0)
    book = load_workbook(file, keep_links=False)
    if ANSWERS not in book.sheetnames or ABOUT not in book.sheetnames:
        raise TypeMismatch("This is no workbook that Plumbline has written: its sheets are missing.")
    sheet, about = book[ANSWERS], book[ABOUT]
    if sheet.max_row > MOST_ROWS or about.max_row > MOST_COLUMNS:
        raise TypeMismatch(f"The workbook has more than {MOST_ROWS} rows.")
    rows = [[_value(cell) for cell in row] for row in sheet.iter_rows(max_col=min(sheet.max_column, MOST_COLUMNS))]
    return {
        "about": {str(name.value): str(value.value) for name, value in about.iter_rows(max_col=2)},
        "header": rows[0] if rows else [],
        "rows": [[number, row] for number, row in enumerate(rows[1:], 2) if any(cell is not None for cell in row)],
        "merged": bool(sheet.merged_cells.ranges),
    }


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        return {"formula": True}
    value = cell.value
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)[:LONGEST_TEXT]


def main() -> None:
    """Exit code 0 with an answer; anything else is none."""
    import_parsers()
    close_the_doors(LIMITS, readable=None)
    try:
        answer = read(sys.stdin.buffer)
    except FileRefused as refusal:
        answer = {"slug": refusal.slug, "sentence": refusal.sentence}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
