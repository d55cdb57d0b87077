"""Search over HTTP, on the catalogue that ships."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from assessments.catalogue.models import Requirement, RequirementText, SearchEntry, Standard
from tests.cast import Api

pytestmark = pytest.mark.django_db


def search(api: Api, query: str, **filters: Any) -> Any:
    response = api.get(f"/search/?{urlencode({'q': query, **filters})}")
    assert response.status_code == 200, response.content
    return response.json()


def refs(found: Any) -> list[tuple[str, str]]:
    return [(hit["standard"], hit["ref"]) for hit in found["requirements"]]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("A.5.1", ("iso-27001-2022", "A.5.1")),
        ("annex a 5.1", ("iso-27001-2022", "A.5.1")),
        ("GV.OC-1", ("nist-csf-2.0", "GV.OC-01")),
        ("gdpr art. 5(1)(a)", ("eu-gdpr", "5(1)(a)")),
        ("Article 5 1 a GDPR", ("eu-gdpr", "5(1)(a)")),
        ("DORA 9.4.b", ("eu-dora", "9(4)(b)")),
        ("13485 7.5.10", ("iso-13485-2016", "7.5.10")),
    ],
)
def test_a_reference_in_any_spelling_comes_first(anyone: Api, query: str, hit: tuple[str, str]) -> None:
    found = search(anyone, query)["requirements"]
    assert (found[0]["standard"], found[0]["ref"]) == hit
    assert found[0]["match"] == "reference"


def test_a_standard_that_is_named_rules_the_others_out(anyone: Api) -> None:
    assert {standard for standard, _ in refs(search(anyone, "4.1"))} >= {"iso-13485-2016", "iso-56002-2019"}
    by_reference = [hit for hit in search(anyone, "iso 56002 4.1")["requirements"] if hit["match"] == "reference"]
    assert [(hit["standard"], hit["ref"]) for hit in by_reference] == [("iso-56002-2019", "4.1")]


def test_every_reference_of_the_catalogue_finds_its_requirement(anyone: Api) -> None:
    rows = Requirement.objects.filter(standard__is_current=True, withdrawn__isnull=True)
    for slug, ref in rows.order_by("?").values_list("standard__slug", "ref")[:100]:
        found = search(anyone, ref, standard=slug)["requirements"]
        assert found[0]["ref"] == ref, (slug, ref)


def test_words_are_stemmed_and_ranked_with_titles_first(anyone: Api) -> None:
    found = search(anyone, "backups", limit=50)["requirements"]
    assert found
    assert {hit["match"] for hit in found} <= {"words", "almost"}
    assert "backup" in found[0]["title"].lower()
    ranks = [hit["rank"] for hit in found if hit["match"] == "words"]
    assert ranks == sorted(ranks, reverse=True)


def test_the_last_word_may_be_begun_only(anyone: Api) -> None:
    assert refs(search(anyone, "incident respo"))


def test_words_beside_a_standards_name_are_looked_for_in_it(anyone: Api) -> None:
    found = search(anyone, "27001 backup")["requirements"]
    assert found
    assert {hit["standard"] for hit in found if hit["match"] == "words"} == {"iso-27001-2022"}


def test_a_slip_of_the_finger_still_finds(anyone: Api) -> None:
    found = search(anyone, "cryptografy")["requirements"]
    assert any("ryptograph" in hit["title"] for hit in found)
    assert {hit["match"] for hit in found} == {"almost"}


def test_standards_are_found_by_what_they_are_called(anyone: Api) -> None:
    assert "iso-27001-2022" in [found["slug"] for found in search(anyone, "27001")["standards"]]
    assert search(anyone, "A.5.1", standard="iso-27001-2022")["standards"] == []


def test_nothing_is_found_twice_and_never_more_than_asked(anyone: Api) -> None:
    found = refs(search(anyone, "management of risk", limit=7))
    assert len(found) == 7 == len(set(found))


@pytest.mark.parametrize("query", ["", "   ", "zzzzqqqq", "'; drop table", "& | ! ( ) :*", "\\", '"', "a:*", "%", "_"])
def test_odd_questions_find_nothing_or_little_and_break_nothing(anyone: Api, query: str) -> None:
    search(anyone, query)


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ({"q": "x" * 201}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "limit": "51"}, "limit"),
        ({"q": "a", "limit": "many"}, "limit"),
        ({"q": "a", "standard": "none-such"}, "standard"),
        ({"q": "a", "language": "english"}, "language"),
        ({"q": "a", "colour": "red"}, "colour"),
    ],
)
def test_bad_input_is_told(anyone: Api, filters: dict[str, str], named: str) -> None:
    response = anyone.get(f"/search/?{urlencode(filters)}")
    assert response.status_code == 400
    assert named in str(response.json())


def test_the_page_of_standards_shows_requirements_too() -> None:
    page = Client().get("/standards/", {"q": "iso 27001 A.5.1"}).content.decode()
    assert 'href="/standards/iso-27001-2022/A.5.1/"' in page
    assert "Nothing fits" not in page
    alone = Client().get("/standards/", {"q": "supplier contracts"}).content.decode()
    assert "Requirements that ask for it" in alone
    assert "0 found" not in alone
    assert "NIS2 implementing regulation, <span" in alone, "named as people call it"
    assert "Nothing fits" in Client().get("/standards/", {"q": "qznobody"}).content.decode()
    assert 'id="req-A.5.1"' in Client().get("/standards/iso-27001-2022/").content.decode()


def test_the_index_holds_what_is_current_and_nothing_else() -> None:
    entries = SearchEntry.objects.values_list("requirement", "language")
    texts = RequirementText.objects.filter(
        requirement__standard__is_current=True, requirement__withdrawn__isnull=True
    ).values_list("requirement", "language")
    assert set(entries) == set(texts)
    assert not set(entries.values_list("standard")) - set(Standard.objects.filter(is_current=True).values_list("id"))
