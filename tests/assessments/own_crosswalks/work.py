"""Crosswalks of an organisation, made over HTTP, for tests."""

from __future__ import annotations

from typing import Any

from tests.cast import House

GDPR, ISO = "eu-gdpr", "iso-27001-2022"
"""Between these two there is a public crosswalk."""
IDEAS, QUALITY = "iso-56002-2019", "iso-13485-2016"
"""Between these two there is none."""


def link(source: list[str], target: list[str], relation: str = "equal", **more: Any) -> dict[str, Any]:
    return {"from": source, "to": target, "relation": relation, "rationale": {"en": "Both ask for it."}} | more


def content(source: str, target: str, *groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "source": source, "target": target, "provenance": "reviewed", "method": {"en": "Read side by side."},
        "groups": list(groups),
    } | more  # fmt: skip


def make(house: House, body: dict[str, Any], *, who: str = "adam") -> dict[str, Any]:
    made = house.as_(who).post(f"{house.path}/crosswalks/", body)
    assert made.status_code == 201, made.content
    return dict(made.json())


def read(house: House, name: str, rest: str = "") -> Any:
    found = house.as_("adam").get(f"{house.path}/crosswalks/{name}/{rest}")
    assert found.status_code == 200, found.content
    return found.json()


def own_standard(house: House, slug: str, *refs: str, number: str = "") -> str:
    """The slug of a published standard of the organisation's own with those requirements."""
    rows = [{"ref": ref, "texts": {"en": {"title": f"Requirement {ref}", "summary": "Something."}}} for ref in refs]
    body = {"slug": slug, "number": number or slug, "title": slug, "requirements": rows}
    return publish(house, house.as_("adam").post(f"{house.path}/standards/drafts/", body).json())


def publish(house: House, draft: dict[str, Any]) -> str:
    done = house.as_("adam").post(
        f"{house.path}/standards/drafts/{draft['id']}/publish/", None, If_Match=f'"{draft["version"]}"'
    )
    assert done.status_code == 200, done.content
    return str(done.json()["slug"])
