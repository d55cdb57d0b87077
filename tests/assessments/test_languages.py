"""An organisation's languages: which texts its people read, and in which they search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from api.languages import STEMMED, first_spoken, spelled_plainly
from tests.assessments.own_standards import own_path, published, started
from tests.cast import Api, House

pytestmark = pytest.mark.django_db


def in_both(de: str, en: str) -> dict[str, Any]:
    return {"de": {"title": de}, "en": {"title": en}}


TREE: list[dict[str, Any]] = [
    {"ref": "QP-04", "texts": {"en": {"title": "Buying"}}},
    {"ref": "QP-04.2", "parent": "QP-04", "texts": in_both("Prüfungen der Lieferanten", "Audits of suppliers")},
    {"ref": "A.5.1", "parent": "QP-04", "texts": in_both("IT-Risikobewertung der Häuser", "Risk of third-party sites")},
    {"ref": "AC-02(01)", "parent": "QP-04", "texts": {"en": {"title": "Accounts are administered"}}},
]


def speak(house: House, *languages: str, who: str = "adam") -> Any:
    api, path = house.as_(who), f"{house.path}/languages/"
    return api.patch(path, {"languages": list(languages)}, If_Match=api.get(path).headers["ETag"])


def search(house: House, query: str, *, who: str = "bob", **filters: Any) -> list[dict[str, Any]]:
    answer = house.as_(who).get(f"{house.path}/search/?{urlencode({'q': query, 'limit': 50, **filters})}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["requirements"]
    return found


def own_refs(found: list[dict[str, Any]], *matches: str) -> list[str]:
    return [hit["ref"] for hit in found if hit["own"] and hit["match"] in (matches or ("reference", "words"))]


@pytest.fixture
def own(aria: House) -> House:
    published(aria, started(aria, tree=TREE))
    assert speak(aria, "de", "en").status_code == 200
    return aria


@pytest.mark.parametrize("query", ["Prüfung", "prüfungen", "Pruefung", "Prufung", "Lieferant", "Prüfung Lieferanten"])
def test_a_german_text_is_found_by_its_inflections_and_spellings(own: House, query: str) -> None:
    found = search(own, query)
    assert own_refs(found, "words") == ["QP-04.2"]
    assert (found[0]["title"], found[0]["language"]) == ("Prüfungen der Lieferanten", "de")


@pytest.mark.parametrize(
    "query", ["IT-Risikobewertung", "ITRisikobewertung", "Risikobewertungen", "Hauser Risikobewertung"]
)
def test_hyphens_and_accents_do_not_part_what_belongs_together(own: House, query: str) -> None:
    assert own_refs(search(own, query), "words") == ["A.5.1"]


def test_english_is_searched_as_well_and_told_in_what_it_was_found_in(own: House) -> None:
    found = [hit for hit in search(own, "auditing supplier") if hit["own"]]
    assert [(hit["ref"], hit["language"]) for hit in found] == [("QP-04.2", "en")]
    assert own_refs(search(own, "administering account"), "words") == ["AC-02(01)"]
    assert [hit for hit in search(own, "cryptography") if not hit["own"] and hit["match"] == "words"]


def test_languages_that_are_not_the_organisations_are_not_looked_in(own: House) -> None:
    assert speak(own, "en").status_code == 200
    assert own_refs(search(own, "Prüfung")) == []
    assert own_refs(search(own, "Prüfung", language="de")) == ["QP-04.2"]


def test_slips_in_own_titles_are_forgiven(own: House) -> None:
    assert own_refs(search(own, "Lieferranten"), "almost") == ["QP-04.2"]


@pytest.mark.parametrize(
    ("query", "ref"),
    [
        ("QP-04/2", "QP-04.2"), ("qp 4.2", "QP-04.2"), ("QP-4(2)", "QP-04.2"), ("acme 12 qp-04/2", "QP-04.2"),
        ("A.5.1", "A.5.1"), ("a 5.1", "A.5.1"), ("annex A.5.1", "A.5.1"),
        ("AC-2 (1)", "AC-02(01)"), ("ac-2.1", "AC-02(01)"), ("AC-02(01)", "AC-02(01)"),
    ],
)  # fmt: skip
def test_own_references_hit_in_any_spelling(own: House, query: str, ref: str) -> None:
    found = search(own, query)
    assert (found[0]["ref"], found[0]["match"], found[0]["own"]) == (ref, "reference", True)


def test_what_is_read_follows_the_languages_and_the_parameter_wins(own: House) -> None:
    api, tree = own.as_("bob"), own_path(own, "own-suppliers", "requirements")
    read = api.get(tree)
    titles = {row["ref"]: row["title"] for row in read.json()["results"]}
    assert (titles["QP-04.2"], titles["QP-04"]) == ("Prüfungen der Lieferanten", "Buying")
    assert (read.json()["language"], read.headers["Content-Language"]) == ("de", "de")
    assert api.get(f"{tree}?language=en").json()["language"] == "en"
    assert api.get(f"{tree}?language=de-AT").json()["language"] == "de"
    assert api.get(f"{tree}?language=fr").json()["language"] == "de"
    assert api.get(own_path(own, "own-suppliers", "requirements", "QP-04.2")).json()["title"] == titles["QP-04.2"]
    assert speak(own, "sv", "en").status_code == 200
    assert api.get(tree).json()["language"] == "en"


def test_an_assessment_begins_in_the_organisations_language_and_keeps_it(own: House) -> None:
    adam = own.as_("adam")
    begun = adam.post(f"{own.path}/assessments/", {"name": "Supply", "standard": "own-suppliers"})
    assert begun.status_code == 201, begun.content
    assert begun.json()["language"] == "de"
    public = adam.post(f"{own.path}/assessments/", {"name": "27001", "standard": "iso-27001-2022"}).json()
    assert public["language"] == "en"
    book = f"{own.path}/assessments/{begun.json()['id']}/requirements/"

    def title(address: str) -> str:
        rows = adam.get(address).json()["requirements"]
        return str(next(row["title"] for row in rows if row["ref"] == "QP-04.2"))

    assert title(book) == "Prüfungen der Lieferanten"
    assert title(f"{book}?language=en") == "Audits of suppliers"
    assert speak(own, "en").status_code == 200
    assert title(book) == "Prüfungen der Lieferanten"


@pytest.mark.parametrize("path", ["search/?q=x&language=Deutsch", "standards/own-suppliers/?language=DE"])
def test_a_language_that_is_none_is_told_so(own: House, path: str) -> None:
    answer = own.as_("bob").get(f"{own.path}/{path}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert "language" in answer.content.decode()


def test_neighbours_find_and_read_nothing_of_it(own: House, nextdoor: House) -> None:
    assert speak(nextdoor, "de", who="charlie").status_code == 200
    assert own_refs(search(nextdoor, "Prüfung", who="charlie"), "reference", "words", "almost") == []
    assert own_refs(search(nextdoor, "QP-04.2", who="charlie"), "reference", "words", "almost") == []
    assert "Lieferanten" not in Api().get("/search/?q=Lieferanten&language=de").content.decode()


def test_the_database_stems_and_spells_as_the_questions_do() -> None:
    """Languages are told twice, here and in a migration: they must say the same."""
    samples = [
        "Qualité d'été",
        "IT-Risiko",
        "Straße",
        "Øre-Ærø",
        "Đà Łódź",
        "\N{LATIN SMALL LETTER DOTLESS I}rmak",
        "и й ё",
        "한국어",
        "a-1-b",
        "x - y",
    ]
    with connection.cursor() as cursor:
        for text in samples:
            cursor.execute("SELECT catalogue_plain_spelling(%s)", [text])
            assert cursor.fetchone() == (spelled_plainly(text),)
        for code in [*STEMMED, "et", "pt-BR"]:
            cursor.execute(
                "SELECT catalogue_search_words(%s, %s, '', '', '{}') = setweight(to_tsvector(%s::regconfig, %s), 'A')",
                [code, "managing audits", STEMMED.get(code[:2], "simple"), "managing audits"],
            )
            assert cursor.fetchone() == (True,), code


@pytest.mark.parametrize(
    ("wanted", "there", "read"),
    [
        (("fr", "de"), ("en", "de"), "de"), ((None, "de-AT"), ("en", "de"), "de"), (("pt",), ("en", "pt-BR"), "pt-BR"),
        (("pt-BR",), ("pt-PT", "pt-BR"), "pt-BR"), (("sv",), ("fr", "en"), "fr"), ((), ("it",), "it"),
    ],
)  # fmt: skip
def test_the_first_wanted_language_that_is_there_is_read(
    wanted: tuple[str | None, ...], there: tuple[str, ...], read: str
) -> None:
    assert first_spoken(wanted, among=there) == read
