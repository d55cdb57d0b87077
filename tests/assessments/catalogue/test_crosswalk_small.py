"""Crosswalks that do not ship: of a side without a tree, and suggested ones. They take the place of all others while
this module runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from assessments.catalogue import crosswalk_selectors
from assessments.catalogue.web import pages
from tests.assessments.catalogue.crossed import write_crosswalks
from tests.assessments.catalogue.rich import RICH
from tests.assessments.catalogue.sample import SLUG
from tests.assessments.catalogue.test_web_pages import elements, parsed, words
from tests.assessments.standards import synced

GDPR, ISO = "eu-gdpr", "iso-27001-2022"
PAIR = f"/compare/{GDPR}-vs-{ISO}/"


@pytest.fixture(autouse=True)
def _empty_pages() -> Iterator[None]:
    pages.forget_web_pages()
    crosswalk_selectors.forget_crosswalks()
    yield
    pages.forget_web_pages()


@pytest.fixture(scope="module")
def crossed_catalogue(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    data = tmp_path_factory.mktemp("crossed") / "data"
    data.mkdir()
    write_crosswalks(data)
    with django_db_blocker.unblock(), synced(data):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("crossed_catalogue")
def test_a_side_without_a_tree_is_counted_and_told_no_share() -> None:
    found = Client().get(f"/api/v1/comparisons/act-7/{SLUG}/").json()["overlap"]
    assert (found["basis"], found["share"]) == ("official crosswalk", None)
    assert found["crosswalk"]["a"] == {
        "total": None, "touched": 2, "covered": 1, "touched_share": None, "covered_share": None,
    }  # fmt: skip
    assert (found["a_after_b"], found["crosswalk"]["relations"]["subset"]) == (None, 1)
    path = f"/compare/act-7-vs-{SLUG}/"
    page = parsed(Client().get(path).content.decode())
    (overlap,) = [part for part in elements(page, "section") if part.get("aria-labelledby") == "overlap"]
    assert "not stated" in words(overlap)
    assert '<meta name="robots"' not in Client().get(path).content.decode()
    assert path in Client().get("/sitemap.xml").content.decode()
    listed = words(parsed(Client().get(f"{path}links/").content.decode()))
    assert "Art. 1 What is sold lies within 7 Doing" in listed
    assert "what has no link is not stated" in listed


@pytest.mark.django_db
@pytest.mark.usefixtures("crossed_catalogue")
def test_a_suggestion_is_shown_as_one() -> None:
    page = parsed(Client().get(f"/compare/{RICH}-vs-{SLUG}/links/").content.decode())
    (link,) = [element for element in page.iter() if element.get("id") == "link-4"]
    assert "A suggestion: it counts nowhere." in words(link)
    assert "3 links, and 1 suggestions" in words(page)
