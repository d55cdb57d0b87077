"""Who answers what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from api.ids import new_id
from api.problems import Conflict, Invalid
from assessments.catalogue.editions import Edition, edition
from assessments.lifecycle import AnswerState
from assessments.models import Assessment
from assessments.scoring import ScoreTree
from assessments.selectors.taken import tree_of
from assessments.services.transitions import hold_assessment
from tenants import audit
from tenants.models import Membership
from tenants.roles import ACTIONS, Action
from tenants.scope import current_organisation

CLOSED = frozenset({"approved", "archived"})
ABLE_TO_ANSWER = tuple(role.value for role, actions in ACTIONS.items() if Action.ANSWER_WRITE in actions)

_ASSIGN = """
INSERT INTO assessments_answer AS a (id, organisation_id, assessment_id, requirement_id, state, applicable, reason,
  note, assignee_id, version, updated_at)
SELECT g.id, %(organisation)s, %(assessment)s, g.requirement_id, %(open)s, true, '', '', %(assignee)s, 1, %(now)s
FROM unnest(%(id)s::uuid[], %(requirement_id)s::uuid[]) AS g(id, requirement_id)
ON CONFLICT (organisation_id, assessment_id, requirement_id) DO UPDATE SET
  assignee_id = EXCLUDED.assignee_id, version = a.version + 1, updated_at = EXCLUDED.updated_at
WHERE a.assignee_id IS DISTINCT FROM EXCLUDED.assignee_id
RETURNING a.requirement_id, (SELECT b.assignee_id FROM assessments_answer b WHERE b.organisation_id = a.organisation_id
  AND b.assessment_id = a.assessment_id AND b.requirement_id = a.requirement_id)
"""
_TAKE_AWAY = """
UPDATE assessments_answer a SET assignee_id = NULL, version = a.version + 1, updated_at = %(now)s
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = %(assessment)s
  AND a.requirement_id = ANY(%(requirement_id)s) AND a.assignee_id IS NOT NULL
RETURNING a.requirement_id, (SELECT b.assignee_id FROM assessments_answer b WHERE b.organisation_id = a.organisation_id
  AND b.id = a.id)
"""
"""The inner SELECT sees the row as it was before the statement."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The requirements meant, and those among them whose assignee changed; both in document order."""

    refs: list[str]
    changed: list[str]


def assign_answers(*, assessment_id: UUID, refs: Sequence[str], assignee: UUID | None) -> Assigned:
    """Give the requirements to one member; a heading stands for all below it that apply. None takes them away again.

    Each answer that changes gets a new version. Raises NotFound, Invalid, Conflict.
    """
    assessment = hold_assessment(assessment_id)
    if assessment.state in CLOSED:
        raise Conflict("assessment-not-open", f"The assessment is {assessment.state}: its answers cannot be changed.")
    of = edition(assessment.standard_id)
    meant = _meant(refs, of=of, tree=tree_of(assessment), profiles=assessment.profiles)
    check_assignees([assignee])
    changed = _store(assessment, of=of, refs=meant, assignee=assignee)
    if changed:
        audit.record(
            "answers.assigned",
            object_type="assessment",
            object_id=assessment.pk,
            before={"assignees": changed},
            after={"assignee": assignee, "refs": list(changed)},
        )
    return Assigned(meant, list(changed))


def check_assignees(person_ids: Iterable[UUID | None]) -> None:
    """Refuse whoever is no member, or one whose role does not answer, with one sentence for both. At most one query."""
    wanted = {id_ for id_ in person_ids if id_ is not None}
    if not wanted:
        return
    able = Membership.objects.filter(person_id__in=wanted, role__in=ABLE_TO_ANSWER).count()
    if able != len(wanted):
        raise Invalid({"assignee": ["Name a member of this organisation who may answer."]})


def _meant(refs: Sequence[str], *, of: Edition, tree: ScoreTree, profiles: Sequence[str]) -> list[str]:
    unknown = [ref for ref in refs if ref not in tree.nodes]
    if unknown:
        raise Invalid({"refs": [f"The assessment has no requirement {ref}." for ref in unknown]})
    chosen: set[str] = set()
    for ref in refs:
        if ref in tree.assessable:
            chosen.add(ref)
        for below in tree.descendants(ref):
            node = of.by_ref[below]
            if below in tree.assessable and (not node.applies_if or node.applies_if in profiles):
                chosen.add(below)
    return [node.ref for node in of.nodes if node.ref in chosen]


def _store(
    assessment: Assessment, *, of: Edition, refs: Sequence[str], assignee: UUID | None
) -> dict[str, UUID | None]:
    """Ref → the assignee before, of the answers that changed, in document order."""
    values: dict[str, Any] = {
        "organisation": current_organisation(),
        "assessment": assessment.pk,
        "requirement_id": [of.by_ref[ref].id for ref in refs],
        "id": [new_id() for _ in refs],
        "assignee": assignee,
        "open": AnswerState.OPEN.value,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AWAY if assignee is None else _ASSIGN, values)
        changed = {of.by_id[row[0]].ref: row[1] for row in cursor}
    return {ref: changed[ref] for ref in refs if ref in changed}
