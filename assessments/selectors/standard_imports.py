"""Imports of standards: what was sent, how far it is, and what was understood."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from django.db.models import QuerySet

from api.problems import NotFound
from assessments.catalogue.drafts.content import DraftContent, as_json
from assessments.catalogue.importing.walled import ToldImport
from assessments.models import StandardImport

NODES_SHOWN: Final = 200
_LARGE: Final = ("report", "preview", "crosswalks")


def list_imports() -> QuerySet[StandardImport]:
    return StandardImport.objects.defer(*_LARGE)


def get_import(import_id: uuid.UUID) -> StandardImport:
    """Raises NotFound."""
    row = StandardImport.objects.filter(pk=import_id).first()
    if row is None:
        raise NotFound
    return row


def import_line(row: StandardImport) -> dict[str, Any]:
    """One import in a list."""
    return {
        "id": row.pk,
        "state": row.state,
        "progress": row.progress,
        "preview_only": row.is_preview,
        "files": row.files,
        "format": row.format,
        "error": row.error,
        "counts": {"fault": 0, "warning": 0, "note": 0} | row.counts,
        "draft": row.draft_id,
        "created_by": row.created_by_id,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }


def import_body(row: StandardImport) -> dict[str, Any]:
    return import_line(row) | {"report": row.report, "preview": row.preview, "crosswalks": row.crosswalks}


def report_of(told: ToldImport) -> list[dict[str, str]]:
    return [asdict(finding) for finding in told.findings]


def preview_of(told: ToldImport) -> dict[str, Any]:
    """What was understood: the standard's head with the first nodes of its tree, and the table if it came from one."""
    return {"standard": _standard(told.content) if told.content else None, "table": told.table}


def crosswalks_of(told: ToldImport) -> list[Mapping[str, Any]]:
    return list(told.crosswalks)


def _standard(content: DraftContent) -> dict[str, Any]:
    told = as_json(content)
    head = {name: told[name] for name in ("slug", "number", "title", "language", "facts", "scale")}
    nodes = content.requirements
    parents = {node.parent for node in nodes}
    assessable = [
        node.ref not in parents if node.assessable is None else node.assessable
        for node in nodes
        if node.withdrawn is None
    ]
    return head | {
        "selections": told.get("selections", []),
        "requirements": len(nodes),
        "assessable": sum(assessable),
        "withdrawn": sum(node.withdrawn is not None for node in nodes),
        "languages": sorted({language for node in nodes for language in node.texts}),
        "first": [
            {
                "ref": node.ref,
                "parent": node.parent,
                "title": node.texts[content.language].title if content.language in node.texts else node.ref,
                "assessable": node.assessable,
                "withdrawn": None if node.withdrawn is None else list(node.withdrawn),
            }
            for node in nodes[:NODES_SHOWN]
        ],
    }
