"""Reading for snapshots: the rows one is built from, and the snapshots there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from api.problems import NotFound, Problem
from assessments.catalogue.editions import Edition, edition
from assessments.catalogue.parts import options_taken
from assessments.models import (
    Action,
    Assessment,
    EvidenceLink,
    EvidenceVersion,
    FileState,
    InheritedAnswer,
    InheritedState,
    Review,
    Snapshot,
)
from assessments.scoring import score
from assessments.selectors.scores import leaf_states
from assessments.selectors.sight import Sight, names_of
from assessments.selectors.taken import answers_in, chosen, tree_of
from assessments.snapshot_document import Row, Source, is_intact, previous_of

_ASSESSMENT = (
    "id", "name", "scope", "profiles", "period_start", "period_end", "state", "revision", "lead_id", "approved_by_id",
    "approved_at", "target", "language",
)  # fmt: skip
_ANSWER = (
    "id", "requirement_id", "level", "target", "applicable", "reason", "note", "state", "answered_by_id", "assignee_id",
    "answered_at",
)  # fmt: skip


def read_source(assessment: Assessment, *, taken_at: datetime, sight: Sight | None = None) -> Source:
    """Everything a snapshot of `assessment` is built from; the caller holds its row, so that the rows fit together.

    `assessment` comes with its organisation. Ten statements, whatever the size, when the edition is in memory. With a
    `sight` it is what that caller may see of it: the sections they are let into and, for those from outside, without
    the actions and origins that only members see and with parts in place of people.
    """
    pinned = edition(assessment.standard_id)
    tree = tree_of(assessment) if sight is None else sight.tree
    inside = {pinned.by_ref[ref].id for ref in tree.nodes}
    answers = {
        row["requirement_id"]: row for row in answers_in(assessment).values(*_ANSWER) if row["requirement_id"] in inside
    }
    given = {row["id"] for row in answers.values()}
    reviews = {id_: row for id_, row in _newest_reviews(assessment).items() if id_ in given}
    evidence = _evidence_by_answer(assessment)
    from_outside = sight is not None and not sight.is_member
    actions = (
        []
        if from_outside
        else list(
            Action.objects.filter(assessment=assessment, requirement_id__in=inside)
            .order_by("id")
            .values("requirement_id", "title", "description", "owner_id", "due", "effort", "expected_level", "state")
        )
    )
    inherited = {} if from_outside else _inherited(assessment)
    row = {name: getattr(assessment, name) for name in _ASSESSMENT}
    row |= chosen(pinned, assessment=assessment, language=assessment.language)
    states = leaf_states(assessment, today=taken_at.date())
    people = _people(row, answers=answers.values(), reviews=reviews.values(), actions=actions)
    people |= {decision["decided_by_id"] for decision in inherited.values()}
    return Source(
        taken_at=taken_at,
        organisation={name: getattr(assessment.organisation, name) for name in ("id", "slug", "name")},
        assessment=row,
        edition=pinned,
        assessable=tree.assessable,
        sheet=score(tree, {ref: state for ref, state in states.items() if ref in tree.assessable}),
        answers=answers,
        reviews=reviews,
        evidence=evidence,
        inherited=inherited,
        actions=actions,
        names={id_: shown["name"] for id_, shown in sight.people(people).items()} if sight else names_of(people),
        previous=None if from_outside else _previous(assessment, pinned=pinned),
    )


def snapshots_of(assessment_id: UUID) -> QuerySet[Any]:
    """The snapshots of an assessment without their documents, newest first."""
    rows: QuerySet[Any] = Snapshot.objects.filter(assessment_id=assessment_id).defer("contents")
    return rows.select_related("taken_by")


def newest_snapshot(assessment_id: UUID) -> Snapshot | None:
    """The newest snapshot, without its document but with that document's `substance` as an attribute."""
    rows: QuerySet[Any] = Snapshot.objects.filter(assessment_id=assessment_id).defer("contents")
    newest: Snapshot | None = rows.annotate(substance=F("contents__substance")).order_by("-taken_at", "-id").first()
    return newest


def read_snapshot(*, assessment_id: UUID, snapshot_id: UUID) -> Snapshot:
    """One snapshot with its document, checked against its hash. Raises NotFound, or Problem for a damaged one."""
    rows = Snapshot.objects.select_related("taken_by").filter(assessment_id=assessment_id, pk=snapshot_id)
    found: Snapshot | None = rows.first()
    if found is None:
        raise NotFound
    if not is_intact(found.contents, sha256=found.sha256):
        raise Problem("snapshot-damaged", status=500, title="The snapshot is not the one that was frozen.")
    return found


def _newest_reviews(assessment: Assessment) -> dict[UUID, Row]:
    rows = (
        Review.objects.filter(answer__assessment=assessment)
        .order_by("answer_id", "-created_at", "-id")
        .distinct("answer_id")
        .values("answer_id", "verdict", "level", "note", "reviewer_id", "created_at")
    )
    return {row["answer_id"]: row for row in rows}


def _inherited(assessment: Assessment) -> dict[UUID, Row]:
    rows = InheritedAnswer.objects.filter(assessment=assessment, state=InheritedState.CONFIRMED)
    return {row["requirement_id"]: row for row in rows.values("requirement_id", "offer", "decided_by_id", "decided_at")}


def _evidence_by_answer(assessment: Assessment) -> dict[UUID, list[Row]]:
    links = list(
        EvidenceLink.objects.filter(answer__assessment=assessment)
        .order_by("evidence__number")
        .values("answer_id", "evidence_id", "evidence__number", "evidence__title", "evidence__valid_until")
    )
    newest = {
        row["evidence_id"]: row
        for row in EvidenceVersion.objects.filter(
            evidence_id__in={link["evidence_id"] for link in links}, state=FileState.READY
        )
        .order_by("evidence_id", "-number")
        .distinct("evidence_id")
        .values("evidence_id", "number", "file_name", "media_type", "size", "sha256")
    }
    found: dict[UUID, list[Row]] = {}
    for link in links:
        if (file := newest.get(link["evidence_id"])) is not None:
            found.setdefault(link["answer_id"], []).append(
                file
                | {
                    "reference": f"E-{link['evidence__number']:04d}",
                    "title": link["evidence__title"],
                    "valid_until": link["evidence__valid_until"],
                }
            )
    return found


def _people(
    assessment: Row, *, answers: Iterable[Row], reviews: Iterable[Row], actions: Iterable[Row]
) -> set[UUID | None]:
    people: set[UUID | None] = {assessment["lead_id"], assessment["approved_by_id"]}
    people |= {row[name] for row in answers for name in ("answered_by_id", "assignee_id")}
    return people | {row["reviewer_id"] for row in reviews} | {row["owner_id"] for row in actions}


def _previous(assessment: Assessment, *, pinned: Edition) -> Row | None:
    """The snapshot to compare with: the last of this assessment, else of the one it succeeds, else of the standard.

    Read before the new one is written. One on another scale, or of another part of the standard, cannot be compared
    and is as good as none.
    """
    nearness = Case(
        When(assessment_id=assessment.pk, then=Value(0)),
        When(assessment_id=assessment.predecessor_id, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    row = (
        Snapshot.objects.filter(assessment__standard__slug=pinned.slug)
        .order_by(nearness, "-taken_at", "-id")
        .values(
            "taken_at", "assessment_id", "assessment__name", "contents__scores", "contents__groups",
            "contents__standard__scale", "contents__assessment__selection", "contents__assessment__options",
        )
        .first()
    )  # fmt: skip
    if row is None or any(row["contents__standard__scale"][end] != pinned.scale[end] for end in ("minimum", "maximum")):
        return None
    if _part_told(row) != _part_of(assessment, pinned=pinned):
        return None
    return previous_of(
        taken_at=row["taken_at"],
        scores=row["contents__scores"],
        groups=row["contents__groups"],
        assessment={"id": row["assessment_id"], "name": row["assessment__name"]},
    )


def _part_told(row: Row) -> tuple[str, dict[str, str]]:
    """The part of the standard that a document is about; those from before there were parts are about the whole."""
    selection, options = row["contents__assessment__selection"], row["contents__assessment__options"] or ()
    return (
        selection["slug"] if selection else "",
        {entry["alternative"]["slug"]: entry["option"]["slug"] for entry in options},
    )


def _part_of(assessment: Assessment, *, pinned: Edition) -> tuple[str, dict[str, str]]:
    return assessment.selection, options_taken(pinned.alternatives, options=assessment.options)
