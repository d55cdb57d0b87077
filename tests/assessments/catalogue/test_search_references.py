"""References in any spelling have one key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.catalogue.search.references import readings, reference_key, reference_keys


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("ac.2.1", ["AC-2(1)", "AC-2 (1)", "ac-2.1", "AC-02(01)", "Ac 02 (01)", "AC2(1)", "AC\N{EN DASH}2(1)"]),
        ("21.2.d", ["21(2)(d)", "21.2.d", "21 (2) (d)", "21(2) d"]),
        ("a.5.1", ["A.5.1", "a5.1", "A 5.1", "A.05.01"]),
        ("gv.oc.1", ["GV.OC-01", "gv.oc-1", "GV OC 01"]),
        ("3.1.1", ["03.01.01", "3.1.1"]),
        ("106.b.1.ii", ["106(b)(1)(ii)"]),
    ],
)
def test_spellings_of_one_reference_have_one_key(key: str, spellings: list[str]) -> None:
    assert {reference_key(spelling) for spelling in spellings} == {key}


def test_what_differs_in_a_number_differs_in_its_key() -> None:
    refs = ["4.1", "4.10", "4.1.0", "AC-2(1)", "AC-21", "AC-2", "A.5.1", "5.1"]
    assert len({reference_key(ref) for ref in refs}) == len(refs)


def test_a_source_before_a_colon_may_be_left_out() -> None:
    assert reference_keys("IA:28(1)(f)") == ("ia.28.1.f", "28.1.f")
    assert reference_keys("4.1") == ("4.1",)


@pytest.mark.parametrize(
    ("query", "key", "words"),
    [
        ("Art. 21(2)(d)", "21.2.d", ()),
        ("Article 21 2 d", "21.2.d", ()),
        ("Annex A 5.1", "a.5.1", ()),
        ("NIS2 Art. 21(2)(d)", "21.2.d", ("nis2",)),
        ("21(2)(d) nis2", "21.2.d", ("nis2",)),
        ("Art. 21 Abs. 2 lit. d", "21.2.d", ()),
        ("iso 27001 A.5.1", "a.5.1", ("iso", "27001")),
    ],
)
def test_a_query_may_name_the_kind_and_the_standard(query: str, key: str, words: tuple[str, ...]) -> None:
    assert any(way.key == key and way.standard_words == words for way in readings(query))


def test_a_long_query_is_no_reference() -> None:
    assert readings("one two three four five six seven eight nine ten eleven twelve thirteen") == ()
    assert readings("   ") == ()


@given(st.text(max_size=60))
def test_any_text_has_a_key_that_keeps_itself(text: str) -> None:
    key = reference_key(text)
    assert reference_key(key) == key
    assert all(way.key for way in readings(text))
