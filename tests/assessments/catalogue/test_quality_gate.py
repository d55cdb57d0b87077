"""The gate itself: each check finds the violation it is there for, in time."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from assessments.catalogue.facts import Facts
from assessments.catalogue.loader import load_standard, load_vocabulary
from assessments.catalogue.schema import RequirementText, StandardDocument
from assessments.catalogue.sync import DATA
from tests.assessments.catalogue import quality
from tests.assessments.catalogue.sample import SLUG

GOOD = "iso-13485-2016"
SUMMARY = (
    "The organisation plans how nonconforming product is found and kept apart, says who may decide about it, and keeps "
    "a record of what was decided and why."
)


@pytest.fixture(scope="module")
def good() -> StandardDocument:
    return load_standard(DATA / GOOD, vocabulary=load_vocabulary(DATA))


def with_text(document: StandardDocument, ref: str, **words: Any) -> StandardDocument:
    texts = dict(document.texts["en"])
    texts[ref] = replace(texts[ref], **words)
    return replace(document, texts={"en": texts})


def with_facts(document: StandardDocument, **facts: Any) -> StandardDocument:
    return replace(document, facts=cast("Facts", {**document.facts, **facts}))


@pytest.mark.parametrize("kind", ["summary", "question"])
def test_a_text_with_one_noun_swapped_is_found(good: StandardDocument, kind: str) -> None:
    text: str = getattr(good.texts["en"]["5.1"], kind)
    swapped = text.replace("commitment", "dedication").replace("stands behind", "stand behind")
    planted = with_text(good, "8.5.1", **{kind: swapped})
    assert quality.alike_within(planted, kind) == [f"{GOOD} 5.1 and 8.5.1: alike"]
    other = replace(good, slug="other")
    assert len(quality.alike_across([good, with_text(other, "8.5.1", **{kind: swapped})], kind)) >= 73


def test_the_search_finds_what_comparing_every_pair_finds() -> None:
    """Against SequenceMatcher on every pair, over texts made alike to every degree around the limit."""
    chance = random.Random(7)
    words = SUMMARY.split()
    spare = [
        "audit",
        "batch",
        "device",
        "supplier",
        "lot",
        "sterile",
        "release",
        "complaint",
        "market",
        "design",
        "risk",
        "file",
        "label",
    ]
    texts = {}
    for number in range(120):
        changed = list(words)
        for place in chance.sample(range(len(words)), chance.randrange(0, 9)):
            changed[place] = chance.choice(spare)
        texts[f"{number:03}"] = " ".join(changed)
    plain = {key: text.lower().replace(",", "").replace(".", "") for key, text in texts.items()}
    keys = list(texts)
    expected = sorted(
        (a, b) for place, a in enumerate(keys) for b in keys[place + 1 :] if quality._are_alike(plain[a], plain[b])
    )
    assert 20 < len(expected) < len(keys) * (len(keys) - 1) // 2
    assert quality.too_alike(texts) == expected


def test_three_thousand_texts_take_seconds(good: StandardDocument) -> None:
    chance = random.Random(3)
    vocabulary = " ".join(quality.texts_of(good, "summary").values()).split()
    texts = {str(number): " ".join(chance.choices(vocabulary, k=40)) for number in range(3000)}
    texts["planted"] = texts["77"].replace(" the ", " a ", 1)
    begun = time.process_time()
    assert quality.too_alike(texts) == [("77", "planted")]
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("kind", "words"),
    [("summary", {"summary": "Too short."}), ("question", {"question": "Why?"}), ("level", {"levels": {1: "x " * 60}})],
)
def test_a_stub_and_a_sermon_are_found(good: StandardDocument, kind: str, words: dict[str, Any]) -> None:
    assert quality.of_wrong_length(good, kind) == []
    assert len(quality.of_wrong_length(with_text(good, "5.1", **words), kind)) == 1


@pytest.mark.parametrize("text", ["TBD.", "To be written.", "unknown", "n/a", "…", "Lorem ipsum dolor sit amet."])
def test_an_unfinished_text_is_found_wherever_it_stands(good: StandardDocument, text: str) -> None:
    assert quality.unfinished(good) == []
    assert quality.unfinished(with_text(good, "5.1", summary=text))
    assert quality.unfinished(with_facts(good, source_url=text))
    prose: Any = {**good.prose["en"], "definition": text}
    assert quality.unfinished(replace(good, prose={"en": prose}))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"certificate_validity_years": 4, "sources": []}, "no source supports certificate_validity_years"),
        ({"reporting_deadlines_hours": [{"what": "incident", "hours": 24}]}, "no source supports reporting_deadlines"),
        ({"penalties": {"statutory": True, "maximum_amount_eur": 5, "basis": "x"}}, "supports penalties.maximum"),
        ({"months": {"low": 1, "high": 2, "estimate": False}}, "no source supports months"),
        ({"penalties": {"statutory": False, "maximum_amount_eur": 5, "basis": "x"}}, "are not statutory"),
        ({"publisher": None}, "publisher is null"),
        ({"sectors": []}, "sectors is empty"),
        ({"certifiable": False}, "does not go with the nature"),
    ],
)
def test_a_fact_without_source_or_sense_is_found(good: StandardDocument, facts: dict[str, Any], words: str) -> None:
    assert quality.facts_amiss(good) == []
    assert any(words in wrong for wrong in quality.facts_amiss(with_facts(good, **facts)))


@pytest.mark.parametrize(
    "words",
    [
        {"question": "Is a quality policy established?"},
        {"question": "the policy"},
        {"summary": "A policy without an end"},
        {"evidence": ("One paper",)},
    ],
)
def test_a_wording_that_fits_anything_is_found(good: StandardDocument, words: dict[str, Any]) -> None:
    assert quality.wordings_amiss(good) == []
    assert len(quality.wordings_amiss(with_text(good, "5.3", **words))) == 1


def test_an_unknown_theme_is_found(good: StandardDocument) -> None:
    assert quality.themes_amiss(good, known=load_vocabulary(DATA).themes) == []
    nodes = tuple(replace(node, themes=("magic",)) if node.ref == "5.1" else node for node in good.requirements)
    planted = replace(good, requirements=nodes)
    assert quality.themes_amiss(planted, known=load_vocabulary(DATA).themes) == [
        f"{GOOD} 5.1: unknown themes ['magic']"
    ]


def test_headlines_and_phases_that_do_not_fit_are_found(good: StandardDocument, data: Path) -> None:
    assert quality.headlines_amiss(good) == quality.phases_amiss(good) == []
    prose: Any = {**good.prose["en"], "scope": {"short": "word " * 20, "text": "Text."}}
    assert quality.headlines_amiss(replace(good, prose={"en": prose}))
    assert quality.phases_amiss(with_facts(good, months={"low": 40, "high": 50, "estimate": True}))
    sample = load_standard(data / SLUG, vocabulary=load_vocabulary(data))
    assert quality.wordings_amiss(sample), "the sample has one kind of evidence per leaf"


def test_brief_and_withdrawn_requirements_are_held_to_their_own_measure(good: StandardDocument) -> None:
    nodes = tuple(replace(node, brief=True) if node.ref == "5.1" else node for node in good.requirements)
    short = RequirementText(title="A", summary="An own sentence of some eight words here.")
    planted = replace(good, requirements=nodes, texts={"en": {**good.texts["en"], "5.1": short}})
    assert quality.of_wrong_length(planted, "summary") == quality.of_wrong_length(planted, "short summary") == []
    assert quality.wordings_amiss(planted) == []
    stub = replace(planted, texts={"en": {**good.texts["en"], "5.1": replace(short, summary="Short.")}})
    assert len(quality.of_wrong_length(stub, "short summary")) == 1
