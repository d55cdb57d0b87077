"""Where WeasyPrint 70 spends time and memory that a report does not need, and how it is spared.

Measured on a report of 1,000 answers (153 pages): 407 → 268 MiB and 15 → 11 s of processor time, all three
together.  Each is an economy only: with another version of WeasyPrint the file stays right, it just costs more.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pydyf  # type: ignore[import-untyped]
from weasyprint import Document
from weasyprint.images import SVGImage


@contextmanager
def hold_collector() -> Iterator[Callable[[], None]]:
    """Hold the cycle collector back while pages are laid out; call the yielded function once they are.

    Layout makes millions of objects that all stay to its end, and walking them again and again takes a fifth of
    the time.  Writing leaves garbage behind: from then on the collector runs, but skips the finished layout.
    """
    was_enabled = gc.isenabled()
    gc.disable()

    def release() -> None:
        gc.collect()
        gc.freeze()
        if was_enabled:
            gc.enable()

    try:
        yield release
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
        gc.collect()


def let_go_of_layout(document: Document) -> None:
    """Drop what only layout needed.

    Every SVG image keeps the whole layout context (50 MiB here), of which drawing uses the hyphenation
    dictionaries alone, and those only for text that wraps, which SVG has not.
    """
    for page in document.pages:
        for box in page._page_box.descendants():  # noqa: SLF001 - no public way to the boxes
            image = getattr(box, "replacement", None)
            if isinstance(image, SVGImage) and hasattr(image, "_context"):
                image._context = None  # noqa: SLF001 - see above


class _IndexedPDF(pydyf.PDF):  # type: ignore[misc] # pydyf is untyped
    """A PDF that makes its tuple of page references once.

    The original makes it anew at every access, and tagging asks for it at every element: pages times elements.
    """

    _known: tuple[int, tuple[bytes, ...]] = (-1, ())

    @property
    def page_references(self) -> tuple[bytes, ...]:
        count = len(self.pages["Kids"])
        if self._known[0] != count:
            self._known = (count, super().page_references)
        return self._known[1]


@contextmanager
def index_pages() -> Iterator[None]:
    """Let WeasyPrint write into a PDF that remembers its page references."""
    original = pydyf.PDF
    pydyf.PDF = _IndexedPDF
    try:
        yield
    finally:
        pydyf.PDF = original
