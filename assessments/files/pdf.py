"""PDF: from the first byte to the last mark, opened by a parser, and without anything that acts by itself.

Refused are what runs (JavaScript, Launch, ImportData, SubmitForm, rendition and rich media actions), what carries other
files (embedded files, portfolios, XFA forms), what is encrypted, and more than MAX_PAGES pages. Links to web addresses
and places in the document are taken: they wait for a click, in the reader's own program.

The names are those of ISO 32000-2, 12.6.4 (actions), 7.11.4 (embedded files) and 12.7.8 (XFA).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any, Final

from assessments.files.archives import is_archive_too
from assessments.files.refusals import TypeMismatch, TypeRefused

MAX_PAGES: Final = 2_000
MAX_OBJECTS: Final = 400_000
_HEADER, _END = b"%PDF-", b"%%EOF"
_TAIL_BYTES = 2048
_BLANK = b"\r\n\t \0"
_CHUNK = 1024**2

_ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute", "/Movie", "/Sound"}
)
_ACTIVE_KEYS: Final = frozenset({"/JS", "/JavaScript", "/RichMediaContent", "/RichMediaSettings"})
_CARRYING_KEYS: Final = frozenset({"/EF", "/EmbeddedFiles", "/EmbeddedFile", "/Collection", "/XFA"})
_CARRYING_TYPES: Final = frozenset({"/EmbeddedFile", "/FileAttachment"})
_MARKS: Final = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
"""Also looked for in the bytes as they are: objects that an older table of the file leads to, and ours does not."""

RUNS: Final = "The PDF carries JavaScript or actions that run by themselves; print it to a new PDF without them."
CARRIES: Final = "The PDF carries other files or a form program inside; upload those files on their own."


def check_pdf(file: IO[bytes]) -> None:
    _check_ends(file)
    if is_archive_too(file):
        raise TypeMismatch("The file is a PDF and an archive at once.")
    _check_marks(file)
    _check_objects(file)


def _check_ends(file: IO[bytes]) -> None:
    file.seek(0)
    if file.read(len(_HEADER)) != _HEADER:
        raise TypeMismatch("The file does not begin like a PDF.")
    file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
    _, mark, rest = file.read().rpartition(_END)
    if not mark:
        raise TypeMismatch("The PDF is cut off: its last mark is missing.")
    if rest.strip(_BLANK):
        raise TypeMismatch("There are bytes after the end of the PDF.")


def _check_marks(file: IO[bytes]) -> None:
    file.seek(0)
    before = b""
    while chunk := file.read(_CHUNK):
        window = before + chunk
        if any(mark in window for mark in _MARKS):
            raise TypeRefused(CARRIES if b"/EmbeddedFile" in window else RUNS)
        before = chunk[-32:]


def _check_objects(file: IO[bytes]) -> None:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(file, strict=False)
        encrypted = reader.is_encrypted
        pages = 0 if encrypted else len(reader.pages)
        sound = bool(pages) and reader.pages[0].get("/Type") == "/Page"
        if not encrypted and pages <= MAX_PAGES:
            for found in _objects(reader):
                _check_object(found)
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise TypeMismatch("The file does not open as a PDF.") from error
    if encrypted:
        raise TypeRefused("The PDF is encrypted, so nobody could check it.")
    if pages > MAX_PAGES:
        raise TypeRefused(f"The PDF has more than {MAX_PAGES} pages.")
    if not sound:
        raise TypeMismatch("The file does not open as a PDF.")


def _objects(reader: Any) -> Iterator[Any]:
    """The trailer and every object the file's tables name, each with what stands inside of it."""
    from pypdf.generic import IndirectObject

    places = {(number, generation) for generation, table in reader.xref.items() for number in table}
    places |= {(number, 0) for number in reader.xref_objStm}
    if len(places) > MAX_OBJECTS:
        raise TypeRefused("The PDF has more objects than documents have.")
    yield from _inside(reader.trailer)
    for number, generation in sorted(places):
        found = reader.get_object(IndirectObject(number, generation, reader))
        if found is not None:
            yield from _inside(found)


def _inside(top: Any) -> Iterator[dict[Any, Any]]:
    """The dictionaries in an object, without following references to other objects."""
    waiting = [top]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting += [dict.get(found, key) for key in found]
        elif isinstance(found, list):
            waiting += list.__iter__(found)


def _check_object(found: dict[Any, Any]) -> None:
    keys = {str(key) for key in found}
    action, kind, subtype = (str(dict.get(found, name, "")) for name in ("/S", "/Type", "/Subtype"))
    if keys & _ACTIVE_KEYS or action in _ACTIONS or subtype in {"/RichMedia", "/3D", "/Screen", "/Movie"}:
        raise TypeRefused(RUNS)
    if keys & _CARRYING_KEYS or kind in _CARRYING_TYPES or subtype in _CARRYING_TYPES:
        raise TypeRefused(CARRIES)
