"""Lists of people as spreadsheets write them: every line is accounted for, and what is wrong is told where."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.invitation_file import BYTES_MOST, ROWS_MOST, Row, UnreadableFile, read_list

ROLES = ("owner", "admin", "assessor", "reviewer", "viewer")
GOOD = [Row(2, "a@b.example", "viewer"), Row(3, "c@d.example", "assessor")]


def rows_of(content: bytes) -> list[Row]:
    return read_list(content, roles=ROLES).rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_write_is_read(delimiter: str, mark: bytes, end: str) -> None:
    lines = [f"email{delimiter}role", f"a@b.example{delimiter}viewer", f'"C@D.example"{delimiter} Assessor ']
    assert rows_of(mark + end.join(lines).encode()) == GOOD
    assert rows_of(mark + (end.join(lines) + end * 3).encode()) == GOOD


def test_columns_stand_in_any_order_and_those_unknown_are_named() -> None:
    found = read_list("Name;Role;E-Mail\nÅsa, née Öst;viewer;a@b.example\n".encode(), roles=ROLES)
    assert found.rows == [Row(2, "a@b.example", "viewer")]
    assert found.ignored_columns == ["Name"]


def test_excels_own_first_line_is_heeded() -> None:
    assert rows_of(b"sep=;\nemail;role\na@b.example;viewer\n") == [Row(3, "a@b.example", "viewer")]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("a@b.example", "role"),
        ("a@b.example,", "role"),
        ("a@b.example,king", "role"),
        ("a@b.example,outside", "role"),
        (",viewer", "email"),
        ("a@b.example,viewer,more", ""),
        ('"a@b.example,viewer', ""),
        ('a@b.example,"vie"wer', ""),
    ],
)
def test_a_bad_line_is_told_and_spoils_no_other(line: str, column: str) -> None:
    good, bad, after = rows_of(f"email,role\nx@y.example,viewer\n{line}\nz@y.example,viewer\n".encode())
    assert (good.reason, after.reason, after.line) == ("", "", 4)
    assert bad.reason
    assert (bad.line, bad.column) == (3, column)


def test_an_address_that_stands_twice_is_told_with_the_line_of_the_first() -> None:
    first, again = rows_of(b"email,role\na@b.example,viewer\nA@B.example,owner\n")
    assert first.reason == ""
    assert (again.line, again.column) == (3, "email")
    assert "line 2" in again.reason


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "empty"),
        (b"\n \n;;\n", 1, "empty"),
        (b"a@b.example,viewer\n", 1, "no column email"),
        (b"email\na@b.example\n", 1, "no column role"),
        (b"email,email,role\n", 1, "twice a column email"),
        (b'"email,role\n', 1, "cannot be read"),
        ("email,role\nå@b.example,viewer\n".encode("latin-1"), 2, "UTF-8"),
        ("email,role\na@b.example,viewer\n".encode("utf-16"), 1, "UTF-16"),
        (b"PK\x03\x04\xff\xfe", 1, "UTF-8"),
        (b"email,role\n" + b"a@b.example,viewer\n" * (ROWS_MOST + 1), ROWS_MOST + 2, "At most 500"),
        (b"email,role\n" + b"x" * BYTES_MOST, 1, "bytes"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_where(content: bytes, line: int, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says) as caught:
        rows_of(content)
    assert caught.value.line == line


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=40), max_size=30))
def test_every_line_that_holds_something_is_accounted_for(lines: list[str]) -> None:
    rows = rows_of("\n".join(["email,role", *lines]).encode())
    expected = [number for number, line in enumerate(lines, 2) if line.strip(" \t;,")]
    assert [row.line for row in rows] == expected


@given(st.binary(max_size=400))
def test_no_bytes_break_it(content: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        rows_of(content)
