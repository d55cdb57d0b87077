"""The languages an organisation says it reads and searches in."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from api.languages import LANGUAGE
from assessments.catalogue.drafts import values
from tenants.models import AuditEvent, Organisation
from tests.cast import Api, House, InScope, make_person

pytestmark = pytest.mark.django_db


def change(house: House, languages: Any, *, who: str = "adam") -> Any:
    api, path = house.as_(who), f"{house.path}/languages/"
    return api.patch(path, {"languages": languages}, If_Match=api.get(path).headers["ETag"])


def told(house: House, *, who: str = "carol") -> Any:
    return house.as_(who).get(f"{house.path}/languages/").json()


def test_english_is_an_organisations_language_until_it_names_others(aria: House, in_scope: InScope):
    assert told(aria) == {"languages": ["en"], "stemmed": ["en"]}
    changed = change(aria, ["et", "pt-BR"])
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json() == told(aria) == {"languages": ["et", "pt-BR"], "stemmed": ["pt-BR"]}
    with in_scope(aria):
        event = AuditEvent.objects.latest("seq")
    assert event.event == "organisation.changed"
    assert (event.before, event.after) == ({"languages": ["en"]}, {"languages": ["et", "pt-BR"]})
    assert aria.as_("bob").get(f"{aria.path}/").json()["languages"] == ["et", "pt-BR"]
    assert [row["languages"] for row in aria.as_("bob").get("/organisations/").json()["results"]] == [["et", "pt-BR"]]


def test_an_organisation_may_be_founded_with_its_languages():
    olga = Api(make_person("olga"))
    assert olga.post("/organisations/", {"name": "Delta", "languages": ["de", "en"]}).json()["languages"] == [
        "de",
        "en",
    ]
    assert olga.post("/organisations/", {"name": "Eta"}).json()["languages"] == ["en"]
    assert olga.post("/organisations/", {"name": "Zeta", "languages": []}).status_code == 400


def test_two_changes_at_once_do_not_lose_one(aria: House):
    path = f"{aria.path}/languages/"
    assert aria.as_("adam").patch(path, {"languages": ["de"]}).status_code == 428
    assert change(aria, ["de"]).status_code == 200
    assert aria.as_("alice").patch(path, {"languages": ["fr"]}, If_Match='"1"').status_code == 412
    assert told(aria)["languages"] == ["de"]


@pytest.mark.parametrize(
    "languages", [[], ["de", "de"], ["german"], ["DE"], ["d\ne"], "de", [None], [*"abcdefghi"], None, {}, [["de"]]]
)
def test_what_is_no_list_of_languages_is_refused(aria: House, languages: object):
    refused = change(aria, languages)
    assert refused.status_code == 400
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert told(aria)["languages"] == ["en"]


def test_nine_languages_are_too_many(aria: House):
    assert change(aria, ["da", "de", "en", "es", "fi", "fr", "it", "nl"]).status_code == 200
    assert change(aria, ["da", "de", "en", "es", "fi", "fr", "it", "nl", "sv"]).status_code == 400


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("adam", 200), ("bob", 403), ("ravi", 403), ("carol", 403)]
)
def test_only_who_runs_the_organisation_changes_its_languages(aria: House, who: str, status: int):
    assert change(aria, ["de"], who=who).status_code == status


def test_the_database_refuses_an_organisation_without_a_language(aria: House):
    with pytest.raises(IntegrityError, match="some_languages"), transaction.atomic():
        Organisation.objects.filter(pk=aria.organisation.pk).update(languages=[])


def test_drafts_take_the_languages_that_an_organisation_may_name():
    """Two patterns, for what reads files behind walls sees nothing of the API's modules."""
    assert values.LANGUAGE.pattern == LANGUAGE.pattern
