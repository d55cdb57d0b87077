"""Selections, alternatives, withdrawn and brief requirements, standards without a tree, and records."""
# ruff: noqa: E501 -- a fault is one row of the table, and reads best as one

from __future__ import annotations

from pathlib import Path

import pytest

from assessments.catalogue.loader import content_hash, load_records, load_standard, load_vocabulary
from assessments.catalogue.outline import outline_of
from assessments.catalogue.schema import CatalogueError, CatalogueFault, StandardDocument
from tests.assessments.catalogue.rich import PLAIN, RICH, write_rich
from tests.assessments.catalogue.sample import SLUG, change

STRUCTURE, TEXTS, RECORDS = "structure.yaml", "en/requirements-all.yaml", "records.yaml"

# (what is wrong, file, old text, new text, file at fault, text on the line at fault, words of the message)
FAULTS = [
    ("a replacement that is not there", STRUCTURE, '["2.1", "1.3"]', '["2.9"]', STRUCTURE, '"2.9"', "the tree has no 2.9"),
    ("a withdrawn one with themes", STRUCTURE, "withdrawn: []", "withdrawn: [], themes: [risk]", STRUCTURE, '"1.4"', "a withdrawn requirement has no themes"),
    ("a withdrawn one with a weight", STRUCTURE, "withdrawn: []", "withdrawn: [], weight: 2", STRUCTURE, '"1.4"', "a withdrawn requirement has no weight"),
    ("a withdrawn one to assess", STRUCTURE, "withdrawn: []", "withdrawn: [], assessable: true", STRUCTURE, '"1.4"', "what is withdrawn is not assessable"),
    ("themes where nothing is assessed", STRUCTURE, '"1.1", assessable: false', '"1.1", assessable: false, themes: [risk]', STRUCTURE, '"1.1"', "what is not assessable has no themes"),
    ("points on a heading", STRUCTURE, 'ref: "2"\n', 'ref: "2"\n    points: 3\n', STRUCTURE, 'ref: "2"\n', "what is not assessable has no points"),
    ("a selection nobody declared", STRUCTURE, "selections: [high], brief", "selections: [higher], brief", STRUCTURE, "higher", "unknown value 'higher'; known are basic, high"),
    ("a selection declared twice", STRUCTURE, "{slug: high,", "{slug: basic,", STRUCTURE, "slug: basic, name: {en: High}", "basic stands twice"),
    ("a selection without name", STRUCTURE, "{slug: high, name: {en: High}}", "{slug: high}", STRUCTURE, "{slug: high}", "name is missing"),
    ("an option's ref that is not there", STRUCTURE, 'refs: ["4"]', 'refs: ["9"]', STRUCTURE, '"9"', "the tree has no 9"),
    ("options that overlap", STRUCTURE, 'refs: ["4"]', 'refs: ["2.1"]', STRUCTURE, 'refs: ["2.1"]', "2.1 already belongs to framework > full"),
    ("an option within itself", STRUCTURE, 'refs: ["2", "3"]', 'refs: ["2", "2.1"]', STRUCTURE, '"2", "2.1"', "2.1 already belongs to framework > full"),
    ("an alternative of one option", STRUCTURE, '      - {slug: simple, name: {en: Simplified}, refs: ["4"]}\n', "", STRUCTURE, "- {slug: full", "at least 2 entries, not 1"),
    ("an option of nothing to assess", STRUCTURE, 'refs: ["4"]', 'refs: ["1.1"]', STRUCTURE, 'refs: ["1.1"]', "nothing assessable stands there"),
    ("options of one name", STRUCTURE, "{slug: simple,", "{slug: full,", STRUCTURE, "en: Simplified", "full stands twice"),
    ("a stage below one", STRUCTURE, "stage: 2", "stage: 0", STRUCTURE, "stage: 0", "must be at least 1"),
    ("a target off the scale", STRUCTURE, "target: 1", "target: 3", STRUCTURE, "target: 3", "does not reach 3"),
    ("more points for a part", STRUCTURE, "partial_points: 3", "partial_points: 6", STRUCTURE, "partial_points: 6", "more than the points of the unmet, 5"),
    ("a parameter of another method", STRUCTURE, "{method: weighted_mean}", "{method: weighted_mean, reached: 2}", STRUCTURE, "reached", "weighted_mean takes no reached"),
    ("an unknown result", STRUCTURE, "{method: weighted_mean}", "{method: weighted_mean, result: big}", STRUCTURE, "result: big", "unknown value 'big'"),
    ("a long ref", STRUCTURE, '"1.1"', f'"{"1" * 61}"', STRUCTURE, "1" * 61, "at most 60 characters, not 61"),
    ("a brief one without summary", TEXTS, '"1.3": {title: Short, summary: A short one.}', '"1.3": {title: Short}', TEXTS, '"1.3"', "summary is missing"),
    ("a withdrawn one with a question", TEXTS, "{title: Gone}", "{title: Gone, question: Why?}", TEXTS, '"1.2"', "a heading has no question"),
    ("a definition without summary", TEXTS, "{title: Words, summary: What words mean.}", "{title: Words}", TEXTS, '"1.1"', "summary is missing"),
]  # fmt: skip
RECORD_FAULTS = [
    ("a record without source", '    source: {title: Frame 9, publisher: Framers, url: "https://example.org/frame-9", date: "2019-05-05"}\n', "", "- slug: frame-9", "source is missing"),
    ("a record of an unknown kind", "kind: framework", "kind: frame", "kind: frame\n", "unknown value 'frame'"),
    ("a record of a place nobody listed", "[european-union]", "[eu]", "[eu]", "eu is no word of jurisdictions.yaml"),
    ("a record of a sector nobody listed", "[energy]", "[power]", "[power]", "power is no word of sectors.yaml"),
    ("a record with another key", "    note: Applies", "    months: 3\n    note: Applies", "months: 3", "unknown key"),
    ("a record told twice", "slug: frame-9", "slug: act-7", "slug: act-7\n    number: Frame", "act-7 stands twice"),
    ("a record beside a folder", "slug: frame-9", f"slug: {PLAIN}", f"slug: {PLAIN}", "has a folder of its own"),
    ("a long edition", 'edition: "1.0"', f'edition: "{"1" * 41}"', "1" * 41, "at most 40 characters"),
    ("another format", "format: 1", "format: 2", "format: 2", "format 2 is unknown"),
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_rich(tmp_path / "data")


def load(data: Path, slug: str = RICH) -> StandardDocument:
    return load_standard(data / slug, vocabulary=load_vocabulary(data))


def line_of(path: Path, marker: str) -> int:
    text = path.read_text(encoding="utf-8")
    assert marker in text, f"{marker!r} is not in {path}"
    return text[: text.index(marker)].count("\n") + 1


def test_every_key_of_a_node_is_read(data: Path) -> None:
    nodes = {node.ref: node for node in load(data).requirements}
    assert [ref for ref, node in nodes.items() if node.assessable] == ["1.3", "2.1", "2.2", "3", "4", "4.1"]
    assert (nodes["1.2"].withdrawn, nodes["1.4"].withdrawn, nodes["1.1"].withdrawn) == (("2.1", "1.3"), (), None)
    assert (nodes["1.3"].brief, nodes["2.1"].brief) == (True, False)
    assert (nodes["2.1"].points, nodes["2.1"].partial_points, nodes["2.1"].stage) == (5, 3, 1)
    assert (nodes["2.2"].target, nodes["2.2"].critical, nodes["2.1"].target) == (1, True, None)


def test_a_requirement_belongs_to_the_selections_of_its_parent_unless_it_names_its_own(data: Path) -> None:
    nodes = {node.ref: node.selections for node in load(data).requirements}
    assert nodes["2.1"] == ("basic", "high")
    assert nodes["1.3"] == ("high",)
    assert nodes["2.2"] == ()
    assert nodes["3"] is None


def test_selections_and_alternatives_are_read_in_order(data: Path) -> None:
    document = load(data)
    assert [(selection.slug, selection.name["en"]) for selection in document.selections] == [
        ("basic", "Basic"),
        ("high", "High"),
    ]
    [alternative] = document.alternatives
    assert [(option.slug, option.refs) for option in alternative.options] == [("full", ("2", "3")), ("simple", ("4",))]


def test_brief_and_withdrawn_requirements_may_lack_words(data: Path) -> None:
    texts = load(data).texts["en"]
    assert (texts["1.2"].summary, texts["1.3"].question, texts["1.3"].levels) == ("", "", {})
    assert texts["1.4"].summary


def test_what_is_not_assessable_is_not_counted(data: Path) -> None:
    assert outline_of(load(data).requirements)["assessable"] == 6


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("withdrawn: []", 'withdrawn: ["3"]'),
        ("brief: true", "brief: false"),
        ("points: 5", "points: 4"),
        ("partial_points: 3", "partial_points: 2"),
        ("stage: 2", "stage: 1"),
        ("selections: [high]", "selections: [basic]"),
        ("target: 1", "target: 2"),
        ("critical: true", "critical: false"),
        ("en: Simplified", "en: Simple"),
        ("en: Basic", "en: Base"),
    ],
)
def test_every_key_is_part_of_the_content(data: Path, old: str, new: str) -> None:
    if old == "brief: true":
        text = (
            (data / RICH / TEXTS)
            .read_text()
            .replace(
                "summary: A short one.", "summary: A short one., question: What?, evidence: [A], levels: {1: A., 2: B.}"
            )
        )
        (data / RICH / TEXTS).write_text(text)
    before = content_hash(load(data))
    path = data / RICH / STRUCTURE
    path.write_text(path.read_text().replace(old, new, 1))
    assert content_hash(load(data)) != before


@pytest.mark.parametrize("case", FAULTS, ids=[case[0] for case in FAULTS])
def test_a_fault_is_told_with_its_file_and_line(data: Path, case: tuple[str, ...]) -> None:
    _, changed, old, new, at_fault, marker, words = case
    change(data / RICH / changed, old=old, new=new)
    with pytest.raises(CatalogueError) as caught:
        load(data)
    found = [fault for fault in caught.value.faults if words in fault.message]
    assert found, f"nothing says {words!r} in:\n{caught.value}"
    assert (found[0].file, found[0].line) == (f"{RICH}/{at_fault}", line_of(data / RICH / at_fault, marker))


def test_a_selection_without_any_requirement_is_a_fault(data: Path) -> None:
    path = data / RICH / STRUCTURE
    text = path.read_text().replace("selections: [high]", "selections: []").replace("[basic, high]", "[basic]")
    path.write_text(text.replace('{ref: "3",', '{ref: "3", selections: [],'))
    with pytest.raises(CatalogueError, match="nothing assessable belongs to high"):
        load(data)


def test_a_folder_without_a_tree_is_a_profile(data: Path) -> None:
    document = load(data, PLAIN)
    assert (document.depth, document.scale, document.method, document.requirements) == ("profile", None, "", ())
    assert document.languages == ("en",)
    assert load(data, SLUG).depth == "full"


def test_texts_without_a_tree_are_a_fault(data: Path) -> None:
    (data / PLAIN / "en/requirements-1.yaml").write_text('"1": {title: A, summary: B.}\n')
    with pytest.raises(CatalogueError) as caught:
        load(data, PLAIN)
    assert CatalogueFault(f"{PLAIN}/structure.yaml", 1, "the file is missing") in caught.value.faults


def test_records_hold_facts_and_one_source_that_supports_them_all(data: Path) -> None:
    first, second = load_records(data, folders={RICH, PLAIN, SLUG}, vocabulary=load_vocabulary(data))
    assert (first.slug, first.depth, first.prose["en"]["one_line"]) == ("act-7", "record", "Applies from 2023.")
    assert first.facts["jurisdictions"] == ["european-union"]
    assert "jurisdictions" not in second.facts
    [source] = first.facts["sources"]
    assert set(source["supports"]) == set(first.facts) - {"sources"}


def test_without_the_file_there_are_no_records(data: Path) -> None:
    (data / RECORDS).unlink()
    assert load_records(data, folders=(), vocabulary=load_vocabulary(data)) == []


@pytest.mark.parametrize("case", RECORD_FAULTS, ids=[case[0] for case in RECORD_FAULTS])
def test_a_fault_of_a_record_is_told_with_its_line(data: Path, case: tuple[str, ...]) -> None:
    _, old, new, marker, words = case
    change(data / RECORDS, old=old, new=new)
    with pytest.raises(CatalogueError) as caught:
        load_records(data, folders={RICH, PLAIN, SLUG}, vocabulary=load_vocabulary(data))
    found = [fault for fault in caught.value.faults if words in fault.message]
    assert found, f"nothing says {words!r} in:\n{caught.value}"
    assert (found[0].file, found[0].line) == (RECORDS, line_of(data / RECORDS, marker))


@pytest.mark.parametrize(
    "worths",
    [("0", ""), ("0", "0.5"), ("0.1", "1"), ("1", "0")],
)
def test_what_a_level_is_worth_ascends_from_0_to_1_or_stands_nowhere(data: Path, worths: tuple[str, str]) -> None:
    first, last = (f", worth: {worth}" if worth else "" for worth in worths)
    text = (data / "scales.yaml").read_text()
    text = text.replace("level: 0,", f"level: 0{first},").replace("level: 2,", f"level: 2{last},")
    (data / "scales.yaml").write_text(
        text.replace("level: 1,", "level: 1, worth: 0.3," if all(worths) else "level: 1,")
    )
    with pytest.raises(CatalogueError, match="worth must stand at every level"):
        load_vocabulary(data)


@pytest.mark.parametrize(
    ("scoring", "words"),
    [
        ("{method: subtractive}", "subtractive needs a result"),
        ("{method: subtractive, result: big}", "points is missing: subtractive needs it of every assessable"),
        ("{method: subtractive, result: small-0-2}", "the points add up to 5, but small-0-2 goes down by 2 only"),
        ("{method: staged_minimum}", "stage is missing: staged_minimum needs it of every assessable"),
        ("{method: staged_minimum, result: one-4}", "stages go up to 2, so scores need a scale from 0"),
        ("{method: staged_minimum, reached: 0}", "must be a level of small-0-2 above its lowest, not 0"),
        ("{method: staged_minimum, below: 3}", "must be a level of small-0-2 above its lowest, not 3"),
        ("{method: floor, reached: 1}", "floor takes no reached"),
        ("{method: weighted_mean, result: uneven}", "need a scale of equal steps"),
    ],
)
def test_a_method_is_held_to_what_it_needs(data: Path, scoring: str, words: str) -> None:
    _more_scales(data)
    change(data / RICH / STRUCTURE, old="{method: weighted_mean}", new=scoring)
    with pytest.raises(CatalogueError) as caught:
        load(data)
    assert any(words in fault.message for fault in caught.value.faults), str(caught.value)


def test_uneven_steps_need_a_result(data: Path) -> None:
    _more_scales(data)
    change(data / RICH / STRUCTURE, old="scale: small-0-2", new="scale: uneven")
    with pytest.raises(CatalogueError, match="the steps of uneven differ in height, so a result must name"):
        load(data)
    change(data / RICH / STRUCTURE, old="{method: weighted_mean}", new="{method: weighted_mean, result: small-0-2}")
    document = load(data)
    assert document.scoring.result is not None
    assert document.scoring.result.slug == "small-0-2"


def _more_scales(data: Path) -> None:
    """One that goes far down, one that starts at 1, and one of uneven steps."""
    level = "      - {level: %s, name: {en: A}, criteria: {en: A level.}%s}\n"
    scales = {
        "big": level % (-20, "") + level % (10, ""),
        "one-4": level % (1, "") + level % (4, ""),
        "uneven": level % (0, ", worth: 0") + level % (1, ", worth: 0.2") + level % (2, ", worth: 1"),
    }
    with (data / "scales.yaml").open("a") as file:
        for slug, levels in scales.items():
            file.write(f"  {slug}:\n    name: {{en: More}}\n    levels:\n{levels}")
