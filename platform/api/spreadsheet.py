"""CSV that a spreadsheet shows as it stands, and does not run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_STARTS: Final = "=+-@|%\uff1d\uff0b\uff0d\uff20"
_BLANK: Final = " \t\r\n\v\f\0\ufeff\u00a0\u3000"


def safe_cell(value: object) -> str:
    """The value as text, with an apostrophe before what a spreadsheet would take for a formula.

    OWASP, "CSV Injection": a cell that begins with = + - @, their full-width forms, tab, CR or LF; blanks before them
    are skipped by some programs, and so are not counted here.
    """
    text = "" if value is None else str(value)
    bare = text.lstrip(_BLANK)
    dangerous = text[:1] in {"\t", "\r", "\n"} or bare[:1] in {*_STARTS} if text else False
    return f"'{text}" if dangerous else text


def csv_lines(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as CSV (RFC 4180) in UTF-8, every cell quoted and safe."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
