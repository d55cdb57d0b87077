"""PDF as evidence: what opens, what acts by itself, and what carries other files."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest

from assessments.files import pdf
from assessments.files.kinds import kind_of, look_into
from assessments.files.refusals import TypeMismatch, TypeRefused
from tests.assessments import evidence_samples as samples

Judge = Callable[[str, bytes], str]


@pytest.fixture
def judge() -> Judge:
    def judge(name: str, content: bytes) -> str:
        look_into(io.BytesIO(content), file_name=name)
        return kind_of(name).media_type

    return judge


def pdf_of(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    body = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return body + table + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, trailer, len(body),
    )  # fmt: skip


PAGES = (b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")


def test_a_pdf_whose_page_tree_is_a_circle_is_refused_in_time(judge: Judge) -> None:
    content = pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
    begun = time.monotonic()
    with pytest.raises(TypeMismatch):
        judge("a.pdf", content)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("catalogue", "more", "reason"),
    [
        (b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>", (), pdf.RUNS),
        (b"/OpenAction<</S/J#61vaScript/J#53(1)>>", (), pdf.RUNS),
        (b"/OpenAction 4 0 R", (b"<</S/Launch/F(cmd.exe)>>",), pdf.RUNS),
        (b"/AA<</WC<</S/SubmitForm/F(http://x.example)>>>>", (), pdf.RUNS),
        (b"/Names<</JavaScript<</Names[(a) 4 0 R]>>>>", (b"<</S/Named>>",), pdf.RUNS),
        (b"", (b"<</Type/Annot/Subtype/RichMedia>>",), pdf.RUNS),
        (b"/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>", (b"<</Type/Filespec>>",), pdf.CARRIES),
        (b"", (b"<</Type/Filespec/EF<</F 5 0 R>>>>", b"<</Length 1>>stream\nx\nendstream"), pdf.CARRIES),
        (b"/Collection<</View/D>>", (), pdf.CARRIES),
        (b"/AcroForm<</XFA[(a) 4 0 R]>>", (b"<<>>",), pdf.CARRIES),
        (b"", (b"[[[<</Deep[<</S/Launch>>]>>]]]",), pdf.RUNS),
    ],
)
def test_what_acts_by_itself_in_a_pdf_is_refused_wherever_it_stands(
    judge: Judge, catalogue: bytes, more: tuple[bytes, ...], reason: str
) -> None:
    content = pdf_of(b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue, *PAGES, *more)
    with pytest.raises(TypeRefused) as refused:
        judge("a.pdf", content)
    assert refused.value.sentence == reason


def test_links_and_destinations_in_a_pdf_are_taken(judge: Judge) -> None:
    link = b"<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(https://x.example)>>>>"
    content = pdf_of(b"<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>", *PAGES, link)
    assert judge("a.pdf", content) == "application/pdf"


def test_javascript_that_an_update_left_behind_in_a_pdf_is_still_refused(judge: Judge) -> None:
    content = samples.pdf().replace(b"%%EOF", b"9 0 obj\n<</S/JavaScript/JS(x)>>\nendobj\n%%EOF", 1)
    with pytest.raises(TypeRefused):
        judge("a.pdf", content)
