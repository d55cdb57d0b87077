"""The public catalogue over HTTP: what its document promises, for anyone, cacheable, with few queries."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from rest_framework.serializers import BaseSerializer, ListSerializer, Serializer, URLField

from assessments.catalogue import pages, selectors, serializers, serializers_comparison
from assessments.catalogue.pairs import page_of_pairs, read_cursor
from assessments.catalogue.selectors import Current
from tests.cast import Api

pytestmark = pytest.mark.django_db

ONE, TWO = "iso-13485-2016", "iso-56002-2019"
ADDRESSES = [
    "/standards/",
    f"/standards/{ONE}/",
    f"/standards/{ONE}/requirements/",
    f"/standards/{ONE}/requirements/7.5.10/",
    "/comparisons/",
    f"/comparisons/{ONE}/{TWO}/",
]


def body(response: Any, *, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return orjson.loads(response.content)


def assert_shape(value: Any, shape: BaseSerializer[Any], *, at: str = "answer") -> None:
    """The members of an answer are the fields its document promises, at every depth."""
    if isinstance(shape, ListSerializer):
        assert isinstance(value, list), at
        for index, item in enumerate(value):
            assert_shape(item, shape.child, at=f"{at}[{index}]")
    elif isinstance(shape, Serializer):
        if value is None and shape.allow_null:
            return
        assert set(value) <= set(shape.fields), at
        assert {name for name, field in shape.fields.items() if field.required} <= set(value), at
        for name, field in shape.fields.items():
            if name not in value:
                continue
            if isinstance(field, BaseSerializer):
                assert_shape(value[name], field, at=f"{at}.{name}")
            elif isinstance(field, URLField) and value[name] is not None:
                assert value[name].startswith("http"), f"{at}.{name}"
            elif value[name] is not None:
                field.run_validation(value[name])
            else:
                assert field.allow_null, f"{at}.{name}"


@pytest.mark.parametrize(
    ("address", "shape"),
    list(
        zip(
            ADDRESSES,
            [
                serializers.StandardSummaryPage,
                serializers.StandardDetail,
                serializers.RequirementList,
                serializers.RequirementShape,
                serializers_comparison.PairList,
                serializers_comparison.ComparisonShape,
            ],
            strict=True,
        )
    ),
)
def test_an_answer_has_the_members_its_document_promises(anyone: Api, address: str, shape: Any) -> None:
    assert_shape(body(anyone.get(address)), shape())


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_public_and_not_sent_twice_to_who_has_it(anyone: Api, address: str) -> None:
    response = anyone.get(address)
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Content-Type"] == "application/json"
    assert not response.cookies
    again = anyone.get(address, If_None_Match=f'"other", W/{response["ETag"]}')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    assert anyone.get(address, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize(("address", "most"), list(zip(ADDRESSES, [2, 1, 1, 1, 1, 2], strict=True)), ids=ADDRESSES)
def test_an_answer_takes_one_or_two_queries_once_the_process_is_warm(
    anyone: Api, address: str, most: int, django_assert_num_queries: Any
) -> None:
    anyone.get(address)
    with django_assert_num_queries(most):
        anyone.get(address)


@pytest.mark.parametrize(
    "address",
    [
        "/standards/nothing-1/",
        "/standards/nothing-1/requirements/",
        f"/standards/{ONE}/requirements/99.9/",
        f"/comparisons/{ONE}/nothing-1/",
        f"/comparisons/nothing-1/{ONE}/",
    ],
)
def test_what_the_catalogue_does_not_hold_is_not_found(anyone: Api, address: str) -> None:
    response = anyone.get(address)
    assert body(response, status=404)["type"] == "urn:plumbline:problem:not-found"
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [ONE, TWO]),
        ("?ordering=-number", [TWO, ONE]),
        ("?ordering=-year", [TWO, ONE]),
        ("?ordering=title", [TWO, ONE]),
        ("?kind=management-system-guidance", [TWO]),
        ("?kind=law", []),
        ("?sector=medical-devices", [ONE, TWO]),
        ("?sector=food", [TWO]),
        ("?q=INNOVATION", [TWO]),
        ("?q=13485", [ONE]),
        ("?q=13485&kind=law", []),
    ],
)
def test_standards_are_filtered_searched_and_ordered(anyone: Api, query: str, found: list[str]) -> None:
    results = body(anyone.get(f"/standards/{query or '?'}&page_size=200"))["results"]
    assert [item["slug"] for item in results if item["slug"] in {ONE, TWO}] == found


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/standards/?colour=red", "colour"),
        ("/standards/?kind=book", "kind"),
        ("/standards/?ordering=price", "ordering"),
        ("/standards/?language=english", "language"),
        (f"/standards/{ONE}/?language=english", "language"),
        ("/comparisons/?cursor=x", "cursor"),
        ("/comparisons/?page_size=0", "page_size"),
        ("/comparisons/?colour=red", "colour"),
    ],
)
def test_a_query_that_is_not_right_is_refused_by_name(anyone: Api, address: str, field: str) -> None:
    assert field in body(anyone.get(address), status=400)["errors"]


def test_the_list_is_read_a_page_at_a_time(anyone: Api) -> None:
    first = body(anyone.get("/standards/?page_size=1"))
    assert first["previous"] is None
    second = body(anyone.get("/standards/?" + first["next"].partition("?")[2]))
    two = body(anyone.get("/standards/?page_size=2"))["results"]
    assert [page["results"][0]["slug"] for page in (first, second)] == [item["slug"] for item in two]


def test_a_language_without_texts_answers_in_the_default_one(anyone: Api) -> None:
    response = anyone.get(f"/standards/{ONE}/?language=fr")
    assert response["Content-Language"] == "en"
    assert body(response)["language"] == "en"


def test_a_standard_tells_its_counts_scale_and_sources(anyone: Api) -> None:
    standard = body(anyone.get(f"/standards/{ONE}/"))
    assert standard["counts"]["assessable"] == 72
    assert [level["name"] for level in standard["scale"]["levels"]][:2] == ["Incomplete", "Initial"]
    assert sum(theme["share"] for theme in standard["themes"]) == pytest.approx(1, abs=1e-4)
    assert len(standard["faq"]) >= 6
    assert {source["id"] for source in standard["sources"]} >= {"iso-page"}
    assert "sources" not in standard["facts"]


def test_requirements_come_in_document_order(anyone: Api) -> None:
    results = body(anyone.get(f"/standards/{ONE}/requirements/"))["results"]
    refs = [item["ref"] for item in results]
    assert refs[:3] == ["4", "4.1", "4.1.1"]
    assert refs.index("7.5.2") < refs.index("7.5.10")
    seen: set[str | None] = {None}
    for item in results:
        assert item["parent"] in seen
        seen.add(item["ref"])
    assert results[refs.index("7.5.10")] == body(anyone.get(f"/standards/{ONE}/requirements/7.5.10/"))


def test_the_other_order_of_a_pair_mirrors_it_and_names_the_same_canonical_address(anyone: Api) -> None:
    response, mirrored = anyone.get(f"/comparisons/{ONE}/{TWO}/"), anyone.get(f"/comparisons/{TWO}/{ONE}/")
    there, back = body(response), body(mirrored)
    assert response["Link"] == mirrored["Link"]
    assert response["Link"].endswith(f'/api/v1/comparisons/{ONE}/{TWO}/>; rel="canonical"')
    assert (there["a"], there["b"]) == (back["b"], back["a"])
    assert [row["sentence"] for row in there["differences"]] == [row["sentence"] for row in back["differences"]]
    assert there["canonical"] == back["canonical"] == [ONE, TWO]


def test_a_standard_beside_itself_shows_no_difference(anyone: Api) -> None:
    comparison = body(anyone.get(f"/comparisons/{ONE}/{ONE}/"))
    assert {row["kind"] for row in comparison["differences"]} == {"same"}


def test_a_cold_process_makes_a_comparison_with_six_queries(anyone: Api, django_assert_max_num_queries: Any) -> None:
    pages.forget_pages()
    selectors.forget_profiles()
    with django_assert_max_num_queries(6):
        anyone.get(f"/comparisons/{ONE}/{TWO}/")


def test_the_list_of_comparisons_leads_to_each(anyone: Api) -> None:
    pairs = body(anyone.get(f"/comparisons/?standard={ONE}&page_size=200"))["results"]
    assert any((pair["a"]["slug"], pair["b"]["slug"]) == (ONE, TWO) for pair in pairs)
    assert anyone.get(pairs[0]["url"].partition("/api/v1")[2]).status_code == 200


def test_pairs_can_be_read_forwards_and_back_without_gap_or_repeat() -> None:
    standards = [Current(None, f"s{n}", "", f"S {n}", "", ("en",)) for n in range(7)]  # type: ignore[arg-type]
    seen, cursor, previous = [], None, []
    while True:
        page = page_of_pairs(standards, cursor=cursor, size=4)
        seen += [(a.slug, b.slug) for a, b in page.pairs]
        previous.append(page.previous)
        if page.next is None:
            break
        cursor = read_cursor(page.next)
    assert len(seen) == len(set(seen)) == 21
    assert seen == sorted(seen)
    back = page_of_pairs(standards, cursor=read_cursor(previous[-1] or ""), size=4)
    assert [(a.slug, b.slug) for a, b in back.pairs] == seen[16:20]
    assert previous[0] is None
    assert len(page_of_pairs(standards, cursor=None, size=50, of="s3").pairs) == 6
