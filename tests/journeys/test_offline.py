"""Filling in a workbook offline, with real processes: while it is away, somebody changes one of its answers."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest

from assessments.exporting.sheet import ANSWERS, HEADERS, MEDIA_TYPE
from tests.journeys.running import running

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


def _filled_in(content: bytes, *, level: int, refs: list[str]) -> bytes:
    """As somebody on a train would: the level of these requirements, and a note on each."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, columns = book[ANSWERS], list(HEADERS)
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 1).value in refs:
            sheet.cell(row, columns.index("level") + 1).value = level
            sheet.cell(row, columns.index("note") + 1).value = "Seen on the train."
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()


def _form(content: bytes) -> dict[str, Any]:
    return {"files": {"file": ("answers.xlsx", content, MEDIA_TYPE)}}


def test_a_workbook_comes_back_and_nothing_is_overwritten_silently(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("offline") / "data") as house:
        owner, base = house.owner, f"{house.path}/assessments/{house.assessment}"
        taken = owner.send("GET", f"{base}/workbook/")
        assert taken.headers["content-type"] == MEDIA_TYPE
        answered = [
            entry["ref"]
            for entry in owner.everything(f"{base}/answers/?state=answered")
            if entry["answer"]["applicable"] and entry["answer"]["level"] != 1
        ]
        quiet, changed = answered[:2]
        before = owner.get(f"{base}/answers/{changed}/")["answer"]
        theirs = 3 if before["level"] != 3 else 2
        owner.patch(f"{base}/answers/{changed}/", {"level": theirs}, If_Match=f'"{before["version"]}"')

        content = _filled_in(taken.content, level=1, refs=[quiet, changed])
        preview = owner.send("POST", f"{base}/workbook/", **_form(content)).json()
        assert {name: preview["counts"][name] for name in ("change", "conflict", "refused")} == {
            "change": 1, "conflict": 1, "refused": 0,
        }  # fmt: skip
        rows = {row["ref"]: row for row in preview["rows"]}
        levels = {"field": "level", "now": float(theirs), "workbook": 1.0}
        assert (rows[changed]["standing"], rows[changed]["changes"][0]) == ("conflict", levels)
        assert owner.get(f"{base}/answers/{changed}/")["answer"]["level"] == theirs

        chosen = {"rows": json.dumps([{"ref": quiet, "version": rows[quiet]["version"]}])}
        applied = owner.send("POST", f"{base}/workbook/apply/", data=chosen, **_form(content)).json()
        assert [answer["ref"] for answer in applied["answers"]] == [quiet]
        assert owner.get(f"{base}/answers/{quiet}/")["answer"]["note"] == "Seen on the train."
        assert owner.get(f"{base}/answers/{changed}/")["answer"]["level"] == theirs

        stale = {"rows": json.dumps([{"ref": changed, "version": before["version"]}])}
        owner.send("POST", f"{base}/workbook/apply/", expect=412, data=stale, **_form(content))
