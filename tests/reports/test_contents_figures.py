"""How figures and texts are printed."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.contents import figures
from reports.contents.text import clean_line, clean_paragraphs, count_of, join_words, shorten


@pytest.mark.parametrize(
    ("value", "shown"),
    [(2.25, "2.3"), (2.35, "2.4"), (2.449, "2.4"), (2.4499999999999997, "2.5"), (0.0, "0.0"), (None, "not assessed")],
)
def test_scores_are_rounded_half_up_with_one_decimal(value: float | None, shown: str) -> None:
    assert figures.format_score(value) == shown


@given(st.integers(min_value=0, max_value=500))
def test_every_half_is_rounded_up(tenths: int) -> None:
    assert figures.round_half_up(tenths / 10 + 0.05) * 10 == tenths + 1


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0%"), (0.001, "<1%"), (0.125, "13%"), (0.996, ">99%"), (1.0, "100%"), (None, "not assessed")],
)
def test_shares_are_whole_percents_and_100_only_when_all(share: float | None, shown: str) -> None:
    assert figures.format_percent(share) == shown


@pytest.mark.parametrize(
    ("change", "shown"), [(0.3, "+0.3"), (-0.25, "−0.3"), (0.04, "no change"), (-0.049, "no change"), (0.05, "+0.1")]
)
def test_changes_carry_a_sign_or_say_none(change: float, shown: str) -> None:
    assert figures.format_change(change) == shown


def test_an_open_gap_is_never_printed_as_zero() -> None:
    assert [figures.format_distance(gap) for gap in (0, 0.01, 0.05, 1)] == ["0", "less than 0.1", "0.1", "1.0"]


def test_levels_show_half_steps_and_no_others() -> None:
    assert [figures.format_level(level) for level in (3.0, 2.5, None)] == ["3", "2.5", "not assessed"]


def test_dates_and_sizes_read_as_people_write_them() -> None:
    assert figures.format_moment(datetime(2026, 11, 2, 7, 5, tzinfo=UTC)) == "2 November 2026, 07:05 UTC"
    assert figures.format_short_date(date(2026, 9, 30)) == "30 Sep 2026"
    assert figures.format_period(date(2026, 1, 1), None) == "from 1 January 2026"
    assert figures.format_period(None, None) == "not stated"
    assert [figures.format_size(size) for size in (0, 999, 184_220, 999_700, 1_842_113)] == [
        "0 B", "999 B", "184 kB", "1.0 MB", "1.8 MB"
    ]  # fmt: skip


def test_characters_that_break_files_or_mislead_readers_are_taken_out() -> None:
    assert clean_line("a\x00b\x0b\u202egpj.exe\ud800\n  c") == "abgpj.exe c"
    assert clean_paragraphs(" one \r\n\r\n\r\n\r\ntwo\tthree ") == "one\n\ntwo three"


@given(st.text())
def test_cleaned_text_is_on_one_line_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean_line(text)
    assert "\n" not in cleaned
    assert "\x00" not in cleaned
    assert clean_line(cleaned) == cleaned


def test_an_endless_word_gets_places_to_break_and_a_hash_none() -> None:
    assert "\u200b" not in clean_line("f" * 64)
    assert max(len(part) for part in clean_line("x" * 20_000).split("\u200b")) == 20


@given(st.text(min_size=1), st.integers(min_value=2, max_value=60))
def test_shortened_text_fits(text: str, limit: int) -> None:
    assert len(shorten(text, limit=limit)) <= limit


def test_counts_and_lists_are_grammatical() -> None:
    assert [count_of(number, "answer") for number in (0, 1, 2)] == ["no answers", "1 answer", "2 answers"]
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
