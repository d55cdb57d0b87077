"""Scores of assessments: what counts, when they are brought up to date, and why they are what they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from assessments.catalogue.editions import edition
from assessments.models import Assessment, AssessmentScore, Evidence
from assessments.selectors.scores import leaf_states, score_sheet
from tenants.scope import tenant_scope
from tests.assessments.standards import standard_of
from tests.cast import House
from tests.statements import statements
from tests.work import add_evidence, answer_all, make_assessment, pinned, write_answers


@pytest.fixture(scope="module")
def sterile(django_db_setup: None) -> Iterator[str]:
    """Ten requirements, the last two of which apply to sterile devices only."""
    with standard_of(10, sterile=2) as slug:
        yield slug


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


def listed(house: House) -> dict[str, Any]:
    [row] = house.as_("carol").get(f"{house.path}/assessments/").json()["results"]
    return dict(row["scores"])


def test_the_three_levels_are_kept_apart(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, target=None)
    answers = write_answers(
        aria,
        assessment,
        {
            refs[0]: {"level": 4.0, "target": 5.0},
            refs[1]: {"level": 2.0, "validated_level": 1.0, "state": "validated"},
            refs[2]: {"applicable": False, "reason": "None here."},
        },
    )
    add_evidence(aria, answers[refs[0]])
    scores = listed(aria)
    assert (scores["asserted"], scores["evidenced"], scores["validated"], scores["target"]) == (3.0, 2.0, 0.5, 5.0)
    assert (scores["answered"], scores["applicable"], scores["total"]) == (2, len(refs) - 1, len(refs))
    assert scores["coverage"] == pytest.approx(2 / (len(refs) - 1))


def test_evidence_counts_to_the_end_of_its_last_day(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, target=None)
    answers = write_answers(aria, assessment, {refs[0]: {"level": 4.0}})
    last = timezone.localdate() + timedelta(days=3)
    add_evidence(aria, answers[refs[0]], valid_until=last)
    seen = {}
    for offset in (0, 3, 4, 5):
        with time_machine.travel(timezone.now() + timedelta(days=offset), tick=False):
            seen[offset] = listed(aria)["evidenced"]
    assert seen == {0: 4.0, 3: 4.0, 4: 0.0, 5: 0.0}
    with tenant_scope(aria.organisation.pk):
        assert AssessmentScore.objects.get().valid_until is None, "nothing more runs out"


def test_one_valid_evidence_is_enough_and_the_first_end_is_remembered(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria)
    answers = write_answers(aria, assessment, {refs[0]: {"level": 4.0}})
    today = timezone.localdate()
    for number, until in enumerate((today - timedelta(days=1), today + timedelta(days=9), date.max, None), start=1):
        add_evidence(aria, answers[refs[0]], number=number, valid_until=until)
    assert listed(aria)["evidenced"] == 4.0
    with tenant_scope(aria.organisation.pk):
        assert AssessmentScore.objects.get().valid_until == today + timedelta(days=10)
        assert leaf_states(assessment)[refs[0]].evidenced
        Evidence.objects.exclude(number=1).delete()
        assert not leaf_states(assessment)[refs[0]].evidenced


def test_requirements_outside_the_profiles_are_left_out(aria: House, sterile: str) -> None:
    assessment = make_assessment(aria, slug=sterile)
    answer_all(aria, assessment, level=3.0)
    scores = listed(aria)
    assert (scores["answered"], scores["applicable"], scores["total"], scores["coverage"]) == (8, 8, 10, 1.0)
    alice, path = aria.as_("alice"), f"{aria.path}/assessments/{assessment.pk}/"
    rows = alice.get(f"{path}requirements/").json()["requirements"]
    assert [row["ref"] for row in rows if not row["applies"]] == ["1.2.1", "1.2.2"]
    assert next(row for row in rows if row["ref"] == "1.2")["score"]["asserted"] is None

    changed = alice.patch(path, {"profiles": ["sterile"]}, If_Match='"1"')
    assert changed.json()["scores"]["applicable"] == 10
    assert listed(aria)["applicable"] == 10


def test_nothing_applicable_is_not_the_same_as_nothing_answered(aria: House, sterile: str) -> None:
    assessment = make_assessment(aria, slug=sterile)
    assert (listed(aria)["asserted"], listed(aria)["coverage"]) == (None, 0.0)
    refs = [f"1.1.{item}" for item in range(1, 9)]
    write_answers(aria, assessment, {ref: {"applicable": False, "reason": "No site."} for ref in refs})
    assert (listed(aria)["asserted"], listed(aria)["coverage"], listed(aria)["applicable"]) == (None, None, 0)
    root = aria.as_("bob").get(f"{aria.path}/assessments/{assessment.pk}/scores/").json()["root"]
    assert root == listed(aria)


def test_the_assessments_target_stands_in_for_missing_ones(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria, target=3.0)
    write_answers(aria, assessment, {refs[0]: {"level": 1.0, "target": 5.0}})
    with tenant_scope(aria.organisation.pk):
        nodes = score_sheet(assessment, tree=edition(assessment.standard_id).score_tree).nodes
    assert (nodes[refs[0]].target, nodes[refs[0]].gap, nodes[refs[1]].target) == (5.0, 4.0, 3.0)


def test_a_score_is_worked_out_once_and_again_when_an_answer_moves(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria)
    write_answers(aria, assessment, {refs[0]: {"level": 1.0}})
    carol = aria.as_("carol")

    def cost() -> int:
        with statements() as sent:
            assert carol.get(f"{aria.path}/assessments/").status_code == 200
        return len(sent)

    stale, fresh = cost(), cost()
    assert (stale, fresh) == (fresh + 2, 4)
    changed = aria.as_("bob").patch(
        f"{aria.path}/assessments/{assessment.pk}/answers/{refs[0]}/", {"note": "words"}, If_Match='"1"'
    )
    assert (changed.status_code, cost()) == (200, fresh), "words move no score"
    aria.as_("bob").patch(f"{aria.path}/assessments/{assessment.pk}/answers/{refs[0]}/", {"level": 5}, If_Match='"2"')
    assert (cost(), cost()) == (stale, fresh)
    assert listed(aria)["asserted"] == 5.0


def test_an_older_reading_never_replaces_a_newer_score(aria: House, refs: list[str]) -> None:
    assessment = make_assessment(aria)
    write_answers(aria, assessment, {refs[0]: {"level": 1.0}})
    listed(aria)
    with tenant_scope(aria.organisation.pk):
        AssessmentScore.objects.update(answers_revision=99, asserted=4.5)
        Assessment.objects.update(answers_revision=1)
    listed(aria)
    with tenant_scope(aria.organisation.pk):
        assert AssessmentScore.objects.get().answers_revision == 99


def test_scores_are_told_for_every_node_in_document_order(aria: House) -> None:
    assessment = make_assessment(aria)
    answer_all(aria, assessment, level=3.0)
    body = aria.as_("carol").get(f"{aria.path}/assessments/{assessment.pk}/scores/").json()
    assert [node["ref"] for node in body["nodes"]] == [node.ref for node in pinned().nodes]
    assert {node["asserted"] for node in body["nodes"]} == {3.0}
    assert body["root"]["asserted"] == 3.0


@pytest.mark.parametrize("measure", ["asserted", "evidenced", "validated", "target"])
def test_why_this_score_adds_up_to_the_score(aria: House, refs: list[str], measure: str) -> None:
    assessment = make_assessment(aria, target=3.0)
    rows: dict[str, dict[str, Any]] = {ref: {"level": float(at % 6)} for at, ref in enumerate(refs[:40])}
    rows[refs[40]] = {"applicable": False, "reason": "None here."}
    answers = write_answers(aria, assessment, rows)
    add_evidence(aria, answers[refs[4]])
    carol, path = aria.as_("carol"), f"{aria.path}/assessments/{assessment.pk}/"
    scores = carol.get(f"{path}scores/").json()
    by_ref = {node["ref"]: node for node in scores["nodes"]} | {None: scores["root"]}
    for ref, tail in (
        (None, "scores/explanation/"),
        ("4", "scores/4/explanation/"),
        (refs[0], f"scores/{refs[0]}/explanation/"),
    ):
        why = carol.get(f"{path}{tail}?measure={measure}").json()
        assert (why["ref"], why["measure"], why["value"]) == (ref, measure, by_ref[ref][measure])
        assert math.fsum(leaf["contribution"] for leaf in why["leaves"]) == pytest.approx(why["value"])
    whole = carol.get(f"{path}scores/explanation/?measure={measure}").json()
    assert {"ref": refs[40], "reason": "not-applicable", "words": "Not applicable."} in whole["left_out"]


def test_an_unknown_measure_is_refused(aria: House) -> None:
    path = f"{aria.path}/assessments/{make_assessment(aria).pk}/scores/explanation/"
    refused = aria.as_("carol").get(f"{path}?measure=luck")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["measure"])
