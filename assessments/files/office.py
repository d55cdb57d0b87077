"""Office documents: archives that say themselves what they are, and carry nothing that runs or reaches out.

Refused are macros and controls, programs packed inside (OLE objects), archives inside, and parts that are loaded from
elsewhere when the document is opened (templates, frames, objects). Links that wait for a click are taken, and so are
documents of the same family inside, which is how charts keep their figures.
"""

from __future__ import annotations

from typing import IO, Final
from xml.etree import ElementTree as ET

from assessments.files import archives
from assessments.files.archives import Archive
from assessments.files.refusals import TypeMismatch, TypeRefused

CONTENT_TYPES: Final = "[Content_Types].xml"
MAX_PART_BYTES: Final = 1024**2
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_ACTIVE_TYPES = ("macroenabled", "vbaproject", "activex")
_ACTIVE_NAMES = ("vbaproject", "vbadata", "/macrosheets/", "/activex/", "/ctrlprops/")
_PACKED: Final = (
    ".bin", ".exe", ".dll", ".js", ".jse", ".vbs", ".ps1", ".bat", ".cmd", ".scr", ".lnk", ".hta", ".jar", ".zip",
    ".rar", ".7z", ".gz", ".cab", ".iso", ".msi", ".docm", ".xlsm", ".pptm", ".xlam", ".dotm", ".html", ".htm",
)  # fmt: skip
_INNOCENT_BINARIES: Final = ("/printersettings/", "/customproperty", "/calcchain", "/connections")
_LOADED: Final = ("/attachedtemplate", "/oleobject", "/frame", "/subdocument", "/package")
_ODF_ACTIVE = ("basic/", "scripts/")
_DECLARATIONS: Final = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")
)

MACROS: Final = "The document carries macros or controls; save it without them."
PACKED: Final = "The document carries another file inside that is no document; upload that on its own."
LOADED: Final = "The document loads parts of itself from elsewhere when it is opened; save it with its links broken."


def check_open_xml(file: IO[bytes], *, main_type: str) -> None:
    """A .docx, .xlsx or .pptx: its content types name one main part of `main_type`, which is there (ECMA-376-2)."""
    with archives.opened(file) as archive:
        if any(mark in f"/{name.lower()}" for name in archive.names for mark in _ACTIVE_NAMES):
            raise TypeRefused(MACROS)
        declared = [
            (entry.get("PartName", ""), entry.get("ContentType", ""))
            for entry in _xml(archive.read(CONTENT_TYPES, at_most=MAX_PART_BYTES), root=f"{_TYPES}Types")
        ]
        if any(mark in content_type.lower() for _, content_type in declared for mark in _ACTIVE_TYPES):
            raise TypeRefused(MACROS)
        main = [part for part, content_type in declared if content_type == main_type and part]
        if len(main) != 1 or main[0].lstrip("/") not in archive.names:
            raise TypeMismatch("The archive is not a document of the kind its name says.")
        _check_parts(archive)
        for name in archive.names:
            if name.lower().endswith(".rels"):
                _check_relations(archive.read(name, at_most=MAX_PART_BYTES))


def check_open_document(file: IO[bytes], *, media_type: str) -> None:
    """An OpenDocument file: its first entry `mimetype` says `media_type`, unpacked, and nothing in it is encrypted."""
    with archives.opened(file) as archive:
        if archive.names[:1] != ("mimetype",) or archive.read("mimetype", at_most=200) != media_type.encode():
            raise TypeMismatch("The archive is not a document of the kind its name says.")
        if "content.xml" not in archive.names:
            raise TypeMismatch("The part content.xml is missing.")
        if any(name.lower().startswith(_ODF_ACTIVE) for name in archive.names):
            raise TypeRefused(MACROS)
        manifest = archive.read("META-INF/manifest.xml", at_most=MAX_PART_BYTES)
        for entry in _xml(manifest, root=f"{_MANIFEST}manifest"):
            if entry.find(f"{_MANIFEST}encryption-data") is not None:
                raise TypeRefused("The document is encrypted, so nobody could check it.")
        _check_parts(archive)


def _check_parts(archive: Archive) -> None:
    """Every part, expanded piece by piece: it is as long as was said, and no XML in it defines entities."""
    for name in archive.names:
        small = f"/{name.lower()}"
        if small.endswith(_PACKED) and not any(mark in small for mark in _INNOCENT_BINARIES):
            raise TypeRefused(PACKED)
        before, first = b"", True
        for chunk in archive.chunks(name):
            if first and chunk.startswith((b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf")):
                raise TypeRefused(PACKED)
            if first and chunk.startswith(b"PK\x03\x04") and not small.endswith((".docx", ".xlsx", ".pptx")):
                raise TypeRefused(PACKED)
            first = False
            if small.endswith((".xml", ".rels", ".vml")) and any(mark in before + chunk for mark in _DECLARATIONS):
                raise TypeMismatch("A part declares a document type, which documents never do.")
            before = chunk[-32:]


def _check_relations(raw: bytes) -> None:
    for relation in _xml(raw, root=f"{_RELATIONS}Relationships"):
        outside = relation.get("TargetMode", "").lower() == "external"
        if outside and relation.get("Type", "").lower().endswith(_LOADED):
            raise TypeRefused(LOADED)


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
