"""Reads of an organisation's own standards."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

from api.problems import NotFound
from assessments.catalogue.models import Standard
from assessments.catalogue.selectors import Current
from tenants.scope import current_organisation

ORDERINGS: Final = ("number", "title", "year", "created_at")
_LISTED: Final = (
    "id", "slug", "content_hash", "number", "title", "publisher", "edition", "year", "status", "kind", "nature",
    "sectors", "languages", "outline", "is_current", "created_at",
)  # fmt: skip
_CURRENT: Final = ("id", "slug", "content_hash", "number", "title", "languages", "depth", "organisation_id")


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
    row = rows.order_by("-is_current", "-created_at").values(*_CURRENT).first()
    if row is None:
        raise NotFound
    return Current(**{**row, "languages": tuple(row["languages"])})
