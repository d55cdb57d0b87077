"""Assessments for reading: the list, one with all about it, and the bodies they are shown in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from api.problems import NotFound
from assessments.catalogue.editions import edition
from assessments.lifecycle import AssessmentMove, AssessmentState, open_moves
from assessments.models import Assessment, AssessmentScore
from assessments.selectors.scores import SCORE_FIELDS, Basis, basis_of, root_body, root_scores
from assessments.selectors.taken import answers_in, chosen, tree_of
from assessments.selectors.workbook import Workbook, progress
from identity.models import Person
from tenants.access import Access
from tenants.roles import Action
from tenants.scope import current_organisation

ORDERINGS = ("-created_at", "updated_at", "name", "state")
MOVE_ACTIONS: Final[Mapping[AssessmentMove, Action]] = {
    AssessmentMove.BEGIN: Action.ASSESSMENT_SUBMIT,
    AssessmentMove.SUBMIT: Action.ASSESSMENT_SUBMIT,
    AssessmentMove.WITHDRAW: Action.ASSESSMENT_SUBMIT,
    AssessmentMove.APPROVE: Action.ASSESSMENT_APPROVE,
    AssessmentMove.REOPEN: Action.ASSESSMENT_APPROVE,
    AssessmentMove.ARCHIVE: Action.ASSESSMENT_APPROVE,
}
"""The right each move needs."""

_COLUMNS = [field.attname for field in Assessment._meta.concrete_fields]  # noqa: SLF001 - Django's documented way
_ONE = f"""
SELECT {", ".join(f"a.{column}" for column in _COLUMNS)}, lead.name, lead.email, approver.name, approver.email
FROM assessments_assessment a
LEFT JOIN identity_person lead ON lead.id = a.lead_id
LEFT JOIN identity_person approver ON approver.id = a.approved_by_id
WHERE a.organisation_id = %s AND a.id = %s
"""  # noqa: S608 - put together from constants
_LISTED = (
    "id", "name", "state", "period_start", "period_end", "target", "version", "revision", "created_at", "updated_at",
    "standard_id", "profiles", "selection", "options", "answers_revision", "standard__slug", "standard__number",
    "lead_id", "lead__name", "lead__email",
)  # fmt: skip


def get_assessment(assessment_id: UUID) -> Assessment:
    """The assessment with the names of its lead and approver, or NotFound. One query, and no more than that costs."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [current_organisation(), assessment_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    values = dict(zip(_COLUMNS, row, strict=False))
    for name in ("profiles", "options"):
        values[name] = orjson.loads(values[name])
    found = Assessment.from_db("default", _COLUMNS, list(values.values()))
    for field, (name, email) in {"lead": row[-4:-2], "approved_by": row[-2:]}.items():
        if (person_id := getattr(found, f"{field}_id")) is not None:
            setattr(found, field, Person(id=person_id, name=name, email=email))
    return found


def list_assessments(
    *, state: str | None = None, standard: str | None = None, lead: UUID | None = None
) -> QuerySet[Assessment, dict[str, Any]]:
    """Rows for `listed`, unordered, each with its kept scores: one query."""
    rows = Assessment.objects.all()
    if state:
        rows = rows.filter(state=state)
    if standard:
        rows = rows.filter(standard__slug=standard)
    if lead:
        rows = rows.filter(lead_id=lead)
    return rows.annotate(kept=_kept(OuterRef("pk"))).values(*_LISTED, "kept")


def listed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The bodies of a page, with scores brought up to date: no query, or two when any score is stale."""
    bases = [
        Basis(
            id=row["id"],
            standard_id=row["standard_id"],
            profiles=row["profiles"],
            target=row["target"],
            answers_revision=row["answers_revision"],
            selection=row["selection"],
            options=row["options"],
        )
        for row in rows
    ]
    scores = root_scores(bases, kept={row["id"]: row["kept"] for row in rows})
    return [_list_body(row, scores=scores[row["id"]]) for row in rows]


def summary_body(assessment: Assessment, *, access: Access, book: Workbook | None = None) -> dict[str, Any]:
    """Everything about an assessment but its answers. Scores and progress come from `book`, or of two to four queries.

    Outside reviewers are told of no member here: lead and approver are null for them. For those who are let into
    sections only, `book` must be that of their sight: scores and progress are then of the sections.
    """
    of = edition(assessment.standard_id)
    seen = access.is_member
    lead, approver = (assessment.lead, assessment.approved_by) if seen else (None, None)
    return {
        "id": assessment.pk,
        "name": assessment.name,
        "state": assessment.state,
        "standard": {
            "slug": of.slug,
            "number": of.number,
            "title": of.title,
            "edition": of.edition,
            "content_hash": of.content_hash,
            "method": of.method,
            "scale": of.scale_in(assessment.language),
            "result_scale": of.result_scale_in(assessment.language),
        },
        "scope": assessment.scope,
        "profiles": assessment.profiles,
        **chosen(of, assessment=assessment, language=assessment.language),
        "period": _period(assessment.period_start, assessment.period_end),
        "target": assessment.target,
        "language": assessment.language,
        "lead": {"id": lead.pk, "name": lead.display_name} if lead else None,
        "revision": assessment.revision,
        "predecessor": assessment.predecessor_id,
        "version": assessment.version,
        "moves": _moves(assessment, access=access),
        "created_at": assessment.created_at,
        "updated_at": assessment.updated_at,
        "submitted_at": assessment.submitted_at,
        "approved_at": assessment.approved_at,
        "approved_by": {"id": approver.pk, "name": approver.display_name} if approver else None,
        "scores": root_body(book.sheet.root) if book else current_scores(assessment),
        "progress": book.progress
        if book
        else progress(len(tree_of(assessment).assessable), touched=_touched(assessment)),
    }


def current_scores(assessment: Assessment) -> dict[str, Any]:
    """The root scores now: one query, or three when the kept ones are stale."""
    kept = AssessmentScore.objects.filter(assessment=assessment).values().first()
    return root_scores([basis_of(assessment)], kept={assessment.pk: kept})[assessment.pk]


def _touched(assessment: Assessment) -> dict[str, int]:
    rows = answers_in(assessment).values_list("state").annotate(Count("pk"))
    return dict(rows.order_by())


def _moves(assessment: Assessment, *, access: Access) -> list[str]:
    """The moves that the state offers and the caller's role allows."""
    return [move.value for move in open_moves(AssessmentState(assessment.state)) if access.may(MOVE_ACTIONS[move])]


def _kept(assessment: OuterRef) -> Subquery:
    """The kept score as one JSON value: a join would need a way back from Assessment to its score."""
    members = ("answers_revision", "valid_until", *SCORE_FIELDS)
    rows = AssessmentScore.objects.filter(assessment=assessment)
    return Subquery(rows.values(row=JSONObject(**{name: name for name in members})))


def _list_body(row: Mapping[str, Any], *, scores: Mapping[str, Any]) -> dict[str, Any]:
    lead = row["lead_id"]
    return {
        "id": row["id"],
        "name": row["name"],
        "standard": {"slug": row["standard__slug"], "number": row["standard__number"]},
        "state": row["state"],
        "lead": {"id": lead, "name": row["lead__name"] or row["lead__email"].partition("@")[0]} if lead else None,
        "period": _period(row["period_start"], row["period_end"]),
        "target": row["target"],
        "revision": row["revision"],
        "version": row["version"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "scores": scores,
    }


def _period(start: Any, end: Any) -> dict[str, Any]:
    return {"start": start, "end": end}
