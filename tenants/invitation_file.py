"""A list of people to invite, as spreadsheets write it: CSV in UTF-8 with or without a mark, `;` or `,` or tabs.

Pure: bytes in, rows and faults out. Each line stands for itself, so that a stray quotation mark spoils one line and not
all that follow; what is wrong is told with its line (from 1, the header's) and column.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

ROWS_MOST: Final = 500
BYTES_MOST: Final = 256 * 1024

_COLUMNS: Final = {
    "email": "email", "e-mail": "email", "email address": "email", "e-mail address": "email", "role": "role",
}  # fmt: skip
_DELIMITERS: Final = (";", ",", "\t")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_SEPARATOR: Final = re.compile(r"sep=(.)", re.IGNORECASE)


class UnreadableFile(Exception):
    """Nothing in the file can be used; `line` says where it was noticed."""

    def __init__(self, reason: str, *, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. With a `reason` it cannot be used: `column` says where, empty for the line as such."""

    line: int
    email: str = ""
    role: str = ""
    column: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InvitationList:
    rows: list[Row]
    ignored_columns: list[str]


def read_list(content: bytes, *, roles: Collection[str]) -> InvitationList:
    """Every line that holds something, in order. Raises UnreadableFile. Addresses are in small letters, unchecked."""
    lines = [(number, text) for number, text in enumerate(_LINE_END.split(_decoded(content)), 1) if text.strip(" \t;,")]
    delimiter = ""
    if lines and (said := _SEPARATOR.fullmatch(lines[0][1].strip())):
        delimiter, lines = said[1], lines[1:]
    if not lines:
        raise UnreadableFile("The file is empty. Its first line names the columns: email, role.")
    header, *body = lines
    if len(body) > ROWS_MOST:
        raise UnreadableFile(
            f"At most {ROWS_MOST} rows; this file has {len(body)}. Send it in parts.", line=body[ROWS_MOST][0]
        )
    delimiter = delimiter or max(_DELIMITERS, key=header[1].count)
    names = _header(header, delimiter=delimiter)
    found = [_COLUMNS.get(name.casefold(), "") for name in names]
    return InvitationList(
        rows=list(_rows(body, names=found, delimiter=delimiter, roles=roles)),
        ignored_columns=[name for name, known in zip(names, found, strict=True) if not known],
    )


def _decoded(content: bytes) -> str:
    if len(content) > BYTES_MOST:
        raise UnreadableFile(f"A list may have {BYTES_MOST} bytes.")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFile("The file is in UTF-16. Save it as CSV in UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFile("The file is not in UTF-8. Save it as CSV in UTF-8.", line=line) from None


def _header(header: tuple[int, str], *, delimiter: str) -> list[str]:
    number, text = header
    try:
        names = [name.strip() for name in _fields(text, delimiter=delimiter)]
    except csv.Error:
        raise UnreadableFile("The first line, which names the columns, cannot be read.", line=number) from None
    known = [_COLUMNS.get(name.casefold(), "") for name in names]
    for column in ("email", "role"):
        if known.count(column) != 1:
            how = "has no column" if column not in known else "has twice a column"
            raise UnreadableFile(f"The first line {how} {column}. It names the columns: email, role.", line=number)
    return names


def _rows(
    lines: Sequence[tuple[int, str]], *, names: Sequence[str], delimiter: str, roles: Collection[str]
) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for line, text in lines:
        try:
            fields = [field.strip() for field in _fields(text, delimiter=delimiter)]
        except csv.Error:
            yield Row(line, reason="A quotation mark is missing, or one too many.")
            continue
        if any(fields[len(names) :]):
            yield Row(line, reason="It has more fields than the first line has columns.")
            continue
        values = dict(zip(names, fields, strict=False))
        email, role = values.get("email", "").lower(), values.get("role", "").casefold()
        row = Row(line, email, role)
        if not email:
            yield Row(line, email, role, "email", "There is no address.")
        elif email in seen:
            yield Row(line, email, role, "email", f"The address stands in line {seen[email]} already.")
        elif role not in roles:
            reason = f"One of {', '.join(roles)}." if role else "There is no role."
            yield Row(line, email, role, "role", reason)
        else:
            yield row
        seen.setdefault(email, line)


def _fields(text: str, *, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter, strict=True), [])
