"""An organisation's own crosswalks over HTTP: kept with every fault told, replaced, reviewed, withdrawn, and nobody's
else."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.catalogue.models import Crosswalk
from tenants.models import AuditEvent
from tenants.scope import tenant_scope
from tests.assessments.own_crosswalks.work import (
    GDPR,
    IDEAS,
    ISO,
    QUALITY,
    content,
    link,
    make,
    own_standard,
    publish,
    read,
)
from tests.cast import House, InScope

pytestmark = pytest.mark.django_db
NAME = f"{IDEAS}--{QUALITY}"
GOOD = link(["4.1"], ["4.1.1"], "subset")


def test_a_crosswalk_is_kept_listed_and_read_from_both_sides(aria: House, in_scope: InScope) -> None:
    made = make(aria, content(IDEAS, QUALITY, GOOD, link(["4.2"], ["4.1.2", "4.1.3"], provenance="suggested")))
    assert (made["name"], made["version"], made["origin"], made["provenance"]) == (NAME, 1, "authored", "reviewed")
    assert (made["reviewed"], made["suggested"]) == (1, 1)
    assert made["reviewed_by"] == str(aria.people["adam"].pk)
    found = aria.as_("carol").get(f"{aria.path}/crosswalks/{QUALITY}--{IDEAS}/")
    assert found.headers["ETag"] == '"1"'
    assert found.json()["content"]["groups"][1] == link(["4.2"], ["4.1.2", "4.1.3"], provenance="suggested")
    listed = aria.as_("carol").get(f"{aria.path}/crosswalks/?standard={QUALITY}").json()["results"]
    assert [row["name"] for row in listed] == [NAME]
    assert aria.as_("carol").get(f"{aria.path}/crosswalks/?standard={GDPR}").json()["results"] == []
    assert aria.as_("bob").post(f"{aria.path}/crosswalks/", content(IDEAS, GDPR, GOOD)).status_code == 403
    again = aria.as_("adam").post(f"{aria.path}/crosswalks/", content(QUALITY, IDEAS, link(["4.1.1"], ["4.1"])))
    assert (again.status_code, again.json()["version"]) == (409, 1)
    with in_scope(aria):
        event = AuditEvent.objects.get(event="crosswalk.created")
        assert event.after["provenances"] == {"official": 0, "reviewed": 1, "suggested": 1}


def test_every_fault_is_told_with_its_place(aria: House) -> None:
    body = content(
        IDEAS, "no-such", GOOD, link(["4.1", "99"], ["x"], "equals"), link(["4.1"], ["4.1.1"], provenance="official"),
        {"from": [], "to": ["1"], "relation": "equal", "why": 1}, reviewed_on="2999-01-01",
        sources=[{"id": "A b"}], titles={"source": {"4.1": "What"}},
    )  # fmt: skip
    told = aria.as_("adam").post(f"{aria.path}/crosswalks/lint/", body)
    assert told.status_code == 200
    faults = {(fault["pointer"], fault["message"]) for fault in told.json()["faults"]}
    assert not told.json()["keepable"]
    for place, words in (
        ("/target", "there is no standard no-such"), ("/groups/1/from/1", f"{IDEAS} has no 99"),
        ("/groups/1/relation", "equal may be meant"), ("/groups/2/provenance", "one of reviewed, suggested"),
        ("/groups/2", "4.1 and 4.1.1 are already linked at /groups/0"), ("/groups/3/why", "no such member"),
        ("/groups/3/from", "must not be empty"), ("/reviewed_on", "in the future"), ("/sources/0", "url is missing"),
        ("/sources/0/id", "small letters"), ("/titles/source", "has its titles in the catalogue"),
    ):  # fmt: skip
        assert any(pointer == place and words in message for pointer, message in faults), (place, words, faults)
    assert [warning["pointer"] for warning in told.json()["warnings"]] == ["/groups/3/rationale"]
    refused = aria.as_("adam").post(f"{aria.path}/crosswalks/", body)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:plumbline:problem:crosswalk-at-fault")
    assert {(fault["pointer"], fault["message"]) for fault in refused.json()["faults"]} == faults
    for odd in ({"source": [], "target": {}, "groups": 1}, {"source": "a\0", "target": IDEAS, "groups": [1, None]}):
        assert aria.as_("adam").post(f"{aria.path}/crosswalks/", odd).status_code == 422
    assert aria.as_("adam").post(f"{aria.path}/crosswalks/", {"sauce": 1}).status_code == 400
    assert aria.as_("adam").post(f"{aria.path}/crosswalks/", [1]).status_code == 400


def test_a_side_without_requirements_takes_titles(aria: House) -> None:
    side = "soc-2"
    body = content(IDEAS, side, link(["4.1"], ["CC1.1"], "intersects"))
    told = aria.as_("adam").post(f"{aria.path}/crosswalks/", body).json()
    assert "needs a title" in told["faults"][0]["message"]
    made = make(aria, body | {"titles": {"target": {"CC1.1": "Integrity"}}})
    assert read(aria, made["name"])["content"]["titles"]["target"] == {"CC1.1": "Integrity"}
    compared = aria.as_("carol").get(f"{aria.path}/comparisons/{IDEAS}/{side}/").json()
    assert compared["overlap"]["crosswalk"]["b"] == {
        "total": None, "touched": 1, "covered": 0, "touched_share": None, "covered_share": None,
    }  # fmt: skip


def test_a_new_state_follows_and_the_old_one_stays(aria: House, in_scope: InScope) -> None:
    make(aria, content(IDEAS, QUALITY, GOOD))
    path = f"{aria.path}/crosswalks/{NAME}/"
    body = content(IDEAS, QUALITY, GOOD, link(["4.2"], ["4.1.2"]))
    assert aria.as_("adam").put(path, body).status_code == 428
    done = aria.as_("adam").put(path, body, If_Match='"1"')
    assert (done.status_code, done.json()["version"], done.headers["ETag"]) == (200, 2, '"2"')
    assert aria.as_("adam").put(path, content(IDEAS, QUALITY, GOOD), If_Match='"1"').status_code == 412
    same = aria.as_("adam").put(path, read(aria, NAME)["content"], If_Match='"2"')
    assert (same.status_code, same.json()["version"]) == (200, 2)
    assert aria.as_("adam").put(path, content(IDEAS, GDPR, GOOD), If_Match='"2"').status_code == 400
    turned = content(QUALITY, IDEAS, link(["4.1.1"], ["4.1"], "superset"))
    assert aria.as_("adam").put(path, turned, If_Match='"2"').json()["name"] == f"{QUALITY}--{IDEAS}"
    old = aria.as_("adam").get(f"{aria.path}/crosswalks/?current=no&ordering=created_at").json()["results"]
    assert [row["version"] for row in old] == [1, 2]
    assert aria.as_("adam").delete(path).status_code == 428
    assert aria.as_("adam").delete(path, If_Match='"2"').status_code == 412
    assert aria.as_("adam").delete(path, If_Match='"3"').status_code == 204
    assert aria.as_("adam").get(path).status_code == 404
    assert make(aria, content(IDEAS, QUALITY, GOOD))["version"] == 4
    with in_scope(aria):
        events = AuditEvent.objects.filter(event__startswith="crosswalk.").order_by("seq")
        assert [event.event.partition(".")[2] for event in events] == [
            "created", "replaced", "replaced", "withdrawn", "created",
        ]  # fmt: skip


def test_two_replacements_at_once_leave_one_state(committed: None, aria: House, in_threads: Any) -> None:
    make(aria, content(IDEAS, QUALITY, GOOD))
    path = f"{aria.path}/crosswalks/{NAME}/"

    def put(ref: str) -> int:
        body = content(IDEAS, QUALITY, link(["4.1"], [ref]))
        return int(aria.as_("adam").put(path, body, If_Match='"1"').status_code)

    assert sorted(in_threads(put, ["4.1.1", "4.1.2", "4.1.3", "4.1.4"])) == [200, 412, 412, 412]
    assert read(aria, NAME)["version"] == 2

    def create(ref: str) -> int:
        body = content(IDEAS, ISO, link(["4.1"], [ref]))
        return int(aria.as_("adam").post(f"{aria.path}/crosswalks/", body).status_code)

    assert sorted(in_threads(create, ["A.5.1", "A.5.2"])) == [201, 409]


def test_a_suggestion_counts_once_a_person_has_reviewed_it(aria: House, in_scope: InScope) -> None:
    groups = [GOOD, link(["4.2"], ["4.1.2"])]
    made = make(aria, content(IDEAS, QUALITY, *groups, provenance="suggested"))
    assert (made["reviewed_on"], made["reviewed_by"], made["provenance"]) == (None, None, "suggested")
    compared = aria.as_("carol").get(f"{aria.path}/comparisons/{IDEAS}/{QUALITY}/").json()
    assert compared["overlap"]["basis"] == "theme estimate"
    path = f"{aria.path}/crosswalks/{NAME}/review/"
    assert aria.as_("adam").post(path, {"groups": [2]}, If_Match='"1"').status_code == 400
    assert aria.as_("ravi").post(path, {"groups": [0]}, If_Match='"1"').status_code == 403
    done = aria.as_("alice").post(path, {"groups": [0]}, If_Match='"1"').json()
    assert (done["version"], done["reviewed"], done["suggested"], done["created_by"]) == (
        2, 1, 1, str(aria.people["alice"].pk),
    )  # fmt: skip
    assert done["reviewed_on"]
    assert aria.as_("adam").post(path, None, If_Match='"2"').json()["reviewed"] == 2
    with in_scope(aria):
        events = AuditEvent.objects.filter(event="crosswalk.reviewed").order_by("seq")
        assert [(event.after["groups"], event.after["reviewed_by"]) for event in events] == [
            ([0], str(aria.people["alice"].pk)), ([1], str(aria.people["adam"].pk)),
        ]  # fmt: skip
        assert Crosswalk.objects.filter(organisation__isnull=False, is_current=True).count() == 1


def test_neighbours_and_the_public_see_nothing_of_it(aria: House, nextdoor: House, anyone: Any) -> None:
    public = anyone.get(f"/comparisons/{IDEAS}/{QUALITY}/").content
    own = own_standard(aria, "ideas", "1", "2")
    make(aria, content(IDEAS, QUALITY, GOOD))
    make(aria, content(own, QUALITY, link(["1"], ["4.1.1"])))
    for path in (
        f"crosswalks/{NAME}/", f"crosswalks/{own}--{QUALITY}/", f"comparisons/{own}/{QUALITY}/",
        f"comparisons/{QUALITY}/{own}/", f"comparisons/{QUALITY}/{own}/oscal/",
    ):  # fmt: skip
        seen = nextdoor.as_("charlie").get(f"{nextdoor.path}/{path}")
        never = nextdoor.as_("charlie").get(
            f"{nextdoor.path}/{path}".replace("own-ideas", "own-never").replace(NAME, "a--b")
        )
        assert (seen.status_code, seen.content) == (404, never.content)
    assert nextdoor.as_("charlie").get(f"{nextdoor.path}/crosswalks/").json()["results"] == []
    theirs = nextdoor.as_("charlie").get(f"{nextdoor.path}/comparisons/{IDEAS}/{QUALITY}/").json()
    assert (theirs["crosswalks"], theirs["links"]) == ([], [])
    assert aria.as_("carol").get(f"{aria.path}/comparisons/{IDEAS}/{QUALITY}/").json()["links"]
    assert anyone.get(f"/comparisons/{IDEAS}/{QUALITY}/").content == public
    assert anyone.get(f"/crosswalks/?standard={IDEAS}&page_size=200").content.count(b"own-") == 0
    with tenant_scope(nextdoor.organisation.pk):
        assert not Crosswalk.objects.filter(organisation__isnull=False).exists()
    assert anyone.get(f"/crosswalks/{NAME}/").status_code == 404


def test_own_and_public_links_are_compared_together_and_none_counts_twice(aria: House, anyone: Any) -> None:
    public = anyone.get(f"/crosswalks/{GDPR}--{ISO}/").json()
    first = next(group for group in public["groups"] if group["provenance"] != "suggested")
    other = next(group for group in public["groups"] if group is not first and group["relation"] == "subset")
    repeat = link(first["a_refs"], first["b_refs"], first["relation"])
    differ = link(other["a_refs"], other["b_refs"], "intersects")
    fresh = link(["5(2)"], ["A.5.1"], "intersects")
    make(aria, content(GDPR, ISO, repeat, differ, fresh, link(["5(2)"], ["A.5.2"], provenance="suggested")))
    found = aria.as_("carol").get(f"{aria.path}/comparisons/{ISO}/{GDPR}/").json()
    own = [entry for entry in found["links"] if entry["of"] == "own"]
    assert [entry["standing"] for entry in own] == ["repeated", "counted", "counted", "suggested"]
    assert [entry["position"] for entry in found["links"] if entry["standing"] == "replaced"] == [other["position"]]
    assert own[0]["a_refs"] == first["b_refs"]
    counted, before = found["overlap"]["crosswalk"], public
    assert sum(counted["relations"].values()) == before["official"] + before["reviewed"] + 1
    assert counted["relations"]["superset"] == before["relations"]["subset"] - 1
    assert [(entry["of"], entry["version"]) for entry in found["crosswalks"]] == [("public", None), ("own", 1)]
    mapping = aria.as_("carol").get(f"{aria.path}/comparisons/{ISO}/{GDPR}/oscal/").json()["mapping-collection"]
    maps = mapping["mappings"][0]["maps"]
    assert len(maps) == sum(entry["standing"] in {"counted", "suggested"} for entry in found["links"])
    origins = {prop["value"] for one in maps for prop in one["props"] if prop["name"] == "origin"}
    assert origins == {"public", "own"}


def test_a_new_edition_that_lacks_a_ref_loses_the_link_until_it_is_mended(aria: House) -> None:
    own = own_standard(aria, "rules", "1", "2")
    name = make(aria, content(own, QUALITY, link(["1"], ["4.1.1"]), link(["2"], ["4.1.2"])))["name"]
    draft = aria.as_("adam").post(f"{aria.path}/standards/{own}/editions/", {"edition": "2"}).json()
    path = f"{aria.path}/standards/drafts/{draft['id']}/"
    changed = aria.as_("adam").delete(f"{path}requirements/2/", If_Match=f'"{draft["version"]}"').json()
    publish(aria, changed)
    told = read(aria, name, "lint/")
    assert [(fault["pointer"], fault["message"]) for fault in told["faults"]] == [
        ("/groups/1/from/0", "own-rules has no 2")
    ]
    found = aria.as_("carol").get(f"{aria.path}/comparisons/{own}/{QUALITY}/").json()
    assert [entry["standing"] for entry in found["links"]] == ["counted", "lost"]
    assert found["overlap"]["crosswalk"]["a"]["touched"] == 1
    assert found["a"]["slug"] == own
