"""Crosswalk files: every fault with file and line, and from files to tables."""
# ruff: noqa: E501 -- a fault is one row of the table, and reads best as one

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from assessments.catalogue.crosswalk import counts_of
from assessments.catalogue.crosswalk_sync import Sides
from assessments.catalogue.models import Crosswalk
from assessments.catalogue.schema import CatalogueError
from assessments.catalogue.sync import DATA, check_catalogue, sync_catalogue
from tests.assessments.catalogue.crossed import ONE_TREE, TREES, write_crosswalks
from tests.assessments.catalogue.quality import too_alike
from tests.assessments.catalogue.rich import RICH
from tests.assessments.catalogue.sample import SLUG, change

SHORTEST, LONGEST = 8, 60
"""Words of a rationale. Loose on purpose: a stub or a sermon is caught."""

# (what is wrong, file, old text, new text, text on the line at fault, words of the message)
FAULTS = [
    ("an unknown standard", TREES, "target: sample-1-2020", "target: sample-2-2020", "target:", "no standard sample-2-2020"),
    ("another file's slug", TREES, "source: rich-1-2024", "source: sample-1-2020", "source:", "must be the source in the file's name, rich-1-2024"),
    ("an unknown ref", TREES, '["1.3"]', '["1.9"]', "1.9", "rich-1-2024 has no 1.9"),
    ("a withdrawn ref", TREES, '["1.3"]', '["1.2"]', "1.2", "1.2 is withdrawn from rich-1-2024, use 2.1, 1.3"),
    ("a withdrawn ref without successor", TREES, '["1.3"]', '["1.4"]', "1.4", "withdrawn from rich-1-2024, without a successor"),
    ("a ref with nothing to assess", TREES, '["1.3"]', '["1.1"]', '"1.1"', "nothing assessable stands under 1.1"),
    ("an unquoted ref", TREES, '["1.3"]', "[1.3]", "[1.3]", "must be text, not a number"),
    ("a ref told twice in a group", TREES, '["3", "4"]', '["3", "3"]', '"3", "3"', "3 stands twice"),
    ("a pair told twice", TREES, '["3", "4"]', '["1.3", "4"]', '["1.3", "4"]', "1.3 and 7.1 are already linked in line 10"),
    ("no refs", TREES, '["1.3"]', "[]", "[]", "at least 1 entries"),
    ("an unknown relation", TREES, "relation: subset", "relation: within", "within", "unknown value 'within'; known are equal, subset, superset, intersects"),
    ("an unknown provenance", TREES, "provenance: suggested", "provenance: guessed", "guessed", "unknown value 'guessed'"),
    ("no rationale", TREES, ", rationale: {en: Both ask for a plan before work.}", "", '["1.3"]', "rationale is missing"),
    ("an empty rationale", TREES, "{en: Both ask for a plan before work.}", "{}", '["1.3"]', "must not be empty"),
    ("a rationale without English", TREES, "{en: Both ask for a plan before work.}", "{de: Beides will einen Plan.}", '["1.3"]', "en is missing"),
    ("an unknown key", TREES, "relation: subset", "kind: subset", "kind: subset", "kind: unknown key"),
    ("no method", TREES, "method: {en: Every leaf was read beside every other.}\n", "", "format: 1", "method is missing"),
    ("a day that is none", TREES, '"2026-11-20"', '"soon"', "soon", "must be a date"),
    ("a source without address", TREES, 'url: "https://example.org/list", ', "", "- {id: one", "url is missing"),
    ("titles of a side with a tree", TREES, "groups:\n", 'titles: {target: {"8": Eight}}\ngroups:\n', "titles:", "sample-1-2020 has its titles in the catalogue"),
    ("a ref without a title", ONE_TREE, '["Art. 2"]', '["Art. 3"]', "Art. 3", "act-7 has no tree here, so Art. 3 needs a title under titles > target"),
    ("a title that no group names", ONE_TREE, '"Art. 2": Who sells', '"Art. 2": Who sells, "Art. 9": What else', "Art. 9", "no group names Art. 9"),
    ("another format", TREES, "format: 1", "format: 2", "format: 2", "format 2 is unknown"),
    ("no list of groups", ONE_TREE, "groups:\n", "groups: none\nrest:\n", "groups: none", "must be a list, not text"),
]  # fmt: skip


@pytest.fixture
def folder(data: Path) -> Path:
    return write_crosswalks(data)


def faults_of(data: Path) -> list[str]:
    with pytest.raises(CatalogueError) as error:
        check_catalogue(data)
    return [str(fault) for fault in error.value.faults]


@pytest.mark.parametrize("case", [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_is_told_with_file_and_line(data: Path, folder: Path, case: tuple[str, str, str, str, str]) -> None:
    file, old, new, at, message = case
    path = folder / f"{file}.yaml"
    change(path, old=old, new=new)
    lines = [number for number, line in enumerate(path.read_text().splitlines(), 1) if at in line]
    told = faults_of(data)
    assert any(
        fault.startswith(tuple(f"crosswalks/{file}.yaml:{line}:" for line in lines)) and message in fault
        for fault in told
    ), told


def test_the_name_says_the_two_standards_in_one_order_only(data: Path, folder: Path) -> None:
    (folder / "notes.txt").write_text("x")
    (folder / f"{TREES}.yaml").rename(folder / f"{SLUG}--{RICH}.yaml")
    assert {fault.partition(": ")[2] for fault in faults_of(data)} == {
        "a crosswalk is a file named <source>--<target>.yaml",
        f"source: must be the source in the file's name, {SLUG}",
        f"target: must be the target in the file's name, {RICH}",
    }
    (folder / f"{TREES}.yaml").write_text((folder / f"{SLUG}--{RICH}.yaml").read_text())
    other = [fault for fault in faults_of(data) if "the other order is there as well" in fault]
    assert len(other) == 2


def test_a_standard_has_no_crosswalk_to_itself(data: Path, folder: Path) -> None:
    text = (folder / f"{TREES}.yaml").read_text().replace(RICH, SLUG)
    (folder / f"{SLUG}--{SLUG}.yaml").write_text(text)
    assert any("no crosswalk to itself" in fault for fault in faults_of(data))


def test_faults_of_a_tree_come_before_those_of_what_points_into_it(data: Path, folder: Path) -> None:
    change(data / SLUG / "structure.yaml", old="[audit]", new="[audits]")
    assert [fault.partition(":")[0] for fault in faults_of(data)] == [f"{SLUG}/structure.yaml"]


def outcomes(data: Path, using: str) -> dict[str, str]:
    return {result.name: result.outcome for result in sync_catalogue(data, using=using).crosswalks}


def test_a_crosswalk_is_written_whole_and_left_alone_afterwards(data: Path, folder: Path, owner: str) -> None:
    assert outcomes(data, owner)[TREES] == "created"
    row = Crosswalk.objects.using(owner).get(source_slug=RICH, is_current=True)
    assert (row.provenance, row.reviewed_on.isoformat(), row.succession) == ("reviewed", "2026-11-20", False)
    assert [
        (group.source_refs, group.target_refs, group.relation, group.provenance)
        for group in row.groups.order_by("position")
    ] == [
        (["1.3"], ["7.1"], "equal", "reviewed"),
        (["2"], ["8"], "subset", "reviewed"),
        (["3", "4"], ["7.1", "7.10"], "intersects", "reviewed"),
        (["4.1"], ["8"], "equal", "suggested"),
    ]
    with CaptureQueriesContext(connections[owner]) as queries:
        assert outcomes(data, owner) == {TREES: "unchanged", ONE_TREE: "unchanged"}
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "SELECT"]


def test_suggestions_never_count_and_a_heading_stands_for_what_is_below_it(
    data: Path, folder: Path, owner: str
) -> None:
    sync_catalogue(data, using=owner)
    counts = Crosswalk.objects.using(owner).get(source_slug=RICH, is_current=True).counts
    assert counts == {
        "relations": {"equal": 1, "subset": 1, "superset": 0, "intersects": 1},
        "provenances": {"official": 0, "reviewed": 3, "suggested": 1},
        # 1.3 · 2.1 and 2.2 for the heading 2 · 3 · 4, which is assessable and stands for itself; 4.1 is suggested only
        "source": {"total": 6, "touched": 5, "covered": 3},
        "target": {"total": 3, "touched": 3, "covered": 1},
    }
    counts = Crosswalk.objects.using(owner).get(target_slug="act-7", is_current=True).counts
    assert counts["source"] == {"total": 3, "touched": 3, "covered": 0}
    assert counts["target"] == {"total": None, "touched": 2, "covered": 1}


def test_what_changes_is_a_new_row_whether_words_or_the_tree_of_a_side(data: Path, folder: Path, owner: str) -> None:
    def rows() -> int:
        return Crosswalk.objects.using(owner).filter(source_slug=RICH).count()

    sync_catalogue(data, using=owner)
    path = folder / f"{TREES}.yaml"
    path.write_text("# a remark\n" + path.read_text())
    assert (outcomes(data, owner)[TREES], rows()) == ("reworded files", 1)
    change(path, old="A machine thought so.", new="A machine guessed so.")
    assert (outcomes(data, owner)[TREES], rows()) == ("created", 2)
    change(path, old="A machine guessed so.", new="A machine thought so.")
    assert (outcomes(data, owner)[TREES], rows()) == ("switched back", 2)
    change(
        data / SLUG / "structure.yaml",
        old='{ref: "8", themes: [audit]}',
        new='{ref: "8", themes: [audit]}\n  - {ref: "9", themes: [audit], brief: true}',
    )
    change(data / SLUG / "en/requirements-8.yaml", old='"8":', new='"9": {title: More, summary: What is left.}\n"8":')
    assert (outcomes(data, owner)[TREES], rows()) == ("created", 3)
    current = Crosswalk.objects.using(owner).get(source_slug=RICH, is_current=True)
    assert current.counts["target"]["total"] == 4
    change(data / SLUG / "structure.yaml", old='"9"', new='"10"')
    change(data / SLUG / "en/requirements-8.yaml", old='"9"', new='"10"')
    change(data / SLUG / "structure.yaml", old='"7.10"', new='"7.11"')
    change(data / SLUG / "en/requirements-7.yaml", old='"7.10"', new='"7.11"')
    with pytest.raises(CatalogueError, match=r"sample-1-2020 has no 7\.10"):
        sync_catalogue(data, using=owner)


def test_a_crosswalk_goes_with_its_file_and_may_come_back_the_other_way_round(
    data: Path, folder: Path, owner: str
) -> None:
    sync_catalogue(data, using=owner)
    text = (folder / f"{TREES}.yaml").read_text()
    (folder / f"{TREES}.yaml").unlink()
    turned = text.replace(f"source: {RICH}\ntarget: {SLUG}", f"source: {SLUG}\ntarget: {RICH}")
    turned = turned.replace("from:", "FROM:").replace("to:", "from:").replace("FROM:", "to:")
    (folder / f"{SLUG}--{RICH}.yaml").write_text(turned)
    found = outcomes(data, owner)
    assert (found[TREES], found[f"{SLUG}--{RICH}"]) == ("withdrawn", "created")
    with pytest.raises(IntegrityError), transaction.atomic(using=owner):
        Crosswalk.objects.using(owner).filter(source_slug=RICH).update(is_current=True)
    (folder / f"{SLUG}--{RICH}.yaml").unlink()
    (folder / f"{ONE_TREE}.yaml").unlink()
    assert set(outcomes(data, owner).values()) == {"withdrawn"}
    assert not Crosswalk.objects.using(owner).filter(is_current=True, source_slug__in=[RICH, SLUG]).exists()


def test_without_a_folder_of_crosswalks_those_in_the_tables_stay(data: Path, owner: str) -> None:
    before = set(Crosswalk.objects.using(owner).filter(is_current=True).values_list("id", flat=True))
    assert before
    sync_catalogue(data, using=owner)
    assert set(Crosswalk.objects.using(owner).filter(is_current=True).values_list("id", flat=True)) == before


def test_the_shipped_crosswalks_are_in_step_and_say_what_they_mean() -> None:
    checked = check_catalogue(DATA)
    sides = Sides(DATA)
    assert checked.crosswalks
    for document in checked.crosswalks:
        rationales = {
            f"{document.name} {position}": group.rationale["en"] for position, group in enumerate(document.groups)
        }
        wrong = [name for name, text in rationales.items() if not SHORTEST <= len(text.split()) <= LONGEST]
        assert not wrong, wrong
        assert not too_alike(rationales)
        source, target = sides.find(document.source), sides.find(document.target)
        assert source is not None
        assert target is not None
        counts = counts_of(document.groups, source=source, target=target)
        assert counts["source"]["touched"]
