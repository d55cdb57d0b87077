"""Scores that are told on another scale than answers, and the part of a standard that a report is about."""

from __future__ import annotations

from typing import Any

from reports.contents.build import build_contents
from reports.rendering.page import write_page
from tests.reports import snapshots

SPRS = {
    "slug": "sprs-score", "name": "Score", "minimum": -203, "maximum": 110,
    "levels": [
        {"level": level, "name": name, "criteria": f"At {level}."}
        for level, name in ((-203, "Floor"), (88, "Conditional"), (110, "Final"))
    ],
}  # fmt: skip


def counted_down(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot with its scores on a scale of their own, as under a subtractive method."""
    snapshot["standard"].update(method="subtractive", result_scale=SPRS)
    snapshot.update(previous=None)
    for scores in (snapshot["scores"], *(row["score"] for row in snapshot["requirements"] if not row["assessable"])):
        scores.update(asserted=96.0, evidenced=-20.0, validated=-203.0, target=110.0)
    return snapshot


def test_scores_are_told_and_drawn_on_their_own_scale() -> None:
    contents = build_contents(counted_down(snapshots.medical_device_snapshot()))
    assert (contents.scale.minimum, contents.scale.maximum) == (-203, 110)
    assert contents.answers_scale.slug == "capability-0-5"
    assert "96.0 of 110 against" in contents.summary.answer
    assert "between level 88 (Conditional) and level 110 (Final)" in contents.summary.context
    assert "less those of every requirement that is not met" in contents.method.formula[0]
    assert contents.method.worked == ""
    assert len(contents.clauses.levels.counts) == 6
    page = write_page(contents, language="en")
    assert "Optimizing" in page
    assert "Conditional" in page


def test_the_cover_names_the_part_that_is_taken() -> None:
    snapshot = snapshots.medical_device_snapshot()
    snapshot["assessment"] |= {
        "selection": {"slug": "ig1", "name": "Implementation group 1"},
        "options": [{"alternative": {"slug": "f", "name": "Framework"}, "option": {"slug": "s", "name": "Simplified"}}],
    }
    facts = {fact.label: fact.value for fact in build_contents(snapshot).cover.facts}
    assert facts["Part of the standard"] == "Implementation group 1; Framework: Simplified"


def test_a_report_on_all_of_a_standard_says_nothing_of_parts() -> None:
    assert "Part of the standard" not in {
        fact.label for fact in build_contents(snapshots.medical_device_snapshot()).cover.facts
    }
