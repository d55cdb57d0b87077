"""Deciding on inherited answers: confirming them, which writes them as answers of the one who confirms, or dismissing.

Nothing that is offered counts anywhere before; confirmed, it is an answer like any other and counts once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from api.problems import Conflict, Forbidden, Invalid, PreconditionFailed
from assessments.catalogue.editions import Edition, edition
from assessments.inheritance import FULL, Offer, Route
from assessments.models import Assessment, EvidenceLink, InheritedAnswer, InheritedState
from assessments.selectors.inheritance import Inheritance, inheritance_of
from assessments.selectors.offers import evidence_counts, offer_body
from assessments.selectors.taken import tree_of
from assessments.services.answer import MOST_AT_ONCE, Edit, change_answers
from assessments.services.answer_places import NO_SUCH_REQUIREMENT, refuse_closed
from assessments.services.evidence_links import Pair, link_many
from assessments.services.transitions import hold_assessment
from tenants import audit
from tenants.access import Access
from tenants.roles import Action

LONGEST_NOTE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One offer to confirm: the version its answer was read with, and which of its routes, the best unless told."""

    ref: str
    version: int
    route: int = 0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`already`: refs that were confirmed before and stand so; `evidence`: links that were carried along."""

    assessment: Assessment
    refs: tuple[str, ...]
    already: tuple[str, ...]
    evidence: int


def confirm(*, access: Access, assessment_id: UUID, choices: Sequence[Choice] | None, with_evidence: bool) -> Confirmed:
    """Write offers as answers, all or none; None for every full one that nobody dismissed.

    One that was dismissed may be named, and is taken up again. What was confirmed before is left as it is.
    Raises NotFound; Conflict: already-answered and nothing-inherited with `items`, and what changing answers raises;
    Invalid; PreconditionFailed; Forbidden for evidence without the right to link it.
    """
    if with_evidence and not access.may(Action.EVIDENCE_WRITE):
        raise Forbidden(f"This needs the right {Action.EVIDENCE_WRITE.value}.", action=Action.EVIDENCE_WRITE.value)
    assessment = hold_assessment(assessment_id)
    refuse_closed(assessment)
    found = inheritance_of(assessment)
    already: tuple[str, ...] = ()
    if choices is None:
        full = [offer for offer in found.open.values() if offer.best.carries == FULL]
        choices = [Choice(offer.ref, found.row(offer.ref).version) for offer in full]
    else:
        _check_refs([choice.ref for choice in choices], assessment=assessment)
        already = tuple(choice.ref for choice in choices if _was_confirmed(choice.ref, found=found))
        choices = [choice for choice in choices if choice.ref not in already]
        _check(choices, found=found)
    routes = {choice.ref: found.offers[choice.ref].routes[choice.route] for choice in choices}
    edits = [
        Edit(choice.ref, choice.version, _fields(routes[choice.ref], note=found.row(choice.ref).note))
        for choice in choices
    ]
    for start in range(0, len(edits), MOST_AT_ONCE):
        change_answers(access=access, assessment_id=assessment.pk, edits=edits[start : start + MOST_AT_ONCE])
    evidence = _carry_evidence(access, assessment, routes=routes) if with_evidence else 0
    _note(access, assessment, found=found, routes=routes)
    return Confirmed(assessment, tuple(routes), already, evidence)


def dismiss(*, access: Access, assessment_id: UUID, refs: Sequence[str]) -> list[str]:
    """Say that offers do not fit; they stay away until somebody confirms them by name. The refs that were offered.

    Dismissing again changes nothing. Raises NotFound, Invalid, and Conflict nothing-inherited with `items`.
    """
    assessment = hold_assessment(assessment_id)
    refuse_closed(assessment)
    _check_refs(refs, assessment=assessment)
    found = inheritance_of(assessment)
    wanted = [ref for ref in refs if not _was_dismissed(ref, found=found)]
    _refuse_unoffered(wanted, found=found)
    if wanted:
        _store(access, assessment, found=found, routes={ref: found.offers[ref].best for ref in wanted}, confirmed=False)
        audit.record(
            "answer.inherited_dismissed", object_type="assessment", object_id=assessment.pk, after={"refs": wanted}
        )
    return wanted


def _check_refs(refs: Sequence[str], *, assessment: Assessment) -> None:
    tree, faults = tree_of(assessment), {}
    for index, ref in enumerate(refs):
        if ref not in tree.assessable:
            faults[f"refs.{index}"] = [NO_SUCH_REQUIREMENT]
        elif ref in refs[:index]:
            faults[f"refs.{index}"] = [f"Requirement {ref} stands here twice."]
    if faults:
        raise Invalid(faults)


def _check(choices: Sequence[Choice], *, found: Inheritance) -> None:
    _refuse_unoffered([choice.ref for choice in choices], found=found)
    stale: list[dict[str, Any]] = [
        {"ref": choice.ref, "current_version": found.row(choice.ref).version}
        for choice in choices
        if found.row(choice.ref).version != choice.version
    ]
    if stale:
        raise PreconditionFailed(stale[0]["current_version"], stale=stale)
    wrong = {
        f"answers.{index}.route": [f"There are {len(found.offers[choice.ref].routes)} routes, counted from 0."]
        for index, choice in enumerate(choices)
        if choice.route >= len(found.offers[choice.ref].routes)
    }
    if wrong:
        raise Invalid(wrong)


def _refuse_unoffered(refs: Sequence[str], *, found: Inheritance) -> None:
    """409 for what has an answer already, which nothing inherited replaces, and for what nothing leads to."""
    missing = [ref for ref in refs if ref not in found.offers]
    answered = [ref for ref in missing if found.row(ref).is_answered]
    if answered:
        detail = f"{', '.join(answered)}: answered already. Nothing inherited takes the place of an answer."
        raise Conflict("already-answered", detail, items=[{"ref": ref} for ref in answered])
    if missing:
        detail = f"{', '.join(missing)}: no answer elsewhere speaks for this now. Read the offers again."
        raise Conflict("nothing-inherited", detail, items=[{"ref": ref} for ref in missing])


def _was_confirmed(ref: str, *, found: Inheritance) -> bool:
    row = found.decided.get(ref)
    return row is not None and row.state == InheritedState.CONFIRMED and found.row(ref).is_answered


def _was_dismissed(ref: str, *, found: Inheritance) -> bool:
    row = found.decided.get(ref)
    return row is not None and row.state == InheritedState.DISMISSED


def _carry_evidence(access: Access, assessment: Assessment, *, routes: Mapping[str, Route]) -> int:
    pairs = _evidence_behind(routes)
    if not pairs:
        return 0
    linked = link_many(assessment.pk, pairs=pairs, person_id=access.person_id)
    return sum(not link.known for link in linked)


def _fields(route: Route, *, note: str) -> dict[str, Any]:
    """The answer's new fields; a note that somebody wrote already stays."""
    words = {} if note else {"note": _notes_of(route)}
    if not route.applicable:
        return {"applicable": False, "reason": route.reason, **words}
    return {"level": route.level, **words}


def _notes_of(route: Route) -> str:
    """What was noted there. Where it came from is kept beside the answer, as a fact and not as somebody's words."""
    notes = [given for given in route.givens if given.note]
    if len(route.givens) == 1:
        return "".join(given.note for given in notes)[:LONGEST_NOTE]
    return "\n\n".join(f"{given.number} {given.ref}: {given.note}" for given in notes)[:LONGEST_NOTE]


def _evidence_behind(routes: Mapping[str, Route]) -> list[Pair]:
    """(ref here, evidence) of all that backs the sources and has passed its checks. One query."""
    sources: dict[UUID, list[UUID]] = {given.answer_id: [] for route in routes.values() for given in route.givens}
    links = EvidenceLink.objects.filter(answer_id__in=sources, evidence__ready_version__isnull=False)
    for answer_id, evidence_id in links.order_by("pk").values_list("answer_id", "evidence_id"):
        sources[answer_id].append(evidence_id)
    pairs = [
        Pair(ref, evidence_id)
        for ref, route in routes.items()
        for given in route.givens
        for evidence_id in sources[given.answer_id]
    ]
    return list(dict.fromkeys(pairs))


def _note(access: Access, assessment: Assessment, *, found: Inheritance, routes: Mapping[str, Route]) -> None:
    if not routes:
        return
    bodies = _store(access, assessment, found=found, routes=routes, confirmed=True)
    audit.record(
        "answer.inherited_confirmed",
        object_type="assessment",
        object_id=assessment.pk,
        after={ref: _provenance(body) for ref, body in bodies.items()},
    )


def _provenance(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of a confirmation: the way it came, and the answers it came from."""
    route = body["routes"][0]
    kept = {name: route[name] for name in ("kind", "carries", "relation", "crosswalk", "crosswalk_of", "group")}
    sources = [
        {"assessment": answer["assessment"]["id"], "answer": answer["answer"], "ref": answer["ref"],
         "standard": answer["standard"]["slug"], "level": answer["level"], "validated": answer["validated"]}
        for answer in route["answers"]
    ]  # fmt: skip
    return {"level": body["level"], "applicable": body["applicable"], **kept, "sources": sources}


def _store(
    access: Access, assessment: Assessment, *, found: Inheritance, routes: Mapping[str, Route], confirmed: bool
) -> dict[str, dict[str, Any]]:
    """The decision beside each requirement, over an earlier one. The offers as decided on, by ref."""
    of, now = edition(assessment.standard_id), timezone.now()
    evidence = evidence_counts({given.answer_id for route in routes.values() for given in route.givens})
    bodies = {
        ref: offer_body(
            Offer(ref, (route,)),
            of=of,
            version=found.row(ref).version,
            language=assessment.language,
            evidence=evidence,
        )
        for ref, route in routes.items()
    }
    InheritedAnswer.objects.bulk_create(
        [_row(access, assessment, of=of, body=bodies[ref], confirmed=confirmed, now=now) for ref in routes],
        update_conflicts=True,
        unique_fields=["organisation", "assessment", "requirement"],
        update_fields=["state", "over_link", "offer", "decided_by", "decided_at"],
    )
    return bodies


def _row(
    access: Access, assessment: Assessment, *, of: Edition, body: dict[str, Any], confirmed: bool, now: Any
) -> InheritedAnswer:
    return InheritedAnswer(
        assessment=assessment,
        requirement_id=of.by_ref[body["ref"]].id,
        state=InheritedState.CONFIRMED if confirmed else InheritedState.DISMISSED,
        over_link=body["routes"][0]["kind"] == "crosswalk",
        offer=body,
        decided_by_id=access.person_id,
        decided_at=now,
    )
