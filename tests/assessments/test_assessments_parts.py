"""What an assessment takes of its standard: a selection, one option of each alternative, and nothing withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assessments.services.snapshot import take_snapshot
from reports.contents.build import build_contents
from tenants.scope import tenant_scope
from tests.assessments.catalogue.rich import PLAIN, RICH, write_rich
from tests.assessments.standards import synced
from tests.cast import House
from tests.work import make_assessment, write_answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rich_catalogue")]

WHOLE = ["1.3", "2.1", "2.2", "3"]
"""What can be answered with the first option and no selection: the other option's 4 and 4.1 are out."""


@pytest.fixture(scope="module")
def rich_catalogue(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock(), synced(write_rich(tmp_path_factory.mktemp("parts") / "data")):
        yield


def start(house: House, **fields: Any) -> Any:
    made = house.as_("alice").post(f"{house.path}/assessments/", {"name": "Part", "standard": RICH} | fields)
    assert made.status_code == 201, made.content
    return made.json()


def path_of(house: House, made: Any) -> str:
    return f"{house.path}/assessments/{made['id']}/"


def answerable(house: House, made: Any) -> list[str]:
    book = house.as_("alice").get(f"{path_of(house, made)}requirements/").json()
    return [row["ref"] for row in book["requirements"] if row["assessable"]]


def answer(house: House, made: Any, **levels: float) -> Any:
    body = {"answers": [{"ref": ref.replace("_", "."), "version": 0, "level": level} for ref, level in levels.items()]}
    return house.as_("alice").patch(f"{path_of(house, made)}answers/", body)


@pytest.mark.parametrize(
    ("fields", "refs"),
    [
        ({}, WHOLE),
        ({"selection": "high"}, ["1.3", "2.1", "3"]),
        ({"selection": "basic"}, ["2.1", "3"]),
        ({"options": {"framework": "simple"}}, ["1.3", "4", "4.1"]),
        ({"selection": "basic", "options": {"framework": "simple"}}, ["4.1"]),
        ({"selection": "", "options": {"framework": "full"}}, WHOLE),
    ],
)
def test_only_what_is_taken_is_in_the_workbook_the_scores_and_the_progress(
    aria: House, fields: dict[str, Any], refs: list[str]
) -> None:
    made = start(aria, **fields)
    assert (made["scores"]["total"], made["progress"]["open"]) == (len(refs), len(refs))
    assert answerable(aria, made) == refs
    scores = aria.as_("alice").get(f"{path_of(aria, made)}scores/").json()
    assert scores["root"]["total"] == len(refs)
    listed = aria.as_("alice").get(f"{aria.path}/assessments/").json()["results"]
    assert next(row for row in listed if row["id"] == made["id"])["scores"]["total"] == len(refs)
    answers = aria.as_("alice").get(f"{path_of(aria, made)}answers/").json()["results"]
    assert [row["ref"] for row in answers] == refs


def test_what_is_withdrawn_is_never_in_and_definitions_are(aria: House) -> None:
    book = aria.as_("alice").get(f"{path_of(aria, start(aria))}requirements/").json()
    refs = [row["ref"] for row in book["requirements"]]
    assert refs == ["1", "1.1", "1.3", "2", "2.1", "2.2", "3"]


def test_the_choice_is_told_by_name(aria: House) -> None:
    made = start(aria, selection="high", options={"framework": "simple"})
    assert made["selection"] == {"slug": "high", "name": "High"}
    assert made["options"] == [
        {
            "alternative": {"slug": "framework", "name": "Framework"},
            "option": {"slug": "simple", "name": "Simplified"},
        }
    ]
    assert start(aria)["selection"] is None
    assert start(aria)["options"][0]["option"]["slug"] == "full"


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"selection": "medium"}, "selection"),
        ({"options": {"framework": "both"}}, "options.framework"),
        ({"options": {"frame": "full"}}, "options.frame"),
        ({"options": ["full"]}, "options"),
        ({"selection": "basic", "standard": "iso-13485-2016"}, "selection"),
    ],
)
def test_a_choice_the_standard_does_not_offer_is_refused_by_name(
    aria: House, fields: dict[str, Any], at_fault: str
) -> None:
    refused = aria.as_("alice").post(f"{aria.path}/assessments/", {"name": "X", "standard": RICH} | fields)
    assert refused.status_code == 400
    assert at_fault in refused.json()["errors"]


def test_changing_the_choice_keeps_the_answers_and_counts_what_is_in(aria: House) -> None:
    made = start(aria)
    assert answer(aria, made, **{"2_1": 2, "2_2": 0, "3": 1}).status_code == 200
    path = path_of(aria, made)
    alice = aria.as_("alice")
    before = alice.get(path)
    assert (before.json()["scores"]["asserted"], before.json()["scores"]["answered"]) == (1.0, 3)
    narrowed = alice.patch(path, {"selection": "basic"}, If_Match=before["ETag"])
    assert narrowed.json()["scores"] | {"asserted": 1.5, "answered": 2, "total": 2} == narrowed.json()["scores"]
    assert narrowed.json()["progress"]["answered"] == 2
    assert alice.get(f"{path}answers/2.2/").status_code == 404
    other = alice.patch(path, {"selection": "", "options": {"framework": "simple"}}, If_Match=narrowed["ETag"])
    assert (other.json()["scores"]["asserted"], other.json()["scores"]["total"]) == (None, 3)
    back = alice.patch(path, {"options": {}}, If_Match=other["ETag"])
    assert (back.json()["scores"]["asserted"], back.json()["scores"]["answered"]) == (1.0, 3)
    assert alice.get(f"{path}answers/2.2/").json()["answer"]["level"] == 0


def test_what_is_not_taken_cannot_be_answered_assigned_planned_or_backed(aria: House) -> None:
    made = start(aria, selection="basic")
    alice, path = aria.as_("alice"), path_of(aria, made)
    refused = answer(aria, made, **{"2_2": 1})
    assert refused.status_code == 400
    assert "not part of this assessment" in str(refused.json()["errors"])
    withdrawn = answer(aria, made, **{"1_2": 1})
    assert "1.2 is withdrawn; see 2.1, 1.3." in str(withdrawn.json()["errors"])
    assert alice.patch(f"{path}answers/4.1/", {"level": 1}, If_Match='"0"').status_code == 400
    assert alice.post(f"{path}assignments/", {"refs": ["4"], "assignee": None}).status_code == 400
    assert alice.post(f"{path}actions/", {"ref": "2.2", "title": "Do"}).status_code == 400
    assert alice.get(f"{path}scores/2.2/explanation/").status_code == 404


def test_an_assessable_parent_outside_a_selection_is_the_heading_of_what_is_in(aria: House) -> None:
    made = start(aria, selection="basic", options={"framework": "simple"})
    for texts in ("titles", "all"):
        book = aria.as_("alice").get(f"{path_of(aria, made)}requirements/?texts={texts}").json()
        rows = {row["ref"]: row for row in book["requirements"]}
        assert [(ref, row["assessable"]) for ref, row in rows.items()] == [
            ("1", False), ("1.1", False), ("4", False), ("4.1", True),
        ]  # fmt: skip
        assert rows["4"]["title"] == "Leaf 4"
    answer(aria, made, **{"4_1": 2})
    scores = aria.as_("alice").get(f"{path_of(aria, made)}scores/").json()
    assert {row["ref"]: row["asserted"] for row in scores["nodes"]} == {"1": None, "1.1": None, "4": 2, "4.1": 2}
    whole = aria.as_("alice").get(f"{path_of(aria, start(aria, options={'framework': 'simple'}))}requirements/").json()
    assert [row["assessable"] for row in whole["requirements"] if row["ref"] == "4"] == [True]


def test_approval_waits_only_for_what_is_in(aria: House) -> None:
    made = start(aria)
    answer(aria, made, **{"2_1": 2, "2_2": 0})
    alice, path = aria.as_("alice"), path_of(aria, made)
    alice.patch(path, {"selection": "basic"}, If_Match=alice.get(path)["ETag"])
    assert alice.post(f"{path}submit/").json()["progress"]["submitted"] == 1
    assert alice.post(f"{path}approve/").status_code == 200
    reopened = alice.post(f"{path}reopen/").json()
    assert (reopened["selection"]["slug"], reopened["scores"]["total"]) == ("basic", 2)


def test_a_snapshot_and_its_report_are_about_what_is_taken_and_say_so(aria: House) -> None:
    assessment = make_assessment(aria, slug=RICH, target=2.0, selection="high")
    write_answers(aria, assessment, {"2.1": {"level": 1.0}, "2.2": {"level": 0.0}, "3": {"level": 2.0}})
    with tenant_scope(aria.organisation.pk):
        first = take_snapshot(assessment=assessment, reason="requested", access=None).contents
        assert [row["ref"] for row in first["requirements"]] == ["1", "1.1", "1.3", "2", "2.1", "3"]
        assert (first["scores"]["answered"], first["scores"]["total"], first["scores"]["asserted"]) == (2, 3, 1.5)
        assert first["assessment"]["selection"] == {"slug": "high", "name": "High"}
        cover = {fact.label: fact.value for fact in build_contents(first).cover.facts}
        assert cover["Part of the standard"] == "High; Framework: In full"
        assessment.selection = ""
        assessment.answers_revision += 1
        assessment.save(update_fields=["selection", "answers_revision"])
        whole = take_snapshot(assessment=assessment, reason="requested", access=None).contents
    assert whole["previous"] is None, "one of another part of the standard cannot be compared with"
    assert whole["findings"] == [{"ref": "2.2", "level": 0.0, "due": 1.0}]


@pytest.mark.parametrize(
    ("fields", "total", "inside", "outside"),
    [
        ({"standard": "cis-controls-v8.1", "selection": "ig1"}, 56, "1.1", "1.3"),
        ({"standard": "cis-controls-v8.1", "selection": "ig2"}, 130, "1.3", "2.7"),
        ({"standard": "cis-controls-v8.1"}, 153, "2.7", None),
        ({"standard": "eu-dora"}, 107, "5(2)", "16(1)"),
        ({"standard": "eu-dora", "options": {"ict-risk-framework": "simplified"}}, 36, "16(1)", "5(2)"),
    ],
)
def test_shipped_standards_are_assessed_by_part(
    aria: House, fields: dict[str, Any], total: int, inside: str, outside: str | None
) -> None:
    """CIS Controls v8.1 by implementation group (56, 74 more, 23 more); DORA's Article 16 instead of 5 to 15: of 109
    leaves 73 belong to the full framework and 2 to the simplified one.
    """
    made = start(aria, **fields)
    assert made["scores"]["total"] == total
    refs = answerable(aria, made)
    assert len(refs) == total
    assert inside in refs
    assert outside not in refs


def test_a_standard_without_a_tree_has_nothing_to_choose(aria: House) -> None:
    refused = aria.as_("alice").post(
        f"{aria.path}/assessments/", {"name": "X", "standard": PLAIN, "selection": "basic"}
    )
    assert refused.status_code == 422
