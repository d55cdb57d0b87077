"""An answer that was taken over says so wherever it is read, for as long as it says what came."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Assessment
from assessments.selectors.snapshot import read_source
from assessments.snapshot_document import build_document
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import make_assessment, write_answers

GDPR, ISO = "eu-gdpr", "iso-27001-2022"
REF = "32(1)(c)"
"""Lies within A.5.30 and A.8.13 of ISO/IEC 27001, by the shipped crosswalk."""


@pytest.fixture
def taken(aria: House) -> Assessment:
    """One answer taken over from an assessment of ISO/IEC 27001, and one given here."""
    before = make_assessment(aria, slug=ISO, name="ISMS 2025")
    write_answers(
        aria, before, {"A.5.30": {"level": 4.0, "note": "Tested in May."}, "A.8.13": {"level": 3.0, "note": "Daily."}}
    )
    now = make_assessment(aria, slug=GDPR, name="GDPR 2026")
    write_answers(aria, now, {"30(1)": {"level": 3.0}})
    done = aria.as_("bob").post(path(aria, now, "inherited/confirm/"), {"answers": [{"ref": REF, "version": 0}]})
    assert done.status_code == 200, done.content
    return now


def path(house: House, assessment: Assessment, rest: str) -> str:
    return f"{house.path}/assessments/{assessment.pk}/{rest}"


def marked(house: House, assessment: Assessment, query: str = "page_size=200") -> dict[str, bool]:
    """Ref → mark, of those that somebody has answered."""
    found = house.as_("carol").get(path(house, assessment, f"answers/?{query}")).json()["results"]
    return {item["ref"]: item["answer"]["inherited"] for item in found if item["answer"]}


def frozen(house: House, assessment: Assessment) -> dict[str, Any]:
    """Ref → answer, of the document a snapshot would freeze."""
    with tenant_scope(house.organisation.pk):
        row = Assessment.objects.select_related("organisation").get(pk=assessment.pk)
        document = build_document(read_source(row, taken_at=row.created_at))
    return {row["ref"]: row["answer"] for row in document["requirements"] if row["answer"]}


def change(house: House, assessment: Assessment, **fields: Any) -> None:
    at = path(house, assessment, f"answers/{REF}/")
    version = house.as_("bob").get(at).headers["ETag"]
    assert house.as_("bob").patch(at, fields, If_Match=version).status_code == 200


def test_lists_mark_it_and_can_be_narrowed_to_it(aria: House, taken: Assessment) -> None:
    assert marked(aria, taken) == {REF: True, "30(1)": False}
    assert set(marked(aria, taken, "inherited=true")) == {REF}
    assert set(marked(aria, taken, "inherited=false&page_size=200")) == {"30(1)"}
    refused = aria.as_("carol").get(path(aria, taken, "answers/?inherited=maybe"))
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["inherited"])
    opened = aria.as_("carol").get(path(aria, taken, "requirements/")).json()["requirements"]
    assert {row["ref"] for row in opened if row["answer"] and row["answer"]["inherited"]} == {REF}


def test_sending_and_noting_leave_the_mark_and_another_level_ends_it(aria: House, taken: Assessment) -> None:
    change(aria, taken, note="Looked at once more.")
    sent = aria.as_("bob").post(path(aria, taken, f"answers/{REF}/submit/"), {}, If_Match='"2"')
    assert sent.status_code == 200, sent.content
    assert marked(aria, taken)[REF] is True
    came = aria.as_("carol").get(path(aria, taken, f"answers/{REF}/")).json()["inherited_from"]
    assert came["edited_since"] is False
    taken_back = aria.as_("bob").post(path(aria, taken, f"answers/{REF}/reopen/"), {}, If_Match='"3"')
    assert taken_back.status_code == 200, taken_back.content
    change(aria, taken, level=1)
    assert marked(aria, taken)[REF] is False
    came = aria.as_("carol").get(path(aria, taken, f"answers/{REF}/")).json()["inherited_from"]
    assert came["edited_since"] is True
    assert frozen(aria, taken)[REF]["inherited"] is None


def test_a_snapshot_keeps_where_it_came_from_and_who_confirmed_it(aria: House, taken: Assessment) -> None:
    answers = frozen(aria, taken)
    assert answers["30(1)"]["inherited"] is None
    told = answers[REF]["inherited"]
    assert (told["kind"], told["relation"], told["confirmed_by"]) == ("crosswalk", "superset", "Bob")
    given = [tuple(source.values()) for source in told["sources"]]
    assert given == [
        ("ISO/IEC 27001:2022", "A.5.30", "ISMS 2025", 4.0, False),
        ("ISO/IEC 27001:2022", "A.8.13", "ISMS 2025", 3.0, False),
    ]


def test_the_notes_come_along_and_name_no_assessment_that_a_reader_from_outside_may_not_see(
    aria: House, taken: Assessment
) -> None:
    note = frozen(aria, taken)[REF]["note"]
    assert "Tested in May." in note
    assert "Daily." in note
    assert "ISMS 2025" not in note
