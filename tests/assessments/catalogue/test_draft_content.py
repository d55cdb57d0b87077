"""The shape of a draft: what goes in comes out, and what does not fit is told with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.catalogue.drafts import content as drafts
from assessments.catalogue.drafts.content import (
    ContentError,
    DraftContent,
    DraftRequirement,
    DraftText,
    as_json,
    complete_facts,
)
from assessments.catalogue.drafts.reading import content_from_json

LEAST = {"slug": "acme-1", "number": "ACME 1", "title": "Acme"}
WHOLE: dict[str, Any] = {
    **LEAST,
    "language": "de",
    "facts": {"publisher": "Acme", "year": 2026, "penalties": None},
    "scale": {
        "slug": "acme-0-1",
        "name": {"de": "Ja, nein"},
        "levels": [
            {"level": 0, "name": {"de": "Nein"}, "criteria": {"de": "Nichts da."}, "worth": 0.0},
            {"level": 1, "name": {"de": "Ja"}, "worth": 1.0},
        ],
    },
    "scoring": {"method": "floor", "parameters": {"reached": 1}, "result": "capability-0-5"},
    "selections": [{"slug": "core", "name": {"de": "Kern"}}],
    "alternatives": [
        {
            "slug": "way",
            "name": {"de": "Weg"},
            "options": [{"slug": name, "name": {"de": name}, "refs": [name]} for name in ("a", "b")],
        }
    ],
    "prose": {"de": {"one_line": "Ein Satz.", "key_features": [{"name": "x", "text": "y"}]}},
    "faq": {"de": [{"question": "Was?", "answer": "Das."}]},
    "requirements": [
        {"ref": "7", "texts": {"de": {"title": "Kopf"}}},
        {
            "ref": "7.10",
            "parent": "7",
            "assessable": True,
            "points": 3,
            "partial_points": 1.5,
            "stage": 2,
            "target": 1,
            "weight": 2,
            "themes": ["governance"],
            "applies_if": "sterile",
            "own_answer_rule": "own",
            "critical": True,
            "withdrawn": ["7"],
            "selections": [],
            "texts": {
                "de": {
                    "title": "T",
                    "summary": "S",
                    "question": "Q?",
                    "evidence": ["E"],
                    "levels": {"1": "da"},
                },
                "en": {"title": "T in English"},
            },
        },
    ],
}


def test_what_is_told_comes_back_as_it_was() -> None:
    content = content_from_json(WHOLE)
    assert as_json(content) == WHOLE
    assert content_from_json(as_json(content)) == content
    assert content.requirements[1].ref == "7.10"
    assert content.requirements[1].texts["de"].levels == {1: "da"}


def test_what_is_left_out_has_its_default() -> None:
    content = content_from_json(LEAST)
    assert content == DraftContent(slug="acme-1", number="ACME 1", title="Acme", requirements=())
    assert (content.language, content.scale, content.scoring.method) == ("en", "capability-0-5", "weighted_mean")


def test_the_facts_every_row_needs_stand_in_the_draft_and_take_nothing_from_what_was_told() -> None:
    content = complete_facts(content_from_json({**LEAST, "facts": {"year": 1999}}), publisher="Acme Ltd", year=2026)
    assert (content.facts["year"], content.facts["publisher"], content.facts["sectors"]) == (1999, "Acme Ltd", ["all"])


@pytest.mark.parametrize(
    ("change", "pointer", "ref", "message"),
    [
        ({"slug": 4}, "/slug", "", "must be text"),
        ({"extra": 1}, "/extra", "", "there is no such member"),
        ({"title": "x" * 301}, "/title", "", "must have at most 300 characters, not 301"),
        ({"number": "a\x00b"}, "/number", "", "holds a character that cannot be stored (NUL or half of a pair)"),
        ({"language": "English"}, "/language", "", "write a language as en or pt-BR"),
        ({"facts": [1]}, "/facts", "", "must be an object"),
        ({"prose": {"en": 1}}, "/prose/en", "", "must be an object"),
        ({"requirements": {}}, "/requirements", "", "must be a list"),
        ({"requirements": [{"ref": 7.1}]}, "/requirements/0/ref", "", "must be text"),
        ({"requirements": [{"ref": " "}]}, "/requirements/0/ref", " ", "must not be empty"),
        ({"requirements": [{"ref": "1", "weight": True}]}, "/requirements/0/weight", "1", "must be a number"),
        ({"requirements": [{"ref": "1", "weight": float("nan")}]}, "/requirements/0/weight", "1", "must be a number"),
        ({"requirements": [{"ref": "1", "stage": 1.5}]}, "/requirements/0/stage", "1", "must be a whole number"),
        (
            {"requirements": [{"ref": "1", "texts": {"en": {"title": "t", "levels": {"one": "x"}}}}]},
            "/requirements/0/texts/en/levels/one",
            "1",
            "a level is a whole number, written as text",
        ),
        (
            {"requirements": [{"ref": "1", "texts": {"e/n": {"title": "t"}}}]},
            "/requirements/0/texts/e~1n",
            "1",
            "write a language as en or pt-BR",
        ),
        ({"scale": {"slug": "s", "name": {"en": "S"}}}, "/scale", "", "levels is missing"),
        ({"scoring": {"parameters": 3}}, "/scoring/parameters", "", "must be an object: parameter → number"),
    ],
)
def test_a_fault_names_its_place(change: dict[str, Any], pointer: str, ref: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        content_from_json({**LEAST, **change})
    assert [(fault.pointer, fault.ref, fault.message) for fault in caught.value.faults] == [(pointer, ref, message)]


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ContentError) as caught:
        content_from_json({"slug": 1, "requirements": [{"ref": 1}, {}]})
    places = [fault.pointer for fault in caught.value.faults]
    assert places == ["", "", "/slug", "/requirements/0/ref", "/requirements/1"]


def test_a_draft_has_limits() -> None:
    many = [{"ref": str(number)} for number in range(drafts.MOST_REQUIREMENTS + 1)]
    with pytest.raises(ContentError, match="at most 10,000 entries, not 10,001"):
        content_from_json({**LEAST, "requirements": many})
    long = {"title": "t", "evidence": ["x" * 20_000] * 1000}
    with pytest.raises(ContentError, match="20,971,520 bytes"):
        content_from_json({**LEAST, "requirements": [{"ref": "1", "texts": {"en": long, "de": long}}]})


@pytest.mark.parametrize("value", [None, 1, "x", [], [[]], True])
def test_what_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(ContentError):
        content_from_json(value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "slug", "1"]), inner),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted(WHOLE)), _json, max_size=3),
    st.dictionaries(st.sampled_from(sorted(WHOLE["requirements"][1])), _json, max_size=3),
)
def test_no_json_whatever_breaks_the_reader(top: dict[str, Any], requirement: dict[str, Any]) -> None:
    """Either it is refused with faults, or what was read survives the way out and back in."""
    try:
        content = content_from_json({**LEAST, "requirements": [{"ref": "1", **requirement}], **top})
    except ContentError:
        return
    assert content_from_json(as_json(content)) == content


def test_importers_need_to_say_very_little() -> None:
    requirement = DraftRequirement(ref="1", texts={"en": DraftText(title="One")})
    content = DraftContent(slug="x", number="X", title="X", requirements=(requirement,))
    assert as_json(content)["requirements"] == [{"ref": "1", "texts": {"en": {"title": "One"}}}]
