"""A page for every requirement: its words, its levels, its links, and the way to what stands beside it."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from django.test import Client

from assessments.catalogue.addresses import requirement_address
from assessments.catalogue.crosswalk_selectors import linked_with
from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.selectors import current_standards
from assessments.catalogue.web.links import RELATION_WORDS
from tests.assessments.catalogue.test_web_pages import (
    elements,
    parsed,
    text_of,
    words,
)

pytestmark = pytest.mark.django_db

FULL = ["cis-controls-v8.1", "eu-aeo", "eu-nis2", "iso-13485-2016", "nist-csf-1.1", "nist-sp-800-171-r2"]


def _edition(slug: str) -> Edition:
    (current,) = (entry for entry in current_standards() if entry.slug == slug)
    return edition(current.id)


@pytest.mark.parametrize("slug", FULL)
def test_every_requirement_has_a_page_with_all_that_is_known_of_it(slug: str) -> None:
    found = _edition(slug)
    texts = found.texts("en")
    for node in found.nodes:
        said = words(elements(parsed(text_of(requirement_address(slug, node.ref))), "main")[0])
        word = texts[node.ref]
        known = [node.ref, word.title, word.summary, word.question, *word.evidence, *word.levels.values()]
        missing = [text for text in known if " ".join(text.split()) not in said]
        assert not missing, (node.ref, missing)


def test_every_link_is_told_on_both_of_its_sides() -> None:
    found = _edition("iso-28000-2022")
    (links,) = (links for other, links in linked_with("iso-28000-2022") if other == "eu-aeo")
    for group in links.groups:
        for ref in group.source:
            page = parsed(text_of(requirement_address(found.slug, ref)))
            (linked,) = (part for part in elements(page, "section") if part.get("aria-labelledby") == "linked")
            assert RELATION_WORDS[group.relation] in words(linked)
            assert group.rationale["en"] in words(linked)
            ahead = {a.get("href") for a in elements(linked, "a")}
            assert {requirement_address("eu-aeo", target) for target in group.target} <= ahead
    back = {
        a.get("href") for a in elements(parsed(text_of(requirement_address("eu-aeo", links.groups[0].target[0]))), "a")
    }
    assert requirement_address(found.slug, links.groups[0].source[0]) in back


def test_a_requirement_below_a_linked_heading_says_through_which() -> None:
    for other, links in linked_with("iso-13485-2016"):
        found = _edition("iso-13485-2016")
        for group in links.groups:
            for ref in group.source:
                if children := found.by_ref[ref].children:
                    said = words(elements(parsed(text_of(requirement_address(found.slug, children[0]))), "main")[0])
                    assert f"{children[0]}, under {ref}," in said, other
                    return
    pytest.fail("no heading is linked: another standard is needed for this test")


@pytest.mark.parametrize("slug", ["eu-gdpr", "iso-13485-2016", "nist-sp-800-171-r3"])
def test_the_tree_of_a_standard_leads_to_each_of_them(slug: str) -> None:
    path = f"/standards/{slug}/"
    ahead = {urljoin(path, str(a.get("href"))) for a in elements(parsed(text_of(path)), "a")}
    nodes = _edition(slug).nodes
    assert {requirement_address(slug, node.ref) for node in nodes if node.assessable or not node.children} <= ahead


def test_one_leads_to_the_next_from_the_first_to_the_last() -> None:
    refs = [node.ref for node in _edition("iso-56002-2019").nodes]
    path, walked = requirement_address("iso-56002-2019", refs[0]), []
    while path:
        walked.append(path)
        path = next((str(a.get("href")) for a in elements(parsed(text_of(path)), "a") if a.get("rel") == "next"), "")
    assert walked == [requirement_address("iso-56002-2019", ref) for ref in refs]


@pytest.mark.parametrize(
    ("slug", "written", "ref"),
    [
        ("nist-sp-800-53-r5", "ac-02(01)", "AC-2(1)"),
        ("nist-sp-800-53-r5", "AC-2.1", "AC-2(1)"),
        ("eu-nis2", "Art. 21(2)(d)", "21(2)(d)"),
        ("iso-27001-2022", "a 5.1", "A.5.1"),
    ],
)
def test_another_spelling_leads_to_the_one_address(slug: str, written: str, ref: str) -> None:
    moved = Client().get(requirement_address(slug, written))
    assert (moved.status_code, moved["Location"]) == (301, requirement_address(slug, ref))
    assert text_of(moved["Location"])


@pytest.mark.parametrize(
    "path",
    [
        "/standards/iso-27001-2022/A.5.99/",
        "/standards/iso-27001-2022/%00/",
        "/standards/iso-27001-2022/%3Cscript%3E/",
        "/standards/iso-9001-2015/4.1/",
        "/standards/none-such/1/",
        f"/standards/iso-27001-2022/{'9' * 3000}/",
    ],
)
def test_what_is_not_there_is_said_to_people_not_to_be(path: str) -> None:
    assert "There is no such page." in text_of(path, status=404)


def test_a_requirement_without_a_question_is_no_page_to_look_for() -> None:
    assert 'name="robots" content="noindex"' in text_of("/standards/nist-sp-800-53-r5/AC-2(1)/")
    assert 'name="robots"' not in text_of("/standards/nist-sp-800-53-r5/AC-2/")


def test_a_withdrawn_one_says_where_its_place_went() -> None:
    found = _edition("nist-sp-800-53-r5")
    node = next(node for node in found.nodes if node.withdrawn)
    page = parsed(text_of(requirement_address(found.slug, node.ref)))
    assert "Withdrawn by the publisher." in words(page)
    ahead = {a.get("href") for a in elements(page, "a")}
    assert {requirement_address(found.slug, ref) for ref in node.withdrawn or () if ref in found.by_ref} <= ahead
