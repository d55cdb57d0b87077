"""An organisation's own crosswalks and comparisons as OSCAL: in three forms that say the same, valid, and read back."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import yaml

from assessments.exporting.mapping import read_mapping
from tests.assessments.exporting.judge import judge
from tests.assessments.exporting.test_oscal_xml import read_back
from tests.assessments.own_crosswalks.work import GDPR, IDEAS, ISO, QUALITY, content, link, make, own_standard, read
from tests.assessments.test_standard_imports import done
from tests.cast import House

pytestmark = pytest.mark.django_db


def said_in_three_forms(house: House, address: str, *, name: str, folder: Path) -> dict[str, object]:
    """The document at an address of OSCAL, the same however it is asked for, and valid."""
    carol = house.as_("carol")
    plain = carol.get(f"{house.path}/{address}")
    assert (plain.status_code, plain.headers["Content-Type"]) == (200, "application/json"), plain.content
    document = orjson.loads(plain.content)
    answers = {form: carol.get(f"{house.path}/{address}?format={form}", Accept="*/*") for form in ("xml", "yaml")}
    for form, answer in answers.items():
        assert answer.headers["Content-Type"] == f"application/{form}"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}-mapping.{form}"'
    assert read_back(answers["xml"].content) == document
    assert yaml.safe_load(answers["yaml"].content) == document
    judge(plain.content, folder=folder)
    judge(answers["yaml"].content, folder=folder, form="yaml")
    refused = carol.get(f"{house.path}/{address}?format=csv")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["format"])
    assert carol.get(f"{house.path}/{address}?colour=red").status_code == 400
    return dict(document)


def test_an_own_crosswalk_is_the_same_in_all_three_forms(aria: House, tmp_path: Path) -> None:
    own = own_standard(aria, "rules", "R 1", "R 2")
    groups = [
        link(["R 1", "R 2"], ["4.1"], "superset", rationale={"en": "One.\n  Two & <three>.", "de": "Eins."}),
        link(["R 1"], ["4.2"], "intersects", provenance="suggested", rationale={}),
    ]
    name = make(aria, content(own, QUALITY, *groups, method={}))["name"]
    document = said_in_three_forms(aria, f"crosswalks/{name}/oscal/", name=name, folder=tmp_path)
    assert [(list(group.source), list(group.target), dict(group.rationale)) for group in read_mapping(document)] == [
        (group["from"], group["to"], group["rationale"]) for group in groups
    ]


def test_an_own_comparison_is_the_same_in_all_three_forms(aria: House, tmp_path: Path) -> None:
    make(aria, content(GDPR, ISO, link(["5(2)"], ["A.5.1"], "intersects")))
    document = said_in_three_forms(aria, f"comparisons/{ISO}/{GDPR}/oscal/", name=f"{ISO}--{GDPR}", folder=tmp_path)
    assert any(group.source == ("A.5.1",) and group.target == ("5(2)",) for group in read_mapping(document))


@pytest.mark.parametrize("form", ["json", "yaml", "xml"])
def test_every_form_comes_back_through_an_import(aria: House, form: str) -> None:
    groups = [
        link(["4.1", "4.2"], ["4.1.1"], "superset", rationale={"en": "One.\n\n  Two.", "de": "Eins."}),
        link(["4.3"], ["4.2.1"], "equal"),
    ]
    name = make(aria, content(IDEAS, QUALITY, *groups))["name"]
    path = f"{aria.path}/crosswalks/{name}/"
    exported = aria.as_("carol").get(f"{path}oscal/?format={form}").content
    assert aria.as_("adam").delete(path, If_Match='"1"').status_code == 204
    found = done(aria, (f"mapping.{form}", exported))
    assert found["crosswalks"][0]["kept"] == {"name": name, "version": 2, "left_out": 0}, found["report"]
    again = read(aria, name)["content"]["groups"]
    assert again == [group | {"provenance": "suggested"} for group in groups]
