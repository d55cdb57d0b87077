"""Offers in words: one as it is shown and kept, and a page of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count

from api.problems import Invalid
from assessments.catalogue.editions import Edition, Node, edition
from assessments.inheritance import Offer, Route, stands_as_it_came
from assessments.models import Assessment, EvidenceLink, InheritedAnswer, InheritedState
from assessments.selectors.inheritance import Inheritance
from assessments.selectors.sight import names_of
from assessments.selectors.taken import tree_of
from assessments.selectors.workbook import UNTOUCHED, AnswerRow

OFFERED: Final = "offered"


@dataclass(frozen=True, slots=True)
class OfferPage:
    """`counts` are of all that is open; `total` of what was asked for, of which this is a page."""

    bodies: list[dict[str, Any]]
    counts: Mapping[str, int]
    total: int


def list_offers(
    found: Inheritance, *, state: str, carries: str | None, top: str | None, start: int, size: int
) -> OfferPage:
    """A page of offers in document order, or of what was decided. Raises Invalid for an unknown `top`."""
    of, tree = edition(found.assessment.standard_id), tree_of(found.assessment)
    if top is not None and top not in tree.nodes:
        raise Invalid({"ref": [f"The assessment has no requirement {top}."]})
    within = None if top is None else {top, *tree.descendants(top)}
    if state == OFFERED:
        kept = {ref: offer.best.carries for ref, offer in found.open.items()}
    else:
        kept = {ref: row.offer["carries"] for ref, row in found.decided.items() if row.state == state}
    refs = [
        ref
        for ref in sorted(kept, key=lambda ref: of.by_ref[ref].position)
        if (within is None or ref in within) and carries in {None, kept[ref]}
    ]
    shown = refs[start : start + size]
    bodies = _offered(found, refs=shown, of=of) if state == OFFERED else _decided(found, refs=shown)
    return OfferPage(bodies, found.counts, len(refs))


def _offered(found: Inheritance, *, refs: Collection[str], of: Edition) -> list[dict[str, Any]]:
    sources = {given.answer_id for ref in refs for route in found.offers[ref].routes for given in route.givens}
    evidence = evidence_counts(sources)
    return [
        offer_body(
            found.offers[ref],
            of=of,
            version=found.row(ref).version,
            language=found.assessment.language,
            evidence=evidence,
        )
        | {"state": OFFERED, "decided_by": None, "decided_at": None, "edited_since": False}
        for ref in refs
    ]


def _decided(found: Inheritance, *, refs: Collection[str]) -> list[dict[str, Any]]:
    rows = [(ref, found.decided[ref]) for ref in refs]
    names = names_of(row.decided_by_id for _, row in rows)
    return [decided_body(row, answer=found.row(ref), names=names) for ref, row in rows]


def inherited_from(assessment: Assessment, *, node: Node, row: AnswerRow | None) -> dict[str, Any] | None:
    """What an answer was confirmed from, or None. One query."""
    rows = InheritedAnswer.objects.filter(assessment=assessment, requirement_id=node.id)
    found = rows.filter(state=InheritedState.CONFIRMED).select_related("decided_by").first()
    if found is None:
        return None
    person = found.decided_by
    names = {str(person.pk): person.name or person.email.partition("@")[0]}
    return decided_body(found, answer=row or UNTOUCHED, names=names)


def decided_body(row: InheritedAnswer, *, answer: AnswerRow, names: Mapping[str, str]) -> dict[str, Any]:
    """What was decided, with the offer as it was then, beside the answer as it is now."""
    person, offer = str(row.decided_by_id), dict(row.offer)
    return offer | {
        "version": answer.version,
        "state": row.state,
        "decided_by": {"id": person, "name": names[person]} if person in names else None,
        "decided_at": row.decided_at,
        "edited_since": row.state == InheritedState.CONFIRMED
        and not stands_as_it_came(offer, level=answer.level, applicable=answer.applicable),
    }


def evidence_counts(answer_ids: Collection[UUID]) -> dict[UUID, int]:
    """Answer id → how much evidence it has. One query, or none for nothing."""
    if not answer_ids:
        return {}
    rows = EvidenceLink.objects.filter(answer_id__in=answer_ids).values_list("answer_id").annotate(Count("pk"))
    return dict(rows.order_by())


def offer_body(
    offer: Offer, *, of: Edition, version: int, language: str, evidence: Mapping[UUID, int] | None = None
) -> dict[str, Any]:
    """An offer as it is shown, and kept with a decision."""
    best = offer.best
    return {
        "ref": offer.ref,
        "title": of.texts(language)[offer.ref].title,
        "version": version,
        "carries": best.carries,
        "level": best.level,
        "applicable": best.applicable,
        "reason": best.reason,
        "confidence": {"grade": best.grade, "words": best.confidence},
        "routes": [_route_body(route, evidence=evidence or {}) for route in offer.routes],
    }


def _route_body(route: Route, *, evidence: Mapping[UUID, int]) -> dict[str, Any]:
    return {
        "kind": route.kind,
        "carries": route.carries,
        "level": route.level,
        "applicable": route.applicable,
        "relation": route.relation,
        "crosswalk": route.crosswalk,
        "crosswalk_of": route.crosswalk_of,
        "group": route.group,
        "rationale": route.rationale,
        "missing": list(route.missing),
        "words": list(route.words),
        "answers": [
            {
                "answer": str(given.answer_id),
                "assessment": {"id": str(given.assessment_id), "name": given.assessment_name},
                "standard": {"slug": given.standard, "number": given.number},
                "ref": given.ref,
                "level": given.level,
                "applicable": given.applicable,
                "state": given.state,
                "validated": given.validated,
                "answered_at": given.answered_at or None,
                "evidence": evidence.get(given.answer_id, 0),
            }
            for given in route.givens
        ],
    }
