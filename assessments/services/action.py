"""Planning improvements. An approved assessment may still be acted on; an archived one is closed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from api.problems import Conflict, Invalid, PreconditionFailed
from assessments.catalogue.editions import Edition, edition
from assessments.gaps import propose
from assessments.lifecycle import AssessmentState
from assessments.models import Action, Assessment
from assessments.selectors.actions import gaps_without_action, get_action
from assessments.selectors.taken import tree_of
from tenants import audit
from tenants.models import Membership

if TYPE_CHECKING:
    from tenants.access import Access

_COLUMNS: Final = {
    "title": "title", "description": "description", "owner": "owner_id", "due": "due", "effort": "effort",
    "expected_level": "expected_level", "state": "state",
}  # fmt: skip
"""Field of a body → column."""


def create_action(*, assessment: Assessment, access: Access, ref: str, fields: Mapping[str, Any]) -> Action:
    """Plan one improvement of the requirement `ref`. Raises Invalid for a ref, owner or level that is none."""
    _require_open(assessment)
    pinned = edition(assessment.standard_id)
    if ref not in tree_of(assessment).assessable:
        raise Invalid({"ref": ["The assessment has no assessable requirement with this ref."]})
    node = pinned.by_ref[ref]
    values = _columns(fields, pinned=pinned)
    action = Action(assessment=assessment, requirement_id=node.id, created_by_id=access.person_id, **values)
    action.save(force_insert=True)
    audit.record(
        "action.created",
        object_type="action",
        object_id=action.pk,
        after={"assessment": assessment.pk, "ref": ref, **values},
    )
    return action


def change_action(*, assessment: Assessment, action_id: uuid.UUID, version: int, fields: Mapping[str, Any]) -> Action:
    """Change what `fields` names. Raises NotFound, PreconditionFailed, Invalid."""
    _require_open(assessment)
    action = get_action(assessment_id=assessment.pk, action_id=action_id, for_change=True)
    if action.version != version:
        raise PreconditionFailed(action.version)
    values = _columns(fields, pinned=edition(assessment.standard_id))
    before = {name: getattr(action, name) for name in values if getattr(action, name) != values[name]}
    if not before:
        return action
    for name in before:
        setattr(action, name, values[name])
    action.version += 1
    action.save(update_fields=[*before, "version", "updated_at"])
    audit.record(
        "action.changed",
        object_type="action",
        object_id=action.pk,
        before=before,
        after={name: values[name] for name in before},
    )
    return get_action(assessment_id=assessment.pk, action_id=action_id)


def delete_action(*, assessment: Assessment, action_id: uuid.UUID) -> None:
    """Take an action back as if it had not been planned; to decide against one, its state is `dropped`."""
    _require_open(assessment)
    action = get_action(assessment_id=assessment.pk, action_id=action_id, for_change=True)
    before = {name: getattr(action, name) for name in _COLUMNS.values()} | {"ref": action.requirement.ref}
    action.delete()
    audit.record("action.deleted", object_type="action", object_id=action_id, before=before)


def plan_gaps(*, assessment: Assessment, access: Access, limit: int, minimum_gap: float) -> tuple[list[uuid.UUID], int]:
    """Plan one level up for the `limit` most pressing gaps nobody has planned for.

    Returns the ids of the new actions, the most pressing first, and how many such gaps are left. The assessment is
    locked, so that two callers do not plan the same gap.
    """
    _require_open(assessment)
    Assessment.objects.select_for_update().filter(pk=assessment.pk).exists()
    pinned = edition(assessment.standard_id)
    texts, levels = pinned.texts(assessment.language), pinned.scale_in(assessment.language)["levels"]
    gaps, now = gaps_without_action(assessment, minimum=minimum_gap), timezone.now()
    rows, refs = [], []
    for gap in gaps[:limit]:
        words = texts[gap.ref]
        proposal = propose(gap, title=words.title, criteria=words.levels, levels=levels)
        if proposal is None:
            continue
        refs.append(gap.ref)
        rows.append(
            Action(
                assessment=assessment,
                requirement_id=pinned.by_ref[gap.ref].id,
                title=proposal.title,
                description=proposal.description,
                expected_level=proposal.expected_level,
                created_by_id=access.person_id,
                created_at=now,
                updated_at=now,
            )
        )
    Action.objects.bulk_create(rows)
    if rows:
        audit.record(
            "actions.planned",
            object_type="assessment",
            object_id=assessment.pk,
            after={"refs": refs, "actions": [row.pk for row in rows], "titles": [row.title for row in rows]},
        )
    return [row.pk for row in rows], len(gaps) - len(rows)


def _require_open(assessment: Assessment) -> None:
    if assessment.state == AssessmentState.ARCHIVED.value:
        raise Conflict("assessment-archived", "The assessment is archived; plan in its successor.")


def _columns(fields: Mapping[str, Any], *, pinned: Edition) -> dict[str, Any]:
    """The columns a body sets. Raises Invalid."""
    values = {_COLUMNS[name]: value for name, value in fields.items() if name in _COLUMNS}
    if "effort" in values:
        values["effort"] = values["effort"] or ""
    errors = {}
    level, scale = values.get("expected_level"), pinned.scale
    if level is not None and not scale["minimum"] <= level <= scale["maximum"]:
        errors["expected_level"] = [f"The scale goes from {scale['minimum']} to {scale['maximum']}."]
    owner = values.get("owner_id")
    if owner is not None and not Membership.objects.filter(person_id=owner).exists():
        errors["owner"] = ["There is no such member."]
    if errors:
        raise Invalid(errors)
    return values
