"""Evidence files of the kinds people really upload, made for the demo: PDF, DOCX, XLSX and PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

CSS = (
    "@page{size:A4;margin:25mm} body{font:10.5pt/1.5 'DejaVu Sans',sans-serif} h1{font-size:17pt}"
    "table{border-collapse:collapse}"
)


@dataclass(frozen=True)
class Document:
    file_name: str
    media_type: str
    data: bytes


def make_document(
    *, file_name: str, title: str, paragraphs: Sequence[str], rows: Sequence[Sequence[Any]] = ()
) -> Document:
    """The document named `file_name`; its ending says what kind it becomes."""
    kind = file_name.rpartition(".")[2]
    maker = {"pdf": _pdf, "docx": _docx, "xlsx": _xlsx, "png": _png}[kind]
    media_type = {
        "pdf": "application/pdf",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "png": "image/png",
    }[kind]
    return Document(file_name, media_type, maker(title, paragraphs, rows))


def _pdf(title: str, paragraphs: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    from weasyprint import HTML

    table = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    page = f"<html lang=en><title>{escape(title)}</title><style>{CSS} td{{border:.5pt solid #999;padding:4pt}}</style>"
    return bytes(HTML(string=f"{page}<h1>{escape(title)}</h1>{text}<table>{table}</table>").write_pdf())


def _docx(title: str, paragraphs: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    from docx import Document as Word

    document = Word()
    document.add_heading(title, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = str(value)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _xlsx(title: str, paragraphs: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Register"
    sheet.append([title])
    for paragraph in paragraphs:
        sheet.append([paragraph])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _png(title: str, paragraphs: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (1000, 620), "#f4f5f2")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((30, 30, 970, 110), fill="#1f3a4d")
    draw.text((50, 52), title, fill="white", font=ImageFont.load_default(26))
    y = 140
    for line in [*paragraphs, *("   ".join(str(cell) for cell in row) for row in rows)]:
        draw.text((50, y), line[:110], fill="#22282c", font=ImageFont.load_default(18))
        y += 34
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
