"""Plain text: UTF-8 from the first byte to the last, and not the source of something a browser would run."""

from __future__ import annotations

import codecs
from typing import IO, Final

from assessments.files.archives import is_archive_too
from assessments.files.refusals import TypeMismatch

CHUNK_BYTES: Final = 64 * 1024
_OTHER_KINDS = ("<!doctype", "<html", "<?xml", "<svg", "<script", "<?php", "%pdf-", "{\\rtf", "#!")


def check_text(file: IO[bytes]) -> None:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    first = True
    file.seek(0)
    try:
        while chunk := file.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            if "\0" in text:
                raise TypeMismatch("The file holds zero bytes, so it is not text.")
            if first and text.lstrip().lower().startswith(_OTHER_KINDS):
                raise TypeMismatch("The file is text of another kind than its name says.")
            first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise TypeMismatch("The file is not text in UTF-8; save it as UTF-8.") from error
    if is_archive_too(file):
        raise TypeMismatch("The file is text and an archive at once.")
