"""The moves of an assessment, from its beginning to its approval and the next revision.

Locks are taken in one order by everybody who writes: the assessment's row (`hold_assessment`), then answers, then the
head of the audit trail. Whoever holds the assessment sees its answers and its state stand still.

What becomes of the answers:

* submit: all `answered` ones are handed in. Requirements without an answer may stay so (coverage tells), but not all of
  them. An answer under a change request is not handed in along: that is done on its own (`answer.submit_answer`), so
  that a request cannot be passed over unseen.
* withdraw: the submitted ones go back to `answered`, so that they can be edited; verdicts stay.
* approve: refused while change requests are open or reopened answers have not been handed in again; answers without a
  verdict are no obstacle, since the validated score shows them.
* reopen: begins a new revision that takes over every answer as `answered`, with its evidence and without its verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from api.problems import Conflict, NotFound, PreconditionFailed
from assessments.catalogue.editions import edition
from assessments.lifecycle import AnswerState, AssessmentMove, AssessmentState, LifecycleError, move_assessment
from assessments.models import Assessment
from assessments.problems import refused
from assessments.selectors.taken import answers_in
from tenants import audit
from tenants.access import Access
from tenants.scope import current_organisation

EVENTS: Final[Mapping[AssessmentMove, str]] = {
    AssessmentMove.BEGIN: "assessment.begun",
    AssessmentMove.SUBMIT: "assessment.submitted",
    AssessmentMove.WITHDRAW: "assessment.withdrawn",
    AssessmentMove.APPROVE: "assessment.approved",
    AssessmentMove.REOPEN: "assessment.reopened",
    AssessmentMove.ARCHIVE: "assessment.archived",
}
_BLOCKING = (AnswerState.CHANGES_REQUESTED.value, AnswerState.ANSWERED.value)

_COPY_ANSWERS = """
INSERT INTO assessments_answer (id, organisation_id, assessment_id, requirement_id, state, level, target, applicable,
  reason, note, assignee_id, answered_by_id, answered_at, validated_level, version, updated_at)
SELECT new_id(), a.organisation_id, %(successor)s, a.requirement_id,
  CASE WHEN a.state = 'open' THEN 'open' ELSE 'answered' END, a.level, a.target, a.applicable,
  a.reason, a.note, a.assignee_id, a.answered_by_id, a.answered_at, NULL, 1, %(now)s
FROM assessments_answer a
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = %(predecessor)s
"""
_COPY_LINKS = """
INSERT INTO assessments_evidencelink (id, organisation_id, answer_id, evidence_id, linked_by_id, linked_at)
SELECT new_id(), l.organisation_id, b.id, l.evidence_id, l.linked_by_id, l.linked_at
FROM assessments_answer a
JOIN assessments_answer b ON b.organisation_id = a.organisation_id AND b.assessment_id = %(successor)s
  AND b.requirement_id = a.requirement_id
JOIN assessments_evidencelink l ON l.organisation_id = a.organisation_id AND l.answer_id = a.id
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = %(predecessor)s
"""
_COPY_INHERITED = """
INSERT INTO assessments_inheritedanswer (id, organisation_id, assessment_id, requirement_id, state, over_link, offer,
  decided_by_id, decided_at)
SELECT new_id(), i.organisation_id, %(successor)s, i.requirement_id, i.state, i.over_link, i.offer,
  i.decided_by_id, i.decided_at
FROM assessments_inheritedanswer i
WHERE i.organisation_id = %(organisation)s AND i.assessment_id = %(predecessor)s
"""

_NEW_ID = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring(
  int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
  'hex')::uuid"""
"""A UUIDv7 made by the database, also by one before PostgreSQL 18: milliseconds in 48 bits, version, random."""


def hold_assessment(assessment_id: UUID) -> Assessment:
    """The assessment, locked until the transaction ends, or NotFound. The first lock of every write below it."""
    held = Assessment.objects.select_for_update(no_key=True).filter(pk=assessment_id).first()
    if held is None:
        raise NotFound
    return held


def note_moved_scores(assessment: Assessment) -> None:
    """Say that something scores are made from has changed; for whoever holds the assessment."""
    Assessment.objects.filter(pk=assessment.pk).update(
        answers_revision=F("answers_revision") + 1, updated_at=timezone.now()
    )


def make_move(
    *, access: Access, assessment_id: UUID, move: AssessmentMove, expected_version: int | None = None
) -> Assessment:
    """Make a move and return the assessment, for a reopening its new revision.

    `expected_version` is checked where one is given. Raises NotFound, PreconditionFailed, and Conflict with the
    lifecycle's slug: move-not-open, open-change-requests and unsubmitted-answers (both with `refs`), nothing-answered,
    revision-exists.
    """
    assessment = hold_assessment(assessment_id)
    if expected_version is not None and expected_version != assessment.version:
        raise PreconditionFailed(assessment.version)
    blocking = _blocking(assessment) if move is AssessmentMove.APPROVE else {}
    try:
        target = move_assessment(
            AssessmentState(assessment.state),
            move=move,
            open_change_requests=len(blocking.get(AnswerState.CHANGES_REQUESTED.value, ())),
            unsubmitted_answers=len(blocking.get(AnswerState.ANSWERED.value, ())),
        )
    except LifecycleError as error:
        raise refused(error, **_refs(error, blocking=blocking)) from None
    return _MAKE[move](assessment, target, access)


def begin_with_first_answer(assessment: Assessment) -> None:
    """A draft begins by itself when its first answer comes; one that somebody else began meanwhile is left as it is."""
    begun = Assessment.objects.filter(pk=assessment.pk, state=AssessmentState.DRAFT.value).update(
        state=AssessmentState.IN_PROGRESS.value, version=F("version") + 1, updated_at=timezone.now()
    )
    assessment.refresh_from_db(fields=["state", "version"])
    if begun:
        _record(AssessmentMove.BEGIN, assessment=assessment, before=AssessmentState.DRAFT.value)


def _step(
    assessment: Assessment,
    move: AssessmentMove,
    target: AssessmentState,
    *,
    fields: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
) -> Assessment:
    before = assessment.state
    assessment.state = target.value
    assessment.version += 1
    assessment.updated_at = timezone.now()
    for name, value in (fields or {}).items():
        setattr(assessment, name, value)
    assessment.save(update_fields=["state", "version", "updated_at", *(fields or {})])
    _record(move, assessment=assessment, before=before, told=told)
    return assessment


def _record(
    move: AssessmentMove, *, assessment: Assessment, before: str, told: Mapping[str, Any] | None = None
) -> None:
    audit.record(
        EVENTS[move],
        object_type="assessment",
        object_id=assessment.pk,
        before={"state": before},
        after={"state": assessment.state, "version": assessment.version, **(told or {})},
    )


def _begin(assessment: Assessment, target: AssessmentState, access: Access) -> Assessment:
    return _step(assessment, AssessmentMove.BEGIN, target)


def _submit(assessment: Assessment, target: AssessmentState, access: Access) -> Assessment:
    answers = answers_in(assessment)
    handed_in = _move_answers(answers, before=AnswerState.ANSWERED, after=AnswerState.SUBMITTED)
    if not handed_in and not answers.exclude(state=AnswerState.OPEN.value).exists():
        raise Conflict("nothing-answered", "Answer at least one requirement before you hand the assessment in.")
    now = timezone.now()
    return _step(
        assessment, AssessmentMove.SUBMIT, target, fields={"submitted_at": now}, told={"answers_submitted": handed_in}
    )


def _withdraw(assessment: Assessment, target: AssessmentState, access: Access) -> Assessment:
    answers = answers_in(assessment)
    taken_back = _move_answers(answers, before=AnswerState.SUBMITTED, after=AnswerState.ANSWERED)
    return _step(assessment, AssessmentMove.WITHDRAW, target, told={"answers_taken_back": taken_back})


def _approve(assessment: Assessment, target: AssessmentState, access: Access) -> Assessment:
    from assessments.services.snapshot import take_snapshot

    approval = {"approved_at": timezone.now(), "approved_by_id": access.person_id}
    approved = _step(assessment, AssessmentMove.APPROVE, target, fields=approval)
    take_snapshot(assessment=approved, reason="approved", access=access)
    return approved


def _archive(assessment: Assessment, target: AssessmentState, access: Access) -> Assessment:
    return _step(assessment, AssessmentMove.ARCHIVE, target)


def _reopen(assessment: Assessment, target: AssessmentState, access: Access) -> Assessment:
    """The approved assessment stays as it is; its successor takes over the answers with four statements in all."""
    successor_id = Assessment.objects.filter(predecessor=assessment).values_list("pk", flat=True).first()
    if successor_id is not None:
        raise Conflict("revision-exists", "There is a newer revision already.", successor=successor_id)
    successor = Assessment.objects.create(
        name=assessment.name,
        standard_id=assessment.standard_id,
        state=target.value,
        scope=assessment.scope,
        profiles=assessment.profiles,
        selection=assessment.selection,
        options=assessment.options,
        period_start=assessment.period_start,
        period_end=assessment.period_end,
        target=assessment.target,
        language=assessment.language,
        lead_id=assessment.lead_id,
        revision=assessment.revision + 1,
        predecessor=assessment,
        answers_revision=1,
        created_by_id=access.person_id,
    )
    values: dict[str, Any] = {
        "organisation": current_organisation(),
        "predecessor": assessment.pk,
        "successor": successor.pk,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COPY_ANSWERS.replace("new_id()", _NEW_ID), values)
        copied = cursor.rowcount
        cursor.execute(_COPY_LINKS.replace("new_id()", _NEW_ID), values)
        cursor.execute(_COPY_INHERITED.replace("new_id()", _NEW_ID), values)
    told = {"predecessor": assessment.pk, "revision": successor.revision, "answers": copied}
    _record(AssessmentMove.REOPEN, assessment=successor, before=assessment.state, told=told)
    return successor


_MAKE: Final[Mapping[AssessmentMove, Callable[[Assessment, AssessmentState, Access], Assessment]]] = {
    AssessmentMove.BEGIN: _begin,
    AssessmentMove.SUBMIT: _submit,
    AssessmentMove.WITHDRAW: _withdraw,
    AssessmentMove.APPROVE: _approve,
    AssessmentMove.REOPEN: _reopen,
    AssessmentMove.ARCHIVE: _archive,
}


def _move_answers(answers: Any, *, before: AnswerState, after: AnswerState) -> int:
    moved: int = answers.filter(state=before.value).update(
        state=after.value, version=F("version") + 1, updated_at=timezone.now()
    )
    return moved


def _blocking(assessment: Assessment) -> dict[str, list[str]]:
    """Answer state → refs, in document order, of what an approval waits for."""
    nodes = edition(assessment.standard_id).by_id
    rows = answers_in(assessment).filter(state__in=_BLOCKING).values_list("state", "requirement_id")
    found: dict[str, list[str]] = {}
    for state, requirement_id in sorted(rows, key=lambda row: nodes[row[1]].position):
        found.setdefault(state, []).append(nodes[requirement_id].ref)
    return found


def _refs(error: LifecycleError, *, blocking: Mapping[str, list[str]]) -> dict[str, list[str]]:
    state = {
        "open-change-requests": AnswerState.CHANGES_REQUESTED.value,
        "unsubmitted-answers": AnswerState.ANSWERED.value,
    }.get(error.slug)
    return {"refs": blocking[state]} if state else {}
