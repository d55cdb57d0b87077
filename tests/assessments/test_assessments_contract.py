"""Assessments over the API: starting, listing, reading, changing."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Answer, Assessment, AssessmentScore
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import ISO_13485, ISO_56002, answer_all, make_assessment, pinned


def start(house: House, *, who: str = "alice", **fields: Any) -> Any:
    body = {"name": "Round 2026", "standard": ISO_13485} | fields
    return house.as_(who).post(f"{house.path}/assessments/", body)


def path_of(house: House, assessment: Any) -> str:
    return f"{house.path}/assessments/{assessment['id'] if isinstance(assessment, dict) else assessment.pk}/"


def errors_of(response: Any) -> dict[str, Any]:
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    return dict(response.json()["errors"])


def test_starting_pins_the_current_edition_and_makes_no_answers(aria: House) -> None:
    made = start(
        aria,
        scope="Site Ulm",
        profiles=["sterile"],
        period_start="2026-01-01",
        target=3,
        lead=str(aria.people["bob"].pk),
    )
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    body = made.json()
    of = pinned(ISO_13485)
    assert body["standard"]["content_hash"] == of.content_hash
    assert [level["level"] for level in body["standard"]["scale"]["levels"]] == [0, 1, 2, 3, 4, 5]
    assert (body["state"], body["revision"], body["profiles"], body["target"]) == ("draft", 1, ["sterile"], 3)
    assert body["period"] == {"start": "2026-01-01", "end": None}
    assert body["lead"] == {"id": str(aria.people["bob"].pk), "name": "Bob"}
    assert (body["scores"]["asserted"], body["scores"]["coverage"], body["scores"]["answered"]) == (None, 0.0, 0)
    assert body["progress"] == {"open": 72, "answered": 0, "submitted": 0, "changes_requested": 0, "validated": 0}
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get().standard_id == of.id
        assert not Answer.objects.exists()
        assert AuditEvent.objects.get(event="assessment.created").after["standard"] == ISO_13485


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"standard": "iso-0-0"}, "standard"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "nul\0"}, "name"),
        ({"target": 6}, "target"),
        ({"target": "3"}, "target"),
        ({"target": True}, "target"),
        ({"profiles": ["martian"]}, "profiles"),
        ({"language": "xx"}, "language"),
        ({"period_start": "2026-02-01", "period_end": "2026-01-31"}, "period_end"),
        ({"period_start": "soon"}, "period_start"),
        ({"lead": "01890000-0000-7000-8000-000000000000"}, "lead"),
        ({"state": "approved"}, "state"),
        ({"organisation": "x"}, "organisation"),
    ],
)
def test_starting_names_the_field_at_fault(aria: House, fields: dict[str, Any], at_fault: str) -> None:
    assert list(errors_of(start(aria, **fields))) == [at_fault]
    with tenant_scope(aria.organisation.pk):
        assert not Assessment.objects.exists()


def test_a_stranger_is_no_more_a_lead_than_nobody(aria: House, nextdoor: House, unknown_id: Any) -> None:
    foreign = start(aria, lead=str(nextdoor.people["charlie"].pk))
    nobody = start(aria, lead=str(unknown_id))
    assert foreign.status_code == 400
    assert foreign.content == nobody.content


def test_the_same_key_starts_one_assessment(aria: House) -> None:
    alice, body = aria.as_("alice"), {"name": "Once", "standard": ISO_13485}
    first = alice.post(f"{aria.path}/assessments/", body, Idempotency_Key="k-1")
    again = alice.post(f"{aria.path}/assessments/", body, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 201, first.json()["id"])
    other = alice.post(f"{aria.path}/assessments/", body | {"name": "Twice"}, Idempotency_Key="k-1")
    assert other.status_code == 422


def test_the_list_tells_what_leadership_asks_first(aria: House) -> None:
    assessment = make_assessment(aria, target=4.0)
    answer_all(aria, assessment, level=2.0)
    [row] = aria.as_("carol").get(f"{aria.path}/assessments/").json()["results"]
    total = len(pinned().score_tree.assessable)
    assert row["standard"] == {"slug": ISO_56002, "number": "ISO 56002:2019"}
    assert row["lead"]["name"] == "Bob"
    assert row["scores"] == {
        "asserted": 2.0, "evidenced": 0.0, "validated": 0.0, "target": 4.0, "coverage": 1.0, "answered": total,
        "applicable": total, "total": total,
    }  # fmt: skip
    assert {"id", "name", "state", "period", "target", "version", "created_at"} <= row.keys()


def test_the_list_filters_by_state_standard_and_lead(aria: House) -> None:
    make_assessment(aria, name="a", state="draft", lead=None)
    make_assessment(aria, name="b", slug=ISO_13485)
    make_assessment(aria, name="c", lead=aria.people["alice"])

    def names(query: str) -> list[str]:
        return sorted(
            row["name"] for row in aria.as_("alice").get(f"{aria.path}/assessments/?{query}").json()["results"]
        )

    assert names("") == ["a", "b", "c"]
    assert names("state=draft") == ["a"]
    assert names(f"standard={ISO_13485}") == ["b"]
    assert names("lead=me") == ["c"]
    assert names(f"lead={aria.people['bob'].pk}") == ["b"]
    assert names("standard=none&state=draft") == []


@pytest.mark.parametrize("query", ["state=closed", "lead=bob", "owner=me", "ordering=target"])
def test_the_list_refuses_filters_it_does_not_know(aria: House, query: str) -> None:
    response = aria.as_("alice").get(f"{aria.path}/assessments/?{query}")
    assert list(errors_of(response)) == [query.partition("=")[0]]


def test_the_list_turns_its_pages_in_any_order(aria: House) -> None:
    for name in ("b", "a", "d", "c", "e"):
        make_assessment(aria, name=name)
    alice = aria.as_("alice")
    for ordering, expected in (
        ("name", "abcde"),
        ("-name", "edcba"),
        ("-created_at", "ecdab"),
        ("created_at", "badce"),
    ):
        seen, url = "", f"{aria.path}/assessments/?page_size=2&ordering={ordering}"
        while url:
            page = alice.get(url).json()
            seen += "".join(row["name"] for row in page["results"])
            url = (page["next"] or "").partition("/api/v1")[2]
        assert seen == expected


def test_own_fields_change_under_if_match_and_leave_a_trail(aria: House) -> None:
    assessment = make_assessment(aria)
    alice, path = aria.as_("alice"), path_of(aria, assessment)
    changed = alice.patch(path, {"name": "Better", "target": None, "lead": None}, If_Match='"1"')
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert (changed.json()["name"], changed.json()["target"], changed.json()["lead"]) == ("Better", None, None)
    assert alice.get(path)["ETag"] == '"2"'
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="assessment.changed")
        assert Assessment.objects.get().answers_revision == 1, "a target moves scores"
    assert (event.before["name"], event.after["name"]) == ("Innovation 2026", "Better")
    assert event.before["lead_id"] == str(aria.people["bob"].pk)


def test_changing_without_or_with_an_old_version_is_refused(aria: House) -> None:
    assessment = make_assessment(aria, version=7)
    alice, path = aria.as_("alice"), path_of(aria, assessment)
    assert alice.patch(path, {"name": "x"}).status_code == 428
    assert alice.patch(path, {"name": "x"}, If_Match="seven").status_code == 400
    stale = alice.patch(path, {"name": "x"}, If_Match='"6"')
    assert (stale.status_code, stale.json()["current_version"], stale["ETag"]) == (412, 7, '"7"')
    assert list(errors_of(alice.patch(path, {"standard": ISO_13485}, If_Match='"7"'))) == ["standard"]
    assert alice.get(path).json()["name"] == "Innovation 2026"


def test_a_change_that_changes_nothing_costs_no_version(aria: House) -> None:
    assessment = make_assessment(aria)
    same = aria.as_("alice").patch(path_of(aria, assessment), {"name": assessment.name}, If_Match='"1"')
    assert (same.status_code, same["ETag"]) == (200, '"1"')
    with tenant_scope(aria.organisation.pk):
        assert not AuditEvent.objects.filter(event="assessment.changed").exists()


@pytest.mark.parametrize("state", ["approved", "archived"])
def test_an_approved_assessment_does_not_change_any_more(aria: House, state: str) -> None:
    assessment = make_assessment(aria, state=state)
    refused = aria.as_("alice").patch(path_of(aria, assessment), {"name": "x"}, If_Match='"1"')
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:plumbline:problem:assessment-not-open")


def test_the_wrong_content_type_and_a_broken_body_are_told_apart(aria: House) -> None:
    alice = aria.as_("alice")
    url = f"/api/v1{aria.path}/assessments/"
    assert alice.client.post(url, "<x/>", content_type="application/xml").status_code == 415
    broken = alice.client.post(url, "{", content_type="application/json")
    assert (broken.status_code, broken.json()["type"]) == (400, "urn:plumbline:problem:malformed")
    assert alice.client.post(url, b"[" * (1024 * 1024 + 1), content_type="application/json").status_code == 413
    assert alice.post(f"{aria.path}/assessments/", [1]).status_code == 400


def test_reading_keeps_the_score_it_worked_out(aria: House) -> None:
    assessment = make_assessment(aria)
    answer_all(aria, assessment, level=3.0)
    alice = aria.as_("alice")
    assert alice.get(path_of(aria, assessment)).json()["scores"]["asserted"] == 3.0
    with tenant_scope(aria.organisation.pk):
        kept = AssessmentScore.objects.get()
    assert (kept.asserted, kept.answers_revision) == (3.0, assessment.answers_revision)
