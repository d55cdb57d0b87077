"""From one edition of a standard to the next: a new assessment beside the old one, with what was answered offered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.problems import Conflict
from assessments.catalogue.crosswalk_selectors import successor_of
from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.selectors import Current, startable_standard
from assessments.inheritance import carried_level
from assessments.models import Assessment
from assessments.selectors.assessments import get_assessment
from assessments.services.start import is_member, start_assessment
from tenants import audit
from tenants.access import Access


def upgrade_assessment(*, access: Access, assessment_id: UUID, name: str | None = None) -> Assessment:
    """Start an assessment of the newer edition with the old one's scope, profiles, target, language and lead.

    Newer is the current state of the same standard where another one is pinned, else the edition that a crosswalk
    calls its successor. The old assessment stays as it is, and its answers are offered to the new one.
    Raises NotFound, and Conflict no-newer-edition.
    """
    old = get_assessment(assessment_id)
    of = edition(old.standard_id)
    newer = _newer(of)
    if newer is None:
        raise Conflict("no-newer-edition", f"The catalogue has no newer edition of {of.number} than the one assessed.")
    fields = _carried(old, of=of, to=edition(newer.id), languages=access.organisation.languages) | {
        "name": name or old.name,
        "standard": newer.slug,
    }
    made = start_assessment(access=access, fields=fields)
    audit.record(
        "assessment.upgraded",
        object_type="assessment",
        object_id=made.pk,
        before={"assessment": old.pk, "standard": of.slug, "content_hash": of.content_hash},
        after={"standard": newer.slug, "content_hash": newer.content_hash},
    )
    return made


def _newer(of: Edition) -> Current | None:
    current = startable_standard(of.slug)
    if current is not None and current.is_assessable and current.id != of.id:
        return current
    slug = successor_of(of.slug)
    successor = startable_standard(slug) if slug else None
    return successor if successor is not None and successor.is_assessable else None


def _carried(old: Assessment, *, of: Edition, to: Edition, languages: Sequence[str]) -> dict[str, Any]:
    """What of the old assessment's own fields still means something there."""
    selections = {entry["slug"] for entry in to.selections}
    options = {
        entry["slug"]: old.options[entry["slug"]]
        for entry in to.alternatives
        if old.options.get(entry["slug"]) in {option["slug"] for option in entry["options"]}
    }
    target = old.target
    if target is not None and of.scale != to.scale:
        target = float(carried_level(target, of=of.scale, to=to.scale, partial=False).level)
    return {
        "scope": old.scope,
        "profiles": list(old.profiles),
        "selection": old.selection if old.selection in selections else "",
        "options": options,
        "target": target,
        "language": to.language(old.language, *languages),
        "lead": old.lead_id if old.lead_id and is_member(old.lead_id) else None,
    }
