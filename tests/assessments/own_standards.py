"""Standards of an organisation's own, made over HTTP."""

from __future__ import annotations

from typing import Any

from tests.cast import House

NEW = {"slug": "suppliers", "number": "ACME 12", "title": "Supplier controls"}


def texts(title: str, **more: Any) -> dict[str, Any]:
    return {"en": {"title": title, **more}}


TREE = [
    {"ref": "1", "texts": texts("Choosing suppliers", summary="Whom we buy from.")},
    {"ref": "1.1", "parent": "1", "weight": 2, "texts": texts("A list of suppliers", question="Is there a list?")},
    {"ref": "1.10", "parent": "1", "texts": texts("Suppliers are rated", levels={"3": "All are rated."})},
    {"ref": "2", "texts": texts("Contracts")},
    {"ref": "2.1", "parent": "2", "texts": texts("Contracts are signed", evidence=["A signed contract"])},
]


def own_path(house: House, *parts: str) -> str:
    return "/".join([f"{house.path}/standards", *parts, ""])


def etag(answer: Any) -> dict[str, str]:
    return {"If_Match": answer.headers["ETag"]}


def started(house: House, *, who: str = "adam", tree: list[dict[str, Any]] | None = None, **fields: Any) -> str:
    """The address of a draft with a tree."""
    api = house.as_(who)
    made = api.post(own_path(house, "drafts"), NEW | fields)
    assert made.status_code == 201, made.content
    path = own_path(house, "drafts", made.json()["id"])
    if "base" not in fields:
        added = api.post(f"{path}requirements/", {"requirements": tree or TREE}, **etag(made))
        assert added.status_code == 201, added.content
    return path


def published(house: House, path: str, *, who: str = "adam") -> Any:
    api = house.as_(who)
    answer = api.post(f"{path}publish/", None, **etag(api.get(path)))
    assert answer.status_code == 200, answer.content
    return answer.json()
