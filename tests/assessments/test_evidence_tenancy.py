"""Evidence belongs to its organisation: whoever is from next door finds nothing, by any address."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.assessments import evidence_samples as samples
from tests.cast import House, run_jobs
from tests.work import make_assessment, pinned, write_answers


@pytest.fixture
def ours(aria: House) -> dict[str, Any]:
    """An assessment with one linked evidence."""
    assessment, ref = make_assessment(aria), next(node.ref for node in pinned().nodes if node.assessable)
    write_answers(aria, assessment, {ref: {"level": 2.0}})
    bob = aria.as_("bob")
    evidence = bob.upload(f"{aria.path}/evidence/", {"file": samples.upload("a.txt", b"CANARY")}).json()["id"]
    run_jobs(aria)
    bob.post(f"{aria.path}/assessments/{assessment.pk}/answers/{ref}/evidence/", {"evidence": evidence})
    return {"assessment": assessment.pk, "ref": ref, "evidence": evidence}


def calls(house: House, *, assessment: object, ref: str, evidence: object) -> list[tuple[str, str, Any]]:
    work, thing = f"{house.path}/assessments/{assessment}", f"{house.path}/evidence/{evidence}"
    return [
        ("GET", f"{house.path}/evidence/", None),
        ("GET", f"{thing}/", None),
        ("PATCH", f"{thing}/", {"title": "x"}),
        ("GET", f"{thing}/file/", None),
        ("HEAD", f"{thing}/file/", None),
        ("GET", f"{work}/evidence/{evidence}/file/", None),
        ("GET", f"{work}/answers/{ref}/evidence/", None),
        ("POST", f"{work}/answers/{ref}/evidence/", {"evidence": str(evidence)}),
        ("DELETE", f"{work}/answers/{ref}/evidence/{evidence}/", None),
        ("POST", f"{work}/evidence-links/", {"links": [{"ref": ref, "evidence": str(evidence)}]}),
        ("GET", f"{work}/answers/{ref}/comments/", None),
        ("POST", f"{work}/answers/{ref}/comments/", {"text": "x"}),
        ("GET", f"{work}/answers/{ref}/reviews/", None),
        ("POST", f"{work}/answers/{ref}/reviews/", {"verdict": "validated"}),
        ("POST", f"{work}/reviews/", {"reviews": [{"ref": ref, "version": 1, "verdict": "validated"}]}),
        ("GET", f"{work}/outside-reviewers/", None),
        ("POST", f"{work}/outside-reviewers/", {"email": "x@y.example", "access_until": "2027-01-01T00:00:00Z"}),
    ]


def test_strangers_are_told_that_nothing_is_there(
    aria: House, nextdoor: House, ours: dict[str, Any], unknown_id: uuid.UUID
) -> None:
    charlie = nextdoor.as_("charlie")
    unknown = {"assessment": unknown_id, "ref": ours["ref"], "evidence": unknown_id}
    for theirs, nobodys in zip(calls(aria, **ours), calls(aria, **unknown), strict=True):
        got = [charlie.call(*call, If_Match='"1"') for call in (theirs, nobodys)]
        assert [response.status_code for response in got] == [404, 404], theirs
        assert got[0].content == got[1].content


def test_ids_from_next_door_are_unknown_in_ones_own_organisation(
    aria: House, nextdoor: House, ours: dict[str, Any], unknown_id: uuid.UUID
) -> None:
    charlie = nextdoor.as_("charlie")
    unknown = {"assessment": unknown_id, "ref": ours["ref"], "evidence": unknown_id}
    for theirs, nobodys in list(zip(calls(nextdoor, **ours), calls(nextdoor, **unknown), strict=True))[1:]:
        got = [charlie.call(*call, If_Match='"1"') for call in (theirs, nobodys)]
        assert [response.status_code for response in got] == [404, 404], theirs
        assert got[0].content == got[1].content


def test_a_file_is_read_through_an_assessment_only_where_it_is_linked(aria: House, ours: dict[str, Any]) -> None:
    carol, other = aria.as_("carol"), make_assessment(aria, name="Other")
    linked = carol.get(f"{aria.path}/assessments/{ours['assessment']}/evidence/{ours['evidence']}/file/")
    assert b"".join(linked.streaming_content) == b"CANARY"
    assert carol.get(f"{aria.path}/assessments/{other.pk}/evidence/{ours['evidence']}/file/").status_code == 404


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [("alice", 200, True), ("adam", 200, True), ("bob", 200, True), ("ravi", 200, False), ("carol", 200, False)],
)
def test_every_member_reads_evidence_and_assessors_write_it(
    aria: House,
    ours: dict[str, Any],
    who: str,
    reads: int,
    writes: bool,  # noqa: FBT001
) -> None:
    api = aria.as_(who)
    assert api.get(f"{aria.path}/evidence/").status_code == reads
    got = api.get(f"{aria.path}/evidence/{ours['evidence']}/file/")
    assert (got.status_code, b"".join(got.streaming_content)) == (reads, b"CANARY")
    changed = api.patch(f"{aria.path}/evidence/{ours['evidence']}/", {"title": "New"}, If_Match='"1"')
    assert changed.status_code == (200 if writes else 403)
    made = api.upload(f"{aria.path}/evidence/", {"file": samples.upload("b.txt", who.encode())})
    assert made.status_code == (201 if writes else 403)
