"""Standards of an organisation's own over HTTP: made, checked, published, assessed, followed by an edition, retired."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from assessments.models import ReviewGrant
from assessments.services.grants import review_permission
from tenants.models import AuditEvent
from tests.assessments.own_standards import NEW, etag, own_path, published, started, texts
from tests.cast import Api, House, InScope, run_jobs

pytestmark = pytest.mark.django_db
PUBLIC = "iso-56002-2019"


def test_a_standard_goes_all_the_way_from_nothing_to_a_report(aria: House) -> None:
    adam, bob, carol = (aria.as_(who) for who in ("adam", "bob", "carol"))
    path = started(aria)
    found = adam.get(f"{path}lint/").json()
    assert (found["publishable"], found["faults"], found["fault_count"]) == (True, [], 0)
    warned = [(said["pointer"], said["ref"]) for said in found["warnings"]]
    assert {("/requirements/1", "1.1"), ("/requirements/2/texts/en/levels", "1.10"), ("/prose/en", None)} <= {*warned}
    assert published(aria, path)["state"] == "published"

    listed = carol.get(own_path(aria)).json()["results"]
    assert [(row["slug"], row["is_current"], row["assessable"]) for row in listed] == [("own-suppliers", True, 3)]
    told = carol.get(own_path(aria, "own-suppliers")).json()
    assert (told["title"], told["facts"]["publisher"], told["scale"]["slug"]) == (
        "Supplier controls", aria.organisation.name, "capability-0-5",
    )  # fmt: skip
    tree = carol.get(own_path(aria, "own-suppliers", "requirements")).json()["results"]
    assert [(row["ref"], row["parent"], row["depth"]) for row in tree] == [
        ("1", None, 0), ("1.1", "1", 1), ("1.10", "1", 1), ("2", None, 0), ("2.1", "2", 1),
    ]  # fmt: skip
    assert carol.get(own_path(aria, "own-suppliers", "requirements", "1.10")).json()["title"] == "Suppliers are rated"
    assert carol.get(own_path(aria, "own-suppliers", "requirements", "1.2")).status_code == 404

    made = adam.post(f"{aria.path}/assessments/", {"name": "Suppliers", "standard": "own-suppliers"})
    assert made.status_code == 201, made.content
    work = f"{aria.path}/assessments/{made.json()['id']}"
    answers = [{"ref": "1.1", "version": 0, "level": 4}, {"ref": "1.10", "version": 0, "level": 1}]
    answered = bob.patch(f"{work}/answers/", {"answers": answers})
    assert answered.status_code == 200, answered.content
    scores = {row["ref"]: row for row in carol.get(f"{work}/scores/").json()["nodes"]}
    assert scores["1"]["asserted"] == 3, "the mean of 4 with weight 2 and 1 with weight 1"
    assert bob.post(f"{work}/snapshots/").status_code == 201
    report = bob.post(f"{aria.path}/reports/", {"assessment": made.json()["id"]})
    assert report.status_code in {201, 202}, report.content
    run_jobs(aria)
    assert carol.get(f"{aria.path}/reports/{report.json()['id']}/").json()["state"] == "ready"
    listed = carol.get(f"{aria.path}/assessments/?standard=own-suppliers").json()["results"]
    assert [row["standard"]["number"] for row in listed] == ["ACME 12"]


def test_a_public_standard_is_adapted_with_every_word(aria: House) -> None:
    path = started(aria, base=PUBLIC, slug="innovation", number="ACME 1", title="Our way to innovate")
    adam = aria.as_("adam")
    draft = adam.get(path).json()
    assert (draft["origin"], draft["base"]["slug"]) == ("adapted", PUBLIC)
    public = Api().get(f"/standards/{PUBLIC}/requirements/").json()["results"]
    assert draft["requirements"] == len(public)
    gone = adam.delete(f"{path}requirements/10/", **etag(adam.get(path)))
    assert gone.status_code == 200, gone.content
    found = adam.get(f"{path}lint/").json()
    assert (found["faults"], found["warnings"]) == ([], [])
    published(aria, path)
    own = adam.get(own_path(aria, "own-innovation", "requirements")).json()["results"]
    kept = [row for row in public if not row["ref"].startswith("10")]
    assert own == kept


def test_what_is_public_holds_nothing_of_it(aria: House, nextdoor: House) -> None:
    published(aria, started(aria, title="Canarywords", number="CANARY 1"))
    anyone, charlie, carol = Api(), nextdoor.as_("charlie"), aria.as_("carol")
    carol.get(own_path(aria, "own-suppliers", "requirements"))
    for path in (
        "/standards/", "/standards/?q=canary", "/standards/?depth=full&page_size=200", "/comparisons/?page_size=200",
        "/search/?q=suppliers+rated", "/search/?q=ACME",
    ):  # fmt: skip
        for api in (anyone, charlie, carol):
            answer = api.get(path)
            assert answer.status_code == 200, path
            assert b"own-suppliers" not in answer.content, path
            assert b"anaryword" not in answer.content, path
            assert b"Suppliers are rated" not in answer.content, path
    for path in (
        "/standards/own-suppliers/", "/standards/own-suppliers/requirements/",
        "/standards/own-suppliers/requirements/1/", f"/comparisons/own-suppliers/{PUBLIC}/",
        f"/comparisons/{PUBLIC}/own-suppliers/",
    ):  # fmt: skip
        for api in (anyone, carol):
            with transaction.atomic():  # a refusal undoes what is open: this, and not the test's rows
                assert api.get(path).status_code == 404, path
    pages = [anyone.client.get(page).content for page in ("/", "/standards/", "/sitemap.xml")]
    assert not [page for page in pages if b"own-suppliers" in page or b"Canaryword" in page]
    with transaction.atomic():
        assert anyone.client.get("/standards/own-suppliers/").status_code == 404
    assert charlie.get(own_path(nextdoor, "own-suppliers")).status_code == 404
    assert charlie.get(own_path(aria, "own-suppliers")).status_code == 404
    refused = charlie.post(f"{nextdoor.path}/assessments/", {"name": "x", "standard": "own-suppliers"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["standard"])


def test_a_new_edition_takes_the_place_of_the_last_and_assessments_stay_where_they_are(
    aria: House, in_scope: InScope
) -> None:
    adam = aria.as_("adam")
    published(aria, started(aria))
    work = adam.post(f"{aria.path}/assessments/", {"name": "First", "standard": "own-suppliers"}).json()
    again = adam.post(own_path(aria, "own-suppliers", "editions"), {"edition": "1"})
    assert (again.status_code, list(again.json()["errors"])) == (400, ["edition"])
    made = adam.post(own_path(aria, "own-suppliers", "editions"), {"edition": "2"})
    assert made.status_code == 201, made.content
    twice = adam.post(own_path(aria, "own-suppliers", "editions"), {"edition": "3"})
    assert (twice.status_code, twice.json()["type"].rpartition(":")[2]) == (409, "draft-exists")
    path = own_path(aria, "drafts", made.json()["id"])
    changed = adam.patch(f"{path}requirements/1.1/", {"texts": texts("A register")}, **etag(made))
    assert changed.status_code == 200, changed.content
    published(aria, path)
    listed = adam.get(f"{own_path(aria)}?ordering=created_at").json()["results"]
    assert [(row["edition"], row["is_current"]) for row in listed] == [("1", False), ("2", True)]
    assert [row["edition"] for row in adam.get(f"{own_path(aria)}?current=yes").json()["results"]] == ["2"]
    assert adam.get(own_path(aria, "own-suppliers", "requirements", "1.1")).json()["title"] == "A register"
    book = adam.get(f"{aria.path}/assessments/{work['id']}/requirements/").json()
    assert "A list of suppliers" in [row["title"] for row in book["requirements"]]
    second = adam.post(f"{aria.path}/assessments/", {"name": "Second", "standard": "own-suppliers"}).json()
    book = adam.get(f"{aria.path}/assessments/{second['id']}/requirements/").json()
    assert "A register" in [row["title"] for row in book["requirements"]]
    with in_scope(aria):
        events = list(
            AuditEvent.objects.filter(event="standard.published").order_by("seq").values_list("before", "after")
        )
    assert events[0][0] is None
    assert (events[1][0]["edition"], events[1][1]["edition"]) == ("1", "2")


def test_a_retired_standard_takes_no_new_assessments(aria: House) -> None:
    adam = aria.as_("adam")
    published(aria, started(aria))
    work = adam.post(f"{aria.path}/assessments/", {"name": "First", "standard": "own-suppliers"}).json()
    assert adam.post(own_path(aria, "own-suppliers", "retire")).status_code == 204
    twice = adam.post(own_path(aria, "own-suppliers", "retire"))
    assert (twice.status_code, twice.json()["type"].rpartition(":")[2]) == (409, "standard-retired")
    assert adam.post(f"{aria.path}/assessments/", {"name": "x", "standard": "own-suppliers"}).status_code == 400
    assert adam.get(f"{aria.path}/assessments/{work['id']}/requirements/").status_code == 200
    assert adam.get(own_path(aria, "own-suppliers")).status_code == 200
    assert adam.get(f"{own_path(aria)}?current=yes").json()["results"] == []
    path = own_path(
        aria, "drafts", adam.post(own_path(aria, "own-suppliers", "editions"), {"edition": "2"}).json()["id"]
    )
    published(aria, path)
    assert adam.post(f"{aria.path}/assessments/", {"name": "x", "standard": "own-suppliers"}).status_code == 201


def test_a_published_draft_and_its_edition_stay_as_they_are(aria: House) -> None:
    adam = aria.as_("adam")
    path = started(aria)
    published(aria, path)
    now = etag(adam.get(path))
    for method, below in (("PATCH", ""), ("DELETE", ""), ("POST", "publish/"), ("DELETE", "requirements/1/")):
        answer = adam.call(method, path + below, {} if method != "DELETE" else None, **now)
        assert answer.status_code == 409, (method, below)
        assert answer.json()["type"].endswith("draft-published")


def test_slugs_never_meet_those_of_the_catalogue(aria: House) -> None:
    adam = aria.as_("adam")
    made = adam.post(own_path(aria, "drafts"), NEW | {"slug": PUBLIC})
    assert made.json()["slug"] == f"own-{PUBLIC}"
    twice = adam.post(own_path(aria, "drafts"), NEW | {"slug": f"own-{PUBLIC}"})
    assert (twice.status_code, twice.json()["type"].rpartition(":")[2]) == (409, "draft-exists")
    other = adam.post(own_path(aria, "drafts"), NEW)
    renamed = adam.patch(own_path(aria, "drafts", other.json()["id"]), {"slug": PUBLIC}, **etag(other))
    assert renamed.status_code == 409


def test_an_organisation_has_its_own_scale_and_language(aria: House) -> None:
    scale = {
        "slug": "acme-0-2",
        "name": {"de": "Drei Stufen"},
        "levels": [{"level": level, "name": {"de": f"Stufe {level}"}} for level in range(3)],
    }
    tree = [{"ref": "1", "texts": {"de": {"title": "Lieferanten", "levels": {"2": "Alle."}}}}]
    published(aria, started(aria, tree=tree, language="de", title="Lieferanten", scale=scale))
    adam = aria.as_("adam")
    told = adam.get(f"{own_path(aria, 'own-suppliers')}?language=fr").json()
    assert (told["language"], told["scale"]["levels"][2]["name"]) == ("de", "Stufe 2")
    made = adam.post(f"{aria.path}/assessments/", {"name": "x", "standard": "own-suppliers"})
    assert made.json()["language"] == "de"
    work = f"{aria.path}/assessments/{made.json()['id']}"
    high = aria.as_("bob").patch(f"{work}/answers/", {"answers": [{"ref": "1", "version": 0, "level": 3}]})
    assert high.status_code == 400
    good = aria.as_("bob").patch(f"{work}/answers/", {"answers": [{"ref": "1", "version": 0, "level": 2}]})
    assert good.status_code == 200, good.content
    assert adam.get(f"{work}/requirements/").json()["requirements"][0]["title"] == "Lieferanten"


def test_an_outside_reviewer_reads_it_through_the_assessment_alone(aria: House, in_scope: InScope) -> None:
    published(aria, started(aria))
    adam = aria.as_("adam")
    work = adam.post(f"{aria.path}/assessments/", {"name": "First", "standard": "own-suppliers"}).json()
    with in_scope(aria):
        ReviewGrant.objects.create(
            user=aria.people["rita"], permission=review_permission(), content_object_id=work["id"],
            granted_by=aria.people["adam"], expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    rita = aria.as_("rita")
    assert rita.get(f"{aria.path}/assessments/{work['id']}/requirements/").status_code == 200
    assert rita.get(own_path(aria, "own-suppliers")).status_code == 404
    [row] = rita.get("/granted-assessments/").json()["results"]
    assert row["assessment"]["standard"] == {
        "slug": "own-suppliers", "number": "ACME 12", "title": "Supplier controls",
    }  # fmt: skip
