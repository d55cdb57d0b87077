"""Nothing that people write is obeyed, fetched or laid out without end."""

import io
from typing import Any

import pytest
from pypdf import PdfReader
from weasyprint import HTML

from reports.contents import build_contents
from reports.rendering import pdf
from reports.rendering.fetching import DenyingFetcher, NothingMayBeFetchedError
from reports.rendering.page import write_page
from reports.rendering.pdf import ReportUnprintableError, render_pdf
from tests.reports import snapshots
from tests.reports.test_rendering_pdf import _small, _texts

HOSTILE = (
    "<img src=file:///etc/passwd><script>alert(1)</script><link rel=attachment href=file:///etc/passwd>"
    "</style><style>@import 'http://169.254.169.254/'</style>{{ report }}{% include 'x' %}\x00\u202efdp.exe"
)


def _hostile() -> dict[str, Any]:
    snapshot = _small()
    snapshot["organisation"]["name"] = HOSTILE
    snapshot["standard"]["title"] = HOSTILE
    snapshot["assessment"].update(name=HOSTILE, scope=HOSTILE)
    snapshot["requirements"][0]["title"] = HOSTILE
    snapshot["actions"][0]["title"] = HOSTILE
    first, second = snapshots.leaves(snapshot)[:2]
    first["answer"].update(note=HOSTILE)
    first["answer"]["evidence"][0].update(file_name=HOSTILE, title=HOSTILE)
    second["answer"].update(note="x" * 20_000)
    return snapshots.seal(snapshot)


def test_text_from_people_is_printed_and_never_obeyed() -> None:
    contents = build_contents(_hostile())
    page = write_page(contents, language="en")
    assert "<img" not in page
    assert "<script" not in page
    assert "<link" not in page
    data = render_pdf(contents, language="en").data
    text = _texts(data).replace("\n", "")
    assert "<img src=file:///etc/passwd>" in text
    assert "{{ report }}" in text
    assert "root:x:0" not in text
    assert "/EmbeddedFiles" not in PdfReader(io.BytesIO(data)).root_object.get("/Names", {})


def test_a_language_cannot_break_out_of_its_attribute() -> None:
    contents = build_contents(_small())
    assert '<html lang="en&quot; onload=&quot;x">' in write_page(contents, language='en" onload="x')


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://example.org/x.png",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "data:image/png;base64,AAAA",
        "asset:report.css",
        "HTTP://EXAMPLE.ORG",
    ],
)
def test_no_address_of_any_scheme_is_fetched(address: str) -> None:
    fetcher = DenyingFetcher()
    for attempt in (fetcher, fetcher.fetch, fetcher.open):
        with pytest.raises(NothingMayBeFetchedError):
            attempt(address)
    assert fetcher.denied == [address] * 3


def test_weasyprint_asks_the_denying_fetcher_for_everything() -> None:
    fetcher = DenyingFetcher()
    html = (
        "<img src=http://a.example/1.png><link rel=stylesheet href=http://a.example/2.css>"
        "<link rel=attachment href=file:///etc/passwd><style>@import url(http://a.example/3.css);"
        "@font-face{font-family:x;src:url(http://a.example/4.ttf)}p{background:url(file:///etc/hostname)}</style>"
        "<object data=data:image/svg+xml,x></object><p>x</p>"
    )
    data = HTML(string=html, url_fetcher=fetcher).write_pdf()
    assert len(fetcher.denied) >= 6
    assert b"root:x:0" not in data


def test_a_report_that_tries_to_load_anything_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = build_contents(_small())
    monkeypatch.setattr(
        pdf, "write_page", lambda *_, **__: "<html lang=en><title>x</title><img src=file:///etc/passwd>"
    )
    with pytest.raises(ReportUnprintableError, match="tried to load"):
        render_pdf(contents, language="en")


def test_reports_past_the_limits_are_refused_before_they_are_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = build_contents(snapshots.medical_device_snapshot())
    monkeypatch.setattr(pdf, "MAX_ROWS", 50)
    with pytest.raises(ReportUnprintableError, match="rows"):
        render_pdf(contents, language="en")
    monkeypatch.setattr(pdf, "MAX_ROWS", 5_000)
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 1_000)
    with pytest.raises(ReportUnprintableError, match="characters"):
        render_pdf(contents, language="en")
