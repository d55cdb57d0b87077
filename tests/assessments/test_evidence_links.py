"""Which evidence backs which answer: one link, many at once, and when neither is possible."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Answer, Assessment, EvidenceLink
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.assessments import evidence_samples as samples
from tests.cast import House
from tests.work import make_assessment, pinned, write_answers


@pytest.fixture
def refs() -> list[str]:
    return [node.ref for node in pinned().nodes if node.assessable]


@pytest.fixture
def work(aria: House, refs: list[str]) -> Assessment:
    assessment = make_assessment(aria)
    write_answers(aria, assessment, {ref: {"level": 2.0} for ref in refs[:3]})
    return assessment


def evidence_of(house: House, number: int = 1, *, by: str = "bob") -> list[str]:
    api = house.as_(by)
    files = [samples.upload(f"{n}.txt", f"{house.organisation.slug} {n}".encode()) for n in range(number)]
    return [api.upload(f"{house.path}/evidence/", {"file": file}).json()["id"] for file in files]


def path_of(house: House, assessment: Assessment, ref: str) -> str:
    return f"{house.path}/assessments/{assessment.pk}/answers/{ref}/evidence/"


def many_path(house: House, assessment: Assessment) -> str:
    return f"{house.path}/assessments/{assessment.pk}/evidence-links/"


def revision(house: House, assessment: Assessment) -> int:
    with tenant_scope(house.organisation.pk):
        return Assessment.objects.get(pk=assessment.pk).answers_revision


def move(house: House, assessment: Assessment, state: str) -> None:
    with tenant_scope(house.organisation.pk):
        Assessment.objects.filter(pk=assessment.pk).update(state=state)


def test_evidence_is_linked_listed_and_taken_away(aria: House, work: Assessment, refs: list[str]) -> None:
    bob, [evidence], path = aria.as_("bob"), evidence_of(aria), path_of(aria, work, refs[0])
    before = revision(aria, work)
    made = bob.post(path, {"evidence": evidence})
    assert (made.status_code, made.json()) == (201, {"ref": refs[0], "evidence": evidence, "already_linked": False})
    assert revision(aria, work) == before + 1
    [row] = aria.as_("carol").get(path).json()["results"]
    assert (row["evidence"]["reference"], row["evidence"]["file"]["file_name"]) == ("E-0001", "0.txt")
    assert row["linked_by"]["name"] == "Bob"

    again = bob.post(path, {"evidence": evidence})
    assert (again.status_code, again.json()["already_linked"]) == (200, True)
    assert revision(aria, work) == before + 1

    assert bob.delete(f"{path}{evidence}/").status_code == 204
    assert revision(aria, work) == before + 2
    assert bob.get(path).json()["results"] == []
    assert bob.delete(f"{path}{evidence}/").status_code == 404
    with tenant_scope(aria.organisation.pk):
        events = AuditEvent.objects.filter(object_type="assessment").order_by("seq").values_list("event", flat=True)
        assert list(events) == ["evidence.linked", "evidence.unlinked"]


def test_a_link_to_an_untouched_answer_leaves_its_version_at_nought(
    aria: House, work: Assessment, refs: list[str]
) -> None:
    """Whoever read the answer before may still write it: linking changed nothing about it."""
    [evidence], path = evidence_of(aria), path_of(aria, work, refs[5])
    assert aria.as_("bob").post(path, {"evidence": evidence}).status_code == 201
    with tenant_scope(aria.organisation.pk):
        answer = Answer.objects.get(assessment=work, requirement_id=pinned().by_ref[refs[5]].id)
        assert (answer.version, answer.state, answer.level) == (0, "open", None)
    answered = aria.as_("bob").patch(path.removesuffix("evidence/"), {"level": 3}, If_Match='"0"')
    assert (answered.status_code, answered["ETag"]) == (200, '"1"')


def test_the_first_link_begins_a_draft(aria: House, refs: list[str]) -> None:
    draft, [evidence] = make_assessment(aria, state="draft"), evidence_of(aria)
    assert aria.as_("bob").post(path_of(aria, draft, refs[0]), {"evidence": evidence}).status_code == 201
    with tenant_scope(aria.organisation.pk):
        assert Assessment.objects.get(pk=draft.pk).state == "in_progress"


@pytest.mark.parametrize("state", ["approved", "archived"])
def test_a_closed_assessment_keeps_its_evidence_as_it_was(
    aria: House, work: Assessment, refs: list[str], state: str
) -> None:
    bob, (linked, other) = aria.as_("bob"), evidence_of(aria, 2)
    path = path_of(aria, work, refs[0])
    bob.post(path, {"evidence": linked})
    move(aria, work, state)
    before = revision(aria, work)
    for refused in (
        bob.post(path, {"evidence": other}),
        bob.delete(f"{path}{linked}/"),
        bob.post(many_path(aria, work), {"links": [{"ref": refs[1], "evidence": other}]}),
        bob.post(path_of(aria, work, refs[9]), {"evidence": other}),
    ):
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:plumbline:problem:assessment-not-open")
    assert revision(aria, work) == before
    with tenant_scope(aria.organisation.pk):
        assert EvidenceLink.objects.count() == 1
        assert Answer.objects.count() == 3
    assert len(bob.get(path).json()["results"]) == 1


@pytest.mark.parametrize(
    ("answer", "status"), [("answered", 201), ("changes_requested", 201), ("submitted", 409), ("validated", 409)]
)
def test_evidence_stands_still_where_the_answer_does(
    aria: House, work: Assessment, refs: list[str], answer: str, status: int
) -> None:
    [evidence] = evidence_of(aria)
    move(aria, work, "in_review")
    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(assessment=work).update(state=answer)
    linked = aria.as_("bob").post(path_of(aria, work, refs[0]), {"evidence": evidence})
    assert linked.status_code == status
    if status == 409:
        assert linked.json()["type"] == "urn:plumbline:problem:answer-not-open"
        assert "reopen" in linked.json()["items"][0]["open_moves"]


def test_foreign_and_unknown_evidence_get_the_same_answer(
    aria: House, nextdoor: House, work: Assessment, refs: list[str], unknown_id: uuid.UUID
) -> None:
    [theirs] = evidence_of(nextdoor, by="charlie")
    bob, path = aria.as_("bob"), path_of(aria, work, refs[0])
    answers = [bob.post(path, {"evidence": wrong}) for wrong in (theirs, str(unknown_id))]
    answers += [
        bob.post(many_path(aria, work), {"links": [{"ref": refs[0], "evidence": wrong}]})
        for wrong in (theirs, str(unknown_id))
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert answers[0].content == answers[1].content
    assert answers[2].content == answers[3].content
    assert answers[2].json()["errors"] == {"links.0.evidence": ["There is no such evidence."]}
    with tenant_scope(aria.organisation.pk):
        assert not EvidenceLink.objects.exists()


def test_an_unknown_requirement_and_a_heading_have_no_evidence(aria: House, work: Assessment) -> None:
    bob, [evidence] = aria.as_("bob"), evidence_of(aria)
    heading = next(node.ref for node in pinned().nodes if not node.assessable)
    for ref in ("99.9", heading):
        path = path_of(aria, work, ref)
        assert bob.post(path, {"evidence": evidence}).status_code == 404
        assert bob.get(path).status_code == 404
        assert bob.delete(f"{path}{evidence}/").status_code == 404
        refused = bob.post(many_path(aria, work), {"links": [{"ref": ref, "evidence": evidence}]})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["links.0.ref"])


def test_many_links_are_made_at_once_and_repeats_are_one(aria: House, work: Assessment, refs: list[str]) -> None:
    bob, (first, second) = aria.as_("bob"), evidence_of(aria, 2)
    bob.post(path_of(aria, work, refs[0]), {"evidence": first})
    before = revision(aria, work)
    pairs = [{"ref": ref, "evidence": evidence} for ref in refs[:6] for evidence in (first, second)]
    made = bob.post(many_path(aria, work), {"links": [*pairs, pairs[3]]})
    assert made.status_code == 201
    assert [link["already_linked"] for link in made.json()["links"]] == [True] + [False] * 11
    assert revision(aria, work) == before + 1
    again = bob.post(many_path(aria, work), {"links": pairs})
    assert again.status_code == 200
    assert revision(aria, work) == before + 1
    with tenant_scope(aria.organisation.pk):
        assert EvidenceLink.objects.count() == 12
        assert len(AuditEvent.objects.filter(event="evidence.linked").latest("seq").after["links"]) == 11


def test_many_links_are_all_made_or_none(aria: House, work: Assessment, refs: list[str], unknown_id: uuid.UUID) -> None:
    [evidence] = evidence_of(aria)
    wrong = [
        {"ref": refs[0], "evidence": evidence}, {"ref": "99.9", "evidence": evidence},
        {"ref": refs[1], "evidence": str(unknown_id)},
    ]  # fmt: skip
    refused = aria.as_("bob").post(many_path(aria, work), {"links": wrong})
    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"links.1.ref", "links.2.evidence"}
    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(assessment=work, requirement_id=pinned().by_ref[refs[1]].id).update(state="submitted")
    mixed = [{"ref": ref, "evidence": evidence} for ref in (refs[0], refs[1])]
    conflict = aria.as_("bob").post(many_path(aria, work), {"links": mixed})
    assert (conflict.status_code, [item["ref"] for item in conflict.json()["items"]]) == (409, [refs[1]])
    with tenant_scope(aria.organisation.pk):
        assert not EvidenceLink.objects.exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"links": []}, {"links": "all"}, {"links": [{"ref": "4.1"}]}, {"links": [{"ref": 1, "evidence": "x"}]},
     {"links": [{"ref": "4.1", "evidence": str(uuid.UUID(int=1)), "note": "x"}]}, {"links": [None]},
     {"links": [{"ref": "4.1", "evidence": str(uuid.UUID(int=1))}] * 201}, {"pairs": []}, []],
)  # fmt: skip
def test_a_wrong_body_is_a_bad_request(aria: House, work: Assessment, body: Any) -> None:
    assert aria.as_("bob").post(many_path(aria, work), body).status_code == 400


def test_the_statements_do_not_grow_with_the_links(aria: House, refs: list[str]) -> None:
    bob, evidence = aria.as_("bob"), evidence_of(aria, 4)

    def statements(pairs: list[dict[str, str]]) -> int:
        assessment = make_assessment(aria)
        with CaptureQueriesContext(connection) as captured:
            assert bob.post(many_path(aria, assessment), {"links": pairs}).status_code == 201
        return len(captured)

    statements([{"ref": refs[0], "evidence": evidence[0]}])
    few = statements([{"ref": refs[0], "evidence": evidence[0]}])
    many = statements([{"ref": ref, "evidence": each} for ref in refs[:50] for each in evidence])
    assert many == few


def test_readers_link_nothing(aria: House, work: Assessment, refs: list[str]) -> None:
    [evidence], path = evidence_of(aria), path_of(aria, work, refs[0])
    for who in ("carol", "ravi"):
        assert aria.as_(who).post(path, {"evidence": evidence}).status_code == 403
        assert aria.as_(who).delete(f"{path}{evidence}/").status_code == 403
        refused = aria.as_(who).post(many_path(aria, work), {"links": [{"ref": refs[0], "evidence": evidence}]})
        assert refused.status_code == 403


def test_links_made_at_once_by_several_people_are_all_there(
    committed: None, aria: House, refs: list[str], in_threads: Any
) -> None:
    assessment, evidence = make_assessment(aria), evidence_of(aria, 3)

    def link(job: tuple[str, str]) -> int:
        who, each = job
        pairs = [{"ref": ref, "evidence": each} for ref in (refs[:6] if who == "bob" else refs[5::-1])]
        return int(aria.as_(who).post(many_path(aria, assessment), {"links": pairs}).status_code)

    codes = in_threads(link, [(who, each) for who in ("bob", "bella") for each in evidence])
    assert sorted(codes) == [200, 200, 200, 201, 201, 201]
    with tenant_scope(aria.organisation.pk):
        assert EvidenceLink.objects.count() == 18
    assert revision(aria, assessment) == 3
