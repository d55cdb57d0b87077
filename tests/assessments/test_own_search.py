"""An organisation searches its own standards with the public ones, and nobody else does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from assessments.catalogue.models import RequirementText
from assessments.catalogue.search.own import LIKE_ENOUGH, trigrams
from tenants.scope import tenant_scope
from tests.assessments.own_standards import published, started
from tests.cast import Api, House

pytestmark = pytest.mark.django_db


def search(api: Api, house: House, query: str, **filters: Any) -> Any:
    answer = api.get(f"{house.path}/search/?{urlencode({'q': query, **filters})}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def own(aria: House) -> House:
    published(aria, started(aria))
    return aria


def test_own_requirements_are_found_by_reference_and_by_words(own: House) -> None:
    found = search(own.as_("bob"), own, "ACME 12 1.10")["requirements"]
    assert [(hit["standard"], hit["ref"], hit["match"], hit["own"]) for hit in found[:1]] == [
        ("own-suppliers", "1.10", "reference", True)
    ]
    assert own.as_("bob").get(found[0]["url"].partition("/api/v1")[2]).json()["ref"] == "1.10"
    words = search(own.as_("bob"), own, "suppliers rated")["requirements"]
    assert (words[0]["ref"], words[0]["own"]) == ("1.10", True)


def test_own_and_public_ones_stand_in_one_list(own: House) -> None:
    found = search(own.as_("bob"), own, "contracts", limit=50)["requirements"]
    assert {hit["own"] for hit in found} == {True, False}
    owned = [hit["own"] for hit in found]
    assert owned == sorted(owned, reverse=True)


def test_own_standards_are_found_by_name(own: House) -> None:
    found = search(own.as_("bob"), own, "acme")["standards"]
    assert [(hit["slug"], hit["own"]) for hit in found] == [("own-suppliers", True)]


def test_neighbours_and_visitors_find_nothing_of_it(own: House, nextdoor: House) -> None:
    theirs = search(nextdoor.as_("charlie"), nextdoor, "suppliers rated")
    assert not [hit for hit in theirs["requirements"] if hit["own"]]
    assert nextdoor.as_("charlie").get(f"{own.path}/search/?q=acme").status_code == 404
    public = Api().get("/search/?q=acme+12+1.10").json()
    assert "ACME" not in str(public)


def test_a_retired_one_is_no_longer_found(own: House) -> None:
    assert own.as_("adam").post(f"{own.path}/standards/own-suppliers/retire/").status_code in {200, 204}
    assert not [hit for hit in search(own.as_("bob"), own, "suppliers rated")["requirements"] if hit["own"]]


@pytest.mark.parametrize("query", ["", "%", "_", "'", "\\", "1.1 " * 40])
def test_odd_questions_break_nothing(own: House, query: str) -> None:
    search(own.as_("bob"), own, query)


@pytest.mark.parametrize("slip", ["suppliers are rted", "suplier", "contrats are sined", "lst of supliers"])
def test_gathering_by_trigrams_loses_no_title_that_is_like_enough(own: House, slip: str) -> None:
    """The database compares every title with the slip: what it finds, the search finds."""
    with tenant_scope(own.organisation.pk):
        texts = RequirementText.objects.filter(organisation_id=own.organisation.pk)
        like = set(texts.filter(title__trigram_word_similar=slip).values_list("requirement__ref", flat=True))
    hits = search(own.as_("carol"), own, slip, limit=50)["requirements"]
    assert like
    assert {hit["ref"] for hit in hits if hit["own"]} == like


def test_a_title_is_gathered_by_the_share_that_the_database_asks_for() -> None:
    assert trigrams("share"), "a connection knows the setting only once a function of the module was called on it"
    with connection.cursor() as cursor:
        cursor.execute("SHOW pg_trgm.word_similarity_threshold")
        assert float(cursor.fetchone()[0]) == LIKE_ENOUGH
