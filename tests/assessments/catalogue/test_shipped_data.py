"""The quality gate over the standards that ship: complete, specific, sourced, and no two texts alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations

import pytest

from assessments.catalogue.comparison import StandardProfile, compare
from assessments.catalogue.loader import load_standard, load_vocabulary, standard_folders
from assessments.catalogue.outline import outline_of, theme_shares
from assessments.catalogue.schema import HEADLINES, RequirementText, StandardDocument
from assessments.catalogue.sync import DATA

SLUGS = [folder.name for folder in standard_folders(DATA)]
TOO_ALIKE = 0.9
SHORTEST_COMPARED = 20
# Loose on purpose: they catch a stub or a sermon, while the writer decides within them.
WORDS = {"summary": (15, 90), "question": (6, 50), "evidence": (5, 45), "level": (4, 40), "answer": (25, 150)}


@cache
def document(slug: str) -> StandardDocument:
    return load_standard(DATA / slug, vocabulary=load_vocabulary(DATA))


def assessable(slug: str) -> Iterator[tuple[str, RequirementText]]:
    texts = document(slug).texts["en"]
    return ((node.ref, texts[node.ref]) for node in document(slug).requirements if node.assessable)


def too_alike(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of keys whose texts are over 90 % alike, by characters. Cheap upper bounds keep it near linear."""
    items = [(key, re.sub(r"\W+", " ", text.lower()).strip()) for key, text in texts.items()]
    counted = [(key, text, Counter(text)) for key, text in sorted(items, key=lambda item: len(item[1]))]
    pairs = []
    for place, (key, text, letters) in enumerate(counted):
        for other_key, other, other_letters in counted[place + 1 :]:
            total = len(text) + len(other)
            if 2 * len(text) < TOO_ALIKE * total:
                break
            if 2 * (letters & other_letters).total() < TOO_ALIKE * total or len(text) < SHORTEST_COMPARED:
                continue
            if SequenceMatcher(None, text, other, autojunk=False).ratio() > TOO_ALIKE:
                pairs.append((key, other_key))
    return pairs


def outside(texts: Mapping[str, str], kind: str) -> dict[str, int]:
    low, high = WORDS[kind]
    return {key: count for key, text in texts.items() if not low <= (count := len(text.split())) <= high}


def of_kind(slug: str, kind: str) -> dict[str, str]:
    if kind in {"summary", "question"}:
        return {ref: getattr(text, kind) for ref, text in assessable(slug)}
    if kind == "evidence":
        return {f"{ref} #{i}": item for ref, text in assessable(slug) for i, item in enumerate(text.evidence, 1)}
    if kind == "level":
        return {f"{ref} level {level}": words for ref, text in assessable(slug) for level, words in text.levels.items()}
    return {entry["question"]: entry["answer"] for entry in document(slug).faq["en"]}


def test_the_spine_ships_two_standards_complete() -> None:
    counts = {slug: outline_of(document(slug).requirements)["assessable"] for slug in SLUGS}
    assert counts["iso-13485-2016"] == 72
    assert counts["iso-56002-2019"] == 52


def test_the_implementation_groups_of_the_cis_controls_contain_one_another() -> None:
    controls = document("cis-controls-v8.1")
    groups = {
        group.slug: {
            node.ref for node in controls.requirements if node.assessable and group.slug in (node.selections or ())
        }
        for group in controls.selections
    }
    assert {slug: len(refs) for slug, refs in groups.items()} == {"ig1": 56, "ig2": 130, "ig3": 153}
    assert groups["ig1"] < groups["ig2"] < groups["ig3"]
    assert {"1.1", "5.3", "17.3"} <= groups["ig1"]
    assert {"8.10", "14.9", "18.2"} <= groups["ig2"] - groups["ig1"]
    assert {"2.7", "6.8", "18.5"} <= groups["ig3"] - groups["ig2"]


def test_dora_is_assessed_with_the_full_framework_or_the_simplified_one() -> None:
    dora = document("eu-dora")
    parents = {node.ref: node.parent for node in dora.requirements}

    def stands_under(ref: str | None, tops: tuple[str, ...]) -> bool:
        return ref is not None and (ref in tops or stands_under(parents[ref], tops))

    leaves = [node for node in dora.requirements if node.assessable]
    (alternative,) = dora.alternatives
    inside = {
        option.slug: {node.ref for node in leaves if stands_under(node.ref, option.refs)}
        for option in alternative.options
    }
    assert len(leaves) == 109
    assert {slug: len(refs) for slug, refs in inside.items()} == {"full": 73, "simplified": 2}
    assert {"5(2)", "12(7)", "14(3)", "26(1)", "27(3)", "28(2)"} <= inside["full"]
    assert inside["simplified"] == {"16(1)", "16(2)"}
    only_some = {node.ref: node.applies_if for node in leaves if node.applies_if}
    assert {only_some[ref] for ref in ("11(9)", "12(5)")} == {"central-securities-depository"}
    assert only_some["25(3)"] == "microenterprise"
    assert only_some["45"] == "option-used"
    assert not {"17(1)", "19(4)", "28(3)", "30(3)"} & (inside["full"] | set(only_some))


@pytest.mark.parametrize("kind", ["summary", "question", "evidence", "level", "answer"])
@pytest.mark.parametrize("slug", SLUGS)
def test_no_two_texts_are_alike(slug: str, kind: str) -> None:
    assert too_alike(of_kind(slug, kind)) == []


@pytest.mark.parametrize("kind", ["summary", "question"])
def test_no_text_is_carried_over_from_another_standard(kind: str) -> None:
    texts = {f"{slug} {ref}": text for slug in SLUGS for ref, text in of_kind(slug, kind).items()}
    assert too_alike(texts) == []


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("slug", SLUGS)
def test_texts_have_a_sensible_length(slug: str, kind: str) -> None:
    assert outside(of_kind(slug, kind), kind) == {}


@pytest.mark.parametrize("slug", SLUGS)
def test_questions_and_summaries_are_whole_sentences_and_no_pattern(slug: str) -> None:
    for ref, text in assessable(slug):
        assert text.question.endswith(("?", ".")), ref  # "Show how …" asks as well
        assert text.summary.endswith("."), ref
        assert not re.match(r"(?i)is .{1,80} established\?$", text.question), ref
        assert 2 <= len(text.evidence) <= 4, ref


@pytest.mark.parametrize("slug", SLUGS)
def test_headlines_fit_a_table_cell(slug: str) -> None:
    prose = document(slug).prose["en"]
    assert {key: prose[key]["short"] for key in HEADLINES if len(prose[key]["short"].split()) > 14} == {}  # type: ignore[literal-required]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_phases_of_implementation_agree_with_the_months_of_the_profile(slug: str) -> None:
    phases = document(slug).prose["en"]["implementation"]["phases"]
    months = document(slug).facts["months"]
    assert months is not None
    assert sum(phase["months"][0] for phase in phases) <= months["high"]
    assert sum(phase["months"][1] for phase in phases) >= months["low"]


@pytest.mark.parametrize("slug", SLUGS)
def test_counts_told_in_prose_are_the_counts_of_the_tree(slug: str) -> None:
    text = document(slug).prose["en"]["key_components"]["text"]
    told = re.search(r"(\d+) assessable", text)
    assert told is None or int(told[1]) == outline_of(document(slug).requirements)["assessable"]


@pytest.mark.parametrize("pair", list(combinations(SLUGS, 2)), ids="-".join)
def test_every_pair_makes_a_comparison_worth_reading(pair: tuple[str, str]) -> None:
    a, b = (
        StandardProfile(
            slug=slug,
            facts=document(slug).facts,
            prose=document(slug).prose["en"],
            faq=document(slug).faq["en"],
            outline=outline_of(document(slug).requirements),
            themes=theme_shares(document(slug).requirements),
        )
        for slug in pair
    )
    comparison = compare(a, b)
    assert any(row.kind == "differ" for row in comparison.differences)
    assert all(len(row.sentence.split()) <= 60 for row in comparison.differences)
    assert all(30 <= len(sentence.split()) <= 80 for sentence in (comparison.verdict.a, comparison.verdict.b))
