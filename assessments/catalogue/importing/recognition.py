"""What a file is, by its content alone."""

from __future__ import annotations

import re
from typing import Final

from assessments.catalogue.importing.report import FileUnreadable, Report
from assessments.catalogue.importing.result import SourceFile

JSON, YAML, XML, WORKBOOK, TABLE = "JSON", "YAML", "XML", "workbook", "CSV"
_OTHERS: Final = (
    (b"%PDF", "a PDF; importers need data, so ask the publisher for OSCAL, CSV or a workbook"),
    (
        b"\xd0\xcf\x11\xe0",
        "an Office file of the kind before 2007, or an encrypted one; save it as .xlsx without a password",
    ),
    (b"\x1f\x8b", "compressed; unpack it first"),
    (b"7z\xbc\xaf", "compressed; unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a text document; save its table as CSV or a workbook"),
)
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_YAML_LINE: Final = re.compile(r"""(---|%YAML|- |[\w"'][\w .\-"']{0,80}:(\s|$))""")
_SAMPLE: Final = 64 * 1024


def notation_of(file: SourceFile, *, report: Report) -> str:
    """JSON, YAML, XML, workbook or CSV. Raises FileUnreadable for what is known to be something else."""
    data = file.data.removeprefix(_UTF8_MARK)
    if data.startswith(b"PK\x03\x04"):
        return WORKBOOK
    for start, sentence in _OTHERS:
        if data.startswith(start):
            report.fault(f"is {sentence}", file=file.name)
            raise FileUnreadable
    if not data.strip():
        report.fault("is empty", file=file.name)
        raise FileUnreadable
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    if b"\x00" in data[:_SAMPLE] and not wide:
        report.fault("is no text and no workbook", file=file.name)
        raise FileUnreadable
    text = data[:_SAMPLE].decode("utf-16" if wide else "utf-8", errors="replace").lstrip()
    if text.startswith("<"):
        if re.match(r"(?i)<(!doctype html|html)", text):
            report.fault("is a web page, not the file behind it; download the file itself", file=file.name)
            raise FileUnreadable
        return XML
    if text.startswith(("{", "[")):
        return JSON
    return YAML if _looks_like_yaml(text) else TABLE


def _looks_like_yaml(text: str) -> bool:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return bool(_YAML_LINE.match(line))
    return False
