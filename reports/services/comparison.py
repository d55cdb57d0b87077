"""Comparisons as PDFs: asked for by anyone, made once per page by a worker, forgotten when there are many.

1. `ask` writes the row and wakes a worker after the commit; who asks again while it is made changes nothing.
2. `make` renders in a process of its own and stores the bytes where the row still waits for them.
3. A worker that was never woken, or died, is made good by the next reader: `look_again` asks once more.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from api.problems import Problem
from assessments.catalogue.selectors import Current, current_standards
from assessments.catalogue.web import pages
from reports.models import ComparisonFile, ComparisonFileState
from reports.rendering.page import TEMPLATES
from reports.rendering.process import WEB_PAGE, RenderingFailedError, RenderingRefusedError, rendered

MAKE: Final = "reports.make_comparison"
MOST_WAITING: Final = 20
KEPT: Final = 1_000
MOST_ATTEMPTS: Final = 3
PATIENCE: Final = timedelta(seconds=45)
"""How long a worker may be silent before it is asked again; a comparison takes about two seconds."""

_SCREEN: Final = Path(pages.__file__).parents[1] / "static" / "catalogue" / "catalogue.css"
_PAPER: Final = TEMPLATES / "comparison.css"
_DRAWINGS: Final = TEMPLATES / "drawing.css"
"""The renderer asks no stylesheet of the page about the inside of a drawing: each gets its own."""
_DRAWING: Final = re.compile(r"<svg\b[^>]*>")
_LOADED: Final = re.compile(r'<link rel="stylesheet"[^>]*>|<script.*?</script>', re.DOTALL)
_OWN_ADDRESS: Final = re.compile(r'href="/')


@dataclass(frozen=True, slots=True)
class Sheet:
    """A comparison page as the renderer takes it; `key` names its content."""

    key: str
    document: bytes


def sheet(a: Current, b: Current, *, catalogue: tuple[Current, ...]) -> Sheet:
    """The page of a pair, `a` and `b` in canonical order, with addresses that lead somewhere from paper too."""
    page = pages.comparison_page(a, b, catalogue=catalogue).body.decode()
    page = _OWN_ADDRESS.sub(f'href="{settings.BASE_URL}/', _LOADED.sub("", page))
    stylesheets, drawings = _styles()
    page = _DRAWING.sub(lambda found: f"{found[0]}<style>{drawings}</style>", page)
    key = hashlib.sha256("\0".join([page, *stylesheets]).encode()).hexdigest()
    return Sheet(key, json.dumps({"page": page, "stylesheets": stylesheets, "identifier": key}).encode())


@cache
def _styles() -> tuple[list[str], str]:
    """Those of the page, and the one of its drawings."""
    return [path.read_text(encoding="utf-8") for path in (_SCREEN, _PAPER)], _DRAWINGS.read_text(encoding="utf-8")


def ask(a: Current, b: Current, *, key: str) -> ComparisonFile:
    """The file of a page, asked for now or earlier. Raises Problem (503) while many others wait."""
    with transaction.atomic():
        known = ComparisonFile.objects.defer("data").filter(key=key).first()
        if known is None:
            waiting = ComparisonFile.objects.filter(
                state=ComparisonFileState.REQUESTED, asked_at__gt=timezone.now() - PATIENCE
            )
            if waiting.count() >= MOST_WAITING:
                raise Problem(
                    "busy", status=503, title="Many comparisons are being made just now.", headers={"Retry-After": "30"}
                )
            known, made = ComparisonFile.objects.get_or_create(
                key=key, defaults={"a_slug": a.slug, "b_slug": b.slug, "asked_at": timezone.now()}
            )
            if made:
                _forget_oldest()
                _wake(known.pk)
    return look_again(known)


def look_again(file: ComparisonFile) -> ComparisonFile:
    """Wake a worker once more where one has been silent for too long; after MOST_ATTEMPTS the file has failed."""
    if file.state != ComparisonFileState.REQUESTED or file.asked_at > timezone.now() - PATIENCE:
        return file
    with transaction.atomic():
        held = ComparisonFile.objects.select_for_update().defer("data").get(pk=file.pk)
        if held.state == ComparisonFileState.REQUESTED and held.asked_at == file.asked_at:
            held.asked_at = timezone.now()
            if held.attempts >= MOST_ATTEMPTS:
                held.state, held.error = ComparisonFileState.FAILED, held.error or "No worker finished it."
            else:
                _wake(held.pk)
            held.save(update_fields=["asked_at", "state", "error"])
    return held


def again(file: ComparisonFile) -> None:
    """A new round for one that failed."""
    ComparisonFile.objects.filter(pk=file.pk, state=ComparisonFileState.FAILED).update(
        state=ComparisonFileState.REQUESTED, attempts=0, error="", asked_at=timezone.now()
    )
    transaction.on_commit(lambda: _send(file.pk), robust=True)


def make(file_id: uuid.UUID) -> None:
    """Render and store. Called any number of times: what is ready stays as it is."""
    file = ComparisonFile.objects.defer("data").filter(pk=file_id, state=ComparisonFileState.REQUESTED).first()
    if file is None:
        return
    ComparisonFile.objects.filter(pk=file_id).update(attempts=file.attempts + 1)
    catalogue = current_standards()
    found = {entry.slug: entry for entry in catalogue}
    try:
        made = sheet(found[file.a_slug], found[file.b_slug], catalogue=catalogue)
    except KeyError:
        _end(file_id, error="One of the two has left the catalogue.")
        return
    if made.key != file.key:
        _end(file_id, error="The page has changed since it was asked for.")
        return
    try:
        with rendered(made.document, language="en", by=WEB_PAGE) as pdf:
            data = pdf.path.read_bytes()
            ComparisonFile.objects.filter(pk=file_id).update(
                state=ComparisonFileState.READY, data=data, sha256=pdf.sha256, error=""
            )
    except RenderingRefusedError as refusal:
        _end(file_id, error=str(refusal))
    except RenderingFailedError as failure:
        ComparisonFile.objects.filter(pk=file_id).update(error=str(failure))


def _end(file_id: uuid.UUID, *, error: str) -> None:
    ComparisonFile.objects.filter(pk=file_id).update(state=ComparisonFileState.FAILED, error=error)


def _forget_oldest() -> None:
    newest = ComparisonFile.objects.order_by("-asked_at").values("pk")[:KEPT]
    ComparisonFile.objects.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()


def _wake(file_id: uuid.UUID) -> None:
    transaction.on_commit(lambda: _send(file_id), robust=True)


def _send(file_id: uuid.UUID) -> None:
    current_app.send_task(MAKE, args=[str(file_id)], retry=False)
