"""What holds for the comparison of any two profiles whatever."""

from __future__ import annotations

import re
from dataclasses import replace

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.catalogue.comparison import CatalogueEntry, Comparison, StandardProfile, compare, swap
from assessments.catalogue.comparison.names import told_apart
from assessments.catalogue.comparison.order import order_of, swap_order
from assessments.catalogue.facts import HEADLINES, NULLABLE_FACTS
from tests.assessments.catalogue.profiles import profiles

ENTRIES = st.lists(
    st.sampled_from(["iso-a", "iso-b", "act-c"]).map(
        lambda slug: CatalogueEntry(slug, slug.upper(), f"Title of {slug}")
    ),
    max_size=3,
    unique_by=lambda entry: entry.slug,
)


def texts_of(comparison: Comparison) -> list[str]:
    return [comparison.verdict.a, comparison.verdict.b, *(row.sentence for row in comparison.differences)]


@given(a=profiles(), b=profiles(), catalogue=ENTRIES)
@settings(max_examples=300, deadline=None)
def test_swapping_the_two_mirrors_the_comparison_exactly(
    a: StandardProfile, b: StandardProfile, catalogue: list[CatalogueEntry]
) -> None:
    if a.slug == b.slug:
        b = replace(b, slug=f"{b.slug}-x")
    names = {"audit": "Audit"}
    forward = compare(a, b, catalogue=catalogue, theme_names=names)
    assert swap(forward) == compare(b, a, catalogue=catalogue, theme_names=names)
    assert swap(swap(forward)) == forward


@given(a=profiles())
@settings(deadline=None)
def test_a_standard_compared_with_itself_shows_no_difference(a: StandardProfile) -> None:
    comparison = compare(a, a)
    assert {row.kind for row in comparison.differences} == {"same"}
    assert comparison.verdict.most_telling is None
    assert comparison.a == comparison.b
    assert swap(comparison) == comparison
    assert not comparison.overlap.themes_only_a
    assert comparison.overlap.share == (1.0 if a.themes else 0.0) or abs(comparison.overlap.share - 1) < 1e-4


@given(a=profiles(), b=profiles())
@settings(deadline=None)
def test_the_headlines_come_first_and_the_rest_by_weight_times_surprise(a: StandardProfile, b: StandardProfile) -> None:
    rows = compare(a, b).differences
    assert tuple(row.attribute for row in rows[: len(HEADLINES)]) == HEADLINES
    ranks = [row.weight * row.surprise for row in rows[len(HEADLINES) :]]
    assert ranks == sorted(ranks, reverse=True)
    assert len({row.attribute for row in rows}) == len(rows)
    assert all(0 <= row.surprise <= 1 for row in rows)


@given(a=profiles(), b=profiles())
@settings(deadline=None)
def test_what_is_unknown_prints_not_stated_and_nothing_else(a: StandardProfile, b: StandardProfile) -> None:
    comparison = compare(a, b)
    for row in comparison.differences[len(HEADLINES) :]:
        for side, cell, only in ((a, row.a, "only_b"), (b, row.b, "only_a")):
            if row.attribute in {"assessable", "depth"}:
                continue
            stated = row.attribute in side.facts
            assert (cell == "not stated") == (not stated)
            assert (row.kind == only) == (not stated)
            if row.attribute in NULLABLE_FACTS and stated and side.facts[row.attribute] is None:  # type: ignore[literal-required]
                assert cell == "does not apply"
    assert all("None" not in text for text in texts_of(comparison))


@given(a=profiles(), b=profiles())
@settings(deadline=None)
def test_every_sentence_names_what_it_is_about_and_is_whole(a: StandardProfile, b: StandardProfile) -> None:
    comparison = compare(a, b)
    for text in texts_of(comparison):
        assert text.endswith(".")
        named = any(side.name in text for side in (comparison.a, comparison.b))
        assert named or re.search(r"\bboth\b", text, re.IGNORECASE)


@given(a=profiles(), b=profiles())
@settings(deadline=None)
def test_overlap_and_effort_are_estimates_within_bounds(a: StandardProfile, b: StandardProfile) -> None:
    overlap = compare(a, b).overlap
    assert overlap.basis == "theme estimate"
    assert 0 <= overlap.share <= 1
    for side, effort in ((a, overlap.a_after_b), (b, overlap.b_after_a)):
        months = side.facts.get("months")
        assert (effort is None) == (months is None)
        if effort and months:
            assert effort.estimate
            assert 0.3 * months["low"] - 0.06 <= effort.low <= months["low"] + 0.06
            assert effort.low <= effort.high + 0.06


@given(a=profiles(), b=profiles())
@settings(max_examples=30, deadline=None)
def test_a_comparison_can_be_written_as_json(a: StandardProfile, b: StandardProfile) -> None:
    assert orjson.loads(orjson.dumps(compare(a, b)))["canonical"] == sorted([a.slug, b.slug])


@given(a=profiles(), b=profiles())
def test_the_order_mirrors_and_follows_what_presupposes_what(a: StandardProfile, b: StandardProfile) -> None:
    one = order_of(a, b, overlap=compare(a, b).overlap)
    other = order_of(b, a, overlap=compare(b, a).overlap)
    if a.slug != b.slug:
        assert other == swap_order(one)
    assert (one.first is None) == (one.reason == "open")
    for spans in (one.a_first, one.b_first):
        assert spans is None or spans.low <= spans.high
    if one.reason == "shorter":
        first, second = (a, b) if one.first == "a" else (b, a)
        quicker = sum(first.facts["months"][end] for end in ("low", "high")) < sum(
            second.facts["months"][end] for end in ("low", "high")
        )
        assert ("the quicker of the two" in one.sentence) == quicker
    if a.number != b.number:
        needs = replace(a, facts={**a.facts, "prerequisites": [b.number]})
        free = replace(b, facts={**b.facts, "prerequisites": []})
        found = order_of(needs, free, overlap=compare(needs, free).overlap)
        assert (found.first, found.reason) == ("b", "prerequisite")
        needs, free = told_apart(needs, free)
        assert found.sentence.startswith(f"{needs.name} presupposes {free.name}")
