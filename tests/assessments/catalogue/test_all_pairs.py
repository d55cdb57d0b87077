"""Every pair of standards that has profiles becomes a page, small and whole."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from assessments.catalogue.selectors import current_standards
from assessments.catalogue.web import pages

MOST_BYTES = 60_000
SECTIONS = ("verdict", "features", "analysis", "differences", "overlap", "order", "faq", "others", "sources")
_LEFT_OVER = re.compile(rb"\{\{|\{%|%\}|>\s*None\s*<|\bundefined\b|&lt;built-in")


@pytest.mark.slow
@pytest.mark.django_db
def test_every_pair_with_profiles_becomes_a_page() -> None:
    catalogue = current_standards()
    told = [entry for entry in catalogue if entry.depth != "record"]
    faults: list[str] = []
    pairs = list(combinations(told, 2))
    for a, b in pairs:
        page = pages.comparison_page(a, b, catalogue=catalogue)
        pair = f"{a.slug} and {b.slug}"
        if len(page.packed) > MOST_BYTES:
            faults.append(f"{pair}: {len(page.packed)} bytes")
        if left_over := _LEFT_OVER.search(page.body):
            faults.append(f"{pair}: {page.body[left_over.start() - 60 : left_over.end() + 20]!r}")
        faults += [f"{pair}: no {name}" for name in SECTIONS if f'id="{name}"'.encode() not in page.body]
    assert len(pairs) >= 28
    assert faults == []
