"""The PDF: pages, outline, tags, language, and nothing loaded from anywhere."""

import gc
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pydyf
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from reports.contents import ReportOptions, build_contents
from reports.rendering import pdf
from reports.rendering.pdf import RenderedPdf, render_pdf
from tests.reports import snapshots


@pytest.fixture(scope="module")
def rendered() -> RenderedPdf:
    return render_pdf(build_contents(snapshots.medical_device_snapshot()), language="en-GB")


@pytest.fixture(scope="module")
def reader(rendered: RenderedPdf) -> PdfReader:
    return PdfReader(io.BytesIO(rendered.data))


def _small() -> dict[str, Any]:
    """Return a snapshot that is rendered quickly, for what does not depend on its contents."""
    return snapshots.numbered_snapshot(requirements=12)


def _outline(entries: list[Any]) -> list[Any]:
    return [_outline(entry) if isinstance(entry, list) else entry.title for entry in entries]


def _texts(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_the_file_is_what_it_says_of_itself(rendered: RenderedPdf, reader: PdfReader) -> None:
    assert rendered.data.startswith(b"%PDF-1.7")
    assert rendered.pages == len(reader.pages)
    assert 20 < rendered.pages < 45
    assert len(rendered.sha256) == 64


def test_title_language_and_dates_are_declared(reader: PdfReader) -> None:
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.title == "Halden Medical: maturity against ISO 13485:2016"
    assert metadata.author == "Halden Medical"
    assert str(metadata.creation_date) == "2026-11-22 20:00:00+00:00"
    root = reader.root_object
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_file_is_tagged_as_pdf_ua(reader: PdfReader) -> None:
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()
    kinds = _kinds(root["/StructTreeRoot"].get_object())
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure", "/Link"} <= kinds


def _kinds(node: Any) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        entry = waiting.pop()
        entry = entry.get_object() if isinstance(entry, IndirectObject) else entry
        if isinstance(entry, DictionaryObject):
            found.add(str(entry.get("/S", "")))
            children = entry.get("/K", [])
            children = children.get_object() if isinstance(children, IndirectObject) else children
            waiting.extend(children if isinstance(children, list) else [children])
    return found


def test_every_figure_has_words_for_those_who_cannot_see_it(reader: PdfReader) -> None:
    figures = []
    waiting = [reader.root_object["/StructTreeRoot"].get_object()]
    while waiting:
        entry = waiting.pop()
        entry = entry.get_object() if isinstance(entry, IndirectObject) else entry
        if not isinstance(entry, DictionaryObject):
            continue
        if entry.get("/S") == "/Figure":
            figures.append(entry)
        waiting.extend(entry.get("/K", []))
    assert len(figures) > 30
    assert all(figure.get("/Alt") for figure in figures)


def test_the_outline_leads_to_every_part_and_every_requirement(reader: PdfReader) -> None:
    outline = _outline(reader.outline)
    parts = [entry for entry in outline if isinstance(entry, str)]
    assert parts[1:] == [
        "Executive summary",
        "Score by clause",
        "Gaps by priority",
        "Actions",
        "Full answers",
        "Evidence register",
        "Method, and how far to trust the figures",
    ]
    chapters = outline[outline.index("Full answers") + 1]
    assert [entry.split()[0] for entry in chapters if isinstance(entry, str)] == ["4", "5", "6", "7", "8"]
    assert sum(len(entry) for entry in chapters if isinstance(entry, list)) == 72


def test_pages_are_numbered_out_of_all_but_the_cover(reader: PdfReader, rendered: RenderedPdf) -> None:
    assert "Page 1 of" not in reader.pages[0].extract_text()
    assert f"Page 2 of {rendered.pages}" in reader.pages[1].extract_text()
    assert f"Page {rendered.pages} of {rendered.pages}" in reader.pages[-1].extract_text()


def test_the_contents_give_the_pages_parts_begin_on(reader: PdfReader) -> None:
    listed = dict(
        line.replace(" .", "").replace(".", "").rsplit(maxsplit=1)
        for line in reader.pages[1].extract_text().splitlines()
        if "." in line and line.split()[-1].isdigit()
    )
    for title, number in listed.items():
        assert title in reader.pages[int(number) - 1].extract_text().replace("\n", " ")
    assert "Executive summary" in listed


def test_the_summary_fits_one_page(reader: PdfReader) -> None:
    first = reader.pages[2].extract_text()
    assert "stands at 3.1 of 5" in first.replace("\n", " ")
    assert "Clauses, strongest first" in first
    assert "Score by clause" in reader.pages[3].extract_text()


def test_chart_text_is_text(reader: PdfReader) -> None:
    assert "Not assessed" in reader.pages[3].extract_text()


def test_all_fonts_are_embedded(reader: PdfReader) -> None:
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].get_object().values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"].get_object())


def test_the_same_snapshot_gives_the_same_bytes_in_another_process() -> None:
    program = (
        "from tests.reports import snapshots\n"
        "from reports.contents import build_contents\n"
        "from reports.rendering.pdf import render_pdf\n"
        "print(render_pdf(build_contents(snapshots.numbered_snapshot(requirements=12)), language='en').sha256)"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": f"{root / 'platform'}:{root}"}
    other = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == render_pdf(build_contents(_small()), language="en").sha256


def test_economies_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = build_contents(_small())
    spared = render_pdf(contents, language="en")
    monkeypatch.setattr("reports.rendering.economy._IndexedPDF", pydyf.PDF)
    monkeypatch.setattr(pdf, "let_go_of_layout", lambda _: None)
    assert render_pdf(contents, language="en").sha256 == spared.sha256


def test_rendering_leaves_the_process_as_it_was() -> None:
    original, frozen = pydyf.PDF, gc.get_freeze_count()
    render_pdf(build_contents(_small()), language="en")
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen
    assert pydyf.PDF is original


def test_nothing_answered_and_nothing_applicable_make_a_report_too() -> None:
    for change in (snapshots.unanswered, snapshots.not_applicable):
        assert render_pdf(build_contents(change(_small())), language="en").pages > 5


def test_compact_answers_take_fewer_pages() -> None:
    snapshot = snapshots.numbered_snapshot(requirements=40)
    compact = render_pdf(build_contents(snapshot, options=ReportOptions(compact_answers=True)), language="en")
    full = render_pdf(build_contents(snapshot), language="en")
    assert compact.pages < full.pages
    assert "questions and the criteria" in _texts(compact.data).replace("\n", " ")


def test_no_chapter_heading_is_left_alone_at_the_foot_of_a_page(reader: PdfReader) -> None:
    chapters = build_contents(snapshots.medical_device_snapshot()).answers.chapters
    flat = [entry for entry in _flatten(reader.outline) if entry.title.split()[0] in "45678"]
    starts = {entry.title: reader.get_destination_page_number(entry) for entry in flat}
    for chapter in chapters:
        first = next(block for block in chapter.blocks if not block.is_heading)
        page = starts[f"{chapter.ref} {chapter.title}"]
        assert page is not None
        assert first.title in reader.pages[page].extract_text()


def _flatten(entries: list[Any]) -> list[Any]:
    return [leaf for entry in entries for leaf in (_flatten(entry) if isinstance(entry, list) else [entry])]


def test_the_head_of_a_table_stands_on_every_page_it_runs_over(reader: PdfReader) -> None:
    pages = [page.extract_text() for page in reader.pages]
    answers = [text for text in pages if "Full answers" in text.splitlines()[0:3] or "target 3.5" in text]
    running = [text for text in answers if "Validated at" in text]
    assert len(running) > 10
    assert all("Requirement and answer" in text for text in running)
