"""The rules of a comparison, shown on two small standards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from assessments.catalogue.comparison import CatalogueEntry, StandardProfile, compare, swap
from assessments.catalogue.comparison.rows import Row
from assessments.catalogue.facts import Facts, Prose
from assessments.catalogue.loader import load_standard, load_vocabulary
from assessments.catalogue.outline import outline_of, theme_shares
from tests.assessments.catalogue.sample import SLUG


@pytest.fixture
def sample(data: Path) -> StandardProfile:
    document = load_standard(data / SLUG, vocabulary=load_vocabulary(data))
    return StandardProfile(
        slug=document.slug,
        facts=document.facts,
        prose=document.prose["en"],
        faq=document.faq["en"],
        outline=outline_of(document.requirements),
        themes=theme_shares(document.requirements),
    )


def other(profile: StandardProfile, **facts: Any) -> StandardProfile:
    """Another standard with other facts; a fact given as ... is taken away."""
    changed = {"number": "Other 2:2024", **profile.facts, **facts} | {"number": "Other 2:2024"}
    kept = {key: value for key, value in changed.items() if value is not ...}
    prose = {**profile.prose, "short_name": "Other"}
    return replace(profile, slug="other-2-2024", facts=cast("Facts", kept), prose=cast("Prose", prose))


def row(profile: StandardProfile, attribute: str, **facts: Any) -> Row:
    rows = compare(profile, other(profile, **facts)).differences
    return next(row for row in rows if row.attribute == attribute)


def test_equal_single_and_missing_values_have_the_stated_surprise(sample: StandardProfile) -> None:
    same, differ, missing = (
        row(sample, "certificate_validity_years", certificate_validity_years=value) for value in (3, 6, ...)
    )
    assert (same.kind, same.surprise, same.a, same.b) == ("same", 0, "3 years", "3 years")
    assert (differ.kind, differ.surprise, differ.b) == ("differ", 0.5, "6 years")
    assert (missing.kind, missing.surprise, missing.b) == ("only_a", 0.5, "not stated")


def test_does_not_apply_is_a_difference_and_not_a_gap(sample: StandardProfile) -> None:
    found = row(sample, "certificate_validity_years", certificate_validity_years=None)
    assert (found.kind, found.surprise, found.b) == ("differ", 1, "does not apply")
    assert "no certificate or status that could expire" in found.sentence


def test_lists_surprise_by_what_they_do_not_share(sample: StandardProfile) -> None:
    sample = replace(sample, facts=cast("Facts", {**sample.facts, "languages": ["en", "fr"]}))
    found = row(sample, "languages", languages=["fr", "en", "de", "es"])
    assert (found.kind, found.surprise, found.a) == ("differ", 0.5, "English and French")
    assert row(sample, "languages", languages=["fr", "en"]).kind == "same"
    assert row(sample, "languages", languages=[]).b == "none"


def test_a_headline_agrees_where_the_typed_facts_agree_whatever_the_prose(sample: StandardProfile) -> None:
    elsewhere = other(sample)
    prose = cast("Any", {**elsewhere.prose, "industry": {"short": "Whatever", "text": "Any."}})
    rows = compare(sample, replace(elsewhere, prose=prose)).differences
    industry = next(row for row in rows if row.attribute == "industry")
    assert (industry.kind, industry.a, industry.b) == ("same", "Any", "Whatever")


def test_fines_are_named_with_their_figures(sample: StandardProfile) -> None:
    fine = {"statutory": True, "maximum_amount_eur": 20_000_000, "maximum_percent_turnover": 4, "basis": "Article 83."}
    assert "EUR 20,000,000 or 4 % of turnover" in row(sample, "penalties", penalties=fine).sentence


def test_facts_that_neither_states_are_listed_and_make_no_row(sample: StandardProfile) -> None:
    comparison = compare(sample, other(sample))
    assert "Audit cycle" in comparison.not_stated
    assert not any(row.label in comparison.not_stated for row in comparison.differences)


def test_the_verdict_is_one_sentence_for_each_from_its_own_words(sample: StandardProfile) -> None:
    verdict = compare(sample, other(sample, nature="guidance")).verdict
    assert "Sample 1:2020" in verdict.a
    assert "testing a loader" in verdict.a
    assert "programmers to find faults" in verdict.a
    assert "Other 2:2024" in verdict.b
    assert "guidance" in verdict.b
    assert verdict.most_telling is not None
    assert "guidance without requirements" in verdict.most_telling


@pytest.mark.parametrize(
    ("number", "short_name", "name"),
    [
        ("Directive (EU) 2022/2555", "NIS2", "NIS2"),
        ("ISO/IEC 27001:2022", "ISO 27001", "ISO 27001"),
        ("CIS Controls v8.1", "CIS Controls", "CIS Controls v8.1"),
        ("CMMC 2.0 (32 CFR Part 170)", "CMMC", "CMMC 2.0"),
        ("Essential Eight Maturity Model", "Essential Eight", "Essential Eight"),
        ("ISO 1:2000", None, "ISO 1:2000"),
    ],
)
def test_sentences_say_what_people_say(sample: StandardProfile, number: str, short_name: str, name: str) -> None:
    facts, prose = {**sample.facts, "number": number}, {**sample.prose, "short_name": short_name}
    named = replace(sample, facts=cast("Facts", facts), prose=cast("Prose", prose))
    comparison = compare(named, other(sample))
    assert comparison.a.name == name
    assert comparison.verdict.a.replace("As a law", "").count(name) == 1


def test_two_of_one_name_are_told_apart_by_number_and_else_by_slug(sample: StandardProfile) -> None:
    def called(number: str) -> StandardProfile:
        facts, prose = {**sample.facts, "number": number}, {**sample.prose, "short_name": "Twin"}
        return replace(sample, slug=f"twin-{number[-4:]}", facts=cast("Facts", facts), prose=cast("Prose", prose))

    editions = compare(called("ISO/IEC 1:2013"), called("ISO/IEC 1:2022"))
    assert (editions.a.name, editions.b.name) == ("ISO/IEC 1:2013", "ISO/IEC 1:2022")
    assert "ISO/IEC 1:2013" in editions.verdict.a
    copies = compare(called("ISO/IEC 1:2022"), replace(called("ISO/IEC 1:2022"), slug="own-twin"))
    assert (copies.a.name, copies.b.name) == ("ISO/IEC 1:2022 (twin-2022)", "ISO/IEC 1:2022 (own-twin)")


def test_the_effort_after_the_other_is_months_less_seven_tenths_of_the_overlap(sample: StandardProfile) -> None:
    elsewhere = replace(other(sample), themes={"audit": 0.5, "strategy": 0.5})
    overlap = compare(sample, elsewhere, theme_names={"audit": "Audit"}).overlap
    assert overlap.share == pytest.approx(1 / 3, abs=1e-4)
    assert overlap.b_after_a is not None
    assert (overlap.b_after_a.low, overlap.b_after_a.high) == (2.3, 4.6)
    assert [theme.name for theme in overlap.shared_themes] == ["Audit"]
    assert [theme.theme for theme in overlap.themes_only_b] == ["strategy"]
    assert {theme.theme for theme in overlap.themes_only_a} == {"records", "planning", "risk"}
    assert "no reviewed crosswalk" in overlap.note


def test_related_standards_say_who_names_them_and_whether_the_catalogue_has_them(sample: StandardProfile) -> None:
    a = replace(sample, facts=cast("Facts", {**sample.facts, "related": ["iso-9", "iso-8", "other-2-2024"]}))
    b = other(a, related=["iso-9", "iso-7"])
    catalogue = [CatalogueEntry("iso-8", "ISO 8", "Eight"), CatalogueEntry(a.slug, a.number, "Sample")]
    related = compare(a, b, catalogue=catalogue).related
    assert [(item.slug, item.named_by, item.in_catalogue) for item in related] == [
        ("iso-8", "a", True),
        ("iso-7", "b", False),
        ("iso-9", "both", False),
    ]


def test_other_comparisons_are_all_other_pairs_with_either(sample: StandardProfile) -> None:
    b = other(sample)
    catalogue = [CatalogueEntry(slug, slug.upper(), slug) for slug in (sample.slug, b.slug, "iso-7", "zed")]
    comparison = compare(sample, b, catalogue=catalogue)
    assert [(pair.a, pair.b) for pair in comparison.others_of_a] == [("iso-7", SLUG), (SLUG, "zed")]
    assert [(pair.a, pair.b) for pair in comparison.others_of_b] == [("iso-7", "other-2-2024"), ("other-2-2024", "zed")]


def test_pages_do_not_read_alike(sample: StandardProfile) -> None:
    sentences = {
        compare(replace(sample, slug=f"s-{number}"), other(sample, certifiable=False)).differences[5].sentence
        for number in range(20)
    }
    assert len(sentences) >= 3


def as_record(profile: StandardProfile) -> StandardProfile:
    """What the catalogue knows of a standard by a few facts."""
    known = ("number", "publisher", "edition", "year", "status", "kind", "nature", "certifiable", "sectors", "sources")
    facts = {key: value for key, value in profile.facts.items() if key in known}
    prose: Any = {"title": "Record", "one_line": ""}
    return replace(profile, slug="record-1", facts=cast("Facts", facts), prose=prose, faq=(), outline=None, themes={})


def test_a_record_compares_by_what_is_known_and_says_not_stated_for_the_rest(sample: StandardProfile) -> None:
    record = as_record(sample)
    comparison = compare(sample, record)
    rows = {row.attribute: row for row in comparison.differences}
    assert (rows["scope"].kind, rows["scope"].b) == ("only_a", "not stated")
    assert (rows["industry"].b, rows["nature"].b) == ("all sectors", "certifiable")
    assert (rows["months"].kind, rows["months"].b) == ("only_a", "not stated")
    assert (rows["assessable"].kind, rows["assessable"].b) == ("only_a", "not stated")
    assert "not stated" in comparison.verdict.b
    assert (comparison.b.definition, comparison.b.implementation, comparison.b.outline) == (None, None, None)
    assert compare(record, sample) == swap(comparison)
    assert "None" not in " ".join([comparison.verdict.b, *(row.sentence for row in comparison.differences)])


def test_two_records_leave_out_what_neither_states(sample: StandardProfile) -> None:
    record = as_record(sample)
    comparison = compare(record, replace(record, slug="record-2"))
    assert {row.kind for row in comparison.differences} == {"same"}
    assert {"Scope", "Testing", "Penalties", "Assessable requirements"} <= set(comparison.not_stated)
    assert [block.attribute for block in comparison.blocks] == ["industry", "nature"]


def test_without_requirements_on_both_sides_no_overlap_is_estimated(sample: StandardProfile) -> None:
    overlap = compare(sample, as_record(sample)).overlap
    assert (overlap.share, overlap.basis, overlap.shared_themes) == (None, "none", ())
    assert (overlap.a_after_b, overlap.b_after_a) == (None, None)
