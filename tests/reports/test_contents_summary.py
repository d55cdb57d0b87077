"""What the executive summary says."""

from typing import Any

import pytest

from reports.contents import build_contents
from tests.reports import snapshots


@pytest.fixture
def snapshot() -> dict[str, Any]:
    return snapshots.medical_device_snapshot()


def _score(snapshot: dict[str, Any], **scores: float | None) -> dict[str, Any]:
    """Set root scores as they are, without working them out from the answers."""
    snapshot["scores"].update(scores)
    return snapshot


def test_the_answer_says_score_movement_and_distance(snapshot: dict[str, Any]) -> None:
    _score(snapshot, asserted=3.14, target=3.5)
    snapshot["previous"]["scores"]["asserted"] = 2.83
    summary = build_contents(snapshot).summary
    assert summary.standing == "better"
    assert summary.answer == (
        "Halden Medical stands at 3.1 of 5 against ISO 13485:2016 by its own assessment, up 0.3 since 3 May 2026, "
        "0.4 short of its target of 3.5."
    )


@pytest.mark.parametrize(
    ("before", "standing", "words"),
    [(3.09, "stable", "unchanged since"), (3.05, "better", "up 0.1 since"), (3.3, "worse", "down 0.2 since")],
)
def test_movement_counts_from_what_shows_at_one_decimal(
    snapshot: dict[str, Any], before: float, standing: str, words: str
) -> None:
    _score(snapshot, asserted=3.1)
    snapshot["previous"]["scores"]["asserted"] = before
    summary = build_contents(snapshot).summary
    assert summary.standing == standing
    assert words in summary.answer


def test_the_first_snapshot_moves_nothing(snapshot: dict[str, Any]) -> None:
    snapshot["previous"] = None
    summary = build_contents(snapshot).summary
    assert (summary.standing, summary.movements, summary.previous) == ("first", None, None)
    assert "since" not in summary.answer


def test_thresholds_are_compared_before_rounding(snapshot: dict[str, Any]) -> None:
    _score(snapshot, asserted=3.46, target=3.5)
    assert "less than 0.1 short of its target of 3.5" in build_contents(snapshot).summary.answer
    _score(snapshot, asserted=3.5, target=3.5)
    assert "meets its target of 3.5" in build_contents(snapshot).summary.answer


def test_the_average_does_not_hide_what_is_below_target(snapshot: dict[str, Any]) -> None:
    for leaf in snapshots.leaves(snapshot):
        if leaf["answer"]["applicable"]:
            leaf["answer"].update(level=5, target=3)
    for leaf in snapshots.leaves(snapshot)[:2]:
        leaf["answer"].update(level=1)
    contents = build_contents(snapshots.seal(snapshot))
    assert "meets its target" in contents.summary.answer
    assert "2 requirements stand below target, 2 of them by two levels or more" in contents.summary.context
    assert len(contents.gaps.in_detail) == 2


def test_nothing_answered_is_not_assessed_and_never_zero(snapshot: dict[str, Any]) -> None:
    contents = build_contents(snapshots.unanswered(snapshot))
    summary = contents.summary
    assert summary.standing == "not_assessed"
    assert summary.answer.startswith("Not assessed yet: none of the 72 requirements")
    assert [measure.shown for measure in summary.measures] == ["not assessed", "not assessed", "not assessed", "0%"]
    assert summary.drivers == ()
    assert {line.shown_asserted for line in contents.clauses.lines} == {"not assessed"}
    assert contents.gaps.in_detail == ()
    assert "4.1.1, 4.1.2" in contents.gaps.open_questions
    assert contents.cover.is_draft


def test_nothing_applicable_is_said_so_and_never_zero(snapshot: dict[str, Any]) -> None:
    contents = build_contents(snapshots.not_applicable(snapshot))
    assert contents.summary.answer == "Nothing to score: no requirement of ISO 13485:2016 is marked as applicable."
    assert {measure.shown for measure in contents.summary.measures} == {"not applicable"}
    assert {line.shown_asserted for line in contents.clauses.lines} == {"not applicable"}
    assert contents.clauses.levels.not_applicable == 72


def test_the_four_figures_come_with_what_they_rest_on(snapshot: dict[str, Any]) -> None:
    asserted, evidenced, validated, coverage = build_contents(snapshot).summary.measures
    assert (asserted.key, evidenced.key, validated.key) == ("asserted", "evidenced", "validated")
    assert evidenced.caption == "56 of 68 answers rest on valid evidence"
    assert validated.caption == "57 of 68 answers confirmed by a reviewer"
    assert (coverage.shown, coverage.caption) == ("100%", "68 of 68 applicable requirements answered")


def test_three_drivers_are_named_and_the_largest_gap_among_them(snapshot: dict[str, Any]) -> None:
    headings = [driver.heading for driver in build_contents(snapshot).summary.drivers]
    assert len(headings) == 3
    assert headings[0].endswith("rose most")
    assert "of the distance to target" in headings[1]
    assert headings[2] == "12 answers rest on no valid evidence"


def test_low_coverage_is_the_first_thing_said(snapshot: dict[str, Any]) -> None:
    for leaf in snapshots.leaves(snapshot)[:30]:
        leaf["answer"] = None
    first = build_contents(snapshots.seal(snapshot)).summary.drivers[0]
    assert first.heading.endswith("not answered yet")


def test_strongest_and_weakest_share_no_clause(snapshot: dict[str, Any]) -> None:
    summary = build_contents(snapshot).summary
    strongest, weakest = ({clause.ref for clause in side} for side in (summary.strongest, summary.weakest))
    assert strongest == {"8", "5"}
    assert weakest == {"6", "7"}


def test_the_ranking_shows_every_clause_of_a_short_standard(snapshot: dict[str, Any]) -> None:
    ranking = build_contents(snapshot).summary.ranking
    assert [ranked.clause.ref for ranked in ranking.strongest] == ["8", "5", "4", "7", "6"]
    assert ranking.weakest == ()
    assert all(ranked.movement is not None for ranked in ranking.strongest)


def test_the_ranking_of_a_long_standard_shows_both_ends_and_counts_the_rest() -> None:
    ranking = build_contents(snapshots.numbered_snapshot(requirements=1000)).summary.ranking
    assert (len(ranking.strongest), len(ranking.weakest)) == (3, 3)
    assert ranking.between.startswith("4 clauses between them")


@pytest.mark.parametrize(
    ("score", "place"),
    [
        (3.0, "level 3 (Defined)"),
        (2.96, "between level 2 (Managed) and level 3 (Defined)"),
        (0.0, "level 0 (Incomplete)"),
        (5.0, "level 5 (Optimizing)"),
    ],
)
def test_a_mean_is_placed_between_levels_and_not_rounded_up_to_one(
    snapshot: dict[str, Any], score: float, place: str
) -> None:
    assert f"that is {place}." in build_contents(_score(snapshot, asserted=score)).summary.context
