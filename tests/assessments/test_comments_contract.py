"""Remarks on an answer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Answer, AnswerComment, Assessment
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.work import make_assessment, pinned


@pytest.fixture
def ref() -> str:
    return next(node.ref for node in pinned().nodes if node.assessable)


@pytest.fixture
def work(aria: House) -> Assessment:
    return make_assessment(aria)


def path_of(house: House, assessment: Assessment, ref: str) -> str:
    return f"{house.path}/assessments/{assessment.pk}/answers/{ref}/comments/"


def test_a_discussion_reads_as_it_was_held(aria: House, work: Assessment, ref: str) -> None:
    path = path_of(aria, work, ref)
    made = aria.as_("ravi").post(path, {"text": "Where is the record?"})
    assert made.status_code == 201
    assert made.json() | {"id": "", "created_at": ""} == {
        "id": "", "author": {"id": str(aria.people["ravi"].pk), "name": "Ravi"}, "text": "Where is the record?",
        "created_at": "",
    }  # fmt: skip
    aria.as_("bob").post(path, {"text": "In the binder."})
    said = aria.as_("carol").get(path).json()["results"]
    assert [(row["author"]["name"], row["text"]) for row in said] == [
        ("Ravi", "Where is the record?"), ("Bob", "In the binder."),
    ]  # fmt: skip
    assert "@" not in str(said)


def test_a_remark_on_an_untouched_answer_leaves_it_untouched(aria: House, work: Assessment, ref: str) -> None:
    assert aria.as_("bob").get(path_of(aria, work, ref)).json()["results"] == []
    aria.as_("bob").post(path_of(aria, work, ref), {"text": "First."})
    with tenant_scope(aria.organisation.pk):
        answer = Answer.objects.get(assessment=work)
        assert (answer.version, answer.state) == (0, "open")
        assert Assessment.objects.get(pk=work.pk).answers_revision == 0
        assert AuditEvent.objects.get(event="answer.commented").after["ref"] == ref


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "  "}, {"text": "x" * 10_001}, {"text": "x", "author": "y"}]
)
def test_a_remark_needs_a_text_and_nothing_else(aria: House, work: Assessment, ref: str, body: dict[str, str]) -> None:
    assert aria.as_("bob").post(path_of(aria, work, ref), body).status_code == 400


def test_viewers_read_and_say_nothing(aria: House, work: Assessment, ref: str) -> None:
    assert aria.as_("carol").post(path_of(aria, work, ref), {"text": "x"}).status_code == 403


@pytest.mark.parametrize("state", ["approved", "archived"])
def test_a_closed_assessment_is_talked_about_no_more(aria: House, ref: str, state: str) -> None:
    closed = make_assessment(aria, state=state)
    refused = aria.as_("bob").post(path_of(aria, closed, ref), {"text": "x"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:plumbline:problem:assessment-not-open")
    with tenant_scope(aria.organisation.pk):
        assert not AnswerComment.objects.exists()
        assert not Answer.objects.exists()


def test_unknown_requirements_and_headings_are_not_talked_about(aria: House, work: Assessment) -> None:
    heading = next(node.ref for node in pinned().nodes if not node.assessable)
    for ref in ("99.9", heading):
        assert aria.as_("bob").get(path_of(aria, work, ref)).status_code == 404
        assert aria.as_("bob").post(path_of(aria, work, ref), {"text": "x"}).status_code == 404


def test_the_statements_of_a_discussion_do_not_grow(aria: House, work: Assessment, ref: str) -> None:
    path, carol = path_of(aria, work, ref), aria.as_("carol")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert carol.get(path).status_code == 200
        return len(captured)

    aria.as_("bob").post(path, {"text": "1"})
    statements()
    few = statements()
    for n in range(10):
        aria.as_("bob").post(path, {"text": str(n)})
    assert statements() == few
