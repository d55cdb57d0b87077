"""Scores of assessments: what each requirement stands at, the sheet of all nodes, and the kept root scores.

One rule decides everywhere what counts (`leaf_states`):

* asserted: the answer's level, in whatever state the answer is;
* evidenced: the answer has a link to evidence with a ready file that has not run out (`valid_until` is null or today
  or later);
* validated: the level a reviewer gave;
* target: the answer's own, else the assessment's;
* a requirement that applies only under a condition (`applies_if`) the assessment's `profiles` do not name is left out
  as if it were answered "not applicable": it stands in `total` and not in `applicable`.

Root scores are kept in AssessmentScore beside the `answers_revision` they were worked out from, and brought up to date
when they are read: all stale ones of a page with one query and one upsert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from api.ids import new_id
from assessments.catalogue.bounded import Bounded
from assessments.catalogue.editions import EDITIONS_KEPT, Edition, edition
from assessments.catalogue.parts import part_of
from assessments.models import Assessment
from assessments.scoring import Explanation, LeafState, NodeScore, ScoreSheet, ScoreTree, explain, score
from tenants.scope import current_organisation

SCORE_FIELDS: Final = ("asserted", "evidenced", "validated", "target", "coverage", "answered", "applicable", "total")

LINKS: Final = """
CROSS JOIN LATERAL (
  SELECT count(*) AS links, COALESCE(bool_or(b.until IS NULL OR b.until >= %(today)s), false) AS valid,
    min(b.until) FILTER (WHERE b.until >= %(today)s) AS until
  FROM (
    SELECT (SELECT CASE WHEN e.ready_version IS NULL THEN '-infinity'::date ELSE e.valid_until END
            FROM assessments_evidence e
            WHERE e.organisation_id = l.organisation_id AND e.id = l.evidence_id) AS until
    FROM assessments_evidencelink l
    WHERE l.organisation_id = a.organisation_id AND l.answer_id = a.id
    OFFSET 0) AS b) AS links
"""
"""Joins an answer `a` to the number of its evidence, whether any is valid today, and the first day that ends. Evidence
without a ready file stands as one that ran out before all days.

Lateral and with a lookup instead of a join, so that the plan is one index probe per answer and per link, whatever the
planner knows of tables that were just filled. OFFSET 0 keeps the lookup from being made once per mention.
"""

_STATES = """
SELECT a.assessment_id::text, a.requirement_id::text, a.level, a.applicable, links.valid, a.validated_level, a.target,
  links.until
FROM assessments_answer a
{links}
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = ANY(%(assessments)s)
""".replace("{links}", LINKS)

_KEEP = """
INSERT INTO assessments_assessmentscore (id, organisation_id, assessment_id, answers_revision, valid_until,
  asserted, evidenced, validated, target, coverage, answered, applicable, total)
SELECT g.id, %(organisation)s, g.assessment_id, g.answers_revision, g.valid_until, g.asserted, g.evidenced, g.validated,
  g.target, g.coverage, g.answered, g.applicable, g.total
FROM unnest(%(id)s::uuid[], %(assessment_id)s::uuid[], %(answers_revision)s::bigint[], %(valid_until)s::date[],
  %(asserted)s::float8[], %(evidenced)s::float8[], %(validated)s::float8[], %(target)s::float8[],
  %(coverage)s::float8[], %(answered)s::int[], %(applicable)s::int[], %(total)s::int[])
  AS g(id, assessment_id, answers_revision, valid_until, asserted, evidenced, validated, target, coverage,
    answered, applicable, total)
ON CONFLICT (organisation_id, assessment_id) DO UPDATE SET
  answers_revision = EXCLUDED.answers_revision, valid_until = EXCLUDED.valid_until, asserted = EXCLUDED.asserted,
  evidenced = EXCLUDED.evidenced, validated = EXCLUDED.validated, target = EXCLUDED.target,
  coverage = EXCLUDED.coverage, answered = EXCLUDED.answered, applicable = EXCLUDED.applicable, total = EXCLUDED.total
WHERE assessments_assessmentscore.answers_revision <= EXCLUDED.answers_revision
"""

_refs: Bounded[UUID, Mapping[str, str]] = Bounded(size=EDITIONS_KEPT)


@dataclass(frozen=True, slots=True)
class Basis:
    """What of an assessment its scores are made from, besides its answers."""

    id: UUID
    standard_id: UUID
    profiles: Sequence[str]
    target: float | None
    answers_revision: int
    selection: str
    options: Mapping[str, str]

    @property
    def tree(self) -> ScoreTree:
        """What of the standard is taken."""
        return part_of(edition(self.standard_id), selection=self.selection, options=self.options)


def basis_of(assessment: Assessment) -> Basis:
    return Basis(
        id=assessment.pk,
        standard_id=assessment.standard_id,
        profiles=assessment.profiles,
        target=assessment.target,
        answers_revision=assessment.answers_revision,
        selection=assessment.selection,
        options=assessment.options,
    )


def refs_by_id(of: Edition) -> Mapping[str, str]:
    """Requirement id as text → ref: rows are read with their ids as text, which is twice as fast as UUID objects."""
    return _refs.get_or_make(of.id, lambda: {str(node.id): node.ref for node in of.nodes})


def unanswered_states(
    tree: ScoreTree, *, of: Edition, profiles: Sequence[str], target: float | None
) -> dict[str, LeafState]:
    """The states of a fresh assessment: every requirement in it, those outside the profiles not applicable."""
    blank, outside = LeafState(target=target), LeafState(applicable=False)
    return {
        ref: blank if not (condition := of.by_ref[ref].applies_if) or condition in profiles else outside
        for ref in tree.assessable
    }


def leaf_states(assessment: Assessment, *, today: date | None = None) -> dict[str, LeafState]:
    """Ref → state of every requirement the assessment takes, as the module's rule has it. One query."""
    basis = basis_of(assessment)
    return _states([basis], today=today or timezone.localdate())[basis.id][0]


def score_sheet(assessment: Assessment, *, tree: ScoreTree) -> ScoreSheet:
    """The scores of all nodes of `tree`, the standard's or a part of it, now. One query."""
    return score(tree, _states_in(assessment, tree=tree))


def explanation(assessment: Assessment, *, tree: ScoreTree, ref: str | None, measure: str) -> Explanation:
    """Why the score of `ref` (None: all of `tree`) is what it is. One query."""
    return explain(tree, _states_in(assessment, tree=tree), ref, measure=measure)


def _states_in(assessment: Assessment, *, tree: ScoreTree) -> dict[str, LeafState]:
    return {ref: state for ref, state in leaf_states(assessment).items() if ref in tree.assessable}


def root_scores(bases: Sequence[Basis], *, kept: Mapping[UUID, Mapping[str, Any] | None]) -> dict[UUID, dict[str, Any]]:
    """Assessment id → its root scores, up to date.

    `kept` holds what AssessmentScore has (SCORE_FIELDS, `answers_revision`, `valid_until` as ISO text or date). With no
    stale one among them there is no query; else there are two, however many are stale.
    """
    today = timezone.localdate()
    stale = sorted((basis for basis in bases if not _fresh(kept.get(basis.id), of=basis, today=today)), key=_by_id)
    fresh = {basis.id: kept[basis.id] or {} for basis in bases}
    if stale:
        fresh |= _refreshed(stale, today=today)
    return {id_: {name: row[name] for name in SCORE_FIELDS} | _coverage(row) for id_, row in fresh.items()}


def node_body(of: NodeScore) -> dict[str, Any]:
    """One node's scores as they are shown: levels in units of the scale, coverage as a share."""
    return of._asdict()


def root_body(of: NodeScore) -> dict[str, Any]:
    """The scores of the whole in the members that lists and snapshots use."""
    row = of._asdict()
    return {name: row[name] for name in SCORE_FIELDS} | _coverage(row)


def _coverage(row: Mapping[str, Any]) -> dict[str, float | None]:
    """Null where nothing applies, so that "nothing to answer" is not taken for "nothing answered"."""
    return {"coverage": (row["coverage"] or 0.0) if row["applicable"] else None}


def _by_id(basis: Basis) -> UUID:
    """Rows are written in one order by everybody, so that two readers at once cannot wait for each other."""
    return basis.id


def _fresh(row: Mapping[str, Any] | None, *, of: Basis, today: date) -> bool:
    if row is None or row["answers_revision"] != of.answers_revision:
        return False
    until = row["valid_until"]
    return until is None or (date.fromisoformat(until) if isinstance(until, str) else until) > today


def _states(bases: Iterable[Basis], *, today: date) -> dict[UUID, tuple[dict[str, LeafState], date | None]]:
    """Assessment id → states by ref, and the first day on which evidence that counts today no longer does."""
    found: dict[str, tuple[Basis, dict[str, LeafState], Mapping[str, str]]] = {}
    for basis in bases:
        of = edition(basis.standard_id)
        states = unanswered_states(basis.tree, of=of, profiles=basis.profiles, target=basis.target)
        found[str(basis.id)] = (basis, states, refs_by_id(of))
    ends: dict[str, date] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _STATES,
            {
                "organisation": current_organisation(),
                "assessments": [basis.id for basis, _, _ in found.values()],
                "today": today,
            },
        )
        for assessment_id, requirement_id, level, applicable, valid, validated, target, until in cursor.fetchall():
            basis, states, refs = found[assessment_id]
            ref = refs[requirement_id]
            if ref not in states:
                continue
            if states[ref].applicable:
                aim = basis.target if target is None else target
                states[ref] = LeafState(level, applicable, valid, validated, aim)
            if until is not None and until < ends.get(assessment_id, date.max):
                ends[assessment_id] = until
    return {
        basis.id: (states, ends[key] + timedelta(days=1) if key in ends else None)
        for key, (basis, states, _) in found.items()
    }


def _refreshed(stale: Sequence[Basis], *, today: date) -> dict[UUID, dict[str, Any]]:
    rows: dict[UUID, dict[str, Any]] = {}
    standing = _states(stale, today=today)
    for basis in stale:
        states, valid_until = standing[basis.id]
        root = score(basis.tree, states).root
        rows[basis.id] = {
            "id": new_id(),
            "assessment_id": basis.id,
            "answers_revision": basis.answers_revision,
            "valid_until": valid_until,
            **root_body(root),
            "coverage": root.coverage or 0.0,
        }
    columns = {name: [row[name] for row in rows.values()] for name in next(iter(rows.values()))}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, columns | {"organisation": current_organisation()})
    return rows
