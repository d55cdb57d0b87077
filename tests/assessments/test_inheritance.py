"""Inherited answers over HTTP: offered, confirmed or dismissed, and never counted twice or before."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Answer, Assessment, InheritedAnswer
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.cast import House
from tests.statements import statements
from tests.work import add_evidence, add_review, make_assessment, pinned, write_answers

GDPR, ISO = "eu-gdpr", "iso-27001-2022"
FULL_REF = "32(1)(c)"
"""Lies within A.5.30 and A.8.13 of ISO/IEC 27001, by the shipped crosswalk."""
PART_REF = "25(2)"


@pytest.fixture
def before(aria: House) -> Assessment:
    return make_assessment(aria, slug=ISO, name="ISMS 2025")


@pytest.fixture
def answered(aria: House, before: Assessment) -> dict[str, Answer]:
    return write_answers(
        aria,
        before,
        {
            "A.5.30": {"level": 4.0, "state": "submitted", "note": "Tested in May."},
            "A.8.13": {"level": 3.0, "state": "submitted"},
            "A.8.3": {"level": 5.0},
        },
    )


@pytest.fixture
def now(aria: House) -> Assessment:
    return make_assessment(aria, slug=GDPR, name="GDPR 2026", state="draft")


def path(house: House, assessment: Assessment, rest: str = "") -> str:
    return f"{house.path}/assessments/{assessment.pk}/{rest}"


def offered(house: House, assessment: Assessment, query: str = "", *, who: str = "bob") -> dict[str, Any]:
    response = house.as_(who).get(path(house, assessment, f"inherited/?page_size=200&{query}"))
    assert response.status_code == 200, response.content
    return {item["ref"]: item for item in response.json()["results"]}


def confirm(house: House, assessment: Assessment, body: Any, *, who: str = "bob", **headers: str) -> Any:
    return house.as_(who).post(path(house, assessment, "inherited/confirm/"), body, **headers)


def one(ref: str, version: int = 0, **fields: Any) -> dict[str, Any]:
    return {"answers": [{"ref": ref, "version": version, **fields}]}


def scores(house: House, assessment: Assessment) -> Any:
    return house.as_("bob").get(path(house, assessment, "scores/")).json()


@pytest.mark.usefixtures("answered")
def test_what_was_answered_elsewhere_is_offered_with_where_it_comes_from(
    aria: House, before: Assessment, now: Assessment
) -> None:
    found = offered(aria, now)
    full = found[FULL_REF]
    assert (full["carries"], full["level"], full["version"], full["state"]) == ("full", 3.0, 0, "offered")
    assert full["confidence"]["grade"] == "medium"
    route = full["routes"][0]
    assert (route["kind"], route["relation"], route["crosswalk"]) == ("crosswalk", "superset", f"{GDPR}--{ISO}")
    assert "backups" in route["rationale"]
    assert [(source["ref"], source["level"], source["validated"]) for source in route["answers"]] == [
        ("A.5.30", 4.0, False),
        ("A.8.13", 3.0, False),
    ]
    assert route["answers"][0]["assessment"] == {"id": str(before.pk), "name": "ISMS 2025"}
    part = found[PART_REF]
    assert (part["carries"], part["level"], part["confidence"]["grade"]) == ("partial", 2.0, "low")
    assert part["routes"][0]["missing"] == ["A.8.9"]
    assert set(offered(aria, now, "carries=full")) == {FULL_REF}
    assert set(offered(aria, now, "ref=25")) == {PART_REF}
    group = aria.as_("bob").get(f"/crosswalks/{route['crosswalk']}/").json()["groups"][route["group"]]
    assert FULL_REF in group["a_refs"]


@pytest.mark.usefixtures("answered")
def test_nothing_counts_before_it_is_confirmed_and_then_it_counts_once(aria: House, now: Assessment) -> None:
    empty = scores(aria, now)
    assert offered(aria, now)
    assert scores(aria, now) == empty
    done = confirm(aria, now, {"all": "full"})
    assert done.status_code == 200, done.content
    assert done.json()["confirmed"] == [FULL_REF]
    after = scores(aria, now)
    assert after["root"]["answered"] == 1
    assert after["root"]["asserted"] == 3.0
    with tenant_scope(aria.organisation.pk):
        assert Answer.objects.filter(assessment=now).count() == 1
        assert Assessment.objects.get(pk=now.pk).state == "in_progress"
    assert FULL_REF not in offered(aria, now)
    again = confirm(aria, now, one(FULL_REF))
    assert (again.status_code, again.json()["confirmed"], again.json()["already"]) == (200, [], [FULL_REF])
    assert scores(aria, now) == after


@pytest.mark.usefixtures("answered")
def test_a_confirmed_answer_keeps_what_it_came_from(aria: House, before: Assessment, now: Assessment) -> None:
    confirm(aria, now, one(FULL_REF))
    answer = aria.as_("carol").get(path(aria, now, f"answers/{FULL_REF}/")).json()
    assert answer["answer"]["level"] == 3.0
    assert answer["answer"]["answered_by"]["name"] == "Bob"
    assert "Tested in May." in answer["answer"]["note"]
    came = answer["inherited_from"]
    assert (came["decided_by"]["name"], came["edited_since"], came["version"]) == ("Bob", False, 1)
    assert came["routes"][0]["answers"][0]["assessment"]["name"] == "ISMS 2025"
    with tenant_scope(aria.organisation.pk):
        event = AuditEvent.objects.get(event="answer.inherited_confirmed")
        assert AuditEvent.objects.filter(event="answers.changed", object_id=str(now.pk)).count() == 1
    told = event.after[FULL_REF]
    assert (told["kind"], told["relation"], told["level"]) == ("crosswalk", "superset", 3.0)
    assert {source["assessment"] for source in told["sources"]} == {str(before.pk)}
    aria.as_("bob").patch(path(aria, now, f"answers/{FULL_REF}/"), {"level": 1}, If_Match='"1"')
    assert offered(aria, now, "state=confirmed")[FULL_REF]["edited_since"] is True


@pytest.mark.usefixtures("answered")
def test_an_answer_is_never_replaced(aria: House, now: Assessment) -> None:
    mine = aria.as_("bella").patch(path(aria, now, f"answers/{FULL_REF}/"), {"level": 1}, If_Match='"0"')
    assert mine.status_code == 200
    assert FULL_REF not in offered(aria, now)
    refused = confirm(aria, now, one(FULL_REF))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:plumbline:problem:already-answered")
    assert refused.json()["items"] == [{"ref": FULL_REF}]
    noted = aria.as_("bella").patch(path(aria, now, f"answers/{PART_REF}/"), {"note": "Mine."}, If_Match='"0"')
    assert noted.status_code == 200
    stale = confirm(aria, now, one(PART_REF))
    assert (stale.status_code, stale.json()["stale"]) == (412, [{"ref": PART_REF, "current_version": 1}])
    assert confirm(aria, now, one(PART_REF, 1)).status_code == 200
    kept = aria.as_("bob").get(path(aria, now, f"answers/{PART_REF}/")).json()["answer"]
    assert (kept["level"], kept["note"]) == (2.0, "Mine.")


@pytest.mark.usefixtures("answered")
def test_what_is_dismissed_stays_away_until_it_is_named(aria: House, now: Assessment) -> None:
    gone = aria.as_("bob").post(path(aria, now, "inherited/dismiss/"), {"refs": [FULL_REF]})
    assert (gone.status_code, gone.json()["dismissed"]) == (200, [FULL_REF])
    assert FULL_REF not in offered(aria, now)
    assert set(offered(aria, now, "state=dismissed")) == {FULL_REF}
    assert confirm(aria, now, {"all": "full"}).json()["confirmed"] == []
    again = aria.as_("bob").post(path(aria, now, "inherited/dismiss/"), {"refs": [FULL_REF]})
    assert again.json()["dismissed"] == []
    assert confirm(aria, now, one(FULL_REF)).json()["confirmed"] == [FULL_REF]
    assert offered(aria, now, "state=dismissed") == {}


def test_the_evidence_behind_the_sources_comes_along_where_that_is_asked_for(
    aria: House, now: Assessment, answered: dict[str, Answer]
) -> None:
    evidence = add_evidence(aria, answered["A.8.13"])
    assert offered(aria, now)[FULL_REF]["routes"][0]["answers"][1]["evidence"] == 1
    done = confirm(aria, now, {**one(FULL_REF), "with_evidence": True}).json()
    assert done["evidence"] == 1
    linked = aria.as_("bob").get(path(aria, now, f"answers/{FULL_REF}/evidence/")).json()
    assert str(evidence.pk) in str(linked)
    assert scores(aria, now)["root"]["evidenced"] == 3.0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"answers": [{"ref": FULL_REF, "version": 0}], "all": "full"}, 400),
        ({"all": "partial"}, 400),
        (one("I"), 400),
        (one(FULL_REF, route=4), 400),
        (one("5(2)"), 409),
        ({"answers": [{"ref": FULL_REF, "version": 0}] * 2}, 400),
    ],
)
@pytest.mark.usefixtures("answered")
def test_what_cannot_be_confirmed_is_told_and_writes_nothing(
    aria: House, now: Assessment, body: Any, status: int
) -> None:
    refused = confirm(aria, now, body)
    assert refused.status_code == status, refused.content
    with tenant_scope(aria.organisation.pk):
        assert not Answer.objects.filter(assessment=now).exists()
        assert not InheritedAnswer.objects.exists()


@pytest.mark.usefixtures("answered")
def test_who_may_not_answer_may_not_confirm(aria: House, now: Assessment) -> None:
    for who in ("ravi", "carol"):
        assert offered(aria, now, who=who)
        assert confirm(aria, now, {"all": "full"}, who=who).status_code == 403
        assert aria.as_(who).post(path(aria, now, "inherited/dismiss/"), {"refs": [FULL_REF]}).status_code == 403


def test_answers_under_a_change_request_and_unanswered_ones_say_nothing(
    aria: House, before: Assessment, now: Assessment
) -> None:
    answers = write_answers(aria, before, {"A.5.30": {"level": 4.0}, "A.8.13": {"level": 3.0}})
    add_review(aria, answers["A.8.13"], verdict="changes_requested", level=None)
    full = offered(aria, now)[FULL_REF]
    assert (full["carries"], full["routes"][0]["missing"]) == ("partial", ["A.8.13"])


def test_a_validated_level_is_the_one_that_is_carried(aria: House, before: Assessment, now: Assessment) -> None:
    answers = write_answers(aria, before, {"A.5.30": {"level": 4.0}, "A.8.13": {"level": 4.0}})
    for answer in answers.values():
        add_review(aria, answer, level=2.0)
    full = offered(aria, now)[FULL_REF]
    assert (full["level"], full["confidence"]["grade"]) == (2.0, "high")


def test_the_same_standard_assessed_again_is_offered_from_the_newest(aria: House) -> None:
    old, newer = make_assessment(aria, name="2024"), make_assessment(aria, name="2025")
    write_answers(aria, old, {"4.1.1": {"level": 1.0}})
    write_answers(aria, newer, {"4.1.1": {"level": 3.0}})
    started = aria.as_("alice").post(f"{aria.path}/assessments/", {"name": "2026", "standard": "iso-56002-2019"})
    assert started.status_code == 201, started.content
    assert started.json()["inherited"] == {"full": 1, "partial": 0}
    with tenant_scope(aria.organisation.pk):
        now = Assessment.objects.get(name="2026")
    offer = offered(aria, now)["4.1.1"]
    assert (offer["routes"][0]["kind"], offer["level"]) == ("same", 3.0)
    assert offer["routes"][0]["answers"][0]["assessment"]["name"] == "2025"


def test_an_answer_that_came_over_a_link_is_not_passed_on_over_another(
    aria: House, before: Assessment, answered: dict[str, Answer], now: Assessment
) -> None:
    """Else an answer would come back to where it came from, and count for itself."""
    confirm(aria, now, {"all": "full"})
    third = make_assessment(aria, slug=ISO, name="ISMS of the daughter")
    with tenant_scope(aria.organisation.pk):
        Answer.objects.filter(assessment=before).delete()
    assert offered(aria, third) == {}
    assert offered(aria, before) == {}
    fourth = make_assessment(aria, slug=GDPR, name="GDPR of the daughter")
    assert offered(aria, fourth)[FULL_REF]["routes"][0]["kind"] == "same"


def test_a_new_revision_keeps_what_was_confirmed_and_its_predecessor_falls_silent(
    aria: House, answered: dict[str, Answer], now: Assessment
) -> None:
    confirm(aria, now, {"all": "full"})
    alice = aria.as_("alice")
    for move in ("submit", "approve", "reopen"):
        version = alice.get(path(aria, now)).headers["ETag"]
        moved = alice.post(path(aria, now, f"{move}/"), {}, If_Match=version)
        assert moved.status_code in {200, 201}, moved.content
    with tenant_scope(aria.organisation.pk):
        revision = Assessment.objects.get(predecessor=now)
    kept = offered(aria, revision, "state=confirmed")[FULL_REF]
    assert (kept["edited_since"], kept["level"]) == (False, 3.0)


def test_neighbours_neither_give_nor_see(aria: House, nextdoor: House, answered: dict[str, Answer]) -> None:
    theirs = make_assessment_of(nextdoor)
    assert offered(nextdoor, theirs, who="charlie") == {}
    assert nextdoor.as_("charlie").get(path(aria, theirs, "inherited/")).status_code == 404


def make_assessment_of(house: House) -> Assessment:
    person = house.people["charlie"]
    with tenant_scope(house.organisation.pk):
        return Assessment.objects.create(
            name="Theirs", standard_id=pinned(GDPR).id, state="in_progress", created_by=person, lead=person
        )


def test_offers_come_in_pages_and_cost_no_more_with_more_answers(aria: House) -> None:
    old, now = make_assessment(aria, name="2025"), make_assessment(aria, name="2026")
    leaves = [node.ref for node in pinned().nodes if node.assessable]
    write_answers(aria, old, {leaves[0]: {"level": 1.0}})
    address = path(aria, now, "inherited/?page_size=10")
    bob = aria.as_("bob")

    def cost() -> int:
        bob.get(address)
        with statements() as sent:
            assert bob.get(address).status_code == 200
        return len(sent)

    few = cost()
    write_answers(aria, old, {ref: {"level": 3.0} for ref in leaves[1:]})
    assert cost() == few
    seen: list[str] = []
    following: str | None = address
    while following:
        page = bob.get(following.partition("/api/v1")[2] or following).json()
        seen += [offer["ref"] for offer in page["results"]]
        following = page["next"]
    assert seen == leaves
    assert page["offered"] == {"full": len(leaves), "partial": 0}
    assert bob.get(page["previous"].partition("/api/v1")[2]).status_code == 200
    assert bob.get(path(aria, now, "inherited/?ref=99")).status_code == 400
    assert confirm(aria, now, {"all": "full"}).json()["confirmed"] == leaves
