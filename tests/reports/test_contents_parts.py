"""Gaps, answers, evidence, actions, method and cover."""

from typing import Any

import pytest

from reports.contents import ReportOptions, SnapshotMalformedError, build_contents
from tests.reports import snapshots


@pytest.fixture
def snapshot() -> dict[str, Any]:
    return snapshots.medical_device_snapshot()


def _leaf(snapshot: dict[str, Any], ref: str) -> dict[str, Any]:
    return next(leaf for leaf in snapshot["requirements"] if leaf["ref"] == ref)


def test_gaps_are_ordered_by_weight_times_distance_then_by_distance_level_and_document_order(
    snapshot: dict[str, Any],
) -> None:
    for leaf in snapshots.leaves(snapshot):
        leaf["answer"].update(applicable=True, level=4, target=4, reason="")
    for ref, level, weight in (("8.4", 3, 2.0), ("4.1.1", 2, 1.0), ("5.2", 3, 1.0), ("4.2.1", 3, 1.0), ("6.1", 1, 1.0)):
        leaf = _leaf(snapshot, ref)
        leaf["weight"] = weight
        leaf["answer"]["level"] = level
    gaps = build_contents(snapshots.seal(snapshot)).gaps
    assert [gap.ref for gap in gaps.in_detail] == ["6.1", "4.1.1", "8.4", "4.2.1", "5.2"]
    assert [gap.share for gap in gaps.in_detail] == ["33%", "22%", "22%", "11%", "11%"]


def test_a_gap_says_what_the_next_level_asks_for_and_what_is_planned(snapshot: dict[str, Any]) -> None:
    gap = next(gap for gap in build_contents(snapshot).gaps.in_detail if gap.ref == "4.1.3")
    assert (gap.level, gap.target, gap.next_level) == ("2", "4", "Level 3, Defined")
    assert gap.demands == " ".join(_leaf(snapshot, "4.1.3")["answer"]["next_criteria"].split())
    assert gap.actions == (
        "Write and train the change procedure for devices in the field (Marta Lindqvist, due 26 Feb 2027)",
    )


def test_a_level_above_target_is_no_gap(snapshot: dict[str, Any]) -> None:
    for leaf in snapshots.leaves(snapshot):
        if leaf["answer"]["applicable"]:
            leaf["answer"].update(level=5, target=3)
    gaps = build_contents(snapshots.seal(snapshot)).gaps
    assert (gaps.in_detail, gaps.introduction) == ((), "Every answered requirement meets its target.")


def test_gaps_past_the_list_are_counted(snapshot: dict[str, Any]) -> None:
    gaps = build_contents(snapshot, options=ReportOptions(gaps_in_detail=5, gaps_listed=20)).gaps
    assert (len(gaps.in_detail), len(gaps.further)) == (5, 15)
    assert gaps.left_out.startswith("Gaps after these in priority: 21.")


def test_every_requirement_stands_once_in_the_full_answers(snapshot: dict[str, Any]) -> None:
    answers = build_contents(snapshot).answers
    refs = [block.ref for chapter in answers.chapters for block in chapter.blocks if not block.is_heading]
    assert refs == [leaf["ref"] for leaf in snapshots.leaves(snapshot)]
    assert [chapter.ref for chapter in answers.chapters] == ["4", "5", "6", "7", "8"]


def test_a_requirement_that_does_not_apply_gives_its_reason_and_no_level(snapshot: dict[str, Any]) -> None:
    blocks = [block for chapter in build_contents(snapshot).answers.chapters for block in chapter.blocks]
    waived = [block for block in blocks if block.status == "not_applicable"]
    assert len(waived) == 4
    assert all(block.level == "" and block.target == "" and block.note for block in waived)


def test_long_standards_get_compact_answers_unless_asked_otherwise() -> None:
    snapshot = snapshots.numbered_snapshot(requirements=260)
    compact = build_contents(snapshot).answers
    assert compact.is_compact
    assert all(block.question == "" for chapter in compact.chapters for block in chapter.blocks)
    full = build_contents(snapshot, options=ReportOptions(compact_answers=False)).answers
    assert any(block.question for chapter in full.chapters for block in chapter.blocks)


def test_only_answers_that_are_linked_carry_an_anchor(snapshot: dict[str, Any]) -> None:
    contents = build_contents(snapshot)
    anchors = {block.anchor for chapter in contents.answers.chapters for block in chapter.blocks} - {""}
    assert anchors == {gap.anchor for gap in contents.gaps.in_detail}


def test_each_file_stands_once_in_the_register_with_all_who_cite_it(snapshot: dict[str, Any]) -> None:
    lines = build_contents(snapshot).evidence.lines
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
    expired = next(line for line in lines if line.number == "E-0007")
    assert (expired.is_expired, expired.validity) == (True, "expired 30 Sep 2026")
    assert expired.cited_by == ("4.2.3", "5.4.2", "5.6.2", "7.3.4")


def test_a_file_is_named_by_its_kind_and_not_by_its_media_type(snapshot: dict[str, Any]) -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    file = {"number": "E-1", "title": "T", "file_name": "t.docx", "media_type": word, "size": 10, "sha256": "0" * 64,
            "version": 1, "valid_until": None}  # fmt: skip
    for leaf in snapshots.leaves(snapshot):
        leaf["answer"]["evidence"] = [file]
    (line,) = build_contents(snapshots.seal(snapshot)).evidence.lines
    assert line.file == "t.docx · Word document, 10 B, version 1"


def test_evidence_is_ordered_by_number_as_people_count_and_the_newest_version_stands(snapshot: dict[str, Any]) -> None:
    file = {"title": "T", "file_name": "t.pdf", "media_type": "application/pdf", "size": 10, "sha256": "0" * 64,
            "valid_until": None}  # fmt: skip
    for leaf in snapshots.leaves(snapshot):
        leaf["answer"]["evidence"] = []
    one, two = snapshots.leaves(snapshot)[:2]
    one["answer"]["evidence"] = [{**file, "number": "E-10", "version": 1}, {**file, "number": "E-2", "version": 1}]
    two["answer"]["evidence"] = [{**file, "number": "E-10", "version": 3}]
    lines = build_contents(snapshots.seal(snapshot)).evidence.lines
    assert [(line.number, line.cited_by) for line in lines] == [("E-2", ("4.1.1",)), ("E-10", ("4.1.1", "4.1.2"))]
    assert lines[1].file.endswith("version 3")


def test_the_last_day_of_validity_still_counts(snapshot: dict[str, Any]) -> None:
    leaf = snapshots.leaves(snapshot)[0]
    leaf["answer"]["evidence"][0]["valid_until"] = snapshots.TODAY
    lines = build_contents(snapshot).evidence.lines
    assert not next(line for line in lines if line.number == leaf["answer"]["evidence"][0]["number"]).is_expired


def test_actions_stand_open_first_by_date_and_tell_what_is_overdue(snapshot: dict[str, Any]) -> None:
    snapshot["actions"][0].update(state="done", due="2026-01-01")
    lines = build_contents(snapshot).actions.lines
    assert [line.due for line in lines][:2] == ["6 Nov 2026", "18 Dec 2026"]
    assert [line.is_overdue for line in lines] == [True] + [False] * 6
    assert lines[-1].state == "Done"
    assert lines[-2].due == "not stated"


def test_the_projection_is_called_an_estimate_and_stays_silent_where_the_mean_cannot_be_added_up_again(
    snapshot: dict[str, Any],
) -> None:
    assert build_contents(snapshot).actions.projection.startswith("Estimate: ")
    snapshot["standard"]["method"] = "mean_of_groups"
    assert build_contents(snapshot).actions.projection == ""
    snapshot["standard"]["method"] = "weighted_mean"
    snapshot["scores"]["asserted"] += 0.2
    contents = build_contents(snapshot)
    assert (contents.actions.projection, contents.method.worked) == ("", "")


def test_the_method_page_adds_the_score_up_again(snapshot: dict[str, Any]) -> None:
    assert build_contents(snapshot).method.worked.endswith("213 ÷ 68 = 3.1.")


def test_the_method_page_traces_the_figures_to_texts_and_snapshot(snapshot: dict[str, Any]) -> None:
    values = " ".join(fact.value for fact in build_contents(snapshot).method.provenance)
    assert snapshot["sha256"] in values
    assert snapshot["standard"]["content_hash"] in values


def test_an_answer_taken_over_says_from_where_and_the_method_page_how_many(snapshot: dict[str, Any]) -> None:
    leaf = next(row for row in snapshots.leaves(snapshot) if row["answer"]["level"] is not None)
    leaf["answer"]["inherited"] = {
        "kind": "crosswalk", "carries": "full", "relation": "superset", "crosswalk": "a--b",
        "sources": [
            {"standard": "ISO/IEC 27001", "ref": "A.5.30", "assessment": "ISMS", "level": 4.0, "validated": True},
            {"standard": "ISO/IEC 27001", "ref": "A.8.13", "assessment": "ISMS", "level": None, "validated": False},
        ],
        "confirmed_by": "Bob", "confirmed_at": "2026-11-20T10:00:00Z",
    }  # fmt: skip
    contents = build_contents(snapshots.seal(snapshot))
    blocks = [block for chapter in contents.answers.chapters for block in chapter.blocks]
    told = {block.ref: block.origin for block in blocks if block.origin}
    assert told == {
        leaf["ref"]: "Taken over by a crosswalk from ISO/IEC 27001 A.5.30 (level 4, validated) and ISO/IEC 27001 "
        "A.8.13 (not applicable) in “ISMS”, confirmed by Bob, 20 Nov 2026"
    }
    trust = {fact.label: fact.value for fact in contents.method.trust}
    answered = len([row for row in snapshots.leaves(snapshot) if row["answer"]["level"] is not None])
    assert f": 1 of {answered} answers" in trust["Taken over"]
    assert "1 of them from another standard over a crosswalk" in trust["Taken over"]


def test_a_report_without_answers_taken_over_says_nothing_of_them(snapshot: dict[str, Any]) -> None:
    assert "Taken over" not in {fact.label for fact in build_contents(snapshot).method.trust}


def test_levels_are_counted_once_each(snapshot: dict[str, Any]) -> None:
    levels = build_contents(snapshot).clauses.levels
    assert sum(levels.counts) + levels.not_assessed + levels.not_applicable == 72


def test_an_unapproved_assessment_is_marked_a_draft(snapshot: dict[str, Any]) -> None:
    assert not build_contents(snapshot).cover.is_draft
    snapshot["assessment"].update(state="in_review", approved_by=None, approved_at=None)
    cover = build_contents(snapshot).cover
    assert cover.is_draft
    assert cover.status == "Not approved (in review): the figures may still change"


def test_a_flat_standard_is_one_chapter() -> None:
    snapshot = snapshots.numbered_snapshot(requirements=30)
    flat = [{**leaf, "parent": None, "depth": 0} for leaf in snapshots.leaves(snapshot)]
    snapshot.update(requirements=flat, previous=None)
    contents = build_contents(snapshots.seal(snapshot))
    assert [chapter.title for chapter in contents.answers.chapters] == ["All requirements"]
    assert len(contents.clauses.groups) == 30


def test_below_a_single_top_heading_its_children_are_the_groups() -> None:
    groups = build_contents(snapshots.numbered_snapshot(requirements=100)).clauses.groups
    assert [group.ref for group in groups] == [f"1.{number}" for number in range(1, 11)]


def test_a_requirement_ruled_out_by_the_profile_does_not_apply_without_an_answer(snapshot: dict[str, Any]) -> None:
    leaf = _leaf(snapshot, "7.5.5")
    leaf["answer"] = None
    leaf["score"].update(applicable=0, answered=0, asserted=None)
    blocks = [block for chapter in build_contents(snapshot).answers.chapters for block in chapter.blocks]
    assert next(block for block in blocks if block.ref == "7.5.5").status == "not_applicable"


@pytest.mark.parametrize(
    ("path", "break_it"),
    [
        ("snapshot.version", lambda s: s.update(version=2)),
        ("snapshot.taken_at", lambda s: s.update(taken_at="yesterday")),
        ("snapshot.scores.asserted", lambda s: s["scores"].update(asserted="3")),
        ("snapshot.scores.asserted", lambda s: s["scores"].update(asserted=float("nan"))),
        ("snapshot.requirements[2].title", lambda s: s["requirements"][2].update(title=7)),
        ("snapshot.requirements[2].assessable", lambda s: s["requirements"][2].update(assessable=1)),
        ("snapshot.requirements", lambda s: s["requirements"].append(s["requirements"][0])),
        ("snapshot.standard.scale", lambda s: s["standard"]["scale"].update(maximum=0)),
        ("snapshot.organisation", lambda s: s.update(organisation=None)),
    ],
)
def test_a_malformed_snapshot_is_refused_with_the_path_of_the_fault(
    snapshot: dict[str, Any], path: str, break_it: Any
) -> None:
    break_it(snapshot)
    with pytest.raises(SnapshotMalformedError) as refusal:
        build_contents(snapshot)
    assert refusal.value.path == path


def test_unknown_keys_are_passed_over(snapshot: dict[str, Any]) -> None:
    before = build_contents(snapshot)
    snapshot["colour"] = "blue"
    snapshot["requirements"][0]["mood"] = "good"
    assert build_contents(snapshot) == before


def test_the_same_snapshot_gives_equal_contents(snapshot: dict[str, Any]) -> None:
    assert build_contents(snapshot) == build_contents(snapshots.medical_device_snapshot())
