"""Planned improvements of an assessment, for reading."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from api.problems import NotFound
from assessments.catalogue.editions import edition
from assessments.gaps import Gap, rank_gaps
from assessments.models import Action, Assessment
from assessments.models.action import ActionState
from assessments.selectors.scores import leaf_states

ORDERINGS = ("-id", "updated_at", "title")


def list_actions(
    assessment: Assessment, *, state: str | None = None, owner: uuid.UUID | None = None, ref: str | None = None
) -> QuerySet[Any]:
    """The actions of one assessment with their owners; a ref that the standard does not have finds none."""
    rows: QuerySet[Any] = Action.objects.filter(assessment=assessment).select_related("owner", "requirement")
    if state:
        rows = rows.filter(state=state)
    if owner:
        rows = rows.filter(owner_id=owner)
    if ref:
        rows = rows.filter(requirement__ref=ref)
    return rows


def get_action(*, assessment_id: uuid.UUID, action_id: uuid.UUID, for_change: bool = False) -> Action:
    """One action of one assessment, locked `for_change`; NotFound when the two do not belong together."""
    rows = Action.objects.select_related("owner", "requirement").filter(assessment_id=assessment_id, pk=action_id)
    found: Action | None = (rows.select_for_update(of=("self",)) if for_change else rows).first()
    if found is None:
        raise NotFound
    return found


def gaps_without_action(assessment: Assessment, *, minimum: float) -> list[Gap]:
    """The ranked gaps nobody has planned for.

    A finished action whose gap is still there does not count; a dropped one does: somebody decided against it.
    """
    planned = set(
        Action.objects.filter(assessment=assessment)
        .exclude(state=ActionState.DONE)
        .values_list("requirement__ref", flat=True)
    )
    nodes = edition(assessment.standard_id).by_ref
    return rank_gaps(
        (
            Gap(ref=ref, position=nodes[ref].position, weight=nodes[ref].weight, level=state.level, target=state.target)
            for ref, state in leaf_states(assessment).items()
            if ref not in planned and state.applicable and state.level is not None and state.target is not None
        ),
        minimum=minimum,
    )


def action_body(action: Action) -> dict[str, Any]:
    """An action as it is shown. `version` in quotes is its ETag."""
    owner = action.owner
    return {
        "id": action.pk,
        "ref": action.requirement.ref,
        "title": action.title,
        "description": action.description,
        "owner": {"id": owner.pk, "name": owner.display_name} if owner else None,
        "due": action.due,
        "effort": action.effort or None,
        "expected_level": action.expected_level,
        "state": action.state,
        "version": action.version,
        "created_at": action.created_at,
        "updated_at": action.updated_at,
    }
