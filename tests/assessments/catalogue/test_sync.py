"""Files to tables: idempotent, all or nothing, and nobody but the owner writes."""

from __future__ import annotations

import time
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connections
from django.test.utils import CaptureQueriesContext

from assessments.catalogue.models import Crosswalk, CrosswalkGroup, Requirement, RequirementText, Standard, StandardText
from assessments.catalogue.schema import CatalogueError
from assessments.catalogue.sync import DATA, check_catalogue, sync_catalogue
from tests.assessments.catalogue.rich import PLAIN, RICH, write_rich
from tests.assessments.catalogue.sample import SLUG, change

MODELS = (Standard, StandardText, Requirement, RequirementText)
READ_ONLY = (*MODELS, Crosswalk, CrosswalkGroup)


def rows(using: str) -> list[int]:
    return [model.objects.using(using).count() for model in MODELS]  # type: ignore[attr-defined]


def current(using: str) -> Standard:
    return Standard.objects.using(using).get(slug=SLUG, is_current=True)


def test_a_new_standard_is_written_whole(data: Path, owner: str) -> None:
    before = rows(owner)
    [result] = sync_catalogue(data, using=owner).standards
    assert (result.slug, result.outcome, result.requirements, result.assessable) == (SLUG, "created", 4, 3)
    assert [after - then for after, then in zip(rows(owner), before, strict=True)] == [1, 1, 4, 4]
    standard = current(owner)
    assert standard.number == "Sample 1:2020"
    assert standard.scale["maximum"] == 2
    assert standard.profile["months"] == {"low": 3, "high": 6, "estimate": True}
    assert list(standard.requirements.order_by("position").values_list("ref", "parent__ref")) == [
        ("7", None),
        ("7.1", "7"),
        ("7.10", "7"),
        ("8", None),
    ]


def test_a_second_run_writes_nothing_and_takes_less_than_half_a_second(data: Path, owner: str) -> None:
    sync_catalogue(data, using=owner)
    begun = time.perf_counter()
    with CaptureQueriesContext(connections[owner]) as queries:
        [result] = sync_catalogue(data, using=owner).standards
    assert result.outcome == "unchanged"
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]
    assert time.perf_counter() - begun < 0.5


def test_the_shipped_catalogue_is_already_in_step_with_its_files(owner: str) -> None:
    synced = sync_catalogue(DATA, using=owner)
    assert {result.outcome for result in (*synced.standards, *synced.crosswalks)} == {"unchanged"}
    assert synced.crosswalks


def test_files_written_otherwise_leave_the_edition_as_it_is(data: Path, owner: str) -> None:
    sync_catalogue(data, using=owner)
    standard = current(owner)
    before = rows(owner)
    change(data / SLUG / "structure.yaml", old="format: 1", new="# the same, with a remark\nformat: 1")
    [result] = sync_catalogue(data, using=owner).standards
    assert result.outcome == "reworded files"
    assert rows(owner) == before
    assert current(owner).id == standard.id
    assert [result.outcome for result in sync_catalogue(data, using=owner).standards] == ["unchanged"]


def test_changed_content_is_a_new_row_and_the_old_one_stays_as_it_was(data: Path, owner: str) -> None:
    sync_catalogue(data, using=owner)
    old = current(owner)
    change(data / SLUG / "en/requirements-8.yaml", old="Every job is looked at.", new="Each job is looked at.")
    [result] = sync_catalogue(data, using=owner).standards
    new = current(owner)
    assert result.outcome == "created"
    assert new.id != old.id
    assert new.content_hash == result.content_hash != old.content_hash
    old.refresh_from_db(using=owner)
    assert not old.is_current
    words = RequirementText.objects.using(owner).filter(requirement__ref="8")
    assert words.get(requirement__standard=old).levels["2"] == "Every job is looked at."
    assert words.get(requirement__standard=new).levels["2"] == "Each job is looked at."


def test_going_back_to_former_content_takes_up_the_former_row(data: Path, owner: str) -> None:
    sync_catalogue(data, using=owner)
    first, before = current(owner), rows(owner)
    text = data / SLUG / "en/faq.yaml"
    change(text, old="number 4.", new="number four.")
    sync_catalogue(data, using=owner)
    change(text, old="number four.", new="number 4.")
    [result] = sync_catalogue(data, using=owner).standards
    assert result.outcome == "switched back"
    assert current(owner).id == first.id
    assert rows(owner)[0] == before[0] + 1


def test_a_fault_in_one_standard_keeps_everything_from_being_written(data: Path, owner: str) -> None:
    twin = data / "twin-1-2020"
    for path in [path for path in (data / SLUG).rglob("*") if path.is_file()]:
        copy = twin / path.relative_to(data / SLUG)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    before = rows(owner)
    with pytest.raises(CatalogueError, match=r"twin-1-2020/structure.yaml:2: slug: must be the folder's name"):
        sync_catalogue(data, using=owner)
    assert rows(owner) == before


def test_every_key_of_a_rich_standard_reaches_the_tables(data: Path, owner: str) -> None:
    sync_catalogue(write_rich(data), using=owner)
    rich = Standard.objects.using(owner).get(slug=RICH, is_current=True)
    nodes = {node.ref: node for node in rich.requirements.all()}
    assert (nodes["1.2"].withdrawn, nodes["1.4"].withdrawn, nodes["1.1"].withdrawn) == (["2.1", "1.3"], [], None)
    assert (nodes["1.3"].brief, nodes["1.3"].selections, nodes["2.2"].selections) == (True, ["high"], [])
    assert (nodes["2.1"].points, nodes["2.1"].partial_points, nodes["2.1"].stage) == (5, 3, 1)
    assert (nodes["2.2"].target, nodes["2.2"].critical) == (1, True)
    assert [selection["slug"] for selection in rich.selections] == ["basic", "high"]
    assert rich.alternatives[0]["options"][1] == {"slug": "simple", "name": {"en": "Simplified"}, "refs": ["4"]}
    plain = Standard.objects.using(owner).get(slug=PLAIN, is_current=True)
    assert (plain.depth, plain.scale, plain.outline, plain.method) == ("profile", None, None, "")


def test_records_come_and_change_and_go_with_their_list(data: Path, owner: str) -> None:
    def listed() -> dict[str, str]:
        rows = Standard.objects.using(owner).filter(depth="record", is_current=True)
        return dict(rows.filter(slug__in=["act-7", "frame-9"]).values_list("slug", "content_hash"))

    results = {result.slug: result.outcome for result in sync_catalogue(write_rich(data), using=owner).standards}
    assert (results["act-7"], results["frame-9"]) == ("created", "created")
    before = listed()
    with CaptureQueriesContext(connections[owner]) as queries:
        assert {result.outcome for result in sync_catalogue(data, using=owner).standards} == {"unchanged"}
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]
    change(data / "records.yaml", old="year: 2019", new="year: 2018")
    results = {result.slug: result.outcome for result in sync_catalogue(data, using=owner).standards}
    assert (results["act-7"], results["frame-9"]) == ("reworded files", "created")
    assert (listed()["act-7"], listed()["frame-9"]) == (before["act-7"], mock.ANY)
    assert listed()["frame-9"] != before["frame-9"]
    text = (data / "records.yaml").read_text()
    (data / "records.yaml").write_text(text[: text.index("  - slug: frame-9")])
    sync_catalogue(data, using=owner)
    assert list(listed()) == ["act-7"]


def test_the_command_prints_a_line_for_each_standard(data: Path, owner: str) -> None:
    out = StringIO()
    call_command("sync_catalogue", data=data, database=owner, stdout=out)
    call_command("sync_catalogue", data=data, database=owner, stdout=out)
    first, second = out.getvalue().splitlines()
    assert first.split()[:3] == [SLUG, "created", "4"]
    assert second.split()[:3] == [SLUG, "unchanged", "4"]


def test_check_needs_no_database_and_names_every_fault(data: Path) -> None:
    out, faults = StringIO(), StringIO()
    call_command("sync_catalogue", check=True, data=data, stdout=out)
    assert "checked" in out.getvalue()
    change(data / SLUG / "structure.yaml", old="[audit]", new="[audits]")
    change(data / SLUG / "profile.yaml", old="year: 2020", new="year: soon")
    with pytest.raises(CommandError, match="2 faults in the catalogue; nothing was written"):
        call_command("sync_catalogue", check=True, data=data, stdout=out, stderr=faults)
    lines = faults.getvalue().splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{SLUG}/profile.yaml:5", f"{SLUG}/structure.yaml:10"]


def test_the_shipped_files_are_without_fault() -> None:
    assert len(check_catalogue(DATA).standards) >= 2


@pytest.mark.django_db
@pytest.mark.parametrize("model", READ_ONLY)
@pytest.mark.parametrize(
    "statement", ["DELETE FROM {}", "UPDATE {} SET id = id", "INSERT INTO {} DEFAULT VALUES", "TRUNCATE {}"]
)
def test_the_app_role_may_read_the_catalogue_and_not_write_it(model: Any, statement: str) -> None:
    """Row-level security refuses a public row where the right to add one's own is given."""
    assert model.objects.exists()
    refused = "row-level security" if statement.startswith("INSERT") else "permission denied"
    with pytest.raises(ProgrammingError, match=refused), connections["default"].cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))
