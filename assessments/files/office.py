"""Office documents: archives that say themselves what they are, and carry no macros."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from assessments.files import archives
from assessments.files.refusals import TypeMismatch, TypeRefused

CONTENT_TYPES: Final = "[Content_Types].xml"
MAX_PART_BYTES: Final = 1024**2
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_ACTIVE_TYPES = ("macroenabled", "vbaproject", "activex")
_ACTIVE_NAMES = ("vbaproject", "vbadata", "/macrosheets/", "/activex/")
_ODF_ACTIVE = ("basic/", "scripts/")


def check_open_xml(path: Path, *, main_type: str) -> None:
    """A .docx, .xlsx or .pptx: its content types name one main part of `main_type`, which is there (ECMA-376-2)."""
    with archives.opened(path) as archive:
        if any(mark in f"/{name.lower()}" for name in archive.names for mark in _ACTIVE_NAMES):
            raise TypeRefused("The document carries macros or controls; save it without them.")
        declared = [
            (entry.get("PartName", ""), entry.get("ContentType", ""))
            for entry in _xml(archive.read(CONTENT_TYPES, at_most=MAX_PART_BYTES), root=f"{_TYPES}Types")
        ]
        if any(mark in content_type.lower() for _, content_type in declared for mark in _ACTIVE_TYPES):
            raise TypeRefused("The document carries macros or controls; save it without them.")
        main = [part for part, content_type in declared if content_type == main_type and part]
        if len(main) != 1 or main[0].lstrip("/") not in archive.names:
            raise TypeMismatch("The archive is not a document of the kind its name says.")


def check_open_document(path: Path, *, media_type: str) -> None:
    """An OpenDocument file: its first entry `mimetype` says `media_type`, unpacked, and nothing in it is encrypted."""
    with archives.opened(path) as archive:
        if archive.names[:1] != ("mimetype",) or archive.read("mimetype", at_most=200) != media_type.encode():
            raise TypeMismatch("The archive is not a document of the kind its name says.")
        if "content.xml" not in archive.names:
            raise TypeMismatch("The part content.xml is missing.")
        if any(name.lower().startswith(_ODF_ACTIVE) for name in archive.names):
            raise TypeRefused("The document carries macros; save it without them.")
        manifest = archive.read("META-INF/manifest.xml", at_most=MAX_PART_BYTES)
        for entry in _xml(manifest, root=f"{_MANIFEST}manifest"):
            if entry.find(f"{_MANIFEST}encryption-data") is not None:
                raise TypeRefused("The document is encrypted, so nobody could check it.")


def _xml(raw: bytes, *, root: str) -> list[ET.Element]:
    """The children of a small part's root element. Without a document type there is no entity to expand or fetch."""
    try:
        text = raw.decode("utf-8-sig")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise TypeMismatch("A part declares a document type, which documents never do.")
        found = ET.fromstring(text.encode())  # noqa: S314 - at most 1 MiB of UTF-8 without a document type
    except (UnicodeDecodeError, ET.ParseError, ValueError, RecursionError) as error:
        raise TypeMismatch("A part that says what the document is cannot be read.") from error
    if found.tag != root:
        raise TypeMismatch("A part that says what the document is says something else.")
    return list(found)
