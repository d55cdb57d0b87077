"""Outside reviewers of sections: what they see is the section, whole and alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.catalogue.editions import Edition
from assessments.models import AnswerComment, Assessment, EvidenceLink, EvidenceVersion, ReviewGrant
from assessments.selectors.sight import branch
from assessments.services.grants import review_permission
from assessments.services.snapshot import take_snapshot
from tenants.models import AuditEvent, Membership
from tenants.scope import tenant_scope
from tests.cast import Api, House, make_person, run_jobs
from tests.invited import mailed_token
from tests.work import add_evidence, add_review, answer_all, make_assessment, pinned

SECTION = "7.1"
HIDDEN_WORD = "hidden-word"


@pytest.fixture
def of() -> Edition:
    return pinned()


@pytest.fixture
def inside(of: Edition) -> list[str]:
    """The assessable requirements of the section, in document order."""
    tree = of.score_tree
    refs = [ref for ref in (SECTION, *tree.descendants(SECTION)) if ref in tree.assessable]
    assert refs
    return refs


@pytest.fixture
def outside(of: Edition, inside: list[str]) -> list[str]:
    return [node.ref for node in of.nodes if node.assessable and node.ref not in inside]


@pytest.fixture
def work(aria: House, inside: list[str], outside: list[str]) -> Assessment:
    """Everything answered; evidence, remark and verdict on one answer inside the section and on one outside it."""
    assessment = make_assessment(aria, state="in_review")
    answers = answer_all(aria, assessment, state="submitted", version=1)
    with tenant_scope(aria.organisation.pk):
        for ref in outside:
            answers[ref].note, answers[ref].level = HIDDEN_WORD, 4.0
            answers[ref].save(update_fields=["note", "level"])
        for ref in (inside[0], outside[0]):
            text = HIDDEN_WORD if ref == outside[0] else "shown"
            AnswerComment.objects.create(answer=answers[ref], author=aria.people["bob"], text=text)
    add_evidence(aria, answers[inside[0]], number=1)
    add_evidence(aria, answers[outside[0]], number=2)
    add_review(aria, answers[outside[0]])
    add_review(aria, answers[inside[0]])
    with tenant_scope(aria.organisation.pk):
        ReviewGrant.objects.create(
            user=aria.people["rita"], permission=review_permission(), content_object=assessment, sections=[SECTION],
            granted_by=aria.people["adam"], expires_at=timezone.now() + timedelta(days=30),
        )  # fmt: skip
    return assessment


@pytest.fixture
def path(aria: House, work: Assessment) -> str:
    return f"{aria.path}/assessments/{work.pk}"


def test_the_opened_assessment_is_the_section(aria: House, path: str, of: Edition, inside: list[str]) -> None:
    body = aria.as_("rita").get(f"{path}/requirements/").json()
    tree = of.score_tree
    assert {row["ref"] for row in body["requirements"]} == {SECTION, *tree.descendants(SECTION)}
    assert body["assessment"]["progress"]["submitted"] + 1 == len(inside)
    assert sum(body["assessment"]["progress"].values()) == len(inside)
    assert body["scores"]["total"] == body["scores"]["answered"] == len(inside)
    assert body["scores"]["asserted"] == pytest.approx(2.0)
    assert aria.as_("alice").get(f"{path}/").json()["scores"]["asserted"] > 2.5


def test_every_figure_is_made_of_the_section_alone(aria: House, path: str, inside: list[str]) -> None:
    """An answer elsewhere may change as it likes: not one byte of what the reviewer is shown moves."""
    rita = aria.as_("rita")
    reads = ("/", "/requirements/", "/answers/", "/scores/", "/scores/explanation/", f"/scores/{SECTION}/explanation/")
    before = {read: rita.get(path + read).content for read in reads}
    with tenant_scope(aria.organisation.pk):
        from assessments.models import Answer

        rows = Answer.objects.exclude(requirement__ref__in=inside)
        rows.update(level=0.0, validated_level=1.0, note="other", state="validated")
        Assessment.objects.update(answers_revision=77)
    assert {read: rita.get(path + read).content for read in reads} == before


def test_nothing_outside_the_section_is_told_at_any_address(
    aria: House, path: str, work: Assessment, inside: list[str], outside: list[str]
) -> None:
    rita, hidden, evidence_id = aria.as_("rita"), outside[0], _evidence_of(aria, number=2)
    never = rita.get(f"{path}/answers/no-such-ref/")
    assert never.status_code == 404
    for tail in (
        *(f"answers/{hidden}/{part}" for part in ("", "comments/", "reviews/", "evidence/")),
        f"scores/{hidden}/explanation/", f"scores/{hidden.partition('.')[0]}/explanation/",
        f"evidence/{evidence_id}/file/", "snapshots/", "actions/", "outside-reviewers/",
    ):  # fmt: skip
        response = rita.get(f"{path}/{tail}")
        assert (response.status_code, response.content) == (404, never.content), tail
    for tail in ("", "requirements/", "requirements/?texts=all", "answers/", "scores/", "scores/explanation/"):
        text = rita.get(f"{path}/{tail}").content.decode()
        assert HIDDEN_WORD not in text, tail
        assert f'"{hidden}"' not in text, tail
    same = [rita.get(f"{path}/answers/?ref={ref}") for ref in (hidden, "no-such")]
    assert [answer.status_code for answer in same] == [400, 400]
    assert same[0].content.replace(hidden.encode(), b"") == same[1].content.replace(b"no-such", b"")


def test_nothing_outside_the_section_is_written(
    aria: House, path: str, work: Assessment, inside: list[str], outside: list[str]
) -> None:
    rita, hidden = aria.as_("rita"), outside[1]
    answers = f"{path}/answers"
    verdict = {"verdict": "validated"}
    assert rita.post(f"{answers}/{hidden}/comments/", {"text": "x"}).status_code == 404
    assert rita.post(f"{answers}/{hidden}/reviews/", verdict, If_Match='"1"').status_code == 404
    tried = [
        rita.post(f"{path}/reviews/", {"reviews": [{"ref": ref, "version": 1, **verdict}]}) for ref in (hidden, "none")
    ]
    assert [answer.status_code for answer in tried] == [400, 400]
    assert tried[0].content == tried[1].content
    assert rita.post(f"{answers}/{inside[1]}/comments/", {"text": "Seen."}).status_code == 201
    assert rita.post(f"{answers}/{inside[1]}/reviews/", verdict, If_Match='"1"').status_code == 201
    many = {"reviews": [{"ref": inside[2], "version": 1, **verdict}]}
    assert rita.post(f"{path}/reviews/", many).status_code == 201


def test_evidence_of_the_section_is_shown_and_no_other(
    aria: House, path: str, inside: list[str], outside: list[str]
) -> None:
    """One that backs answers on both sides is shown for the one inside, and does not tell of the other."""
    rita, evidence_id = aria.as_("rita"), _evidence_of(aria, number=1)
    with tenant_scope(aria.organisation.pk):
        elsewhere = EvidenceLink.objects.get(evidence__number=2).answer
        EvidenceLink.objects.create(answer=elsewhere, evidence_id=evidence_id, linked_by=aria.people["bob"])
    [row] = rita.get(f"{path}/answers/{inside[0]}/evidence/").json()["results"]
    assert (row["evidence"]["id"], row["linked_by"]) == (evidence_id, {"id": None, "name": "Assessor"})
    assert outside[0] not in str(row)
    other = _evidence_of(aria, number=2)
    assert rita.get(f"{path}/evidence/{other}/file/").status_code == 404
    assert rita.get(f"{path}/evidence/{evidence_id}/file/").status_code != 404


def test_people_are_shown_by_the_part_they_play(aria: House, path: str, inside: list[str], work: Assessment) -> None:
    rita, ref = aria.as_("rita"), inside[0]
    otto = aria.people["otto"] = make_person("otto", domain="outside.example")
    with tenant_scope(aria.organisation.pk):
        ReviewGrant.objects.create(
            user=otto, permission=review_permission(), content_object=work, granted_by=aria.people["adam"],
            expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    for who in ("otto", "carol", "adam"):
        if who != "carol":
            assert aria.as_(who).post(f"{path}/answers/{ref}/comments/", {"text": "x"}).status_code == 201
    rita.post(f"{path}/answers/{ref}/comments/", {"text": "mine"})
    with tenant_scope(aria.organisation.pk):
        Membership.objects.filter(person=aria.people["adam"]).delete()
    shown = [row["author"] for row in rita.get(f"{path}/answers/{ref}/comments/").json()["results"]]
    assert [author["name"] for author in shown] == ["Assessor", "Outside reviewer", "Former member", "Rita"]
    assert [author["id"] for author in shown] == [None, None, None, str(aria.people["rita"].pk)]
    [review] = rita.get(f"{path}/answers/{ref}/reviews/").json()["results"]
    assert review["reviewer"] == {"id": None, "name": "Reviewer"}
    listed = aria.as_("alice").get(f"{path}/answers/{ref}/comments/").json()["results"]
    assert [row["author"]["name"] for row in listed] == ["Bob", "Otto", "Adam", "Rita"]


def test_an_invitation_names_its_sections_and_gives_no_more(aria: House, of: Edition) -> None:
    work = make_assessment(aria, state="in_review")
    path, until = f"{aria.path}/assessments/{work.pk}", (timezone.now() + timedelta(days=9)).isoformat()
    adam, dora = aria.as_("adam"), Api(make_person("dora", domain="new.example"))
    below = of.score_tree.descendants(SECTION)[0]
    body = {"email": "dora@new.example", "access_until": until, "sections": [below, "9.1", SECTION]}
    made = adam.post(f"{path}/outside-reviewers/", body)
    assert (made.status_code, made.json()["sections"]) == (201, [SECTION, "9.1"])
    run_jobs(aria)
    assert dora.post(f"{aria.path}/invitations/accept/", {"token": mailed_token()}).json()["in_words"] == (
        "to review sections 7.1, 9.1 of an assessment on ISO 56002:2019 from outside"
    )
    seen = {row["ref"] for row in dora.get(f"{path}/requirements/").json()["requirements"]}
    assert {SECTION, "9.1", below} <= seen
    assert not {"4.1", "9.2", "10.1"} & seen
    [grant] = adam.get(f"{path}/outside-reviewers/").json()["results"]
    assert grant["last_seen_at"] is not None
    assert dora.get("/granted-assessments/").json()["results"][0]["sections"] == [SECTION, "9.1"]

    at = f"{path}/outside-reviewers/{grant['id']}/"
    changed = adam.patch(at, {"sections": ["9.2"]}, If_Match=f'"{grant["version"]}"')
    assert (changed.status_code, changed.json()["sections"], changed["ETag"]) == (200, ["9.2"], '"2"')
    assert dora.get(f"{path}/answers/9.1/").status_code == 404
    assert dora.get(f"{path}/answers/9.2/").status_code == 200
    assert adam.patch(at, {"sections": []}, If_Match='"2"').status_code == 200
    assert dora.get(f"{path}/answers/9.1/").status_code == 200
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.filter(event="grant.changed").order_by("seq").first()
    assert (event.before["sections"], event.after["sections"]) == ([SECTION, "9.1"], ["9.2"])


@pytest.mark.parametrize(
    ("sections", "field"),
    [
        (["7.1", "no-such"], "sections.1"),
        (["7.10"], "sections.0"),
        ("7.1", "sections"),
        ([None], "sections.0"),
        ([["7.1"]], "sections.0"),
        ([""], "sections.0"),
        (["7.1"] * 101, "sections"),
    ],
)
def test_wrong_sections_are_named(aria: House, sections: Any, field: str) -> None:
    work = make_assessment(aria)
    until = (timezone.now() + timedelta(days=9)).isoformat()
    body = {"email": "dora@new.example", "access_until": until, "sections": sections}
    refused = aria.as_("adam").post(f"{aria.path}/assessments/{work.pk}/outside-reviewers/", body)
    assert refused.status_code == 400
    assert field in refused.json()["errors"]


def test_a_grant_is_changed_on_the_version_that_was_read(aria: House, path: str) -> None:
    adam = aria.as_("adam")
    [grant] = adam.get(f"{path}/outside-reviewers/").json()["results"]
    at, until = f"{path}/outside-reviewers/{grant['id']}/", (timezone.now() + timedelta(days=9)).isoformat()
    assert adam.patch(at, {"access_until": until}).status_code == 428
    assert adam.get(at)["ETag"] == '"1"'
    assert adam.patch(at, {"access_until": until}, If_Match='"1"').status_code == 200
    stale = adam.patch(at, {"access_until": until}, If_Match='"1"')
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert adam.patch(at, {}, If_Match='"2"').status_code == 400


def test_what_a_grant_says_of_its_assessment_follows_it(aria: House, path: str, work: Assessment) -> None:
    """The list reads the grant alone, whoever changed the assessment and by whatever way."""
    rita, alice = aria.as_("rita"), aria.as_("alice")

    def listed() -> dict[str, Any]:
        [row] = rita.get("/granted-assessments/").json()["results"]
        return row["assessment"]

    assert (listed()["name"], listed()["state"]) == (work.name, "in_review")
    assert alice.change(f"{path}/", {"name": "Renamed"}).status_code == 200
    assert listed()["name"] == "Renamed"
    assert alice.post(f"{path}/withdraw/").status_code == 200
    assert listed()["state"] == "in_progress"
    with tenant_scope(aria.organisation.pk):
        Assessment.objects.filter(pk=work.pk).update(name="By a statement")
    assert listed() == {
        "id": str(work.pk), "name": "By a statement", "state": "in_progress",
        "standard": {"slug": "iso-56002-2019", "number": "ISO 56002:2019", "title": pinned().title},
    }  # fmt: skip


def test_a_branch_scores_as_if_there_were_nothing_else(db: None, of: Edition) -> None:
    tree = branch(of.score_tree, tops=["7.1", "9.1"])
    assert set(tree.nodes) == {
        "7.1", "9.1", *of.score_tree.descendants("7.1"), *of.score_tree.descendants("9.1"),
    }  # fmt: skip
    assert tree.nodes["7.1"].parent_ref is tree.nodes["9.1"].parent_ref is None


def _evidence_of(house: House, *, number: int) -> str:
    with tenant_scope(house.organisation.pk):
        return str(EvidenceVersion.objects.filter(evidence__number=number).first().evidence_id)


def test_a_snapshot_and_its_reports_stay_inside(aria: House, path: str, work: Assessment) -> None:
    with tenant_scope(aria.organisation.pk):
        snapshot = take_snapshot(assessment=work, reason="requested", access=None)
    rita = aria.as_("rita")
    for at in (f"{path}/snapshots/{snapshot.pk}/", f"{aria.path}/reports/", f"{aria.path}/schedules/"):
        assert rita.get(at).status_code == 404
    assert rita.post(f"{aria.path}/reports/", {"assessment": str(work.pk)}).status_code == 404
