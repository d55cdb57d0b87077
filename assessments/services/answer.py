"""Writing answers: one, or up to 200 at once, each against the version its writer read.

A write takes the assessment's row, upserts the answers under the condition that each still has the version it was read
with, and counts `answers_revision` up, all in one statement: its cost does not depend on the size of the assessment,
and of two writers who read the same version one is told that it is stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from api.ids import new_id
from api.problems import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from assessments.catalogue.editions import Edition, edition
from assessments.lifecycle import AnswerMove, AnswerState, AssessmentState, LifecycleError, move_answer
from assessments.models import Assessment
from assessments.problems import refused
from assessments.scoring import ScoreTree
from assessments.selectors.assessments import get_assessment
from assessments.selectors.taken import tree_of
from assessments.selectors.workbook import UNTOUCHED, AnswerRow, answer_rows, moment
from assessments.services.assign import check_assignees
from assessments.services.edit import EditError, edited, moves_scores, told
from assessments.services.transitions import begin_with_first_answer
from tenants import audit
from tenants.access import Access
from tenants.roles import Action
from tenants.scope import current_organisation

MOST_AT_ONCE = 200

_WRITE = """
WITH held AS (
  UPDATE assessments_assessment
  SET answers_revision = answers_revision + %(moves)s, updated_at = %(now)s
  WHERE organisation_id = %(organisation)s AND id = %(assessment)s AND state = %(during)s
  RETURNING id
), written AS (
  INSERT INTO assessments_answer AS a (id, organisation_id, assessment_id, requirement_id, state, level, target,
    applicable, reason, note, assignee_id, answered_by_id, answered_at, validated_level, version, updated_at)
  SELECT g.id, %(organisation)s, held.id, g.requirement_id, g.state, g.level, g.target, g.applicable, g.reason, g.note,
    g.assignee, g.answered_by, g.answered_at, g.validated_level, g.version, %(now)s
  FROM held CROSS JOIN unnest(%(id)s::uuid[], %(requirement_id)s::uuid[], %(state)s::text[], %(level)s::float8[],
    %(target)s::float8[], %(applicable)s::bool[], %(reason)s::text[], %(note)s::text[], %(assignee)s::uuid[],
    %(answered_by)s::uuid[], %(answered_at)s::timestamptz[], %(validated_level)s::float8[], %(version)s::int[])
    AS g(id, requirement_id, state, level, target, applicable, reason, note, assignee, answered_by, answered_at,
      validated_level, version)
  ON CONFLICT (organisation_id, assessment_id, requirement_id) DO UPDATE SET
    state = EXCLUDED.state, level = EXCLUDED.level, target = EXCLUDED.target, applicable = EXCLUDED.applicable,
    reason = EXCLUDED.reason, note = EXCLUDED.note, assignee_id = EXCLUDED.assignee_id,
    answered_by_id = EXCLUDED.answered_by_id, answered_at = EXCLUDED.answered_at,
    validated_level = EXCLUDED.validated_level, version = EXCLUDED.version, updated_at = EXCLUDED.updated_at
  WHERE a.version = EXCLUDED.version - 1
  RETURNING 1
)
SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM written)
"""
_COLUMNS = (
    "state", "level", "target", "applicable", "reason", "note", "assignee", "answered_by", "answered_at",
    "validated_level", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """One answer's new fields (level, target, applicable, reason, note, assignee) and the version they were made on."""

    ref: str
    version: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """The answers after a write, in the order of the edits, with the assessment they belong to."""

    assessment: Assessment
    rows: Mapping[str, AnswerRow]


def change_answer(*, access: Access, assessment_id: UUID, edit: Edit) -> Written:
    """Change one answer.

    Raises NotFound (assessment or ref), Invalid, Forbidden (assigning without the right), Conflict (closed assessment,
    answer handed in), PreconditionFailed.
    """
    assessment = get_assessment(assessment_id)
    of, tree = edition(assessment.standard_id), tree_of(assessment)
    if edit.ref not in of.by_ref:
        raise NotFound
    if edit.ref not in tree.assessable:
        raise Invalid({"ref": [_unanswerable(edit.ref, of=of, tree=tree)]})
    work = _Work(access=access, assessment=assessment, edits=[edit])
    row = work.rows.get(edit.ref, UNTOUCHED)
    if row.version != edit.version:
        raise PreconditionFailed(row.version)
    try:
        after = work.edited(edit)
    except EditError as error:
        raise Invalid(error.errors) from None
    except LifecycleError as error:
        raise refused(error) from None
    return work.write({edit.ref: after})


def change_answers(*, access: Access, assessment_id: UUID, edits: Sequence[Edit]) -> Written:
    """Change up to MOST_AT_ONCE answers, all or none, with the same number of statements as two.

    Raises like `change_answer`, and for several items at once: Invalid and Conflict with `items` [{index, ref, …}],
    PreconditionFailed with `stale` [{index, ref, current_version}].
    """
    assessment = get_assessment(assessment_id)
    _check_refs(edits, of=edition(assessment.standard_id), tree=tree_of(assessment))
    work = _Work(access=access, assessment=assessment, edits=edits)
    _check_versions(edits, rows=work.rows)
    after: dict[str, AnswerRow] = {}
    wrong: list[dict[str, Any]] = []
    closed: list[dict[str, Any]] = []
    for index, edit in enumerate(edits):
        place = {"index": index, "ref": edit.ref}
        try:
            after[edit.ref] = work.edited(edit)
        except EditError as error:
            wrong.append({**place, "errors": error.errors})
        except LifecycleError as error:
            closed.append({**place, "slug": error.slug, "detail": error.sentence, "open_moves": error.open_moves})
    if wrong:
        raise _invalid(wrong)
    if closed:
        raise Conflict(closed[0]["slug"], closed[0]["detail"], items=closed)
    return work.write(after)


def submit_answer(*, access: Access, assessment_id: UUID, ref: str, expected_version: int) -> Written:
    """Hand one answer in: after a change request, or one given while the assessment is in review."""
    return _move(access=access, assessment_id=assessment_id, ref=ref, version=expected_version, move=AnswerMove.SUBMIT)


def reopen_answer(*, access: Access, assessment_id: UUID, ref: str, expected_version: int) -> Written:
    """Take one answer back for editing. A verdict on it ends with that; its review stays in the history."""
    return _move(access=access, assessment_id=assessment_id, ref=ref, version=expected_version, move=AnswerMove.REOPEN)


class _Work:
    """One write under way: what was read, and how it is written back."""

    def __init__(self, *, access: Access, assessment: Assessment, edits: Sequence[Edit]) -> None:
        if any("assignee" in edit.fields for edit in edits) and not access.may(Action.ANSWER_ASSIGN):
            raise Forbidden(f"This needs the right {Action.ANSWER_ASSIGN.value}.", action=Action.ANSWER_ASSIGN.value)
        self.access, self.assessment = access, assessment
        self.of = edition(assessment.standard_id)
        self.now: datetime = timezone.now()
        self.rows = answer_rows(assessment, refs=[edit.ref for edit in edits])
        self.during = AssessmentState(assessment.state)
        if self.during is AssessmentState.DRAFT:
            self.during = AssessmentState.IN_PROGRESS
        check_assignees(edit.fields.get("assignee") for edit in edits)

    def edited(self, edit: Edit) -> AnswerRow:
        row = self.rows.get(edit.ref, UNTOUCHED)
        return edited(
            row, fields=edit.fields, of=self.of, assessment=self.during, actor=self.access.person_id, now=self.now
        )

    def write(self, after: Mapping[str, AnswerRow]) -> Written:
        """Store what differs, with one audit event over all of it."""
        changed = {ref: row for ref, row in after.items() if row is not self.rows.get(ref, UNTOUCHED)}
        if changed:
            if self.assessment.state == AssessmentState.DRAFT.value:
                begin_with_first_answer(self.assessment)
            self._store(changed)
            pairs = {ref: told(self.rows.get(ref, UNTOUCHED), after=row) for ref, row in changed.items()}
            audit.record(
                "answers.changed",
                object_type="assessment",
                object_id=self.assessment.pk,
                before={ref: before for ref, (before, _) in pairs.items()},
                after={ref: now for ref, (_, now) in pairs.items()},
            )
        return Written(self.assessment, after)

    def _store(self, changed: Mapping[str, AnswerRow]) -> None:
        ordered = sorted(changed.items(), key=lambda item: self.of.by_ref[item[0]].id)
        moved = any(_scores_differ(self.rows.get(ref, UNTOUCHED), after=row) for ref, row in ordered)
        values: dict[str, Any] = {name: [getattr(row, name) for _, row in ordered] for name in _COLUMNS}
        values |= {
            "organisation": current_organisation(),
            "assessment": self.assessment.pk,
            "during": self.during.value,
            "moves": int(moved),
            "now": self.now,
            "id": [new_id() for _ in ordered],
            "requirement_id": [self.of.by_ref[ref].id for ref, _ in ordered],
        }
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, values)
            held, written = cursor.fetchone()
        if not held:
            raise Conflict("assessment-moved", "The assessment was moved to another state meanwhile. Read it again.")
        if written != len(ordered):
            self._raise_stale(changed)

    def _raise_stale(self, changed: Mapping[str, AnswerRow]) -> None:
        """Somebody was faster between our reading and our writing. The problem undoes what was written."""
        found = answer_rows(self.assessment, refs=changed)
        stale: list[dict[str, Any]] = [
            {"ref": ref, "current_version": row.version}
            for ref, row in found.items()
            if (row.version, row.updated_at) != (changed[ref].version, changed[ref].updated_at)
        ]
        raise PreconditionFailed(stale[0]["current_version"], stale=stale)


def _scores_differ(row: AnswerRow, *, after: AnswerRow) -> bool:
    return moves_scores(row, after=after) or row.validated_level != after.validated_level


def _move(*, access: Access, assessment_id: UUID, ref: str, version: int, move: AnswerMove) -> Written:
    assessment = get_assessment(assessment_id)
    if ref not in tree_of(assessment).assessable:
        raise NotFound
    work = _Work(access=access, assessment=assessment, edits=[Edit(ref, version, {})])
    row = work.rows.get(ref, UNTOUCHED)
    if row.version != version:
        raise PreconditionFailed(row.version)
    try:
        state = move_answer(
            AnswerState(row.state),
            move=move,
            assessment=AssessmentState(assessment.state),
            actor=access.person_id,
            answered_by=row.answered_by,
        )
    except LifecycleError as error:
        raise refused(error) from None
    verdict = None if move is AnswerMove.REOPEN else row.validated_level
    after = row._replace(
        state=state.value, validated_level=verdict, version=row.version + 1, updated_at=moment(work.now)
    )
    return work.write({ref: after})


def _check_refs(edits: Sequence[Edit], *, of: Edition, tree: ScoreTree) -> None:
    seen: set[str] = set()
    wrong: list[dict[str, Any]] = []
    for index, edit in enumerate(edits):
        sentence = ""
        if edit.ref not in of.by_ref:
            sentence = f"The standard has no requirement {edit.ref}."
        elif edit.ref not in tree.assessable:
            sentence = _unanswerable(edit.ref, of=of, tree=tree)
        elif edit.ref in seen:
            sentence = f"Requirement {edit.ref} stands here twice."
        if sentence:
            wrong.append({"index": index, "ref": edit.ref, "errors": {"ref": [sentence]}})
        seen.add(edit.ref)
    if wrong:
        raise _invalid(wrong)


def _check_versions(edits: Iterable[Edit], *, rows: Mapping[str, AnswerRow]) -> None:
    stale: list[dict[str, Any]] = [
        {"index": index, "ref": edit.ref, "current_version": rows.get(edit.ref, UNTOUCHED).version}
        for index, edit in enumerate(edits)
        if rows.get(edit.ref, UNTOUCHED).version != edit.version
    ]
    if stale:
        raise PreconditionFailed(stale[0]["current_version"], stale=stale)


def _invalid(items: Sequence[Mapping[str, Any]]) -> Invalid:
    errors = {
        f"answers.{item['index']}.{name}": sentences for item in items for name, sentences in item["errors"].items()
    }
    return Invalid(errors, items=list(items))


def _unanswerable(ref: str, *, of: Edition, tree: ScoreTree) -> str:
    node = of.by_ref[ref]
    if node.withdrawn is not None:
        return f"{ref} is withdrawn; see {', '.join(node.withdrawn)}." if node.withdrawn else f"{ref} is withdrawn."
    if node.assessable or ref not in tree.nodes:
        return f"{ref} is not part of this assessment: it lies outside the selection or option that was chosen."
    return f"{ref} is a heading; answer the requirements below it."
