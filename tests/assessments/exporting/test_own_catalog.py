"""An organisation's own standard as an OSCAL catalog: out of one organisation, into another, nothing lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.assessments.exporting.judge import judge
from tests.assessments.own_standards import own_path, published, started, texts
from tests.assessments.test_standard_imports import send
from tests.cast import House, run_jobs

SCALE = {
    "slug": "lights",
    "name": {"en": "Traffic lights"},
    "levels": [
        {"level": 0, "name": {"en": "Red"}, "criteria": {"en": "Nothing is there."}, "worth": 0.0},
        {"level": 1, "name": {"en": "Amber"}, "criteria": {"en": "Some of it is there."}, "worth": 0.25},
        {"level": 2, "name": {"en": "Green"}, "criteria": {"en": "All of it is there."}, "worth": 1.0},
    ],
}
LEVELS = {"1": "Some.", "2": "All.\nAnd in writing."}
TREE: list[dict[str, Any]] = [
    {"ref": "B", "texts": texts("A second chapter first"), "assessable": True, "own_answer_rule": "own"},
    {"ref": "B/1", "parent": "B", "weight": 2.5, "critical": True, "texts": texts("Weighty", question="Is it?")},
    {"ref": "A", "texts": texts("A chapter", summary="What it is about.")},
    {"ref": "A.1", "parent": "A", "selections": ["core"], "texts": texts("Core", evidence=["A", "B"], levels=LEVELS)},
    {"ref": "A.2", "parent": "A", "selections": [], "texts": texts("Never chosen", summary="Said once.")},
    {"ref": "A.3", "parent": "A", "withdrawn": ["A.1"], "texts": texts("Gone")},
    {"ref": "Ä 4", "texts": texts("A single one", summary="One\nover two lines.")},
]


@pytest.fixture
def path(aria: House) -> str:
    refs = [row | {"ref": row["ref"].replace("/", "-")} for row in TREE]
    return started(
        aria,
        tree=refs,
        scale=SCALE,
        scoring={"method": "floor", "parameters": {"allowance": 0.5}, "result": "capability-0-5"},
        selections=[{"slug": "core", "name": {"en": "The core"}}],
        alternatives=[
            {
                "slug": "way",
                "name": {"en": "Way"},
                "options": [
                    {"slug": "long", "name": {"en": "The long way"}, "refs": ["A.1"]},
                    {"slug": "short", "name": {"en": "The short way"}, "refs": ["Ä 4"]},
                ],
            }
        ],
    )


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["json", "yaml", "xml"])
def test_it_comes_back_whole_in_another_organisation(
    aria: House, nextdoor: House, path: str, form: str, tmp_path: Path
) -> None:
    slug = published(aria, path)["slug"]
    address = own_path(aria, slug, "oscal") + f"?format={form}"
    answer = aria.as_("carol").get(address)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{slug}-catalog.{form}"'
    if form != "xml":
        judge(answer.content, folder=tmp_path, form=form)
    assert nextdoor.as_("charlie").get(address).status_code == 404

    sent = send(nextdoor, (f"catalog.{form}", answer.content), who="charlie").json()
    run_jobs(nextdoor)
    found = nextdoor.as_("charlie").get(f"{nextdoor.path}/imports/{sent['id']}/").json()
    assert (found["state"], found["counts"].get("warning", 0)) == ("read", 0), found["report"]
    there = nextdoor.as_("charlie").get(own_path(nextdoor, "drafts", found["draft"])).json()["content"]
    here = aria.as_("adam").get(path).json()["content"]
    for side in (here, there):
        for row in side["requirements"]:
            row.pop("assessable", None)  # told in full where it came back, left out where it is as usual
        side.pop("slug")
    assert there.pop("facts").items() >= {"kind": here["facts"]["kind"], "nature": here["facts"]["nature"]}.items()
    assert there == {name: value for name, value in here.items() if name != "facts"}
