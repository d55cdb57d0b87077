"""CSV and workbooks: delimiters, encodings, columns, parents, and references that stay text."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import openpyxl
import pytest

from assessments.catalogue.drafts.content import DraftScale
from assessments.catalogue.importing.result import Imported
from assessments.catalogue.importing.tabular.fields import TEMPLATE, field_of, is_field
from tests.assessments.catalogue.importing.files import by_ref, content_of, imported, messages, told, workbook

PLAIN = "ref,title,summary\n1,One,First\n1.1,One one,Second\n"


def tree(found: Imported) -> dict[str, str | None]:
    return {ref: requirement.parent for ref, requirement in by_ref(found).items()}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_encodings_and_line_ends_are_found(delimiter: str, encoding: str, end: str) -> None:
    text = 'ref,title,summary\n1,"Größe, Maß","a ""quoted"" line\nand; another"\n2,Ünder,x\n'
    raw = text.replace(",", delimiter).replace("Größe" + delimiter, "Größe,").replace("\n", end).encode(encoding)
    found = imported(("t.csv", raw))
    assert by_ref(found)["1"].texts["en"].title == "Größe, Maß"
    assert by_ref(found)["1"].texts["en"].summary == 'a "quoted" line\nand; another'
    assert not found.counts.get("warning"), messages(found)


def test_windows_text_is_read_and_told() -> None:
    found = imported(("t.csv", "ref;title\n1;Größe\n".encode("cp1252")))
    assert by_ref(found)["1"].texts["en"].title == "Größe"
    assert told(found, "warning", "t.csv", "is no UTF-8; it is read as Windows-1252")


def test_a_separator_line_of_excel_is_obeyed() -> None:
    assert tree(imported(("t.csv", "sep=|\nref|title\n1|a;b\n2|c;d\n"))) == {"1": None, "2": None}


def test_columns_are_proposed_and_what_is_left_is_named() -> None:
    found = imported(("t.csv", "Control ID,Control Title,Control Specification,Owner\n1,One,Text,me\n"))
    table = found.table
    assert table is not None
    assert dict(table.columns) == {"ref": "Control ID", "title": "Control Title", "summary": "Control Specification"}
    assert (table.unused, table.header_row, table.rows) == (("Owner",), 1, (("1", "One", "Text", "me"),))
    assert told(found, "note", "columns that are not imported: Owner")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Kennung", "ref"), ("Référence", "ref"), ("Número", "ref"), ("Titel", "title"), ("Intitulé", "title"),
        ("Übergeordnet", "parent"), ("Tiefe", "depth"), ("Beschreibung", "summary"), ("Nachweise", "evidence"),
        ("Reifegrad 3", "level 3"), ("Level 2", "level 2"), ("name[fr]", "title[fr]"), ("ref_id", "ref"),
        ("REF-ID", "ref"),
        ("description [pt-br]", "summary[pt-BR]"), ("Umsetzungsgruppe", "selections"), ("Poids", "weight"),
    ],
)  # fmt: skip
def test_headings_of_several_languages_are_known(heading: str, field: str) -> None:
    proposed = field_of(heading)
    assert proposed is not None
    assert proposed[0] == field
    assert is_field(field)


def test_every_heading_of_the_template_means_itself() -> None:
    assert [(field_of(name) or ("",))[0] for name in TEMPLATE] == list(TEMPLATE)


def test_a_mapping_that_is_told_overrides_what_is_proposed() -> None:
    raw = "Name,What,Old number,ref\n1,Text,x,y\n2,More,y,z\n"
    found = imported(("t.csv", raw), columns={"ref": "Name", "title": "what", "summary": ""})
    assert {ref: requirement.texts["en"].title for ref, requirement in by_ref(found).items()} == {
        "1": "Text",
        "2": "More",
    }
    wrong = imported(("t.csv", raw), columns={"ref": "Nowhere", "colour": "Name"})
    assert told(wrong, "fault", "says ref is Nowhere, which is no heading")
    assert told(wrong, "fault", "names colour, which is no field")
    assert wrong.table is not None


def test_headings_that_say_nothing_are_refused_and_the_preview_shows_them() -> None:
    found = imported(("t.csv", "alpha,beta\n1,2\n"))
    assert told(found, "fault", "row 1", "no heading says reference, title or text (they are alpha, beta)")
    assert found.table is not None
    assert found.table.headings == ("alpha", "beta")


def test_lines_above_the_headings_are_passed_over() -> None:
    found = imported(("t.csv", "Acme controls,,\nas of May,,\n,,\nref,title,summary\n1,One,x\n"))
    assert (found.table.header_row if found.table else 0, list(by_ref(found))) == (4, ["1"])


def test_parents_by_column() -> None:
    found = imported(("t.csv", "ref,parent,title\nb,a,B\na,,A\nc,b,C\n"))
    assert tree(found) == {"b": "a", "a": None, "c": "b"}


def test_parents_by_depth() -> None:
    found = imported(("t.csv", "depth,ref,title\n1,a,A\n2,b,B\n3,c,C\n2,d,D\n1,e,E\n3,f,F\n"))
    assert tree(found) == {"a": None, "b": "a", "c": "b", "d": "a", "e": None, "f": "e"}
    assert told(found, "warning", "line 7", "the depth jumps from 1 to 3")


def test_parents_by_reference() -> None:
    refs = ["A", "A.5", "A.5.1", "A.5.10", "A.6.2", "AC-2", "AC-2(1)", "GV", "GV.OC", "GV.OC-01", "10", "1"]
    found = imported(("t.csv", "ref,title\n" + "".join(f"{ref},T\n" for ref in refs)))
    assert tree(found) == {
        "A": None, "A.5": "A", "A.5.1": "A.5", "A.5.10": "A.5", "A.6.2": "A", "AC-2": None, "AC-2(1)": "AC-2",
        "GV": None,
        "GV.OC": "GV", "GV.OC-01": "GV.OC", "10": None, "1": None,
    }  # fmt: skip
    assert told(found, "note", "parents are taken from the references")


def test_references_stay_text() -> None:
    assert list(by_ref(imported(("t.csv", "ref,title\n4.10,A\n4.1,B\n007,C\n")))) == ["4.10", "4.1", "007"]


@pytest.mark.parametrize(
    ("raw", "place", "message"),
    [
        ("ref,parent,title\na,z,A\n", "line 2", "its parent z is no reference of this table"),
        ("ref,parent,title\na,b,A\nb,a,B\n", "line 2", "stands below itself: a → b → a"),
        ("ref,title\na,A\n\nb,B\na,C\n", "line 5", "the reference a stands also in line 2"),
        ('ref,title\na,"A\nA"\na,B\n', "line 4", "the reference a stands also in line 2"),
        ("ref,title,weight\na,A,heavy\n", "line 2", "the weight “heavy” is no number above 0"),
        ("ref,title,weight\na,A,-1\n", "line 2", "the weight “-1” is no number above 0"),
        ("ref,title,assessable\na,A,perhaps\n", "line 2", "assessable is “perhaps”"),
        ("depth,ref,title\nx,a,A\n", "line 2", "the depth “x” is no whole number"),
        ('ref,title\na,"A\n', "line 2", "is no CSV"),
        ("ref,title\n", "", "holds no row under its headings"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(raw: str, place: str, message: str) -> None:
    found = imported(("t.csv", raw))
    assert found.content is None
    assert told(found, "fault", place, message), messages(found)


def test_everything_the_template_offers_arrives() -> None:
    raw = (
        "ref,parent,title,summary,question,evidence,weight,assessable,selections,level 1,level 2,level 3,title[fr]\n"
        '1,,One,,,,,,,,,,Un\n1.1,1,In,Text,Is it?,"a; b",2.5,x,"Core, Extra",low,mid,high,Dedans\n'
    )
    found = imported(("t.csv", raw))
    requirement = by_ref(found)["1.1"]
    text = requirement.texts["en"]
    assert (text.title, text.summary, text.question, text.evidence) == ("In", "Text", "Is it?", ("a", "b"))
    assert dict(text.levels) == {1: "low", 2: "mid", 3: "high"}
    assert requirement.texts["fr"].title == "Dedans"
    assert (requirement.weight, requirement.assessable, requirement.selections) == (2.5, True, ("core", "extra"))
    assert by_ref(found)["1"].assessable is False
    content = content_of(found)
    assert isinstance(content.scale, DraftScale)
    assert [level.level for level in content.scale.levels] == [0, 1, 2, 3]
    assert {entry.slug: entry.name["en"] for entry in content.selections} == {"core": "Core", "extra": "Extra"}


def test_rows_without_reference_get_one_and_it_is_told() -> None:
    found = imported(("t.csv", "ref,title\n,Head\n1,One\n"))
    assert list(by_ref(found)) == ["row 2", "1"]
    assert told(found, "note", "line 2", "1 nodes have no reference")


def test_a_workbook_is_read_by_its_best_sheet() -> None:
    raw = workbook(Readme=[["About"], ["this"]], Controls=[["ref", "title"], ["1", "One"]])
    found = imported(("w.xlsx", raw))
    assert list(by_ref(found)) == ["1"]
    assert found.table is not None
    assert (found.table.sheet, found.table.sheets) == ("Controls", ("Readme", "Controls"))
    assert told(found, "note", "the sheet Controls is read")
    assert told(imported(("w.xlsx", raw), sheet="Nope"), "fault", "has no sheet Nope")


def test_numeric_references_of_a_workbook_are_flagged_and_dates_refused() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["ref", "title"], ["7.9", "text"], [7.1, "lost a zero?"], [7.1, "shown as 7.10"], [8, "whole"]):
        sheet.append(row)
    sheet["A4"].number_format = "0.00"
    out = BytesIO()
    book.save(out)
    found = imported(("w.xlsx", out.getvalue()))
    assert list(by_ref(found)) == ["7.9", "7.1", "7.10", "8"]
    assert told(found, "warning", "Sheet, row 3", "the reference 7.1 is a number in the workbook")
    assert not told(found, "warning", "row 5")
    dated = imported(("w.xlsx", workbook(S=[["ref", "title"], [datetime(2026, 10, 1), "x"]])))  # noqa: DTZ001
    assert told(dated, "fault", "S, row 2", "the reference is a date (2026-10-01T00:00:00)")


def test_a_formula_that_failed_is_told() -> None:
    found = imported(("w.xlsx", workbook(S=[["ref", "title"], ["1", "#REF!"]])))
    assert told(found, "warning", "S, row 2", "the formula of a cell failed")


def test_the_language_is_judged_by_the_words() -> None:
    text = (
        "L’organisation doit définir les règles pour la sécurité des données et les faire appliquer dans le temps. " * 3
    )
    assert content_of(imported(("t.csv", f'ref,title,summary\n1,Règle,"{text}"\n'))).language == "fr"
