"""An organisation's own standard, with its canary in every text: rows of tables that hold public rows too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assessments.catalogue.drafts.content import as_json
from assessments.catalogue.drafts.reading import content_from_json
from assessments.catalogue.models import Requirement, RequirementText, Standard, StandardDraft, StandardText

if TYPE_CHECKING:
    from tests.isolation.world import Tenant


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
