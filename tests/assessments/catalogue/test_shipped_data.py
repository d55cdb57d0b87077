"""The quality gate over the standards that ship: complete, specific, sourced, and no two texts alike."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations

import pytest

from assessments.catalogue.comparison import StandardProfile, compare, words
from assessments.catalogue.loader import load_records, load_standard, load_vocabulary, standard_folders
from assessments.catalogue.outline import outline_of, theme_shares
from assessments.catalogue.schema import StandardDocument, Vocabulary
from assessments.catalogue.sync import DATA
from tests.assessments.catalogue import quality

SLUGS = [folder.name for folder in standard_folders(DATA)]
TREES = [folder.name for folder in standard_folders(DATA) if (folder / "structure.yaml").exists()]


@cache
def vocabulary() -> Vocabulary:
    return load_vocabulary(DATA)


@cache
def document(slug: str) -> StandardDocument:
    return load_standard(DATA / slug, vocabulary=vocabulary())


@cache
def records() -> list[StandardDocument]:
    return load_records(DATA, folders=SLUGS, vocabulary=vocabulary())


def side(of: StandardDocument) -> StandardProfile:
    return StandardProfile(
        slug=of.slug,
        facts=of.facts,
        prose=of.prose["en"],
        faq=of.faq["en"],
        outline=outline_of(of.requirements) if of.requirements else None,
        themes=theme_shares(of.requirements),
    )


def test_every_shared_word_is_used_and_comparisons_call_it_by_its_name() -> None:
    used = {"jurisdictions": set[str](), "sectors": set[str]()}
    for facts in [document(slug).facts for slug in SLUGS] + [record.facts for record in records()]:
        used["jurisdictions"] |= set(facts.get("jurisdictions", ()))
        used["sectors"] |= set(facts["sectors"])
    assert used == {"jurisdictions": set(vocabulary().jurisdictions), "sectors": set(vocabulary().sectors)}
    assert {words.place_name(slug): slug for slug in used["jurisdictions"]} == {
        name["en"]: slug for slug, name in vocabulary().jurisdictions.items()
    }
    assert {words.slug_words(slug): slug for slug in used["sectors"]} == {
        name["en"]: slug for slug, name in vocabulary().sectors.items()
    }


def test_the_spine_ships_complete() -> None:
    counts = {slug: outline_of(document(slug).requirements)["assessable"] for slug in TREES}
    assert counts["iso-13485-2016"] == 72
    assert counts["iso-27001-2022"] == 123
    assert counts["iso-56002-2019"] == 52


@pytest.mark.parametrize("kind", ["summary", "short summary", "question", "evidence", "level", "answer"])
@pytest.mark.parametrize("slug", TREES)
def test_no_two_texts_are_alike(slug: str, kind: str) -> None:
    assert quality.alike_within(document(slug), kind) == []


@pytest.mark.parametrize("kind", ["summary", "question"])
def test_no_text_is_carried_over_from_another_standard(kind: str) -> None:
    assert quality.alike_across([document(slug) for slug in TREES], kind) == []


@pytest.mark.parametrize("slug", TREES)
def test_texts_have_a_sensible_length(slug: str) -> None:
    assert [wrong for kind in quality.WORDS for wrong in quality.of_wrong_length(document(slug), kind)] == []


@pytest.mark.parametrize("slug", TREES)
def test_questions_and_summaries_are_whole_sentences_and_no_pattern(slug: str) -> None:
    assert quality.wordings_amiss(document(slug)) == []


@pytest.mark.parametrize("slug", TREES)
def test_every_theme_is_one_of_the_list(slug: str) -> None:
    assert quality.themes_amiss(document(slug), known=vocabulary().themes) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_no_text_is_unfinished(slug: str) -> None:
    assert quality.unfinished(document(slug)) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_facts_are_filled_sourced_and_agree(slug: str) -> None:
    assert quality.facts_amiss(document(slug)) == []


def test_records_are_finished_and_sourced() -> None:
    assert [wrong for record in records() for wrong in quality.unfinished(record) + quality.facts_amiss(record)] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_headlines_fit_a_table_cell(slug: str) -> None:
    assert quality.headlines_amiss(document(slug)) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_the_phases_of_implementation_agree_with_the_months_of_the_profile(slug: str) -> None:
    assert quality.phases_amiss(document(slug)) == []


@pytest.mark.parametrize("slug", TREES)
def test_counts_told_in_prose_are_the_counts_of_the_tree(slug: str) -> None:
    text = document(slug).prose["en"]["key_components"]["text"]
    told = re.search(r"(\d+) assessable", text)
    assert told is None or int(told[1]) == outline_of(document(slug).requirements)["assessable"]


def test_every_pair_makes_a_comparison_worth_reading() -> None:
    sides = [side(document(slug)) for slug in SLUGS]
    for a, b in combinations(sides, 2):
        comparison = compare(a, b)
        assert any(row.kind != "same" for row in comparison.differences), (a.slug, b.slug)
        assert all(len(row.sentence.split()) <= 90 for row in comparison.differences), (a.slug, b.slug)
        for sentence in (comparison.verdict.a, comparison.verdict.b):
            assert 20 <= len(sentence.split()) <= 100, sentence
