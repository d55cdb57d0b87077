"""The kinds of evidence files that are taken, decided by extension, first bytes and a parser that must all agree.

Every check is bounded in memory and time by the limits that stand beside it, and turns whatever a parser raises into a
refusal: a hostile file is answered with 415 and never with a crash. Refused is what a browser would run (SVG, HTML),
what runs by itself, what carries macros, and what cannot be looked into because it is encrypted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from assessments.files.images import check_image
from assessments.files.office import check_open_document, check_open_xml
from assessments.files.pdf import check_pdf
from assessments.files.refusals import TypeRefused
from assessments.files.texts import check_text

_OPEN_XML = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """`check` takes the path of the bytes and raises TypeRefused or TypeMismatch."""

    media_type: str
    check: Callable[[Path], None]


def _open_xml(document: str) -> Kind:
    media_type = f"{_OPEN_XML}.{document}"
    return Kind(media_type, lambda path: check_open_xml(path, main_type=f"{media_type}.main+xml"))


def _image(form: str) -> Kind:
    return Kind(f"image/{form}", lambda path: check_image(path, form=form))


KINDS: Final[Mapping[str, Kind]] = {
    "pdf": Kind("application/pdf", check_pdf),
    "docx": _open_xml("wordprocessingml.document"),
    "xlsx": _open_xml("spreadsheetml.sheet"),
    "pptx": _open_xml("presentationml.presentation"),
    "odt": Kind(
        "application/vnd.oasis.opendocument.text",
        lambda path: check_open_document(path, media_type="application/vnd.oasis.opendocument.text"),
    ),
    "png": _image("png"),
    "jpg": _image("jpeg"),
    "jpeg": _image("jpeg"),
    "webp": _image("webp"),
    "csv": Kind("text/csv", check_text),
    "txt": Kind("text/plain", check_text),
    "md": Kind("text/markdown", check_text),
}
ACCEPTED: Final = tuple(KINDS)


def media_type_of(path: Path, *, file_name: str) -> str:
    """The media type under which the file will be served, or TypeRefused or TypeMismatch (415)."""
    extension = PurePosixPath(file_name).suffix.lower().removeprefix(".")
    kind = KINDS.get(extension)
    if kind is None:
        said = f"Files ending in .{extension[:20]}" if extension else "Files without an extension"
        raise TypeRefused(f"{said} are not taken.", accepted=ACCEPTED)
    kind.check(path)
    return kind.media_type
