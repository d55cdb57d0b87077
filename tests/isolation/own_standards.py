"""An organisation's own standard, with its canary in every text: rows of tables that hold public rows too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assessments.catalogue.drafts.content import as_json
from assessments.catalogue.drafts.reading import content_from_json
from assessments.catalogue.models import (
    Crosswalk,
    CrosswalkGroup,
    Requirement,
    RequirementText,
    Standard,
    StandardDraft,
    StandardText,
)

if TYPE_CHECKING:
    from tests.isolation.world import Tenant

STANDARD = "iso-56002-2019"
"""A public one, with requirements."""


def own_slug(t: Tenant) -> str:
    return f"own-{t.canary}"


def own_ref(t: Tenant) -> str:
    return f"{t.canary}.1"


def _scale(t: Tenant, *, slug: str) -> dict[str, Any]:
    levels = [
        {"level": level, "name": {"en": t.text(f"level {level}")}, "criteria": {"en": t.text(f"criteria {level}")}}
        for level in range(3)
    ]
    return {"slug": slug, "name": {"en": t.text("scale")}, "minimum": 0, "maximum": 2, "levels": levels}


def standard(t: Tenant) -> Standard:
    named = {"en": t.text("name")}
    facts = {
        "number": t.text("number"), "publisher": t.text("publisher"), "edition": t.word("1"), "year": 2026,
        "status": "current", "kind": "framework", "nature": "framework", "certifiable": False,
        "sectors": [t.word("sector")], "sources": [],
    }  # fmt: skip
    return Standard.objects.create(
        slug=own_slug(t), content_hash=t.word("content"), files_hash=t.word("files"), is_current=True,
        number=facts["number"], title=t.text("own standard"), publisher=facts["publisher"], edition=facts["edition"],
        year=2026, status="current", kind="framework", nature="framework", sectors=facts["sectors"],
        scale_slug=t.word("scale"), scale=_scale(t, slug=t.word("scale")), method="weighted_mean",
        result_scale=_scale(t, slug=t.word("result")), selections=[{"slug": t.word("core"), "name": named}],
        alternatives=[
            {"slug": t.word("way"), "name": named, "options": [{"slug": "a", "name": named, "refs": [own_ref(t)]}]}
        ],
        profile=facts, languages=["en"], themes={},
        outline={
            "requirements": 1, "assessable": 1, "headings": 0, "depths": [1],
            "groups": [{"ref": own_ref(t), "assessable": 1}],
        },
    )  # fmt: skip


def requirement(t: Tenant) -> Requirement:
    return Requirement.objects.create(
        standard=t.of(Standard), ref=own_ref(t), position=0, depth=0, assessable=True, weight=1,
        themes=[t.word("theme")], applies_if=t.word("condition"), own_answer_rule="both", withdrawn=None,
        selections=[t.word("core")],
    )  # fmt: skip


def requirement_text(t: Tenant) -> RequirementText:
    return RequirementText.objects.create(
        requirement=t.of(Requirement), language="en", title=t.text("title"), summary=t.text("summary"),
        question=t.text("question"), evidence=[t.text("evidence")], levels={"1": t.text("one"), "2": t.text("two")},
    )  # fmt: skip


def standard_text(t: Tenant) -> StandardText:
    return StandardText.objects.create(
        standard=t.of(Standard), language="en", profile={"title": t.text("title"), "one_line": t.text("line")},
        faq=[{"question": t.text("asked"), "answer": t.text("answered")}],
    )  # fmt: skip


def own_crosswalk(t: Tenant) -> str:
    """The name of the crosswalk below; its other side is public."""
    return f"{own_slug(t)}--{STANDARD}"


def crosswalk(t: Tenant) -> Crosswalk:
    """Between the organisation's standard and a public one."""
    source, target = own_crosswalk(t).split("--")
    side = {"total": 1, "touched": 1, "covered": 1}
    counts = {
        "relations": {"equal": 1, "subset": 0, "superset": 0, "intersects": 0},
        "provenances": {"official": 0, "reviewed": 1, "suggested": 0},
        "source": side, "target": side,
    }  # fmt: skip
    evidence = {
        "id": "one", "title": t.text("title"), "publisher": t.text("publisher"), "url": "https://example.org/",
        "supports": t.text("supports"),
    }  # fmt: skip
    return Crosswalk.objects.create(
        source_slug=source, target_slug=target, content_hash=t.word("crosswalk"), files_hash="", is_current=True,
        provenance="reviewed", method={"en": t.text("method")}, reviewed_on="2026-11-20", sources=[evidence],
        succession=False, titles={"source": {}, "target": {}}, counts=counts, version=1, origin="authored",
        created_by=t.people["owner"], reviewed_by=t.people["owner"],
    )  # fmt: skip


def crosswalk_group(t: Tenant) -> CrosswalkGroup:
    leaves = Requirement.public.filter(standard__slug=STANDARD, standard__is_current=True, assessable=True)
    ref = leaves.order_by("position").values_list("ref", flat=True)[0]
    return CrosswalkGroup.objects.create(
        crosswalk=t.of(Crosswalk), position=0, source_refs=[own_ref(t)], target_refs=[ref], relation="equal",
        provenance="reviewed", rationale={"en": t.text("rationale")},
    )  # fmt: skip


def draft(t: Tenant) -> StandardDraft:
    """One that can be published."""
    named = t.text("draft")
    words = {"title": named, "summary": named, "question": named, "evidence": [named], "levels": {"1": named}}
    facts = {
        "publisher": named, "edition": "1", "year": 2026, "status": "current", "kind": "framework",
        "nature": "framework", "certifiable": False, "sectors": ["all"],
    }  # fmt: skip
    requirement = {"ref": own_ref(t), "texts": {"en": words}}
    content = {"slug": f"{own_slug(t)}-draft", "number": named, "title": named, "facts": facts}
    return StandardDraft.objects.create(
        slug=content["slug"], number=named, title=named, requirements=1, origin="authored",
        content=as_json(content_from_json(content | {"requirements": [requirement]})),
        report={"lines": [named]}, base=t.of(Standard), created_by=t.people["owner"],
    )  # fmt: skip
