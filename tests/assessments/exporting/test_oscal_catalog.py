"""Standards as OSCAL catalogs: valid for NIST's schemas, complete, and the same bytes for the same edition."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trestle.oscal.catalog import Catalog

from assessments.catalogue import pages
from assessments.catalogue.editions import edition
from assessments.catalogue.models import Standard
from assessments.exporting.catalog import CatalogSource, build_catalog
from assessments.exporting.oscal import NAMESPACE, Props, control_id, ref_of
from tests.assessments.exporting.judge import judge, loaded, walk
from tests.assessments.standards import standard_of
from tests.cast import Api

pytestmark = pytest.mark.django_db

NONE: dict[str, Any] = {"parts": []}


def full_slugs() -> list[str]:
    return sorted(folder.parent.name for folder in Path("assessments/catalogue/data").glob("*/structure.yaml"))


def controls(catalog: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Ref → control or group, at every depth."""
    found = {}
    for name, value in walk(catalog):
        if name in {"controls", "groups"}:
            found.update({entry["props"][0]["value"]: entry for entry in value})
    return found


@pytest.mark.parametrize("slug", full_slugs())
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_every_standard_is_a_valid_catalog_with_all_its_requirements(
    anyone: Api, tmp_path: Path, slug: str, form: str
) -> None:
    response = anyone.get(f"/standards/{slug}/oscal/?format={form}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, f"application/{form}")
    judge(response.content, folder=tmp_path, form=form)
    document = orjson.loads(response.content) if form == "json" else loaded(response.content)
    of = edition(Standard.objects.get(slug=slug, is_current=True).pk)
    found, texts = controls(document["catalog"]), of.texts("en")
    assert found.keys() == of.by_ref.keys()
    for node in of.nodes:
        entry, words = found[node.ref], texts[node.ref]
        marks, parts = Props(entry), {part.get("class", part["name"]): part for part in entry.get("parts", ())}
        assert (entry["id"], ref_of(entry["id"])) == (control_id(node.ref), node.ref)
        assert (marks.flag("assessable"), marks.texts("theme")) == (node.assessable, node.themes)
        assert marks.texts("selection") == (node.selections or ())
        if node.assessable:
            assert marks.number("weight") == node.weight
            assert parts["statement"]["prose"] == words.summary
            assert parts.get("question", {}).get("prose", "") == words.question
            assert tuple(item["prose"] for item in parts.get("evidence", NONE)["parts"]) == words.evidence
            told = {Props(item).text("level"): item["prose"] for item in parts.get("level-criteria", NONE)["parts"]}
            assert told == dict(words.levels)
        if node.withdrawn is not None:
            assert {"name": "status", "value": "withdrawn"} in entry["props"]
            into = [ref_of(link["href"][1:]) for link in entry.get("links", ())]
            assert into == [ref for ref in node.withdrawn if ref in of.by_ref]


def test_trestle_itself_reads_the_yaml(anyone: Api, tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_bytes(anyone.get("/standards/iso-28000-2022/oscal/?format=yaml").content)
    read = Catalog.oscal_read(file)
    assert read is not None
    told = orjson.loads(read.oscal_serialize_json())["catalog"]
    assert (
        controls(told).keys() == edition(Standard.objects.get(slug="iso-28000-2022", is_current=True).pk).by_ref.keys()
    )


def test_the_same_edition_gives_the_same_bytes_and_is_not_sent_twice(anyone: Api) -> None:
    first = anyone.get("/standards/nist-csf-2.0/oscal/")
    pages.forget_pages()
    second = anyone.get("/standards/nist-csf-2.0/oscal/")
    assert first.content == second.content
    assert "public" in first.headers["Cache-Control"]
    assert first.headers["Content-Disposition"] == 'attachment; filename="nist-csf-2.0-catalog.json"'
    assert anyone.get("/standards/nist-csf-2.0/oscal/", If_None_Match=first.headers["ETag"]).status_code == 304
    assert anyone.get("/standards/nist-csf-2.0/oscal/?format=yaml").headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("{record}/oscal/", 404),
        ("nothing-of-the-kind/oscal/", 404),
        ("nist-csf-2.0/oscal/?format=csv", 400),
        ("nist-csf-2.0/oscal/?form=json", 400),
    ],
)
def test_what_cannot_be_told_is_a_problem(anyone: Api, address: str, status: int) -> None:
    record = Standard.objects.filter(is_current=True).exclude(depth="full").first()
    assert record is not None
    assert anyone.get(f"/standards/{address.format(record=record.slug)}").status_code == status


@pytest.mark.django_db(transaction=True)
def test_a_thousand_requirements_are_told_within_two_seconds(tmp_path: Path) -> None:
    with standard_of(1000) as slug:
        of = edition(Standard.objects.get(slug=slug).pk)
        of.texts("en")
        begun = time.perf_counter()
        body = orjson.dumps(build_catalog(CatalogSource(of, "en", {})))
        seconds = time.perf_counter() - begun
        judge(body, folder=tmp_path)
    print(f"catalog of 1,000 requirements: {seconds * 1000:.0f} ms, {len(body):,} bytes")
    assert seconds < 2


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=20))
def test_ids_stand_for_one_ref_each_and_lead_back(refs: list[str]) -> None:
    ids = [control_id(ref) for ref in refs]
    assert [ref_of(one) for one in ids] == refs
    assert len(set(ids)) == len(refs)


def test_everything_of_ours_is_in_our_namespace(anyone: Api) -> None:
    document = orjson.loads(anyone.get("/standards/nist-csf-2.0/oscal/").content)
    told = [entry for name, value in walk(document) if name == "props" for entry in value]
    assert {entry.get("ns", "core") for entry in told} == {"core", NAMESPACE}
    assert {entry["name"] for entry in told if "ns" not in entry} == {"label", "status"}
