"""Frameworks of CISO Assistant, as YAML and as workbook, with what real ones do."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.catalogue.drafts.content import DraftScale
from tests.assessments.catalogue.importing.files import (
    as_yaml,
    by_ref,
    content_of,
    imported,
    library,
    messages,
    node,
    told,
    workbook,
)

SCORES = [
    {"score": 1, "name": "None"},
    {"score": 2, "name": "Some", "description": "Begun."},
    {"score": 3, "name": "All"},
]


def framework(*nodes: dict[str, Any], **members: Any) -> Any:
    members = {"scores_definition": SCORES, "min_score": 1, "max_score": 3} | members
    return imported(("f.yaml", as_yaml(library(requirement_nodes=list(nodes), **members))))


def test_nodes_become_requirements_in_the_order_of_the_file() -> None:
    found = framework(
        node("b", assessable=False, name="Second letter"),
        node(
            "b.1",
            "b",
            description="Do it. Then rest.",
            annotation="Mind the gap.",
            typical_evidence="- a list\n- a log",
        ),
        node("a", assessable=False, name="First letter"),
        node("a.1", "a", name="One", weight=3),
    )
    refs = by_ref(found)
    assert list(refs) == ["b", "b.1", "a", "a.1"]
    text = refs["b.1"].texts["en"]
    assert (text.title, text.summary) == ("Do it", "Do it. Then rest.\n\nMind the gap.")
    assert text.evidence == ("a list", "a log")
    assert [(ref, refs[ref].assessable, refs[ref].weight) for ref in ("b", "a.1")] == [
        ("b", False, 1),
        ("a.1", True, 3),
    ]
    content = content_of(found)
    assert (content.slug, content.number, content.title) == ("acme", "ACME", "Acme framework")
    assert content.facts == {"publisher": "Acme", "edition": "3", "year": 2025}
    assert not found.counts.get("warning"), messages(found)


def test_scores_become_the_scale() -> None:
    scale = content_of(framework(node("1"))).scale
    assert isinstance(scale, DraftScale)
    assert [(level.level, level.name["en"], dict(level.criteria)) for level in scale.levels] == [
        (1, "None", {}), (2, "Some", {"en": "Begun."}), (3, "All", {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "levels", "severity", "words"),
    [
        (1, 5, 5, "note", "the levels 1 to 5 have no names"),
        (0, 100, 0, "warning", "scores run from 0 to 100, without names for their levels"),
        (0, 661, 0, "warning", "scores run from 0 to 661"),
        (0, 12, 0, "warning", "scores run from 0 to 12, as many as there are nodes"),
        (5, 5, 0, "warning", "the scores 5 to 5 are no scale"),
        (None, None, 0, "note", "defines no scores"),
    ],
)
def test_scores_without_names(low: int | None, high: int | None, levels: int, severity: str, words: str) -> None:
    """Two real frameworks have a highest score that is the number of their nodes."""
    nodes = [node(str(number)) for number in range(12)]
    found = framework(*nodes, scores_definition=None, min_score=low, max_score=high)
    scale = content_of(found).scale
    assert (len(scale.levels) if isinstance(scale, DraftScale) else scale) == (levels or "capability-0-5")
    assert told(found, severity, words), messages(found)


def test_implementation_groups_become_selections_and_slips_are_told() -> None:
    groups = [{"ref_id": "Silver", "name": "The silver ones"}, {"ref_id": "P2", "name": "Second"}]
    found = framework(
        node("1", implementation_groups=["SIlver"]),
        node("2", implementation_groups=["P2;Existing"]),
        node("3"),
        implementation_groups_definition=groups,
    )
    refs = by_ref(found)
    assert [refs[ref].selections for ref in ("1", "2", "3")] == [("silver",), ("p2", "existing"), None]
    selections = {entry.slug: entry.name["en"] for entry in content_of(found).selections}
    assert selections == {"silver": "The silver ones", "p2": "Second", "existing": "Existing"}
    assert told(found, "warning", "requirement_nodes/0/implementation_groups (line ", "SIlver is read as Silver")
    assert told(found, "warning", "requirement_nodes/1", "“P2;Existing” is read as 2")
    assert told(found, "warning", "requirement_nodes/1", "Existing is not defined")
    assert told(found, "note", "1 assessable nodes name no implementation group")


def question(*choices: tuple[str, int | None], kind: str = "unique_choice", **more: Any) -> dict[str, Any]:
    made = [
        {"urn": f"c{n}", "value": value} | ({} if score is None else {"add_score": score})
        for n, (value, score) in enumerate(choices)
    ]
    return {"type": kind, "text": "Is it so?", "choices": made} | more


def test_choices_that_score_a_level_each_become_its_criteria() -> None:
    text = by_ref(framework(node("1", questions={"q1": question(("No", 1), ("Partly", 2), ("Yes", 3))})))["1"].texts[
        "en"
    ]
    assert (text.question, dict(text.levels)) == ("Is it so?", {1: "No", 2: "Partly", 3: "Yes"})


@pytest.mark.parametrize(
    "questions",
    [
        {"q1": question(("No", None), ("Yes", None))},
        {"q1": question(("No", 1), ("Yes", 9))},
        {"q1": question(("No", 1), ("Yes", 1))},
        {"q1": question(("No", 1), ("Yes", 3), kind="multiple_choice")},
    ],
)
def test_other_choices_stand_in_the_words_of_the_question(questions: dict[str, Any]) -> None:
    found = framework(node("1", questions=questions))
    text = by_ref(found)["1"].texts["en"]
    assert (text.question, dict(text.levels)) == ("Is it so?\n- No\n- Yes", {})
    assert told(found, "warning", "requirement_nodes/0/questions", "do not give one level each")


def test_several_questions_are_kept_and_conditions_are_told() -> None:
    questions = {
        "q1": question(("No", 1), ("Yes", 3)),
        "q2": {"type": "text", "text": "Which?", "depends_on": {"question": "q1"}},
    }
    found = framework(node("1", questions=questions))
    assert by_ref(found)["1"].texts["en"].question == "Is it so?\n- No\n- Yes\n\nWhich?"
    assert told(found, "warning", "questions/q2", "asked only after certain answers")


def test_nodes_without_reference_get_stable_ones() -> None:
    nodes = [
        node("part", assessable=False),
        node("node2", "part", ref_id=None, description="Text."),
        node("node3", "part", ref_id=None),
    ]
    first, again = framework(*nodes), framework(nodes[0], node("new", "part"), *nodes[1:])
    assert list(by_ref(first)) == ["part", "node2", "node3"]
    assert set(by_ref(first)) < set(by_ref(again))
    assert told(first, "note", "2 nodes have no reference", "the first node2")


def test_references_stay_as_they_are_written() -> None:
    raw = as_yaml(library(requirement_nodes=[node("x", ref_id="REF1"), node("y", ref_id="REF2")]))
    raw = raw.replace(b"REF1", b"4.10").replace(b"REF2", b"4.1")
    assert list(by_ref(imported(("f.yaml", raw)))) == ["4.10", "4.1"]


def test_an_assessable_parent_stays_one() -> None:
    refs = by_ref(framework(node("1"), node("1.1", "1"), node("2", assessable=False)))
    assert [refs[ref].assessable for ref in ("1", "1.1", "2")] == [True, True, False]


def test_other_languages_and_translations() -> None:
    raw = library(
        requirement_nodes=[node("1", name="Règle", translations={"en": {"name": "Rule"}, "xx-yy-zz": {"name": "?"}})]
    )
    found = imported(("Référentiel d’été.yaml", as_yaml(raw | {"locale": "fr"})))
    texts = by_ref(found)["1"].texts
    assert {language: text.title for language, text in texts.items()} == {"fr": "Règle", "en": "Rule"}
    assert content_of(found).language == "fr"
    assert told(found, "warning", "Référentiel d’été.yaml", "xx-yy-zz is no language code")


@pytest.mark.parametrize(
    ("nodes", "place", "message"),
    [
        (
            [node("1"), node("2", "9")],
            "requirement_nodes/1",
            "its parent urn:acme:risk:req_node:acme:9 is not in the file",
        ),
        ([node("1"), node("1", ref_id="other")], "requirement_nodes/1", "stands twice; first at"),
        ([node("1", "2"), node("2", "1")], "requirement_nodes/0", "stands below itself: 1 → 2 → 1"),
        ([node("1", "1")], "requirement_nodes/0", "stands below itself: 1 → 1"),
        ([{"ref_id": "1"}], "requirement_nodes/0", "urn is missing"),
        ([], "/objects/framework", "has no requirement_nodes"),
        ([node("1", name=["x"])], "requirement_nodes/0/name", "must be text, not a list"),
    ],
)
def test_a_broken_tree_is_refused_with_its_place(nodes: list[dict[str, Any]], place: str, message: str) -> None:
    found = framework(*nodes)
    assert found.content is None
    assert told(found, "fault", place, message), messages(found)


def test_nodes_that_are_only_counted_below_their_parents_keep_the_parents_name() -> None:
    found = framework(
        node("before", assessable=False, ref_id=None),
        node("before:1", "before", ref_id=None, name="A map"),
        node("after", assessable=False, ref_id=None),
        node("after:1", "after", ref_id=None, name="A plan"),
    )
    assert list(by_ref(found)) == ["before", "before.1", "after", "after.1"]


def test_references_that_stand_twice_give_way_to_identifiers() -> None:
    found = framework(node("x", ref_id="1"), node("y", ref_id="1"))
    assert list(by_ref(found)) == ["1", "y"]
    assert told(found, "warning", "the reference 1 stands also at", "becomes y")


def test_what_a_standard_has_no_place_for_is_told() -> None:
    raw = library(requirement_nodes=[node("1")])
    raw["objects"]["threats"] = [{"urn": "t1"}, {"urn": "t2"}]
    assert told(imported(("f.yaml", as_yaml(raw))), "note", "2 threats are not taken over")


def test_a_workbook_says_the_same_as_a_library() -> None:
    raw = workbook(
        library_meta=[["type", "library"], ["urn", "urn:acme:risk:library:w"], ["locale", "en"], ["ref_id", "W"],
                      ["name", "Workbook"], ["version", "2"], ["provider", "Acme"]],
        w_meta=[["type", "framework"], ["base_urn", "urn:acme:risk:req_node:w"], ["urn", "urn:acme:risk:framework:w"],
                ["ref_id", "W"], ["name", "Workbook"], ["min_score", 1], ["max_score", 3],
                ["scores_definition", "scores"],
                ["implementation_groups_definition", "imp_grp"], ["answers_definition", "answers"]],
        w_content=[
            ["assessable", "depth", "ref_id", "name", "description", "implementation_groups", "questions", "answer",
             "name[fr]"],
            [None, 1, "4", "Context", None, None, None, None, "Contexte"],
            ["x", 2, "4.10", None, "Know it.", "basic, full", "Is it known?", "YN", None],
            ["x", 2, "4.1", "Other", None, "full", None, None, None],
            [None, 1, None, "Rest", None, None, None, None, None],
        ],
        imp_grp_meta=[["type", "implementation_groups"], ["name", "imp_grp"]],
        imp_grp_content=[["ref_id", "name"], ["basic", "Basic"], ["full", "Full"]],
        scores_meta=[["type", "scores"]],
        scores_content=[["score", "name", "description"], [1, "No", None], [2, "Half", None], [3, "Yes", "Done."]],
        answers_meta=[["type", "answers"]],
        answers_content=[["id", "question_type", "question_choices", "add_score"],
                         ["YN", "unique_choice", "No\nYes", "1\n3"]],
    )  # fmt: skip
    found = imported(("anything.bin", raw))
    refs = by_ref(found)
    assert {ref: requirement.parent for ref, requirement in refs.items()} == {
        "4": None,
        "4.10": "4",
        "4.1": "4",
        "node4": None,
    }
    assert refs["4"].texts["fr"].title == "Contexte"
    assert refs["4.10"].selections == ("basic", "full")
    assert dict(refs["4.10"].texts["en"].levels) == {1: "No", 3: "Yes"}
    content = content_of(found)
    assert isinstance(content.scale, DraftScale)
    assert [level.name["en"] for level in content.scale.levels] == ["No", "Half", "Yes"]
    assert not found.counts.get("warning"), messages(found)


def test_a_workbook_tells_sheet_and_row() -> None:
    raw = workbook(
        library_meta=[["type", "library"], ["urn", "u"]],
        w_meta=[["type", "framework"], ["name", "W"]],
        w_content=[["assessable", "depth", "ref_id"], ["x", "deep", "1"]],
    )
    assert told(imported(("w.xlsx", raw)), "fault", "w.xlsx:w_content, row 2", "depth must be a whole number")
