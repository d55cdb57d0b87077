"""Hostile archives: what grows when it is opened, and what reaches out of it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

from tests.assessments import evidence_samples as samples
from tests.assessments.hostile_sample import WORD, Hostile, zeros


def _set_in_directory(content: bytes, offset: int, form: str, value: int, *, which: int = -1) -> bytes:
    """The archive with one field of one entry of its directory overwritten."""
    places, at = [], content.find(b"PK\x01\x02")
    while at >= 0:
        places.append(at)
        at = content.find(b"PK\x01\x02", at + 4)
    out = bytearray(content)
    struct.pack_into(form, out, places[which] + offset, value)
    return bytes(out)


def bombs(_: str) -> Iterator[Hostile]:
    for megabytes in (20, 60, 190):
        content = samples.docx_with({"word/media/a.dat": zeros(megabytes * 1024**2)})
        yield Hostile(f"zip bomb of {megabytes} MiB", "a.docx", content, "rejected")
    small = samples.docx_with({"word/a.dat": b"x" * 100})
    for said in (0, 1, 10**6, 2**31, 2**32 - 1):
        yield Hostile(f"entry that says {said} bytes", "a.docx", _set_in_directory(small, 24, "<L", said), "rejected")
    inner = samples.archive({"b": zeros(10 * 1024**2)})
    for name in ("word/a.zip", "word/media/a.png", "word/embeddings/a.bin", "word/a.jar", "word/a.dat"):
        yield Hostile(f"archive inside as {name}", "a.docx", samples.docx_with({name: inner}), "rejected")
    deep = b"x"
    for _level in range(12):
        deep = samples.archive({"a.zip": deep})
    yield Hostile("archives twelve deep", "a.docx", samples.docx_with({"word/a.dat": deep}), "rejected")
    two = samples.docx_with({"word/a.bin2": b"abcdefgh" * 9, "word/b.bin2": b"12345678" * 9})
    for offset in (0, 1, 40):
        yield Hostile(
            f"entries that overlap at {offset}", "a.docx", _set_in_directory(two, 42, "<L", offset), "rejected"
        )
    many = samples.docx_with({f"word/{n}": b"" for n in range(2_500)})
    yield Hostile("two thousand five hundred entries", "a.docx", many, "rejected")
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE l [{lol}]><l>&l9;</l>'
    for name, main, part in (
        ("a.docx", "word/document.xml", "word/styles.xml"),
        ("a.xlsx", "xl/workbook.xml", "xl/s.xml"),
    ):
        kind = WORD if name == "a.docx" else f"{samples.OFFICE}.spreadsheetml.sheet.main+xml"
        base = {"[Content_Types].xml": samples.content_types({main: kind}), main: b"<w/>"}
        for code in ("utf-8", "utf-16"):
            content = samples.archive(base | {part: bomb.encode(code)})
            yield Hostile(f"billion laughs in {name}, {code}", name, content, "rejected")
        content = samples.archive(base | {"[Content_Types].xml": bomb.encode()})
        yield Hostile(f"billion laughs as the content types of {name}", name, content, "rejected")
    nested = b"<a>" * 300_000
    yield Hostile("elements 300,000 deep", "a.docx", samples.archive({"[Content_Types].xml": nested}), "rejected")


def archives(canary: str) -> Iterator[Hostile]:
    for name in (
        "../../../etc/cron.d/x",
        "/etc/passwd",
        "word/../../x",
        "c:\\x",
        "\\\\host\\share",
        "a\0b",
        "word/./../..",
    ):
        yield Hostile(
            f"entry named {name!r}", "a.docx", samples.docx_with({name: b"x"}), "either" if "\0" in name else "rejected"
        )
    for flag in (1, 0x41, 0x2001):
        yield Hostile(
            f"encrypted, flags {flag:#x}", "a.docx", _set_in_directory(samples.docx(), 8, "<H", flag), "rejected"
        )
    for method in (1, 6, 9, 12, 14, 93, 95, 98, 99):
        content = _set_in_directory(samples.docx(), 10, "<H", method)
        yield Hostile(f"packed by method {method}", "a.docx", content, "rejected")
    link = zipfile.ZipInfo("word/link")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO(samples.docx_with({}))
    with zipfile.ZipFile(out, "a") as file:
        file.writestr(link, "/etc/passwd")
    yield Hostile("symbolic link as an entry", "a.docx", out.getvalue(), "ready")
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    for kind in ("attachedTemplate", "oleObject", "frame", "subDocument"):
        target = f'<Relationship Id="a" Type="http://x/{kind}" TargetMode="External" Target="{canary}/{kind}"/>'
        part = {"word/_rels/document.xml.rels": f'<Relationships xmlns="{space}">{target}</Relationships>'.encode()}
        yield Hostile(f"{kind} from elsewhere", "a.docx", samples.docx_with(part), "rejected")
    include = f'<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{canary}/xi"/></x>'.encode()
    yield Hostile("XInclude in a part", "a.docx", samples.docx_with({"word/styles.xml": include}), "ready")
    external = f'<!DOCTYPE x SYSTEM "{canary}/dtd"><x/>'.encode()
    yield Hostile(
        "document type from elsewhere", "a.docx", samples.docx_with({"word/styles.xml": external}), "rejected"
    )
    image = f'<w xmlns:r="r"><blip r:link="{canary}/image"/></w>'.encode()
    yield Hostile("linked picture", "a.docx", samples.docx_with({"word/x.xml": image}), "ready")
