"""The guides: every one reads, cites what it claims, and is found beside the comparisons it speaks of."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from assessments.catalogue.web import guides as told
from assessments.catalogue.web.guides import Guide, guides, guides_about

pytestmark = pytest.mark.django_db

ALL = guides()
IDS = [guide.slug for guide in ALL]


def words_of(guide: Guide) -> str:
    parts = [guide.lead]
    for section in guide.sections:
        parts += [section.heading, *section.text, *(f"{name} {text}" for name, text in section.items)]
        parts += [" ".join(row) for row in section.rows]
    return re.sub(r"<[^>]+>", " ", " ".join(parts))


@pytest.mark.parametrize("guide", ALL, ids=IDS)
def test_a_guide_is_worth_reading_and_short_enough_for_it(guide: Guide) -> None:
    assert 400 <= len(words_of(guide).split()) <= 1500
    assert len(guide.description) <= 160
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", guide.reviewed_on)
    assert len(guide.sources) >= 2
    assert all(source["url"].startswith("https://") for source in guide.sources)


@pytest.mark.parametrize("guide", ALL, ids=IDS)
def test_a_guide_is_a_page_whose_citations_lead_to_its_sources(guide: Guide) -> None:
    page = Client().get(guide.address).content.decode()
    cited = set(re.findall(r'href="#(source-\d+)"', page))
    assert cited
    assert cited <= set(re.findall(r'id="(source-\d+)"', page))
    assert "[" not in words_of(guide)


def test_the_three_that_were_promised_are_there() -> None:
    assert set(IDS) >= {
        "cis-controls-for-nis2-and-dora",
        "tools-for-iso-27001",
        "asset-backed-issuers-and-the-sec-rules",
    }


def test_a_comparison_shows_what_speaks_of_its_standards() -> None:
    page = Client().get("/compare/cis-controls-v8.1-vs-eu-dora/").content.decode()
    reading = page.partition('id="reading"')[2].partition("</section>")[0]
    assert "/guides/cis-controls-for-nis2-and-dora/" in reading
    assert "/guides/asset-backed" not in reading
    assert 'id="reading"' not in Client().get("/compare/iso-13485-2016-vs-iso-56002-2019/").content.decode()


def test_what_speaks_of_both_comes_first() -> None:
    first, *_ = guides_about("cis-controls-v8.1", "eu-dora", "iso-27001-2022")
    assert first.slug == "cis-controls-for-nis2-and-dora"
    assert guides_about("none-such") == ()


def test_a_source_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="no source nobody"):
        told._cite("As they say [nobody].", {})


def test_a_text_cannot_bring_markup() -> None:
    assert told._cite("<b>bold</b> [a]", {"a": 1}).startswith("&lt;b&gt;bold&lt;/b&gt; <a ")


def test_what_is_no_guide_is_not_found() -> None:
    assert Client().get("/guides/none-such/").status_code == 404
