"""Drafts of an organisation's own standards over HTTP: changed, checked, refused, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.catalogue.drafts import services
from assessments.catalogue.models import Standard, StandardDraft
from assessments.catalogue.schema import OWN_SLUG
from tenants.models import AuditEvent
from tests.assessments.own_standards import NEW, TREE, etag, own_path, started, texts
from tests.cast import House, InScope

pytestmark = pytest.mark.django_db


def test_what_is_at_fault_is_not_published_and_says_where(aria: House, in_scope: InScope) -> None:
    adam = aria.as_("adam")
    tree = [
        {"ref": "a", "texts": texts("A"), "selections": ["nobody"]},
        {"ref": "a/b", "parent": "a", "texts": texts("B"), "themes": ["unheard-of"]},
        {"ref": "c", "stage": 0, "texts": {"de": {"title": "C"}}},
    ]
    path = started(aria, tree=tree)
    found = adam.get(f"{path}lint/").json()
    assert {(fault["pointer"], fault["ref"]) for fault in found["faults"]} == {
        ("/requirements/0/selections/0", "a"), ("/requirements/1/ref", "a/b"), ("/requirements/1/themes/0", "a/b"),
        ("/requirements/2/stage", "c"), ("/requirements/2/texts", "c"),
    }  # fmt: skip
    answer = adam.post(f"{path}publish/", None, **etag(adam.get(path)))
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("draft-at-fault")
    assert answer.json()["faults"] == found["faults"]
    with in_scope(aria):
        assert not Standard.objects.filter(slug__startswith=OWN_SLUG).exists()


def test_a_draft_is_changed_on_the_version_one_has_read(aria: House) -> None:
    adam = aria.as_("adam")
    path = started(aria)
    old = adam.get(path)
    assert adam.patch(path, {"title": "Another"}).status_code == 428
    assert adam.patch(path, {"title": "Another"}, **etag(old)).status_code == 200
    stale = adam.patch(path, {"title": "A third"}, **etag(old))
    assert (stale.status_code, stale.json()["current_version"]) == (412, old.json()["version"] + 1)
    for method, below in (
        ("DELETE", ""),
        ("POST", "publish/"),
        ("DELETE", "requirements/1/"),
        ("PATCH", "requirements/1/"),
    ):
        body = {} if method in {"POST", "PATCH"} else None
        assert adam.call(method, path + below, body, **etag(old)).status_code == 412, (method, below)


def test_requirements_are_added_moved_renamed_and_taken_out(aria: House) -> None:
    adam = aria.as_("adam")
    path = started(aria)

    def order() -> list[tuple[str, str | None]]:
        rows = adam.get(path).json()["content"]["requirements"]
        return [(row["ref"], row.get("parent")) for row in rows]

    def change(ref: str, body: dict[str, Any]) -> Any:
        return adam.patch(f"{path}requirements/{ref}/", body, **etag(adam.get(path)))

    def add(*rows: dict[str, Any]) -> Any:
        return adam.post(f"{path}requirements/", {"requirements": list(rows)}, **etag(adam.get(path)))

    assert add({"ref": "1.5", "parent": "1", "after": "1.1", "texts": texts("x")}).status_code == 201
    assert add({"ref": "0", "after": None, "texts": texts("x")}).status_code == 201
    assert [ref for ref, _ in order()] == ["0", "1", "1.1", "1.5", "1.10", "2", "2.1"]
    assert change("1", {"ref": "A"}).json()["requirement"]["ref"] == "A"
    assert [parent for ref, parent in order() if ref.startswith("1.")] == ["A"] * 3
    assert change("A", {"parent": "2"}).status_code == 200
    circle = change("2", {"parent": "1.5"})
    assert (circle.status_code, list(circle.json()["errors"])) == (400, ["/parent"])
    assert change("A", {"parent": None, "after": "0"}).status_code == 200
    assert change("0", {"ref": "2"}).json()["errors"] == {"/ref": ["the ref 2 is taken"]}
    assert change("0", {"weight": "heavy"}).json()["errors"] == {"/weight": ["must be a number"]}
    assert change("0", {"colour": "red"}).json()["errors"] == {"/colour": ["there is no such member"]}
    assert change("nobody", {"weight": 2}).status_code == 404
    assert change("1.1", {"weight": None}).json()["requirement"] == {
        "ref": "1.1",
        "parent": "A",
        "texts": TREE[1]["texts"],
    }
    assert add({"ref": "2"}).json()["errors"] == {"/requirements/0/ref": ["the ref 2 is taken"]}
    assert add({"ref": "9", "parent": "8"}).json()["errors"] == {"/requirements/0/parent": ["there is no 8"]}
    assert add({"ref": "9", "after": "1.1"}).json()["errors"] == {
        "/requirements/0/after": ["there is no 1.1 at the top"]
    }
    assert adam.delete(f"{path}requirements/A/", **etag(adam.get(path))).json()["requirements"] == 3
    assert order() == [("0", None), ("2", None), ("2.1", "2")]


def test_a_deleted_draft_is_gone(aria: House, in_scope: InScope) -> None:
    adam = aria.as_("adam")
    path = started(aria)
    assert adam.delete(path, **etag(adam.get(path))).status_code == 204
    assert adam.get(path).status_code == 404
    with in_scope(aria):
        assert AuditEvent.objects.get(event="standard_draft.deleted").before["slug"] == "own-suppliers"


def test_the_number_of_drafts_has_an_end(aria: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_DRAFTS", 1)
    adam = aria.as_("adam")
    assert adam.post(own_path(aria, "drafts"), NEW).status_code == 201
    more = adam.post(own_path(aria, "drafts"), NEW | {"slug": "second"})
    assert (more.status_code, more.json()["type"].rpartition(":")[2]) == (409, "too-many-drafts")


def test_a_repeated_request_makes_one_draft(aria: House, in_scope: InScope) -> None:
    adam = aria.as_("adam")
    first, second = (adam.post(own_path(aria, "drafts"), NEW, Idempotency_Key="once") for _ in range(2))
    assert first.json() == second.json()
    with in_scope(aria):
        assert StandardDraft.objects.count() == 1


def test_wrong_content_names_every_place(aria: House) -> None:
    answer = aria.as_("adam").post(own_path(aria, "drafts"), {"slug": 1, "number": "A", "facts": [], "colour": 1})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "/": ["title is missing"], "/slug": ["must be text"], "/facts": ["must be an object"],
        "/colour": ["there is no such member"],
    }  # fmt: skip
