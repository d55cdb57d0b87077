"""Crosswalks as files, between the standards of `sample` and `rich`, for tests to break one thing at a time."""

from __future__ import annotations

from pathlib import Path

from tests.assessments.catalogue.rich import RICH, write_rich
from tests.assessments.catalogue.sample import SLUG

TREES = f"{RICH}--{SLUG}"
ONE_TREE = f"{SLUG}--act-7"

BETWEEN_TREES = """\
format: 1
source: rich-1-2024
target: sample-1-2020
provenance: reviewed
method: {en: Every leaf was read beside every other.}
reviewed_on: "2026-11-20"
sources:
  - {id: one, title: The list, publisher: Lister, url: "https://example.org/list", date: "2026-01-02", supports: All}
groups:
  - {from: ["1.3"], to: ["7.1"], relation: equal, rationale: {en: Both ask for a plan before work.}}
  - {from: ["2"], to: ["8"], relation: subset, rationale: {en: Checks by somebody else hold both risks.}}
  - {from: ["3", "4"], to: ["7.1", "7.10"], relation: intersects, rationale: {en: Records and audits meet in part.}}
  - {from: ["4.1"], to: ["8"], relation: equal, rationale: {en: A machine thought so.}, provenance: suggested}
"""
TO_A_RECORD = """\
format: 1
source: sample-1-2020
target: act-7
provenance: official
method: {en: The publisher says so.}
reviewed_on: "2026-11-20"
sources:
  - {id: one, title: The list, publisher: Lister, url: "https://example.org/list", supports: All links}
titles:
  target: {"Art. 1": What is sold, "Art. 2": Who sells}
groups:
  - {from: ["7"], to: ["Art. 1"], relation: superset, rationale: {en: Doing it all does what the article asks.}}
  - {from: ["8"], to: ["Art. 2"], relation: intersects, rationale: {en: Both look at who does it.}}
"""


def write_crosswalks(data: Path) -> Path:
    """Write the standards into a data folder and the crosswalks beside it; the folder of crosswalks."""
    write_rich(data)
    folder = data.parent / "crosswalks"
    folder.mkdir()
    for name, text in ((TREES, BETWEEN_TREES), (ONE_TREE, TO_A_RECORD)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
