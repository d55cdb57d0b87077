"""The kinds of evidence files that are taken, decided by extension, first bytes and a parser that must all agree.

Refused is what a browser would run (SVG, HTML), what runs by itself, what carries macros, and what cannot be looked
into because it is encrypted. Name and first bytes are looked at when a file comes in; the parsers are for the child
(`assessments.files.parsing`), and import nothing of Django.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from assessments.files.images import check_image
from assessments.files.office import check_open_document, check_open_xml
from assessments.files.pdf import check_pdf
from assessments.files.refusals import TypeMismatch, TypeRefused
from assessments.files.texts import check_text

_OPEN_XML = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """`begins`: the first bytes, one of these; empty for text. `check` takes the open file and raises TypeRefused or
    TypeMismatch.
    """

    media_type: str
    check: Callable[[IO[bytes]], None]
    begins: tuple[bytes, ...] = ()


def _open_xml(document: str) -> Kind:
    media_type = f"{_OPEN_XML}.{document}"
    return Kind(media_type, lambda file: check_open_xml(file, main_type=f"{media_type}.main+xml"), _ARCHIVE)


def _image(form: str, *begins: bytes) -> Kind:
    return Kind(f"image/{form}", lambda file: check_image(file, form=form), begins)


_ARCHIVE = (b"PK\x03\x04",)
_ODT = "application/vnd.oasis.opendocument.text"
_JPEG = _image("jpeg", b"\xff\xd8\xff")

KINDS: Final[Mapping[str, Kind]] = {
    "pdf": Kind("application/pdf", check_pdf, (b"%PDF-",)),
    "docx": _open_xml("wordprocessingml.document"),
    "xlsx": _open_xml("spreadsheetml.sheet"),
    "pptx": _open_xml("presentationml.presentation"),
    "odt": Kind(_ODT, lambda file: check_open_document(file, media_type=_ODT), _ARCHIVE),
    "png": _image("png", b"\x89PNG\r\n\x1a\n"),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": _image("webp", b"RIFF"),
    "csv": Kind("text/csv", check_text),
    "txt": Kind("text/plain", check_text),
    "md": Kind("text/markdown", check_text),
}
ACCEPTED: Final = tuple(KINDS)
_OTHERS: Final = (
    *sorted({mark for kind in KINDS.values() for mark in kind.begins}),
    b"MZ", b"\x7fELF", b"GIF8", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"II*\0",
    b"MM\0*",
)  # fmt: skip
"""First bytes that no text has."""


def kind_of(file_name: str) -> Kind:
    """The kind an extension promises, or TypeRefused."""
    extension = PurePosixPath(file_name).suffix.lower().removeprefix(".")
    kind = KINDS.get(extension)
    if kind is None:
        said = f"Files ending in .{extension[:20]}" if extension else "Files without an extension"
        raise TypeRefused(f"{said} are not taken. Taken are {', '.join(ACCEPTED)}.")
    return kind


def check_at_the_door(path: Path, *, file_name: str) -> str:
    """The media type that name and first bytes agree on, or TypeRefused or TypeMismatch. Reads a few bytes only."""
    kind = kind_of(file_name)
    with path.open("rb") as file:
        first = file.read(16)
    if not first.startswith(kind.begins) if kind.begins else first.startswith(_OTHERS):
        raise TypeMismatch("The file does not begin as its name says.")
    return kind.media_type


def look_into(file: IO[bytes], *, file_name: str) -> None:
    """Have the parser of its kind open the file. Raises TypeRefused or TypeMismatch, and whatever a parser raises that
    nobody thought of: to be called in a child behind walls.
    """
    kind_of(file_name).check(file)
