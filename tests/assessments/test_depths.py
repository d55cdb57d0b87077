"""Standards told in full, as a profile or as a record: shown, listed and compared alike, and assessed only in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assessments.catalogue import serializers, serializers_comparison
from tests.assessments.catalogue.rich import PLAIN, RICH, write_rich
from tests.assessments.catalogue.test_catalogue_api import ONE, assert_shape, body
from tests.assessments.standards import synced
from tests.cast import Api, House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rich_catalogue")]


@pytest.fixture(scope="module")
def rich_catalogue(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock(), synced(write_rich(tmp_path_factory.mktemp("rich") / "data")):
        yield


@pytest.mark.parametrize(("slug", "depth"), [(RICH, "full"), (PLAIN, "profile"), ("act-7", "record")])
def test_a_standard_of_any_depth_is_shown_listed_and_compared(anyone: Api, slug: str, depth: str) -> None:
    detail = body(anyone.get(f"/standards/{slug}/"))
    assert detail["depth"] == depth
    assert_shape(detail, serializers.StandardDetail())
    assert (detail["scale"] is None, detail["counts"] is None) == (depth != "full", depth != "full")
    assert (detail["profile"] is None) == (depth == "record")
    assert slug in [row["slug"] for row in body(anyone.get(f"/standards/?depth={depth}"))["results"]]
    requirements = body(anyone.get(f"/standards/{slug}/requirements/"))
    assert_shape(requirements, serializers.RequirementList())
    assert bool(requirements["results"]) == (depth == "full")
    for a, b in ((slug, ONE), (ONE, slug)):
        comparison = body(anyone.get(f"/comparisons/{a}/{b}/"))
        assert_shape(comparison, serializers_comparison.ComparisonShape())
        assert (comparison["overlap"]["share"] is None) == (depth != "full")


def test_what_may_be_chosen_and_what_is_withdrawn_are_told(anyone: Api) -> None:
    detail = body(anyone.get(f"/standards/{RICH}/"))
    assert detail["selections"] == [{"slug": "basic", "name": "Basic"}, {"slug": "high", "name": "High"}]
    assert detail["alternatives"][0]["options"][1] == {"slug": "simple", "name": "Simplified", "refs": ["4"]}
    gone = body(anyone.get(f"/standards/{RICH}/requirements/1.2/"))
    assert (gone["withdrawn"], gone["assessable"], gone["summary"]) == (["2.1", "1.3"], False, "")
    assert "withdrawn" not in body(anyone.get(f"/standards/{RICH}/requirements/2.1/"))
    assert body(anyone.get("/standards/?depth=deep"), status=400)["errors"]["depth"]


@pytest.mark.parametrize(("slug", "words"), [(PLAIN, "its profile only"), ("act-7", "a few facts only")])
def test_a_standard_without_requirements_cannot_be_assessed_and_says_so(aria: House, slug: str, words: str) -> None:
    refused = aria.as_("alice").post(f"{aria.path}/assessments/", {"name": "Round 2026", "standard": slug})
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert refused.json()["type"] == "urn:plumbline:problem:standard-not-assessable"
    assert words in refused.json()["detail"]
