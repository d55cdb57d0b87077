"""What may come in as evidence: extension, first bytes and parser must agree, and nothing crashes or hangs."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.files import archives
from assessments.files.kinds import ACCEPTED, kind_of, look_into
from assessments.files.refusals import TypeMismatch, TypeRefused
from tests.assessments import evidence_samples as samples

Judge = Callable[[str, bytes], str]
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"


@pytest.fixture
def judge() -> Judge:
    """What the child does behind its walls, here without them: tests/assessments/test_jail.py has those."""

    def judge(name: str, content: bytes) -> str:
        look_into(io.BytesIO(content), file_name=name)
        return kind_of(name).media_type

    return judge


@pytest.mark.parametrize("name", samples.GOOD)
def test_every_kind_on_the_list_is_taken_in_its_own_form(judge: Judge, name: str) -> None:
    make, media_type = samples.GOOD[name]
    assert judge(name, make()) == media_type


@pytest.mark.parametrize(
    "name",
    [
        "run.exe", "page.html", "page.htm", "drawing.svg", "data.xml", "script.js", "bundle.zip", "macros.docm",
        "macros.xlsm", "old.doc", "letter.pdf.exe", "noextension", ".pdf", "archive.tar.gz", "x.heic",
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_refused_by_its_name(judge: Judge, name: str) -> None:
    with pytest.raises(TypeRefused, match=f"Taken are {', '.join(ACCEPTED)}"):
        judge(name, samples.pdf())


@pytest.mark.parametrize("name", samples.GOOD)
@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0" + b"\0" * 200,
        b"<!DOCTYPE html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"\x7fELF" + b"\0" * 64,
        samples.archive({"a.txt": b"a"}),
    ],
    ids=["exe", "html", "svg", "elf", "zip"],
)
def test_bytes_of_a_refused_kind_under_an_accepted_name_belie_it(judge: Judge, name: str, content: bytes) -> None:
    with pytest.raises(TypeMismatch):
        judge(name, content)


@pytest.mark.parametrize("name", samples.GOOD)
@pytest.mark.parametrize("other", ["manual.pdf", "minutes.docx", "photo.png", "photo.jpg", "policy.odt"])
def test_each_kind_is_refused_under_the_name_of_every_other(judge: Judge, name: str, other: str) -> None:
    make, media_type = samples.GOOD[other]
    if samples.GOOD[name][1] == media_type:
        return
    with pytest.raises(TypeMismatch):
        judge(name, make())


def test_an_encrypted_pdf_is_refused(judge: Judge) -> None:
    with pytest.raises(TypeRefused, match="encrypted"):
        judge("a.pdf", samples.pdf(password="secret"))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\nnothing at all\n%%EOF\n",
        samples.pdf()[:-40],
        samples.pdf() + b"<script>alert(1)</script>",
        b"GIF89a" + samples.pdf(),
        samples.pdf() + samples.archive({"a": b"a"}),
        samples.pdf() + samples.archive({"a": b"a"}) + b"\n%%EOF",
    ],
    ids=["header only", "no objects", "cut off", "trailing script", "leading gif", "zip behind", "zip inside"],
)
def test_a_pdf_that_is_damaged_or_two_things_at_once_belies_its_name(judge: Judge, content: bytes) -> None:
    with pytest.raises(TypeMismatch):
        judge("a.pdf", content)


@pytest.mark.parametrize(
    "parts",
    [
        {"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}, {"word/media/image1.png": b"MZ\x90"},
        {"word/embeddings/a.zip": samples.archive({"a": b"a"})}, {"word/media/b.png": samples.archive({"a": b"a"})},
        {"word/afchunk.html": b"<script>"}, {"word/embeddings/x.docm": b"x"},
    ],
)  # fmt: skip
def test_programs_and_archives_inside_a_document_are_refused(judge: Judge, parts: dict[str, bytes]) -> None:
    with pytest.raises(TypeRefused):
        judge("a.docx", samples.docx_with(parts))


def relations(kind: str, *, mode: str = ' TargetMode="External"') -> dict[str, bytes]:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    said = f'<Relationship Id="a" Type="http://x/{kind}" Target="http://evil.example/t.dotm"{mode}/>'
    return {"word/_rels/settings.xml.rels": f'<Relationships xmlns="{space}">{said}</Relationships>'.encode()}


@pytest.mark.parametrize("kind", ["attachedTemplate", "oleObject", "frame", "subDocument"])
def test_what_a_document_loads_when_it_is_opened_is_refused(judge: Judge, kind: str) -> None:
    with pytest.raises(TypeRefused, match="elsewhere"):
        judge("a.docx", samples.docx_with(relations(kind)))
    assert judge("a.docx", samples.docx_with(relations(kind, mode="")))


def test_links_and_chart_figures_in_a_document_are_taken(judge: Judge) -> None:
    inner = {"word/embeddings/Sheet1.xlsx": samples.xlsx()}
    assert judge("a.docx", samples.docx_with(relations("hyperlink") | inner))


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
def test_entities_in_any_part_of_a_document_are_refused(judge: Judge, code: str) -> None:
    lol = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'.encode(code)
    with pytest.raises(TypeMismatch, match="document type"):
        judge("a.docx", samples.docx_with({"word/styles.xml": lol}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", samples.picture("JPEG") + b"<?php echo 1;"), ("a.jpg", samples.picture("JPEG") + b"x"),
        ("a.png", samples.picture() + b"\0"), ("a.webp", samples.picture("WEBP") + b"tail"),
        ("a.jpg", samples.picture("JPEG")[:2] + b"\xff\xfe\0\x0c<?php x?>" + samples.picture("JPEG")[2:]),
    ],
)  # fmt: skip
def test_a_picture_that_is_a_program_too_is_refused(judge: Judge, name: str, content: bytes) -> None:
    with pytest.raises(TypeMismatch):
        judge(name, content)


def test_a_second_picture_behind_a_jpeg_is_what_cameras_do(judge: Judge) -> None:
    assert judge("a.jpg", samples.picture("JPEG") * 2 + b"\0" * 8) == "image/jpeg"


@pytest.mark.parametrize(
    "content",
    [
        samples.docx_with({"word/vbaProject.bin": b"\xd0\xcf"}),
        samples.docx_with({"word/VBAPROJECT.BIN": b"\xd0\xcf"}),
        samples.docx_with({"word/activeX/activeX1.xml": b"<a/>"}),
        samples.docx_with({"word/other.bin": b""}, types={"word/other.bin": "application/vnd.ms-office.vbaProject"}),
        samples.docx_with({"word/m.xml": b""}, types={"word/m.xml": "a&#x63;tive&#88;"}),
        samples.docx_with({}, types={"word/m.xml": MACRO_TYPE}),
        samples.docx_with({"xl/macrosheets/sheet1.xml": b"<m/>"}),
    ],
)
def test_macros_and_controls_are_refused_under_any_disguise(judge: Judge, content: bytes) -> None:
    with pytest.raises(TypeRefused):
        judge("a.docx", content)


def test_an_archive_without_the_right_main_part_is_no_document(judge: Judge) -> None:
    missing = samples.archive({"[Content_Types].xml": samples.content_types({"word/document.xml": MACRO_TYPE})})
    with pytest.raises((TypeMismatch, TypeRefused)):
        judge("a.docx", missing)
    main = f"{samples.OFFICE}.wordprocessingml.document.main+xml"
    absent = samples.archive({"[Content_Types].xml": samples.content_types({"word/document.xml": main})})
    with pytest.raises(TypeMismatch):
        judge("a.docx", absent)


@pytest.mark.parametrize(
    "types",
    [
        b"not xml",
        b'<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaaa">]><Types>&a;</Types>',
        "<Types/>".encode("utf-16"),
        b"<a>" * 5000,
        b"<Other/>",
        b" " * (1024 * 1024 + 1),
    ],
    ids=["text", "entities", "utf-16", "deep", "other root", "too large"],
)
def test_hostile_content_types_are_a_refusal(judge: Judge, types: bytes) -> None:
    content = samples.archive({"[Content_Types].xml": types, "word/document.xml": b"<w/>"}, method=zipfile.ZIP_STORED)
    with pytest.raises(TypeMismatch):
        judge("a.docx", content)


def test_a_zip_bomb_is_refused_by_its_directory_alone(judge: Judge) -> None:
    bomb = samples.docx_with({"word/media/zeros.bin": b"\0" * 60 * 1024**2})
    begun = time.monotonic()
    with pytest.raises(TypeRefused, match="times as large"):
        judge("a.docx", bomb)
    assert time.monotonic() - begun < 1


def test_more_than_two_hundred_mebibytes_expanded_are_refused(judge: Judge) -> None:
    content = bytearray(samples.docx_with({"word/big.bin": b"x" * 100}))
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, at + 24, archives.MAX_EXPANDED_BYTES + 1)
    with pytest.raises(TypeRefused, match="MiB"):
        judge("a.docx", bytes(content))


def test_too_many_entries_are_refused(judge: Judge) -> None:
    with pytest.raises(TypeRefused, match="entries"):
        judge("a.docx", samples.docx_with({f"word/{n}": b"" for n in range(archives.MAX_ENTRIES)}))


def test_entries_that_overlap_are_refused(judge: Judge) -> None:
    content = bytearray(samples.docx_with({"word/a.bin": b"abcdefgh" * 9, "word/b.bin": b"12345678" * 9}))
    last = content.rfind(b"PK\x01\x02")
    before = content.rfind(b"PK\x01\x02", 0, last)
    content[last + 42 : last + 46] = content[before + 42 : before + 46]
    with pytest.raises(TypeRefused, match="overlap"):
        judge("a.docx", bytes(content))


def test_an_encrypted_archive_is_refused(judge: Judge) -> None:
    content = bytearray(samples.docx_with({}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    with pytest.raises(TypeRefused, match="encrypted"):
        judge("a.docx", bytes(content))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "word/../../x", "c:evil", "a\\b"])
def test_entries_that_point_outside_are_refused(judge: Judge, name: str) -> None:
    with pytest.raises((TypeRefused, TypeMismatch)):
        judge("a.docx", samples.docx_with({name: b"x"}))


@pytest.mark.parametrize(
    "content",
    [
        b"#!/bin/sh\n" + samples.docx(),
        samples.docx() + b"trailing",
        samples.docx()[:-30],
        b"PK\x03\x04" + b"PK\x05\x06" * 30,
        b"PK\x03\x04",
    ],
    ids=["leading", "trailing", "cut", "nonsense", "four bytes"],
)
def test_an_archive_with_anything_around_it_belies_its_name(judge: Judge, content: bytes) -> None:
    with pytest.raises(TypeMismatch):
        judge("a.docx", content)


def test_a_zip64_record_does_not_get_round_the_limits(judge: Judge) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", b"<Types/>")
    content = out.getvalue()
    end = content.rfind(b"PK\x05\x06")
    size, at = struct.unpack_from("<LL", content, end + 12)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    with pytest.raises((TypeRefused, TypeMismatch)):
        judge("a.docx", content[:end] + record + locator + content[end:])


def test_an_encrypted_open_document_is_refused(judge: Judge) -> None:
    inner = '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
    with pytest.raises(TypeRefused, match="encrypted"):
        judge("a.odt", samples.odt(manifest=inner))


@pytest.mark.parametrize(("width", "height"), [(6325, 6325), (20_000, 20_000), (60_000, 60_000)])
def test_a_picture_over_forty_million_pixels_is_refused(judge: Judge, width: int, height: int) -> None:
    with pytest.raises(TypeRefused, match="pixels"):
        judge("a.png", samples.huge_png(width, height))


@pytest.mark.parametrize(
    "content",
    [
        samples.picture()[:40],
        samples.picture()[:20] + b"\xff" * 40,
        samples.picture() + samples.archive({"a": b"a"}),
        b"\xff\xd8\xff\xe0",
        b"RIFF\0\0\0\0WEBP",
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_a_damaged_picture_belies_its_name(judge: Judge, name: str, content: bytes) -> None:
    with pytest.raises(TypeMismatch):
        judge(name, content)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\0c", "Müller".encode("latin-1"), "a,b".encode("utf-16"), b"%PDF-1.4 text", b"\xc3",
        b"x" * 65535 + b"\xc3(", b"  \n<HTML><body>", b"\xef\xbb\xbf<svg/>", b"text " + samples.archive({"a": b"a"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.md"])
def test_text_is_utf8_and_nothing_else(judge: Judge, name: str, content: bytes) -> None:
    with pytest.raises(TypeMismatch):
        judge(name, content)


def test_a_character_may_lie_across_two_chunks(judge: Judge) -> None:
    assert judge("a.txt", b"x" * 65535 + "é".encode() + b"x") == "text/plain"


@given(content=st.binary(max_size=400), name=st.sampled_from(["a.docx", "a.odt", "a.png", "a.jpg", "a.webp", "a.txt"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_bring_out_anything_but_a_verdict(judge: Judge, content: bytes, name: str) -> None:
    start = {"a.docx": b"PK\x03\x04", "a.odt": b"PK\x03\x04", "a.png": b"\x89PNG\r\n\x1a\n", "a.jpg": b"\xff\xd8\xff"}
    for beginning in (b"", start.get(name, b"")):
        try:
            judge(name, beginning + content)
        except (TypeRefused, TypeMismatch):
            continue


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_document_with_any_bytes_changed_is_taken_or_refused_and_nothing_else(
    judge: Judge, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["minutes.docx", "photo.png", "photo.webp", "policy.odt"]))
    content = bytearray(samples.GOOD[name][0]())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        judge(name, bytes(content))
    except (TypeRefused, TypeMismatch):
        return
