"""A report as a PDF: tagged (PDF/UA-1), with outline, title and language, and the same bytes for the same snapshot."""

import hashlib
from dataclasses import dataclass

from weasyprint import CSS, HTML

from reports.contents import ReportContents
from reports.rendering.economy import hold_collector, index_pages, let_go_of_layout
from reports.rendering.fetching import DenyingFetcher
from reports.rendering.page import read_stylesheet, write_page

MAX_ROWS = 5_000
MAX_CHARACTERS = 4_000_000

VARIANT = "pdf/ua-1"


class ReportUnprintableError(Exception):
    """A report cannot be rendered, and trying again will not help; the message says why."""


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """A finished file: its bytes, how many pages it has, and the SHA-256 of the bytes in hexadecimal."""

    data: bytes
    pages: int
    sha256: str


def render_pdf(contents: ReportContents, *, language: str) -> RenderedPdf:
    """Render a report; `language` (BCP 47) is declared in the file for readers and screen readers.

    Nothing is loaded from anywhere while rendering.  Takes about 10 ms and 0.2 MiB per row, so reports past
    MAX_ROWS rows are refused with ReportUnprintableError.
    """
    if contents.rows > MAX_ROWS:
        raise ReportUnprintableError(f"the report has {contents.rows} rows, more than {MAX_ROWS}")
    page = write_page(contents, language=language)
    if len(page) > MAX_CHARACTERS:
        raise ReportUnprintableError(f"the report has {len(page)} characters, more than {MAX_CHARACTERS}")
    fetcher = DenyingFetcher()
    with hold_collector() as release:
        stylesheet = CSS(string=read_stylesheet(), url_fetcher=fetcher)
        document = HTML(string=page, url_fetcher=fetcher).render(stylesheets=[stylesheet], pdf_variant=VARIANT)
        let_go_of_layout(document)
        release()
        # The identifier would otherwise be left out; the snapshot's hash names the document across renderings.
        identifier = contents.snapshot_sha256.encode("ascii", "replace")
        with index_pages():
            data = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier)
    pages = len(document.pages)
    if fetcher.denied:
        raise ReportUnprintableError(f"the report tried to load {len(fetcher.denied)} resources")
    return RenderedPdf(data=data, pages=pages, sha256=hashlib.sha256(data).hexdigest())
