"""A comparison as a PDF: asked for by anyone, made by a worker, kept for the page it was made from."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from assessments.catalogue.selectors import current_standards
from reports.models import ComparisonFile
from reports.services import comparison

pytestmark = pytest.mark.django_db

A, B = "eu-dora", "iso-27001-2022"
PAGE = f"/compare/{A}-vs-{B}/"
FILE = f"{PAGE}pdf/"


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The ids of the files a worker was asked for."""
    asked: list[Any] = []
    monkeypatch.setattr(comparison, "_send", asked.append)
    return asked


def ask(capture: Any, *, path: str = FILE) -> Any:
    with capture(execute=True):
        return Client().post(path)


@pytest.mark.slow
def test_the_file_is_the_page_on_paper(woken: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    assert "This page as a PDF" in Client().get(PAGE).content.decode()
    assert "There is no PDF" in Client().get(FILE).content.decode()
    assert ask(django_capture_on_commit_callbacks)["Location"] == FILE
    waiting = Client().get(FILE)
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "2")
    assert 'http-equiv="refresh"' in waiting.content.decode()
    [file_id] = woken
    comparison.make(file_id)
    ready = Client().get(FILE)
    assert (ready.status_code, ready["Content-Type"]) == (200, "application/pdf")
    pdf = PdfReader(io.BytesIO(ready.content))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for words in ("Quick verdict", "Key features", "Key differences", "What they have in common", "Sources"):
        assert words in text, words
    assert "Sign in" not in text
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    assert Client().get(FILE, headers={"If-None-Match": ready["ETag"]}).status_code == 304


def test_asking_twice_is_asking_once(woken: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    ask(django_capture_on_commit_callbacks)
    ask(django_capture_on_commit_callbacks, path=f"/compare/{B}-vs-{A}/pdf/")
    assert len(woken) == ComparisonFile.objects.count() == 1


def test_what_a_lost_worker_left_is_asked_for_again_and_given_up_after_a_while(
    woken: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    ask(django_capture_on_commit_callbacks)
    for attempt in range(1, comparison.MOST_ATTEMPTS + 1):
        long_ago = timezone.now() - comparison.PATIENCE - timedelta(seconds=1)
        ComparisonFile.objects.update(asked_at=long_ago, attempts=attempt)
        with django_capture_on_commit_callbacks(execute=True):
            answer = Client().get(FILE)
        assert len(woken) == min(attempt + 1, comparison.MOST_ATTEMPTS)
    assert (answer.status_code, "could not be made" in answer.content.decode()) == (503, True)
    ask(django_capture_on_commit_callbacks)
    assert Client().get(FILE).status_code == 202


def test_a_page_that_has_changed_is_another_file(woken: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    ask(django_capture_on_commit_callbacks)
    ComparisonFile.objects.update(key="0" * 64)
    assert "There is no PDF" in Client().get(FILE).content.decode()
    comparison.make(woken[0])
    file = ComparisonFile.objects.get()
    assert (file.state, file.error) == ("failed", "The page has changed since it was asked for.")


def test_no_more_wait_than_a_worker_can_make_soon(woken: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    ComparisonFile.objects.bulk_create(
        ComparisonFile(key=f"{number:064}", a_slug=A, b_slug=B, asked_at=timezone.now())
        for number in range(comparison.MOST_WAITING)
    )
    answer = ask(django_capture_on_commit_callbacks)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert not woken


def test_the_oldest_are_forgotten(
    woken: list[Any], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "KEPT", 3)
    for number in range(4):
        asked_at = timezone.now() - timedelta(hours=number + 1)
        ComparisonFile.objects.create(key=f"{number:064}", a_slug=A, b_slug=B, state="ready", asked_at=asked_at)
    ask(django_capture_on_commit_callbacks)
    assert set(ComparisonFile.objects.exclude(key__in=[f"{0:064}", f"{1:064}"]).values_list("state", flat=True)) == {
        "requested"
    }
    assert ComparisonFile.objects.count() == 3


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/compare/eu-dora-vs-none-such/pdf/", "/compare/x-vs-y/pdf/"])
def test_what_is_not_there_is_not_found(path: str, method: str) -> None:
    assert Client().generic(method, path).status_code == 404


def test_the_other_order_leads_to_the_one_address() -> None:
    answer = Client().get(f"/compare/{B}-vs-{A}/pdf/")
    assert (answer.status_code, answer["Location"]) == (301, FILE)


def test_the_sheet_names_its_page_and_loads_nothing() -> None:
    catalogue = current_standards()
    a, b = (next(entry for entry in catalogue if entry.slug == slug) for slug in (A, B))
    first, second = (comparison.sheet(a, b, catalogue=catalogue) for _ in range(2))
    assert first == second
    assert b"<script" not in first.document
    assert b'rel=\\"stylesheet' not in first.document


@pytest.mark.parametrize("other", [B, "iso-56002-2019"])
def test_everything_drawn_has_a_colour_on_paper_too(other: str) -> None:
    """Shapes whose class the drawing's own stylesheet does not know come out black."""
    catalogue = current_standards()
    a, b = (next(entry for entry in catalogue if entry.slug == slug) for slug in (A, other))
    page = json.loads(comparison.sheet(a, b, catalogue=catalogue).document)["page"]
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert drawings
    for drawing in drawings:
        style = re.search(r"<style>(.*?)</style>", drawing, re.DOTALL)
        assert style
        used = set(re.findall(r'<(?:rect|text|path|circle|line)\b[^>]*class="([^"]+)"', drawing))
        assert used
        assert {name for name in used if f".{name}" not in style[1]} == set()
        assert len(re.findall(r"<(?:rect|text|path|circle|line)\b", drawing)) == len(
            re.findall(r'<(?:rect|text|path|circle|line)\b[^>]*class="', drawing)
        )
