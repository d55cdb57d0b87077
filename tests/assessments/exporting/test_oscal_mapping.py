"""Crosswalks as mapping-collections: valid for NIST's schemas, and every group comes back with all it joins."""

from __future__ import annotations

import tempfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.catalogue.crosswalk import PROVENANCES, RELATIONS, LinkGroup
from assessments.catalogue.crosswalk_selectors import links_by_id
from assessments.catalogue.models import Crosswalk
from assessments.exporting.mapping import MappingSource, build_mapping, read_mapping
from assessments.exporting.oscal import NotOurs
from tests.assessments.exporting.judge import judge
from tests.assessments.exporting.records import names, texts
from tests.cast import Api

refs = st.lists(texts.filter(str.strip), min_size=1, max_size=4, unique=True).map(tuple)
groups = st.builds(
    LinkGroup, source=refs, target=refs, relation=st.sampled_from(RELATIONS), provenance=st.sampled_from(PROVENANCES),
    rationale=st.dictionaries(st.sampled_from(["en", "de", "pt-BR"]), names),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(groups, min_size=1, max_size=5), texts)
def test_many_to_many_maps_are_valid_and_come_back_whole(made: list[LinkGroup], method: str) -> None:
    source = MappingSource(
        slugs=("one", "two"), hrefs=("https://x.example/one/", "https://x.example/two/"), name="one--two",
        provenance="reviewed", method=method, reviewed_on="2026-01-01", groups=made, sources=[],
    )  # fmt: skip
    content = orjson.dumps(build_mapping(source))
    with tempfile.TemporaryDirectory() as folder:
        judge(content, folder=Path(folder))
    assert read_mapping(orjson.loads(content)) == made


@pytest.mark.django_db
def test_every_shipped_crosswalk_is_valid_both_ways_round(anyone: Api, tmp_path: Path) -> None:
    rows = list(Crosswalk.objects.filter(is_current=True))
    assert rows
    for row in rows:
        written = links_by_id(row.pk).groups
        for a, b, expected in (
            (row.source_slug, row.target_slug, list(written)),
            (row.target_slug, row.source_slug, [group.inverted() for group in written]),
        ):
            response = anyone.get(f"/crosswalks/{a}--{b}/oscal/")
            assert response.status_code == 200, response.content
            judge(response.content, folder=tmp_path)
            assert read_mapping(orjson.loads(response.content)) == expected
        assert anyone.get(f"/crosswalks/{a}--{b}/oscal/", If_None_Match=response.headers["ETag"]).status_code == 304


@pytest.mark.django_db
def test_without_a_crosswalk_there_is_nothing(anyone: Api) -> None:
    assert anyone.get("/crosswalks/iso-13485-2016--nothing/oscal/").status_code == 404


def test_a_document_of_others_is_told_from_ours() -> None:
    with pytest.raises(NotOurs):
        read_mapping({"mapping-collection": {"mappings": []}})
