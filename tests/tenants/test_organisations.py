"""Founding an organisation, seeing one's own, changing one."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.models import AuditEvent, Membership, Organisation
from tenants.roles import ACTIONS, Role
from tenants.scope import tenant_scope
from tests.cast import Api, House, InScope, make_person

pytestmark = pytest.mark.django_db
NEW = {"name": "Beta Pumps", "slug": "beta-pumps", "sector": "medical devices"}


@pytest.fixture
def olga() -> Api:
    return Api(make_person("olga"))


def test_the_founder_owns_the_organisation_and_its_audit_trail_begins(olga: Api):
    response = olga.post("/organisations/", NEW)
    assert response.status_code == 201
    assert {key: response.json()[key] for key in NEW} == NEW
    assert response.json()["role"] == "owner"
    organisation = Organisation.objects.get(slug="beta-pumps")
    with tenant_scope(organisation.pk):
        assert Membership.objects.get().person == olga.person
        event = AuditEvent.objects.get()
    assert (event.seq, event.event, event.actor) == (1, "organisation.created", f"person:{olga.person.pk}")
    assert event.address == "127.0.0.1"


def test_without_a_slug_one_is_made_from_the_name(olga: Api):
    assert olga.post("/organisations/", {"name": "Gamma & Söhne"}).json()["slug"] == "gamma-sohne"
    second = olga.post("/organisations/", {"name": "Gamma & Söhne"}).json()["slug"]
    assert second.startswith("gamma-sohne-")
    assert second != "gamma-sohne"
    assert olga.post("/organisations/", {"name": "株式会社"}).status_code == 201


def test_a_taken_slug_is_a_conflict_that_tells_nothing_else(olga: Api, aria: House):
    response = olga.post("/organisations/", NEW | {"slug": "aria"})
    assert response.status_code == 409
    assert response.json()["type"] == "urn:plumbline:problem:slug-taken"
    assert "Aria Devices" not in response.content.decode()
    assert olga.get("/organisations/").json()["results"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "A"),
        ("slug", "UPPER"),
        ("slug", "-hyphen"),
        ("slug", "a" * 49),
        ("slug", "with space"),
        ("slug", ""),
        ("name", ""),
        ("name", "x" * 201),
        ("name", "two\nlines"),
        ("name", "Win at https://evil.example"),
        ("name", "<b>bold</b>"),
        ("name", None),
        ("name", ["list"]),
        ("sector", "x" * 81),
        ("role", "owner"),
    ],
)
def test_a_wrong_field_is_named(olga: Api, field: str, value: object):
    response = olga.post("/organisations/", NEW | {field: value})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert field in response.json()["errors"]


@pytest.mark.parametrize("body", [[], "text", 7, [NEW]])
def test_a_body_that_is_no_object_is_refused(olga: Api, body: object):
    assert olga.post("/organisations/", body).status_code == 400


def test_the_same_key_founds_one_organisation(olga: Api):
    first = olga.post("/organisations/", NEW, Idempotency_Key="k1")
    again = olga.post("/organisations/", NEW, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert Organisation.objects.filter(slug__startswith="beta").count() == 1


def test_the_same_key_without_a_slug_founds_one_organisation(olga: Api):
    bodies = {olga.post("/organisations/", {"name": "Delta"}, Idempotency_Key="k").content for _ in range(2)}
    assert len(bodies) == 1


def test_the_same_key_with_another_body_is_refused(olga: Api):
    olga.post("/organisations/", NEW, Idempotency_Key="k1")
    response = olga.post("/organisations/", NEW | {"slug": "other"}, Idempotency_Key="k1")
    assert response.status_code == 422
    assert response.json()["type"].endswith("key-reused")


def test_keys_of_two_people_do_not_meet(olga: Api):
    olga.post("/organisations/", NEW, Idempotency_Key="k1")
    other = Api(make_person("otto")).post("/organisations/", NEW | {"slug": "ottos"}, Idempotency_Key="k1")
    assert other.status_code == 201
    assert other.json()["slug"] == "ottos"


def test_everybody_lists_their_own_organisations_only(aria: House, nextdoor: House):
    listed = aria.as_("carol").get("/organisations/").json()["results"]
    assert [(row["slug"], row["role"]) for row in listed] == [("aria", "viewer")]
    assert [row["slug"] for row in nextdoor.as_("charlie").get("/organisations/").json()["results"]] == ["nextdoor"]
    assert aria.as_("rita").get("/organisations/").json()["results"] == []


def test_the_list_is_ordered_and_paged(olga: Api):
    for name in ("Zeta", "Alpha", "Mu"):
        olga.post("/organisations/", {"name": name})
    assert [row["name"] for row in olga.get("/organisations/").json()["results"]] == ["Mu", "Alpha", "Zeta"]
    page = olga.get("/organisations/?ordering=name&page_size=2").json()
    assert [row["name"] for row in page["results"]] == ["Alpha", "Mu"]
    path = page["next"].partition("/api/v1")[2]
    assert [row["name"] for row in olga.get(path).json()["results"]] == ["Zeta"]
    assert olga.get("/organisations/?ordering=created_by").status_code == 400
    assert olga.get("/organisations/?owner=me").status_code == 400


def test_a_member_reads_the_organisation_and_what_they_may_do(aria: House):
    body = aria.as_("bob").get(f"{aria.path}/").json()
    assert (body["slug"], body["role"]) == ("aria", "assessor")
    assert body["actions"] == sorted(ACTIONS[Role.ASSESSOR])


def test_strangers_and_nobodies_get_the_same_404(aria: House, nextdoor: House):
    strange = nextdoor.as_("charlie").get(f"{aria.path}/")
    missing = nextdoor.as_("charlie").get("/organisations/there-is-none/")
    assert (strange.status_code, missing.status_code) == (404, 404)
    assert strange.content == missing.content


def test_without_signing_in_all_organisations_look_alike(anyone: Api, aria: House):
    known, missing = anyone.get(f"{aria.path}/"), anyone.get("/organisations/there-is-none/")
    assert (known.status_code, missing.status_code) == (401, 401)
    assert known.content == missing.content
    assert anyone.get("/organisations/").status_code == anyone.post("/organisations/", NEW).status_code == 401


def test_only_the_owner_changes_the_organisation(aria: House):
    assert aria.as_("adam").change(f"{aria.path}/", {"name": "New"}).status_code == 403
    response = aria.as_("alice").change(f"{aria.path}/", {"name": "New", "sector": "energy"})
    assert response.status_code == 200
    assert (response.json()["name"], response.json()["sector"]) == ("New", "energy")
    assert aria.as_("bob").get(f"{aria.path}/").json()["name"] == "New"


def test_a_change_is_in_the_trail_with_before_and_after(aria: House, in_scope: InScope):
    aria.as_("alice").change(f"{aria.path}/", {"name": "New"})
    aria.as_("alice").change(f"{aria.path}/", {"name": "New"})
    with in_scope(aria):
        event = AuditEvent.objects.get()
    assert (event.event, event.before, event.after) == (
        "organisation.changed",
        {"name": "Aria Devices"},
        {"name": "New"},
    )


def test_the_slug_stays(aria: House):
    assert aria.as_("alice").change(f"{aria.path}/", {"slug": "other"}).status_code == 400


def test_the_operators_admin_shows_organisations_and_nothing_inside(aria: House, client: Client):
    operator = make_person("operator")
    operator.is_staff = operator.is_superuser = True
    operator.save()
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/operators/tenants/organisation/").content.decode()
    assert "aria" in page
    detail = client.get(f"/operators/tenants/organisation/{aria.organisation.pk}/change/")
    assert detail.status_code == 200
    assert "alice@" not in detail.content.decode()
    assert client.post(f"/operators/tenants/organisation/{aria.organisation.pk}/delete/").status_code == 403
    index = client.get("/operators/").content.decode()
    for tenant_model in ("membership", "invitation", "apikey", "auditevent", "job", "emailaddress", "assessment"):
        assert f"/operators/tenants/{tenant_model}/" not in index
        assert f"/{tenant_model}/" not in index


def test_an_operator_is_a_stranger_in_every_organisation(aria: House):
    operator = make_person("operator")
    operator.is_staff = operator.is_superuser = True
    operator.save()
    assert Api(operator).get(f"{aria.path}/").status_code == 404
