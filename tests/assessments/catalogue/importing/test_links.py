"""Tables of links: columns proposed by words and by standards, relations in many words, faults at their places."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from unicodedata import normalize

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.spreadsheet import safe_cell
from assessments.catalogue.crosswalk import RELATIONS, LinkGroup, Side
from assessments.catalogue.importing.packing import crosswalk_as_json
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.result import Imported, ImportedCrosswalk, ImportedLink
from assessments.catalogue.importing.tabular.link_fields import LINK_FIELDS, is_link_field, link_vocabulary
from assessments.catalogue.importing.tabular.links import cell_of, guarded, refs_in, unguarded
from assessments.catalogue.importing.tabular.relations import NO_RELATION, relation_in
from assessments.catalogue.own_crosswalks.linking import LinkTable
from assessments.exporting.link_table import LinkBook, csv_of, workbook_of
from tests.assessments.catalogue.importing.files import imported, messages, told, workbook

SOURCE, TARGET = "iso-27001-2022", "nist-csf-2.0"
HEADER = "source ref,target ref,relation,rationale\n"


def read(text: str | bytes, *, name: str = "t.csv", **options: object) -> Imported:
    return imported((name, text), source=SOURCE, target=TARGET, **options)


def crosswalk(found: Imported) -> ImportedCrosswalk:
    assert found.content is None
    assert len(found.crosswalks) == 1, messages(found)
    return found.crosswalks[0]


def links(found: Imported) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    return [(link.source, link.target, link.relation) for link in crosswalk(found).links]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("source ref", "source_ref"), ("Source_Ref", "source_ref"), ("Target Control ID", "target_ref"),
        ("From", "source_ref"), ("Mapped to", "target_ref"), ("ISO 27001", "source_ref"), ("CSF 2.0", "target_ref"),
        ("ISO/IEC 27001:2022 Annex A control", "source_ref"), ("NIST CSF Subcategory", "target_ref"),
        ("ISO 27001 title", "source_title"), ("CSF description", "target_title"), ("Relationship", "relation"),
        ("STRM Relationship", "relation"), ("Focal Document Element", "source_ref"),
        ("Reference Document Element", "target_ref"), ("Beziehung", "relation"), ("Begründung", "rationale"),
        ("Rationale [de]", "rationale[de]"), ("rationale[pt-BR]", "rationale[pt-BR]"), ("Quelle", "source_ref"),
        ("Source and target", None), ("Owner", None), ("title[fr]", None), ("source ref[fr]", None),
        ("Target maturity", None), ("A.5.1", None),
    ],
)  # fmt: skip
def test_headings_say_a_side_by_its_word_or_by_its_standard(heading: str, field: str | None) -> None:
    proposed = link_vocabulary(source=SOURCE, target=TARGET).field_of(heading)
    assert (proposed and proposed[0]) == field
    assert proposed is None or is_link_field(proposed[0])


def test_two_editions_are_told_apart_by_what_differs() -> None:
    vocabulary = link_vocabulary(source="iso-27001-2013", target="iso-27001-2022")
    fields = [vocabulary.field_of(heading) for heading in ("ISO 27001:2013", "ISO 27001:2022 control", "ISO 27001")]
    assert [field and field[0] for field in fields] == ["source_ref", "target_ref", None]


def test_every_field_is_proposed_by_its_own_name() -> None:
    vocabulary = link_vocabulary(source="own-a", target="own-b")
    assert [(vocabulary.field_of(name) or ("",))[0] for name in LINK_FIELDS] == list(LINK_FIELDS)


@pytest.mark.parametrize(
    ("words", "relation"),
    [
        ("equal =  == ≡ Equivalent equivalent-to Equal_to identical Gleich égal", "equal"),
        ("subset Subset-of SUBSET_OF ⊂ ⊆ < Teilmenge", "subset"),
        ("superset superset_of ⊃ ⊇ > Obermenge sur-ensemble", "superset"),
        ("intersects intersects-with Related partial overlaps ∩ ~ teilweise partiel", "intersects"),
        ("none no-relationship n/a - – keine", NO_RELATION),
        ("covers 1 yes strong", ""),
    ],
)
def test_relations_are_read_in_usual_spellings(words: str, relation: str) -> None:
    assert {word: relation_in(word) for word in words.split()} == dict.fromkeys(words.split(), relation)
    assert [relation_in(word) for word in RELATIONS] == list(RELATIONS)


def test_a_row_is_a_link_of_all_references_in_its_cells() -> None:
    found = read(HEADER + '"A.5.1\nA.5.2","GV.PO-01; GV.PO-02",subset of,Both.\nA.5.3,"a , b,a",=,\n')
    assert links(found) == [
        (("A.5.1", "A.5.2"), ("GV.PO-01", "GV.PO-02"), "subset"), (("A.5.3",), ("a", "b"), "equal"),
    ]  # fmt: skip
    first, second = crosswalk(found).links
    assert (first.place, first.rationale, second.rationale) == ("line 2", {"en": "Both."}, {})
    assert crosswalk(found).source.slug == SOURCE
    assert found.format == "links (CSV)"
    assert found.table is not None
    assert dict(found.table.columns) == {
        "source_ref": "source ref", "target_ref": "target ref", "relation": "relation", "rationale": "rationale",
    }  # fmt: skip


def test_what_is_left_out_or_made_up_is_noted() -> None:
    rows = "A.1,B.1,,\nA.2,,,\nA.3,B.3,none,x\nA.4,,equal,\n,B.5,equal,\n,,,\nA.6,B.6,Equal,why\n"
    found = read(HEADER + rows)
    assert links(found) == [(("A.1",), ("B.1",), "intersects"), (("A.6",), ("B.6",), "equal")]
    assert told(found, "note", "t.csv:line 2", "says no relation; it is read as intersects")
    assert told(found, "note", "line 3", "links to nothing")
    assert told(found, "note", "line 4", "says that there is no relation")
    assert told(found, "warning", "line 5, column target ref", "has no reference of the target")
    assert told(found, "warning", "line 6, column source ref", "merged cells")
    assert found.counts == {"note": 3, "warning": 2}
    assert told(read("source ref,target ref\nA,B\n"), "note", "no heading says rationale")


def test_faults_have_sheet_row_and_column_and_leave_nothing() -> None:
    rows = [
        ["Mapping of 2026"],
        ["ISO 27001", "CSF", "Type"],
        ["A.5.1", "GV.PO-01", "subsett"],
        [datetime(2026, 1, 10, tzinfo=UTC).replace(tzinfo=None), "GV.PO-02", "equal"],
        [5.1, "#REF!", "covers"],
        ["x" * 61, "GV.PO-03", "equal"],
        ["A.5.2", ";".join(f"R{number}" for number in range(201)), "equal"],
    ]
    found = read(workbook(Links=rows, About=[["made", "today"]]), name="m.xlsx")
    assert found.refused
    assert [link.place for link in found.crosswalks[0].links] == ["Links, row 3"]  # for what else may be wrong with it
    assert told(found, "fault", "m.xlsx:Links, row 3, column Type", "“subsett” is no relation; subset may be meant")
    assert told(found, "fault", "Links, row 4, column ISO 27001", "a spreadsheet made it of a text like 1.10")
    assert told(found, "warning", "Links, row 5, column ISO 27001", "5.1 is a number")
    assert told(found, "fault", "Links, row 5, column CSF", "formula of the cell failed")
    assert told(found, "fault", "Links, row 5, column Type", "one of equal, subset, superset, intersects")
    assert told(found, "fault", "Links, row 6, column ISO 27001", "too long for a reference")
    assert told(found, "fault", "Links, row 7, column CSF", "201 references; a link may have 200")
    assert found.counts["fault"] == 6
    assert found.table is not None
    assert (found.table.sheet, found.table.header_row, found.table.file) == ("Links", 2, "m.xlsx")


def test_columns_can_be_told_and_must_be_there() -> None:
    text = "One,Other,How\nA,B,equal\n"
    refused = read(text)
    assert told(refused, "fault", "row 1", f"no heading says reference in {SOURCE} (source_ref)")
    assert told(refused, "fault", "row 1", f"no heading says reference in {TARGET} (target_ref)")
    found = read(text, columns={"source_ref": "One", "target_ref": "Other", "relation": "How"})
    assert links(found) == [(("A",), ("B",), "equal")]
    assert told(read(text, columns={"ref": "One"}), "fault", "the column mapping names ref, which is no field")
    assert told(read(HEADER), "fault", "holds no row under its headings")
    assert told(imported(("t.csv", text), source=SOURCE), "fault", "needs both, source and target")


def test_a_table_of_links_without_its_standards_is_told_of() -> None:
    found = imported(("t.csv", "Source Control ID,Target Control ID,title\nA,B,x\n"))
    assert told(found, "warning", "looks like a table of links", "say source and target")
    assert not told(imported(("t.csv", "ref,title,source,target\n1,x,law,3\n")), "warning", "looks like")


def test_titles_rationales_and_their_languages_are_kept() -> None:
    text = (
        "source ref,source title,target ref,rationale[de],rationale\n"
        '"1\n2","One, or\nTwo",B,Weil.,Because.\n3,"Three\nlines",C,,\n"4\n5",only one,D,,\n'
    )
    found = crosswalk(read(text))
    assert found.titles == {"source": {"1": "One, or", "2": "Two", "3": "Three lines"}, "target": {}}
    assert [dict(link.rationale) for link in found.links] == [{"de": "Weil.", "en": "Because."}, {}, {}]
    assert dict(crosswalk(read(HEADER + "A,B,=,Parce que.\n", language="fr")).links[0].rationale) == {
        "fr": "Parce que."
    }
    long = read(HEADER + f"A,B,=,{'word ' * 900}\n")
    assert told(long, "warning", "line 2, column rationale", "it is cut to 4,000")
    assert len(crosswalk(long).links[0].rationale["en"]) <= 4_000


SIDES = {
    "source": Side(SOURCE, has_tree=True, leaves={ref: (ref,) for ref in ("A.5.1", "A.5.10", "AC-2(1)")} | {"A": ()}),
    "target": Side(TARGET, has_tree=True, leaves={ref: (ref,) for ref in ("GV.PO-01", "GV.PO-02", "Art. 5(1)(a)")},
                   withdrawn={"old": ("GV.PO-01",)}),
}  # fmt: skip


def hold(rows: str, **sides: Side) -> tuple[Report, list[tuple[list[str], list[str], str]]]:
    found = read("source ref,target ref,relation\n" + rows)
    assert found.table is not None
    table = LinkTable(crosswalk_as_json(crosswalk(found)), **(SIDES | sides), columns=found.table.columns, file="t.csv")
    held = table.held(today=date(2026, 11, 23))
    return table.report, [(group["from"], group["to"], group["relation"]) for group in held["groups"]]


def test_references_are_found_however_they_are_written_and_each_unknown_one_is_a_fault() -> None:
    report, groups = hold('ac-02.01; a.5.1,gv.po-1,=\nA.5.10,"Article 5 1 a",=\n')
    assert groups == [(["AC-2(1)", "A.5.1"], ["GV.PO-01"], "equal"), (["A.5.10"], ["Art. 5(1)(a)"], "equal")]
    assert not report.findings
    report, _ = hold("A.5.1;A.9.9,old,=\nA,GV.PO-02,=\nA.5.10,nothing,=\n")
    assert [(finding.severity, finding.place, finding.message) for finding in report.findings] == [
        ("fault", "line 2, column source ref", f"{SOURCE} has no “A.9.9”"),
        ("fault", "line 2, column target ref", f"old is withdrawn from {TARGET}, use GV.PO-01"),
        ("fault", "line 3, column source ref", f"nothing assessable stands under A of {SOURCE}"),
        ("fault", "line 4, column target ref", f"{TARGET} has no “nothing”"),
    ]


def test_what_stands_twice_is_noted_and_what_contradicts_is_warned_of() -> None:
    report, groups = hold(
        "A.5.1,GV.PO-01,=\na.5.1,gv.po.1,equal\nA.5.1,GV.PO-01,subset\nA.5.1;A.5.10,GV.PO-01,subset\nA.5.10,GV.PO-02,=\n"
    )
    assert [group[0] for group in groups] == [["A.5.1"], ["A.5.10"]]
    assert [(finding.severity, finding.place, finding.message) for finding in report.told()] == [
        ("warning", "line 4", "A.5.1 and GV.PO-01 are equal in line 2; that counts, and subset is left out"),
        ("warning", "line 5", "A.5.1 and GV.PO-01 are linked in line 2 already; that counts, and this row is left out"),
        ("note", "line 3", "says what line 2 says; it is left out"),
    ]


def test_the_limits_of_a_crosswalk_are_told_as_faults() -> None:
    wide = ";".join(f"R{number}" for number in range(200))
    none = Side("t", has_tree=False)
    many = read("from,to,relation\n" + "".join(f"A.5.1,T{number},=\n" for number in range(5_001)))
    assert told(many, "fault", "t.csv:line 5002", "has more links than the 5,000 that a crosswalk may have")
    assert len(many.crosswalks[0].links) == 5_000
    report, groups = hold("\n".join(f"A.5.1,T{number},=" for number in range(5_000)), target=none)
    assert (len(groups), report.findings) == (5_000, [])
    strange = ";".join(f"R{number}" for number in range(150))
    report, _ = hold("\n".join(f"{strange},GV.PO-01,=" for _ in range(100)))
    assert report.counts["fault"] == 34 * 150 + 1
    other = Side("s", has_tree=False)
    rows = "\n".join(f"{wide},{wide.replace('R', f'{letter}')},=" for letter in "ab")
    report, _ = hold(rows, source=other, target=none)
    assert [(finding.place, finding.message[:45]) for finding in report.findings] == [
        ("line 3", "all rows together link more than 50,000 pairs"),
    ]  # fmt: skip


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\u2028")
).map(lambda text: " ".join(text.split()))
refs = st.lists(
    words.filter(bool).map(lambda text: text[:30].strip()), min_size=1, max_size=3, unique=True
).map(tuple)  # fmt: skip
cells = st.one_of(
    words, st.sampled_from(["=1+1", "'=1", "''+x", "-", "@x", "'", "'' =x", "\uff1d1", "a\n=b\n;c\n,d", '"', "%"])
)
groups = st.builds(
    LinkGroup, source=refs, target=refs, relation=st.sampled_from(RELATIONS), provenance=st.just("suggested"),
    rationale=st.dictionaries(st.sampled_from(["en", "de", "pt-BR"]), cells.filter(str.strip)),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(refs)
def test_references_of_any_signs_come_back_from_their_cell(given_refs: tuple[str, ...]) -> None:
    assert refs_in(cell_of(given_refs)) == tuple(dict.fromkeys(" ".join(ref.split()) for ref in given_refs))


@settings(max_examples=80, deadline=None)
@given(cells)
def test_a_guard_is_taken_away_and_nothing_else(text: str) -> None:
    assert unguarded(safe_cell(guarded(text))) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(groups, min_size=1, max_size=6), st.sampled_from(["with mark", "without"]))
def test_a_table_that_goes_out_comes_back_as_the_same_links(made: list[LinkGroup], mark: str) -> None:
    book = LinkBook(
        name="a--b", groups=made, titles=({}, {}), made_at=datetime(2026, 11, 23, tzinfo=UTC)
    )  # fmt: skip

    def composed(group: LinkGroup) -> ImportedLink:
        rationale = {language: normalize("NFC", text.strip()) for language, text in group.rationale.items()}
        sides = (tuple(normalize("NFC", ref) for ref in side) for side in (group.source, group.target))
        return ImportedLink(*sides, group.relation, rationale)

    for name, data in (("t.csv", csv_of(book, with_mark=mark == "with mark")), ("t.xlsx", workbook_of(book))):
        found = imported((name, data), source=SOURCE, target=TARGET)
        back = [replace(link, place="", rationale=dict(link.rationale)) for link in crosswalk(found).links]
        assert back == [composed(group) for group in made], name


def test_a_workbook_holds_no_formula_and_is_the_same_for_the_same_content() -> None:
    group = LinkGroup(("=A",), ("@B",), "equal", "reviewed", {"en": "=cmd|' /C calc'!A0"})
    book = LinkBook(name="a--b", groups=[group], titles=({"=A": "=1"}, {}), made_at=datetime(2026, 11, 23, tzinfo=UTC))
    assert workbook_of(book) == workbook_of(book)
    sheet = openpyxl.load_workbook(BytesIO(workbook_of(book))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} == {"s"}
    assert sheet["A2"].value == "=A"
    line = csv_of(book, with_mark=False).decode().splitlines()[1]
    assert line == '"\'=A","\'=1","equal","\'@B","","reviewed","\'=cmd|\' /C calc\'!A0"'


def test_a_slash_between_blanks_parts_two_references_and_one_within_does_not() -> None:
    assert refs_in("4.2.4 / 4.2.5; 7.1") == ("4.2.4", "4.2.5", "7.1")
    assert refs_in("A/1\nB \\/ C") == ("A/1", "B / C")
