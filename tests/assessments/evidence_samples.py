"""Real files of every kind that is taken, and hostile ones, made in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile

TYPES_XML = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE = "application/vnd.openxmlformats-officedocument"


def upload(name: str, content: bytes, media_type: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=media_type)


def pdf(*, pages: int = 1, password: str = "", title: str = "Procedure") -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx() -> bytes:
    from docx import Document

    document, out = Document(), io.BytesIO()
    document.add_paragraph("Management review minutes")
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    book.active.append(["clause", "level"])
    book.save(out)
    return out.getvalue()


def archive(parts: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def content_types(overrides: Mapping[str, str]) -> bytes:
    entries = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in overrides.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{TYPES_XML}">{entries}</Types>'.encode()


def pptx(**more: bytes) -> bytes:
    main = f"{OFFICE}.presentationml.presentation.main+xml"
    parts = {"[Content_Types].xml": content_types({"ppt/presentation.xml": main}), "ppt/presentation.xml": b"<p/>"}
    return archive(parts | more)


def docx_with(parts: Mapping[str, bytes], *, types: Mapping[str, str] | None = None) -> bytes:
    main = {"word/document.xml": f"{OFFICE}.wordprocessingml.document.main+xml"}
    base = {"[Content_Types].xml": content_types(main | dict(types or {})), "word/document.xml": b"<w/>"}
    return archive(base | dict(parts))


def odt(*, manifest: str = "") -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        file.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{space}">{manifest}</m:manifest>')
        file.writestr("content.xml", "<office/>")
    return out.getvalue()


def picture(form: str = "PNG", *, size: tuple[int, int] = (8, 8)) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, form)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A sound header of that size over almost no data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


GOOD = {
    "manual.pdf": (pdf, "application/pdf"),
    "minutes.docx": (docx, f"{OFFICE}.wordprocessingml.document"),
    "register.xlsx": (xlsx, f"{OFFICE}.spreadsheetml.sheet"),
    "training.pptx": (pptx, f"{OFFICE}.presentationml.presentation"),
    "policy.odt": (odt, "application/vnd.oasis.opendocument.text"),
    "photo.png": (picture, "image/png"),
    "photo.jpg": (partial(picture, "JPEG"), "image/jpeg"),
    "photo.JPEG": (partial(picture, "JPEG"), "image/jpeg"),
    "photo.webp": (partial(picture, "WEBP"), "image/webp"),
    "list.csv": (partial(str.encode, "Lieferant;Bewertung\nMüller;2\n"), "text/csv"),
    "bom.csv": (lambda: b"\xef\xbb\xbfa,b\n1,2\n", "text/csv"),
    "notes.txt": (lambda: b"As agreed.\n", "text/plain"),
    "readme.md": (lambda: b"# Scope\n\nThe *sterile* line.\n", "text/markdown"),
}
"""File name → (maker, media type it is kept under)."""
