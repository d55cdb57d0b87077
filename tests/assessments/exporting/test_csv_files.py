"""Answers and gaps as CSV: complete, in order, and no cell is a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from assessments.models import Action, Assessment
from tenants.scope import tenant_scope
from tests.assessments.exporting.test_oscal_results import grant
from tests.cast import House
from tests.work import add_evidence, add_review, make_assessment, pinned, write_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(aria: House) -> Assessment:
    assessment = make_assessment(aria, target=3.0)
    rows = write_answers(
        aria,
        assessment,
        {
            "4.1.1": {"level": 2.0, "note": "=cmd|' /C calc'!A0"},
            "4.1.2": {"level": 1.0, "target": 4.5, "note": 'two\nlines; and, "quotes"'},
            "4.1.3": {"applicable": False, "reason": "@nowhere"},
            "4.2": {"level": 5.0},
        },
    )  # fmt: skip
    add_evidence(aria, rows["4.1.1"])
    add_review(aria, rows["4.2"], level=4.0)
    with tenant_scope(aria.organisation.pk):
        for due in ("2027-05-01", "2027-03-01"):
            Action.objects.create(
                assessment=assessment, requirement_id=pinned().by_ref["4.1.2"].id, title="Do", due=due,
                created_by=aria.people["bob"],
            )  # fmt: skip
    return assessment


def read(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200, response.content
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_every_requirement_has_a_row_with_its_answer(aria: House, work: Assessment) -> None:
    rows = read(aria.as_("carol").get(f"{aria.path}/assessments/{work.pk}/answers-file/"))
    assert [row["ref"] for row in rows] == [node.ref for node in pinned().nodes if node.assessable]
    by_ref = {row["ref"]: row for row in rows}
    first, second, third, fourth, untouched = (by_ref[ref] for ref in ("4.1.1", "4.1.2", "4.1.3", "4.2", "5.3"))
    assert (first["level"], first["target"], first["own_target"], first["evidence"]) == ("2", "3", "", "E-0001")
    assert first["note"] == "'=cmd|' /C calc'!A0"
    assert (second["target"], second["own_target"], second["note"]) == ("4.5", "4.5", 'two\nlines; and, "quotes"')
    assert (third["applicable"], third["applies"], third["reason"], third["level"]) == ("no", "no", "'@nowhere", "")
    assert (fourth["validated_level"], fourth["verdict"], fourth["reviewer"]) == ("4", "validated", "Ravi")
    assert (untouched["state"], untouched["level"], untouched["target"], untouched["note"]) == ("open", "", "3", "")
    assert None not in untouched.values()


def test_gaps_come_most_pressing_first_with_what_is_planned(aria: House, work: Assessment) -> None:
    path = f"{aria.path}/assessments/{work.pk}/gaps-file/"
    rows = read(aria.as_("carol").get(path))
    assert [(row["rank"], row["ref"], row["gap"]) for row in rows] == [("1", "4.1.2", "3.5"), ("2", "4.1.1", "1")]
    assert [(row["actions"], row["next_due"]) for row in rows] == [("2", "2027-03-01"), ("0", "")]
    grant(aria, work, sections=["4.1.1"])
    [outside] = read(aria.as_("rita").get(path))
    assert outside["ref"] == "4.1.1"
    assert "actions" not in outside
    assert len(read(aria.as_("rita").get(path.replace("gaps", "answers")))) == 1


def test_a_mark_for_spreadsheets_is_there_when_asked_for(aria: House, work: Assessment) -> None:
    path = f"{aria.path}/assessments/{work.pk}/answers-file/"
    plain, marked = (b"".join(aria.as_("carol").get(f"{path}{query}").streaming_content) for query in ("", "?bom=true"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert aria.as_("carol").get(path).headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert aria.as_("carol").get(f"{path}?bom=maybe").status_code == 400
