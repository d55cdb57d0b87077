"""Every fault of a catalogue file is told with its file and line, and all of them at once."""
# ruff: noqa: E501 -- a fault is one row of the table, and reads best as one

from __future__ import annotations

from pathlib import Path

import pytest

from assessments.catalogue.loader import load_standard, load_vocabulary
from assessments.catalogue.schema import CatalogueError, CatalogueFault
from tests.assessments.catalogue.sample import SLUG, change

STRUCTURE = "structure.yaml"
PROFILE = "profile.yaml"
PROSE = "en/profile.yaml"
FAQ = "en/faq.yaml"
SEVEN = "en/requirements-7.yaml"
EIGHT = "en/requirements-8.yaml"

# (what is wrong, file changed, old text, new text, file at fault, text on the line at fault, words of the message)
FAULTS = [
    ("a duplicate ref", STRUCTURE, '{ref: "8"', '{ref: "7.1"', STRUCTURE, '{ref: "7.1", themes: [audit]', "duplicate ref 7.1"),
    ("an unquoted ref", STRUCTURE, '"7.10"', "7.10", STRUCTURE, "7.10", "7.10 must be quoted"),
    ("an unquoted whole ref", STRUCTURE, 'ref: "7"\n', "ref: 7\n", STRUCTURE, "ref: 7\n", "7 must be quoted"),
    ("a ref with a slash", STRUCTURE, '{ref: "8"', '{ref: "8/1"', STRUCTURE, "8/1", "slash"),
    ("a node without ref", STRUCTURE, '{ref: "8", themes: [audit]}', "{themes: [audit]}", STRUCTURE, "{themes", "ref is missing"),
    ("an unknown key of a node", STRUCTURE, "weight: 2", "wieght: 2", STRUCTURE, "wieght", "wieght: unknown key"),
    ("an unknown theme", STRUCTURE, "[audit]", "[audits]", STRUCTURE, "audits", "unknown value 'audits'"),
    ("a theme told twice", STRUCTURE, "[planning, risk]", "[risk, risk]", STRUCTURE, "risk, risk", "risk stands twice"),
    ("no theme", STRUCTURE, "[audit]", "[]", STRUCTURE, "[]", "1 to 3 themes, not 0"),
    ("four themes", STRUCTURE, "[audit]", "[audit, risk, records, planning]", STRUCTURE, "audit, risk", "not 4"),
    ("themes on a heading", STRUCTURE, 'ref: "7"\n', 'ref: "7"\n    themes: [risk]\n', STRUCTURE, 'ref: "7"\n', "a heading has no themes"),
    ("an unknown scale", STRUCTURE, "small-0-2", "small-0-3", STRUCTURE, "small-0-3", "unknown value 'small-0-3'; known are small-0-2"),
    ("an unknown method", STRUCTURE, "weighted_mean", "average", STRUCTURE, "average", "unknown value 'average'"),
    ("an unknown sector", PROFILE, "sectors: [all]", "sectors: [every]", PROFILE, "sectors:", "sectors > 1: every is no word of sectors.yaml"),
    ("a sector beside all of them", PROFILE, "sectors: [all]", "sectors: [all, energy]", PROFILE, "sectors:", "sectors: all stands alone"),
    ("an unknown jurisdiction", PROFILE, "sectors: [all]", "sectors: [all]\njurisdictions: [us]", PROFILE, "jurisdictions:", "us is no word of jurisdictions.yaml"),
    ("an unknown condition", STRUCTURE, "sterile", "implantable", STRUCTURE, "implantable", "unknown value 'implantable'"),
    ("a weight that is no number", STRUCTURE, "weight: 2", "weight: two", STRUCTURE, "weight: two", "must be a number, not text"),
    ("a negative weight", STRUCTURE, "weight: 2", "weight: -2", STRUCTURE, "weight: -2", "at least 0"),
    ("another folder's slug", STRUCTURE, "slug: sample-1-2020", "slug: sample-2-2020", STRUCTURE, "slug:", "folder's name"),
    ("another format", STRUCTURE, "format: 1", "format: 2", STRUCTURE, "format: 2", "format 2 is unknown"),
    ("an empty list of children", STRUCTURE, "themes: [audit]", "children: []", STRUCTURE, "children: []", "at least 1"),
    ("an orphan text", EIGHT, '"8":', '"9":', EIGHT, '"9":', "9: orphan text"),
    ("a missing text", EIGHT, '"8":', '"9":', STRUCTURE, '{ref: "8"', "8: missing text"),
    ("a text told twice in one file", SEVEN, '"7.10":', '"7.1":', SEVEN, '"7.1":\n  title: Records', "already stands in line 4"),
    ("a text told twice in two files", EIGHT, '"8":', '"7.1":', EIGHT, '"7.1":', f"has a text in {SLUG}/{SEVEN}:4"),
    ("an unquoted ref of a text", SEVEN, '"7.10":', "7.10:", SEVEN, "7.10:", "the key 7.10 must be quoted"),
    ("a duplicate key", EIGHT, "  question: Who", "  title: Again\n  question: Who", EIGHT, "title: Again", "title already stands in line 2"),
    ("an unknown key of a text", EIGHT, "  question:", "  questoin:", EIGHT, "questoin", "8 > questoin: unknown key"),
    ("a leaf without question", EIGHT, "  question: Who looked at the last job?\n", "", EIGHT, "title: Checking", "question is missing"),
    ("a leaf without levels", EIGHT, "  levels:\n    1: Looks happen now and then.\n    2: Every job is looked at.\n", "", EIGHT, "title: Checking", "levels is missing"),
    ("a missing level", EIGHT, "    2: Every job is looked at.\n", "", EIGHT, "1: Looks", "missing for level 2"),
    ("a level off the scale", EIGHT, "    2: Every", "    3: Every", EIGHT, "1: Looks", "no level 3 is written"),
    ("a level that is no number", EIGHT, "    2: Every", "    two: Every", EIGHT, "two:", "must be a whole number"),
    ("an empty level", EIGHT, "Every job is looked at.", '""', EIGHT, '2: ""', "must not be empty"),
    ("evidence that is no list", EIGHT, "    - A signed check list", "    A signed check list", EIGHT, "A signed", "must be a list, not text"),
    ("no evidence", EIGHT, "evidence:\n    - A signed check list", "evidence: []", EIGHT, "evidence: []", "at least 1"),
    ("a heading with a question", SEVEN, "summary: What is done.", "summary: What is done.\n  question: Why?", SEVEN, "question: Why?", "a heading has no question"),
    ("a text that is a number", EIGHT, "title: Checking", "title: 8.0", EIGHT, "title: 8.0", "must be text, not a number; put it in quotes"),
    ("no text at all", EIGHT, "title: Checking", "title:", EIGHT, "title:", "must be text, not null"),
    ("a missing profile field", PROFILE, "nature: certifiable\n", "", PROFILE, "format: 1", "nature is missing"),
    ("an unknown profile field", PROFILE, "nature:", "natur:", PROFILE, "natur:", "natur: unknown key"),
    ("an unknown kind", PROFILE, "kind: management-system-requirements", "kind: book", PROFILE, "kind: book", "unknown value 'book'"),
    ("a year in quotes", PROFILE, "year: 2020", 'year: "2020"', PROFILE, "year:", "must be a whole number, not text"),
    ("an edition without quotes", PROFILE, 'edition: "2020"', "edition: 2020", PROFILE, "edition:", "put it in quotes"),
    ("a word for true", PROFILE, "certifiable: true", "certifiable: surely", PROFILE, "surely", "must be true or false"),
    ("null where it says nothing", PROFILE, "publisher: Sampler\nedition", "publisher:\nedition", PROFILE, "publisher:\n", "must be text, not null"),
    ("months the wrong way round", PROFILE, "low: 3", "low: 9", PROFILE, "low: 9", "low (9) is above high (6)"),
    ("a figure without source", PROFILE, "certificate_validity_years, penalties", "penalties", PROFILE, "certificate_validity_years:", "no source supports certificate_validity_years"),
    ("a fine without source", PROFILE, ", penalties.maximum_amount_eur", "", PROFILE, "penalties:", "no source supports penalties.maximum_amount_eur"),
    ("months that are no estimate and have no source", PROFILE, "estimate: true", "estimate: false", PROFILE, "months:", "no source supports months"),
    ("a source without address", PROFILE, '"https://example.org/sample"', "example.org", PROFILE, "url:", "http(s) address"),
    ("a source without date", PROFILE, '    date: "2020-01-31"\n', "", PROFILE, "- id: page", "date is missing"),
    ("a source dated loosely", PROFILE, '"2020-01-31"', "January 2020", PROFILE, "date:", "must be a date (YYYY-MM-DD) or month (YYYY-MM)"),
    ("a source dated by its year alone", PROFILE, '"2020-01-31"', '"2020"', PROFILE, "date:", "must be a date"),
    ("four key features", PROSE, "  - {name: Five, text: The fifth.}\n", "", PROSE, "- {name: One", "must have 5 entries, not 4"),
    ("a phase without months", PROSE, "{name: I, months: [1, 2],", "{name: I,", PROSE, "{name: I", "months is missing"),
    ("a headline without short form", PROSE, "scope: {short: Jobs, ", "scope: {", PROSE, "scope:", "short is missing"),
    ("a missing part of the verdict", PROSE, ", who_adopts: programmers to find faults", "", PROSE, "verdict:", "who_adopts is missing"),
    ("five questions", FAQ, "- question: What is question 6?\n  answer: It is number 6.\n", "", FAQ, "question 1", "at least 6 entries, not 5"),
    ("a question without answer", FAQ, "  answer: It is number 3.\n", "", FAQ, "question 3", "answer is missing"),
    ("broken YAML", EIGHT, '"8":', '"8', EIGHT, "", "no valid YAML"),
    ("an alias", PROSE, "{name: B, text: Part B.}", "*a", PROSE, "{name: A", "anchors and aliases"),
]  # fmt: skip


def faults_of(data: Path) -> tuple[CatalogueFault, ...]:
    with pytest.raises(CatalogueError) as caught:
        load_standard(data / SLUG, vocabulary=load_vocabulary(data))
    return caught.value.faults


def line_of(path: Path, marker: str) -> int:
    text = path.read_text(encoding="utf-8")
    assert marker in text, f"{marker!r} is not in {path}"
    return text[: text.index(marker)].count("\n") + 1


@pytest.mark.parametrize("case", FAULTS, ids=[case[0] for case in FAULTS])
def test_a_fault_is_told_with_its_file_and_line(data: Path, case: tuple[str, ...]) -> None:
    _, changed, old, new, at_fault, marker, words = case
    change(data / SLUG / changed, old=old, new=new)
    if new == "*a":
        change(data / SLUG / changed, old="{name: A,", new="&a {name: A,")
        marker = "&a {name: A"
    faults = faults_of(data)
    found = [fault for fault in faults if words in fault.message]
    assert found, f"nothing says {words!r} in:\n" + "\n".join(map(str, faults))
    assert found[0].file == f"{SLUG}/{at_fault}"
    if marker:
        assert found[0].line == line_of(data / SLUG / at_fault, marker), str(found[0])


def test_all_faults_are_told_together_in_order_of_file_and_line(data: Path) -> None:
    change(data / SLUG / STRUCTURE, old="[audit]", new="[audits]")
    change(data / SLUG / EIGHT, old="  question:", new="  questoin:")
    change(data / SLUG / PROFILE, old="nature: certifiable\n", new="")
    (data / SLUG / FAQ).unlink()
    faults = faults_of(data)
    assert [fault.file.removeprefix(f"{SLUG}/") for fault in faults] == [FAQ, EIGHT, EIGHT, PROFILE, STRUCTURE]
    assert list(faults) == sorted(faults)
    assert str(faults[0]) == f"{SLUG}/{FAQ}:1: the file is missing"


@pytest.mark.parametrize("name", [STRUCTURE, PROFILE, PROSE, FAQ])
def test_a_missing_file_is_a_fault(data: Path, name: str) -> None:
    (data / SLUG / name).unlink()
    assert CatalogueFault(f"{SLUG}/{name}", 1, "the file is missing") in faults_of(data)


@pytest.mark.parametrize("name", ["notes.yaml", "en/requirements-9.yml", "en/old/faq.yaml", "english/faq.yaml"])
def test_a_file_the_format_does_not_know_is_a_fault(data: Path, name: str) -> None:
    path = data / SLUG / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x: 1\n")
    assert CatalogueFault(f"{SLUG}/{name}", 1, "not a file of the catalogue format") in faults_of(data)


def test_an_empty_file_and_one_that_is_no_utf8_are_faults(data: Path) -> None:
    (data / SLUG / FAQ).write_text("# nothing yet\n")
    (data / SLUG / EIGHT).write_bytes(b'"8":\n  title: caf\xe9\n')
    messages = [str(fault) for fault in faults_of(data)]
    assert f"{SLUG}/{FAQ}:1: the file is empty" in messages
    assert any(message.startswith(f"{SLUG}/{EIGHT}:1: the file is not UTF-8") for message in messages)


def test_faults_of_the_shared_words_are_told_too(data: Path) -> None:
    change(data / "scales.yaml", old="level: 2", new="level: 1")
    change(data / "themes.yaml", old="{en: Risk}", new="{de: Risiko}")
    with pytest.raises(CatalogueError) as caught:
        load_vocabulary(data)
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [("scales.yaml", 4), ("themes.yaml", 5)]


def test_a_text_in_another_language_may_be_missing_but_not_orphaned(data: Path) -> None:
    german = data / SLUG / "de"
    german.mkdir()
    (german / "requirements-7.yaml").write_text('"7":\n  title: Tun\n  summary: Was getan wird.\n')
    document = load_standard(data / SLUG, vocabulary=load_vocabulary(data))
    assert document.languages == ("en", "de")
    assert set(document.texts["de"]) == {"7"}
    (german / "requirements-8.yaml").write_text('"9":\n  title: Neun\n  summary: Nichts.\n')
    assert [fault.file for fault in faults_of(data)] == [f"{SLUG}/de/requirements-8.yaml"]
