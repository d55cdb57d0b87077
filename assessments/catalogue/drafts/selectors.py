"""Reads of an organisation's own standards."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from api.problems import NotFound
from assessments.catalogue.drafts.content import ContentFault
from assessments.catalogue.drafts.lint import Findings
from assessments.catalogue.models import Standard, StandardDraft
from assessments.catalogue.selectors import CURRENT, Current, to_current
from tenants.scope import current_organisation

ORDERINGS: Final = ("number", "title", "year", "created_at")
_LISTED: Final = (
    "id", "slug", "content_hash", "number", "title", "publisher", "edition", "year", "status", "kind", "nature",
    "sectors", "languages", "outline", "is_current", "created_at",
)  # fmt: skip

DRAFT_ORDERINGS: Final = ("-id", "slug", "updated_at")
FINDINGS_TOLD: Final = 1000
_HEAD: Final = (
    "id", "slug", "number", "title", "requirements", "origin", "state", "version", "created_at", "updated_at",
    "published_at", "standard_id", "base_id", "base__slug", "base__number", "base__edition",
)  # fmt: skip


def own_standards(*, current: bool | None = None) -> QuerySet[Standard, dict[str, Any]]:
    """Every edition the organisation in scope has published, for `standard_body`; one query."""
    rows = Standard.objects.filter(organisation_id=current_organisation())
    if current is not None:
        rows = rows.filter(is_current=current)
    found: QuerySet[Standard, dict[str, Any]] = rows.values(*_LISTED)
    return found


def standard_body(row: dict[str, Any]) -> dict[str, Any]:
    counts, published_at = row.pop("outline") or {}, row.pop("created_at")
    return row | {
        "requirements": counts.get("requirements", 0),
        "assessable": counts.get("assessable", 0),
        "published_at": published_at,
    }


def own_standard(slug: str) -> Current:
    """The organisation's standard of that slug: the current edition, else the one published last. Raises NotFound."""
    rows = Standard.objects.filter(organisation_id=current_organisation(), slug=slug)
    row = rows.order_by("-is_current", "-created_at").values(*CURRENT).first()
    if row is None:
        raise NotFound
    return to_current(row)


def drafts(*, state: str | None = None) -> QuerySet[StandardDraft, dict[str, Any]]:
    """The organisation's drafts without their content, for `head_body`; one query."""
    rows = StandardDraft.objects.filter(**({"state": state} if state else {}))
    found: QuerySet[StandardDraft, dict[str, Any]] = rows.values(*_HEAD)
    return found


def draft_head(draft_id: UUID) -> dict[str, Any]:
    """A draft without its content. Raises NotFound."""
    row = drafts().filter(pk=draft_id).first()
    if row is None:
        raise NotFound
    return head_body(row)


def head_body(row: dict[str, Any]) -> dict[str, Any]:
    base = {name: row.pop(f"base__{name}") for name in ("slug", "number", "edition")}
    base_id, standard_id = row.pop("base_id"), row.pop("standard_id")
    return row | {"base": base if base_id else None, "standard": standard_id}


def get_draft(draft_id: UUID) -> StandardDraft:
    """The draft with its content. Raises NotFound."""
    found = StandardDraft.objects.filter(pk=draft_id).first()
    if found is None:
        raise NotFound
    return found


def draft_body(draft: StandardDraft) -> dict[str, Any]:
    return draft_head(draft.pk) | {"report": draft.report, "content": draft.content}


def requirement_of_draft(draft_id: UUID, *, ref: str) -> dict[str, Any]:
    """{draft, requirement}. Raises NotFound."""
    draft = get_draft(draft_id)
    for requirement in draft.content["requirements"]:
        if requirement["ref"] == ref:
            return {"draft": draft_head(draft_id), "requirement": requirement}
    raise NotFound


def findings_body(draft: StandardDraft, findings: Findings) -> dict[str, Any]:
    return {
        "version": draft.version,
        "publishable": not findings.faults,
        "faults": [fault_body(fault) for fault in findings.faults[:FINDINGS_TOLD]],
        "warnings": [fault_body(fault) for fault in findings.warnings[:FINDINGS_TOLD]],
        "fault_count": len(findings.faults),
        "warning_count": len(findings.warnings),
    }


def fault_body(fault: ContentFault) -> dict[str, Any]:
    return {"pointer": fault.pointer, "ref": fault.ref or None, "message": fault.message}
