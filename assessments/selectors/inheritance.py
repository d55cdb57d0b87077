"""Answers of the organisation that speak for what is open in an assessment: gathered, and put into words.

For members alone: who may read one assessment of the organisation may read them all, so no offer shows a source its
reader could not open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery

from assessments.catalogue.crosswalk import Side
from assessments.catalogue.crosswalk_selectors import in_language, links_by_id
from assessments.catalogue.crosswalk_sides import side_of_edition
from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.models import Standard
from assessments.catalogue.own_crosswalks.joining import COUNTED, OWN, PUBLIC, join
from assessments.catalogue.own_crosswalks.selectors import crosswalks_at
from assessments.inheritance import FULL, Given, Offer, Requirement, offers
from assessments.inheritance.offers import Bridge
from assessments.lifecycle import AnswerState
from assessments.models import Answer, Assessment, InheritedAnswer, InheritedState
from assessments.selectors.taken import tree_of
from assessments.selectors.workbook import UNTOUCHED, AnswerRow, answer_rows, moment

GIVEN_STATES: Final = (AnswerState.ANSWERED.value, AnswerState.SUBMITTED.value, AnswerState.VALIDATED.value)
"""Of answers that may be passed on: nobody asks for changes in them."""
_GIVEN = (
    "id", "assessment_id", "assessment__name", "assessment__selection", "assessment__options",
    "assessment__standard_id", "requirement_id", "level", "applicable", "reason", "note", "state", "validated_level",
    "version", "answered_at",
)  # fmt: skip
_PART = ("requirement_id", "assessment__selection", "assessment__options")


@dataclass(frozen=True)
class Inheritance:
    """What is offered to one assessment at one moment, and what was decided before."""

    assessment: Assessment
    offers: Mapping[str, Offer]
    decided: Mapping[str, InheritedAnswer]
    rows: Mapping[str, AnswerRow]

    @cached_property
    def open(self) -> dict[str, Offer]:
        """Offers that nobody has dismissed."""
        dismissed = {ref for ref, row in self.decided.items() if row.state == InheritedState.DISMISSED}
        return {ref: offer for ref, offer in self.offers.items() if ref not in dismissed}

    def row(self, ref: str) -> AnswerRow:
        """The answer as it stands here, whether anybody has touched it or not."""
        return self.rows.get(ref, UNTOUCHED)

    @property
    def counts(self) -> dict[str, int]:
        """Offers nobody has dismissed, by what they carry."""
        full = sum(offer.best.carries == FULL for offer in self.open.values())
        return {"full": full, "partial": len(self.open) - full}


def inheritance_of(assessment: Assessment) -> Inheritance:
    """The offers to an assessment. A number of statements that grows with neither answers nor assessments."""
    of, tree = edition(assessment.standard_id), tree_of(assessment)
    decided = _decided(assessment, of=of)
    rows = answer_rows(assessment)
    requirements = [
        Requirement(ref, of.scale)
        for ref in (node.ref for node in of.nodes)
        if ref in tree.assessable
        and (not of.by_ref[ref].applies_if or of.by_ref[ref].applies_if in assessment.profiles)
        and not (ref in rows and (rows[ref].is_answered or rows[ref].state != AnswerState.OPEN.value))
    ]
    bridges = _bridges(of, language=assessment.language)
    standards = _standards({of.slug, *(bridge.standard for bridge in bridges)})
    given = _given(assessment, standard_ids=standards)
    own: dict[str, list[tuple[Given, bool, bool]]] = {}
    for found in given:
        if found.standard == of.slug and found.ref in of.by_ref:
            same = found.standard_id == of.id
            unchanged = same or _says_the_same(edition(found.standard_id), of, ref=found.ref)
            own.setdefault(found.ref, []).append((found, unchanged, same))
    over_links = _over_links(given)
    made = offers(
        requirements,
        own=own,
        bridges=bridges,
        given=_newest(given),
        counts=lambda found: found.answer_id not in over_links,
    )
    return Inheritance(
        assessment,
        {offer.ref: offer for offer in made},
        decided,
        rows,
    )


def _decided(assessment: Assessment, *, of: Edition) -> dict[str, InheritedAnswer]:
    rows = InheritedAnswer.objects.filter(assessment=assessment)
    return {of.by_id[row.requirement_id].ref: row for row in rows}


def _bridges(of: Edition, *, language: str) -> list[Bridge]:
    """The crosswalks that lead here, public ones and the organisation's own, read from the other standard; those with
    nothing that counts are left out. Where two speak of the very same refs, one of the two leads here.
    """
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in crosswalks_at(of.slug):
        other = row["source_slug"] if row["target_slug"] == of.slug else row["target_slug"]
        rows.setdefault(other, {})[PUBLIC if row["organisation_id"] is None else OWN] = row
    standards = Standard.objects.filter(slug__in=rows, is_current=True, depth="full")
    target = side_of_edition(of.slug, of)
    return [
        bridge
        for other, standard_id in standards.order_by("slug").values_list("slug", "pk")
        for bridge in _bridges_from(
            rows[other], source=side_of_edition(other, edition(standard_id)), target=target, language=language
        )
    ]


def _bridges_from(
    rows: Mapping[str, Mapping[str, Any]], *, source: Side, target: Side, language: str
) -> Iterator[Bridge]:
    """Over the crosswalks between two standards, by whose they are."""
    groups = {}
    for whose, row in rows.items():
        links = links_by_id(row["id"])
        groups[whose] = (links.inverted() if row["source_slug"] == target.slug else links).groups
    joined = join(groups.get(PUBLIC, ()), groups.get(OWN, ()), source=source, target=target)
    for whose, row in rows.items():
        yield Bridge(
            name=f"{row['source_slug']}--{row['target_slug']}",
            standard=source.slug,
            groups=groups[whose],
            rationales=[in_language(group.rationale, language=language) for group in groups[whose]],
            succession=row["succession"],
            source=source,
            target=target,
            of=whose,
            used=frozenset(link.position for link in joined if link.of == whose and link.standing == COUNTED),
        )


def _standards(slugs: Collection[str]) -> list[UUID]:
    """Every state of these standards: an assessment pins the one it started from."""
    return list(Standard.objects.filter(slug__in=slugs, depth="full").values_list("pk", flat=True))


def _given(assessment: Assessment, *, standard_ids: Collection[UUID]) -> list[Given]:
    """The newest answer to each requirement in other assessments, whose newest revision alone speaks. One query.

    Newest among assessments that take the same part of a standard: what lies outside of one's part is none.
    """
    successors = Assessment.objects.filter(predecessor=OuterRef("assessment_id")).values("pk")[:1]
    rows = (
        Answer.objects.filter(assessment__standard_id__in=standard_ids, state__in=GIVEN_STATES)
        .exclude(assessment=assessment)
        .filter(Q(level__isnull=False) | Q(applicable=False))
        .annotate(successor=Subquery(successors))
        .filter(successor__isnull=True)
        .order_by(*_PART, F("answered_at").desc(nulls_last=True), "-id")
        .distinct(*_PART)
    )
    found = (_as_given(row) for row in rows.values(*_GIVEN))
    return [given for given in found if given is not None]


def _as_given(row: Mapping[str, Any]) -> Given | None:
    """An answer within what its assessment takes; what lies outside counts nowhere."""
    source = Assessment(
        standard_id=row["assessment__standard_id"],
        selection=row["assessment__selection"],
        options=row["assessment__options"],
    )
    of = edition(source.standard_id)
    ref = of.by_id[row["requirement_id"]].ref
    if ref not in tree_of(source).assessable:
        return None
    validated = row["state"] == AnswerState.VALIDATED.value
    level = row["validated_level"] if validated and row["validated_level"] is not None else row["level"]
    return Given(
        answer_id=row["id"],
        assessment_id=row["assessment_id"],
        assessment_name=row["assessment__name"],
        standard=of.slug,
        number=of.number,
        standard_id=of.id,
        ref=ref,
        level=level if row["applicable"] else None,
        applicable=row["applicable"],
        reason=row["reason"],
        note=row["note"],
        state=row["state"],
        validated=validated,
        answered_at=moment(row["answered_at"]) if row["answered_at"] else "",
        scale=of.scale,
    )


def _newest(given: Sequence[Given]) -> dict[tuple[str, str], Given]:
    """(standard, ref) → its newest answer, over all states of the standard."""
    found: dict[tuple[str, str], Given] = {}
    for answer in given:
        key = (answer.standard, answer.ref)
        if key not in found or answer.answered_at > found[key].answered_at:
            found[key] = answer
    return found


def _over_links(given: Sequence[Given]) -> frozenset[UUID]:
    """Those that came over a link and stand as they came, seen by no reviewer: a chain of links says too little."""
    rows = InheritedAnswer.objects.filter(
        state=InheritedState.CONFIRMED, over_link=True, assessment__in={answer.assessment_id for answer in given}
    ).values_list("assessment_id", "requirement_id", "offer__level")
    came = {(assessment, requirement): level for assessment, requirement, level in rows}
    return frozenset(
        answer.answer_id
        for answer in given
        if not answer.validated
        and came.get((answer.assessment_id, edition(answer.standard_id).by_ref[answer.ref].id)) == answer.level
    )


def _says_the_same(old: Edition, new: Edition, *, ref: str) -> bool:
    """Whether a requirement asks the same in two states of its standard, word for word in the default language."""
    if ref not in old.by_ref or old.by_ref[ref].assessable != new.by_ref[ref].assessable:
        return False
    return old.texts()[ref] == new.texts()[ref] and old.scale == new.scale
