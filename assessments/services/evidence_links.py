"""Which evidence backs which answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from api.problems import Conflict, Invalid, NotFound
from assessments.catalogue.editions import Node
from assessments.lifecycle import AssessmentState, LifecycleError
from assessments.models import Assessment, Evidence, EvidenceLink, EvidenceVersion
from assessments.selectors.taken import tree_of
from assessments.services.answer_places import (
    NO_SUCH_REQUIREMENT,
    edition_of,
    find_node,
    lock_answers,
    refuse_unless_editable,
    take_answers,
)
from assessments.services.check import PENDING
from assessments.services.transitions import begin_with_first_answer, hold_assessment, note_moved_scores
from tenants import audit

NO_SUCH_EVIDENCE = "There is no such evidence."
REJECTED = "Its file was rejected; upload another version first."


@dataclass(frozen=True, slots=True)
class Pair:
    ref: str
    evidence_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Linked:
    """`known`: the link was there before."""

    pair: Pair
    known: bool


def link_evidence(assessment_id: uuid.UUID, *, ref: str, evidence_id: uuid.UUID, person_id: uuid.UUID) -> Linked:
    """Link one evidence to the answer at `ref`. NotFound for an unknown ref, Invalid for unknown evidence, Conflict."""
    assessment = hold_assessment(assessment_id)
    node = find_node(assessment, ref=ref)
    if fault := _faults([evidence_id]).get(evidence_id):
        raise Invalid({"evidence": [fault]})
    return _link(assessment, nodes={ref: node}, pairs=[Pair(ref, evidence_id)], person_id=person_id)[0]


def link_many(assessment_id: uuid.UUID, *, pairs: Sequence[Pair], person_id: uuid.UUID) -> list[Linked]:
    """All pairs or none, in a number of statements that does not depend on how many there are. Repeats are one link."""
    assessment = hold_assessment(assessment_id)
    unfit = _faults([pair.evidence_id for pair in pairs])
    by_ref, taken = edition_of(assessment).by_ref, tree_of(assessment).assessable
    faults: dict[str, list[str]] = {}
    for index, pair in enumerate(pairs):
        if pair.ref not in taken:
            faults[f"links.{index}.ref"] = [NO_SUCH_REQUIREMENT]
        if fault := unfit.get(pair.evidence_id):
            faults[f"links.{index}.evidence"] = [fault]
    if faults:
        raise Invalid(faults)
    return _link(assessment, nodes=by_ref, pairs=list(dict.fromkeys(pairs)), person_id=person_id)


def unlink_evidence(assessment_id: uuid.UUID, *, ref: str, evidence_id: uuid.UUID) -> None:
    """Take the link away. 404 when there is none."""
    assessment = hold_assessment(assessment_id)
    node = find_node(assessment, ref=ref)
    answer = lock_answers(assessment, requirement_ids=[node.id]).get(node.id)
    links = EvidenceLink.objects.filter(answer=answer, evidence_id=evidence_id)
    if answer is None or not links.exists():
        raise NotFound
    _refuse_fixed(assessment, states={ref: answer.state})
    links.delete()
    note_moved_scores(assessment)
    audit.record(
        "evidence.unlinked",
        object_type="assessment",
        object_id=assessment.pk,
        before={"links": [{"ref": ref, "evidence": evidence_id}]},
    )


def _faults(evidence_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What cannot be linked, and why. Still being checked it can: it counts from the day it is ready."""
    waiting = EvidenceVersion.objects.filter(evidence_id=OuterRef("pk"), state__in=PENDING)
    rows = Evidence.objects.filter(pk__in=set(evidence_ids)).annotate(waiting=Exists(waiting))
    fit = {pk: ready is not None or waits for pk, ready, waits in rows.values_list("pk", "ready_version", "waiting")}
    faults = {pk: REJECTED if pk in fit else NO_SUCH_EVIDENCE for pk in evidence_ids}
    return {pk: fault for pk, fault in faults.items() if not fit.get(pk)}


def _link(
    assessment: Assessment, *, nodes: Mapping[str, Node], pairs: Sequence[Pair], person_id: uuid.UUID
) -> list[Linked]:
    answers = take_answers(assessment, requirement_ids={nodes[pair.ref].id for pair in pairs})
    # A refusal undoes the rows just made together with everything else.
    _refuse_fixed(assessment, states={pair.ref: answers[nodes[pair.ref].id].state for pair in pairs})
    existing = set(
        EvidenceLink.objects.filter(answer__in=[answer.pk for answer in answers.values()]).values_list(
            "answer_id", "evidence_id"
        )
    )
    linked = [Linked(pair, (answers[nodes[pair.ref].id].pk, pair.evidence_id) in existing) for pair in pairs]
    new = [link.pair for link in linked if not link.known]
    if not new:
        return linked
    if assessment.state == AssessmentState.DRAFT:
        begin_with_first_answer(assessment)
    EvidenceLink.objects.bulk_create(
        [
            EvidenceLink(answer=answers[nodes[pair.ref].id], evidence_id=pair.evidence_id, linked_by_id=person_id)
            for pair in new
        ]
    )
    note_moved_scores(assessment)
    audit.record(
        "evidence.linked",
        object_type="assessment",
        object_id=assessment.pk,
        after={"links": [{"ref": pair.ref, "evidence": pair.evidence_id} for pair in new]},
    )
    return linked


def _refuse_fixed(assessment: Assessment, *, states: Mapping[str, str]) -> None:
    """Conflict with the refs whose evidence is fixed now: handed in, validated, or in a closed assessment."""
    faults: list[dict[str, Any]] = []
    for ref, state in states.items():
        try:
            refuse_unless_editable(assessment, state=state)
        except LifecycleError as error:
            moves = list(error.open_moves)
            faults.append({"ref": ref, "slug": error.slug, "detail": error.sentence, "open_moves": moves})
    if faults:
        raise Conflict(faults[0]["slug"], faults[0]["detail"], items=faults)
