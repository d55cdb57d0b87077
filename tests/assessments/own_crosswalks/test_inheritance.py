"""Answers offered over an organisation's own crosswalks: between its standards and public ones, in its house alone."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Answer, Assessment
from tenants.scope import tenant_scope
from tests.assessments.own_crosswalks.work import GDPR, ISO, QUALITY, content, link, make, own_standard, publish
from tests.cast import House
from tests.work import make_assessment, write_answers

pytestmark = pytest.mark.django_db
FULL_REF = "32(1)(c)"
"""Lies within A.5.30 and A.8.13 of ISO/IEC 27001, by the public crosswalk."""


def offered(house: House, assessment: str | Assessment, *, who: str = "bob") -> dict[str, Any]:
    pk = assessment if isinstance(assessment, str) else assessment.pk
    response = house.as_(who).get(f"{house.path}/assessments/{pk}/inherited/?page_size=200")
    assert response.status_code == 200, response.content
    return {item["ref"]: item for item in response.json()["results"]}


def start(house: House, slug: str, *, who: str = "alice") -> str:
    made = house.as_(who).post(f"{house.path}/assessments/", {"name": f"On {slug}", "standard": slug})
    assert made.status_code == 201, made.content
    return str(made.json()["id"])


def answer(house: House, assessment: str, ref: str, level: float) -> None:
    path = f"{house.path}/assessments/{assessment}/answers/{ref}/"
    done = house.as_("bob").patch(path, {"level": level}, If_Match='"0"')
    assert done.status_code == 200, done.content


def routes(offer: dict[str, Any]) -> list[tuple[str, str | None, str, str]]:
    return [
        (route["crosswalk"], route["crosswalk_of"], route["relation"], route["carries"]) for route in offer["routes"]
    ]


def test_answers_go_between_own_standards_and_public_ones_in_both_directions(aria: House, nextdoor: House) -> None:
    own = own_standard(aria, "rules", "1", "2", "3")
    name = make(
        aria,
        content(
            own, QUALITY, link(["1"], ["4.1.1"], "equal"), link(["2"], ["4.1.2"], "superset"),
            link(["3"], ["4.1.3"], provenance="suggested"),
        ),
    )["name"]  # fmt: skip
    before = make_assessment(aria, slug=QUALITY, name="QMS")
    write_answers(aria, before, {ref: {"level": 4.0, "state": "submitted"} for ref in ("4.1.1", "4.1.2", "4.1.3")})
    assessment = start(aria, own)
    found = offered(aria, assessment)
    assert {ref: routes(offer) for ref, offer in found.items()} == {
        "1": [(name, "own", "equal", "full")],
        "2": [(name, "own", "subset", "partial")],
    }
    assert found["1"]["confidence"]["words"].startswith("A link that the organisation has reviewed itself says")
    done = aria.as_("bob").post(f"{aria.path}/assessments/{assessment}/inherited/confirm/", {"all": "full"})
    assert done.json()["confirmed"] == ["1"]
    answer(aria, assessment, "2", 5)
    again = make_assessment(aria, slug=QUALITY, name="QMS again", state="draft")
    back = offered(aria, again)
    assert [route[3] for route in routes(back["4.1.2"]) if route[1] == "own"] == ["full"]
    with tenant_scope(nextdoor.organisation.pk):
        assert Assessment.objects.count() == 0
    theirs = start(nextdoor, QUALITY, who="charlie")
    assert offered(nextdoor, theirs, who="charlie") == {}


def test_a_review_makes_a_suggestion_an_offer_and_a_withdrawal_takes_it_away(aria: House) -> None:
    own = own_standard(aria, "rules", "1")
    name = make(aria, content(own, QUALITY, link(["1"], ["4.1.1"]), provenance="suggested"))["name"]
    before = make_assessment(aria, slug=QUALITY, name="QMS")
    write_answers(aria, before, {"4.1.1": {"level": 4.0, "state": "submitted"}})
    assessment = start(aria, own)
    assert offered(aria, assessment) == {}
    path = f"{aria.path}/crosswalks/{name}/"
    assert aria.as_("adam").post(f"{path}review/", None, If_Match='"1"').status_code == 200
    assert set(offered(aria, assessment)) == {"1"}
    one = {"answers": [{"ref": "1", "version": 0}]}
    confirm = f"{aria.path}/assessments/{assessment}/inherited/confirm/"
    assert aria.as_("bob").post(confirm, one).status_code == 200
    assert aria.as_("adam").delete(path, If_Match='"2"').status_code == 204
    assert offered(aria, assessment) == {}
    came = aria.as_("carol").get(f"{aria.path}/assessments/{assessment}/answers/1/").json()
    assert (came["answer"]["level"], came["inherited_from"]["routes"][0]["crosswalk"]) == (4.0, name)
    other = start(aria, own)
    found = offered(aria, other)
    assert [route["kind"] for route in found["1"]["routes"]] == ["same"]
    with tenant_scope(aria.organisation.pk):
        assert Answer.objects.filter(assessment_id=assessment).count() == 1


def test_the_organisations_word_goes_before_the_catalogues_on_the_same_refs(aria: House, anyone: Any) -> None:
    public = anyone.get(f"/crosswalks/{GDPR}--{ISO}/").json()
    group = next(one for one in public["groups"] if FULL_REF in one["a_refs"])
    before = make_assessment(aria, slug=ISO, name="ISMS")
    write_answers(aria, before, {ref: {"level": 4.0, "state": "submitted"} for ref in group["b_refs"]})
    now = make_assessment(aria, slug=GDPR, name="GDPR", state="draft")
    assert routes(offered(aria, now)[FULL_REF]) == [(f"{GDPR}--{ISO}", "public", "superset", "full")]
    same = content(GDPR, ISO, link(group["a_refs"], group["b_refs"], group["relation"]))
    made = make(aria, same)
    assert [route[1] for route in routes(offered(aria, now)[FULL_REF])] == ["public"]
    careful = content(ISO, GDPR, link(group["b_refs"], group["a_refs"], "intersects"))
    path = f"{aria.path}/crosswalks/{made['name']}/"
    assert aria.as_("adam").put(path, careful, If_Match='"1"').status_code == 200
    assert routes(offered(aria, now)[FULL_REF]) == [(f"{ISO}--{GDPR}", "own", "intersects", "partial")]


def test_a_link_to_a_requirement_that_a_new_edition_lacks_offers_nothing(aria: House) -> None:
    own = own_standard(aria, "rules", "1", "2")
    make(aria, content(own, QUALITY, link(["1", "2"], ["4.1.1"]), link(["1"], ["4.1.2"])))
    first = start(aria, own)
    answer(aria, first, "1", 4)
    draft = aria.as_("adam").post(f"{aria.path}/standards/{own}/editions/", {"edition": "2"}).json()
    path = f"{aria.path}/standards/drafts/{draft['id']}/"
    publish(aria, aria.as_("adam").delete(f"{path}requirements/2/", If_Match=f'"{draft["version"]}"').json())
    now = make_assessment(aria, slug=QUALITY, name="QMS", state="draft")
    assert set(offered(aria, now)) == {"4.1.2"}
    second = start(aria, own)
    assert set(offered(aria, second)) == {"1"}
