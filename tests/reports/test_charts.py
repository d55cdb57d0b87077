"""Charts: well-formed, spoken, in proportion, and the same in grey."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import charts
from reports.charts.labels import fit_lines, text_width

SVG = "{http://www.w3.org/2000/svg}"
AXIS = charts.Axis(0, 5, [(level, f"Level {level}") for level in range(6)])
BAR = charts.Bar("7.4 Purchasing", 3.0, 2.25, 2.0, 4.0, "3.0")
EMPTY = charts.Bar("8 Improvement", None, None, None, None, "not assessed")


def _read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own charts


def _words(svg: str) -> list[str]:
    return [node.text or "" for node in _read(svg).iter(f"{SVG}text")]


ALL = {
    "legend": charts.draw_legend(),
    "standing": charts.draw_standing(BAR, axis=AXIS, previous=2.5, previous_label="2.5 on 3 May 2026"),
    "clauses": charts.draw_clauses([BAR, EMPTY], axis=AXIS),
    "cell": charts.draw_cell(BAR, axis=AXIS),
    "levels": charts.draw_levels([charts.Step("0", "None", 2), charts.Step("1", "All", 0)], open_count=1, waived=3),
    "coverage": charts.draw_coverage(answered=7, open_count=0, waived=1),
}


@pytest.mark.parametrize("name", ALL)
def test_every_chart_is_well_formed_and_has_a_title_first(name: str) -> None:
    root = _read(ALL[name])
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text
    assert root[1].tag == f"{SVG}desc"


def test_the_description_gives_the_figures_to_those_who_cannot_see_them() -> None:
    said = _read(ALL["clauses"])[1].text
    assert said == (
        "7.4 Purchasing: asserted 3.0, evidenced 2.3, validated 2.0, target 4.0. 8 Improvement: not assessed"
    )


def test_the_measures_differ_by_thickness_and_not_by_tint_alone() -> None:
    bars = list(_read(ALL["cell"]).iter(f"{SVG}rect"))
    heights = [float(bar.get("height", "0")) for bar in bars]
    assert len(bars) == 3
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3
    assert bars[0].get("stroke") is not None


def test_bars_are_in_proportion_to_the_scale() -> None:
    widths = [float(node.get("width", "0")) for node in _read(ALL["cell"]).iter(f"{SVG}rect")]
    assert widths[0] / widths[2] == pytest.approx(3.0 / 2.0, rel=0.001)
    tiers = charts.Axis(1, 4, [(1, "Partial"), (4, "Adaptive")])
    assert tiers.place(1, left=10, width=100) == 10
    assert tiers.place(2.5, left=10, width=100) == 60
    assert tiers.place(9, left=10, width=100) == 110


def test_what_is_not_assessed_is_a_word_and_no_bar_of_length_zero() -> None:
    svg = charts.draw_clauses([EMPTY], axis=AXIS)
    assert "not assessed" in _words(svg)
    assert list(_read(svg).iter(f"{SVG}rect")) == []


def test_labels_are_escaped_and_stay_text() -> None:
    hostile = charts.Bar("<image href='file:///etc/passwd'/> & ]]>", 1, 1, 1, 1, "<b>")
    svg = charts.draw_clauses([hostile], axis=AXIS)
    assert {node.tag for node in _read(svg).iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "text", "rect", "line", "path", "circle")
    }
    assert "<b>" in _words(svg)


def test_no_chart_refers_to_anything_outside_itself() -> None:
    for svg in ALL.values():
        assert not re.search(r"(href|url\(|src=|style=|script)", svg)


def test_the_strip_of_levels_fills_its_width_in_proportion() -> None:
    boxes = [node for node in _read(ALL["levels"]).iter(f"{SVG}rect") if node.get("height") == "24"]
    widths = [float(box.get("width", "0")) for box in boxes]
    assert [round(width / sum(widths), 3) for width in widths] == [0.333, 0.167, 0.5]


def test_levels_that_are_empty_still_stand_in_the_key() -> None:
    words = _words(ALL["levels"])
    assert "1 All" in words
    assert words.count("0") == 2  # the digit on level 0's part, and the count of level 1


@given(
    st.lists(st.integers(min_value=0, max_value=500), min_size=1, max_size=9), st.integers(0, 50), st.integers(0, 50)
)
def test_any_counts_make_a_chart(counts: list[int], open_count: int, waived: int) -> None:
    steps = [charts.Step(str(index), f"Name {index}", count) for index, count in enumerate(counts)]
    _read(charts.draw_levels(steps, open_count=open_count, waived=waived))
    _read(charts.draw_coverage(answered=sum(counts), open_count=open_count, waived=waived))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=300), st.integers(1, 3))
def test_labels_fit_their_lines_whatever_they_are(words: str, lines: int) -> None:
    fitted = fit_lines(words, width=120, size=10, lines=lines)
    assert 1 <= len(fitted) <= lines
    assert all(text_width(line, size=10) <= 120 for line in fitted)
