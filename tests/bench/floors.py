"""The floor under a read: the rows it cannot do without, fetched by psycopg and encoded by orjson in a bare loop.

As the app role and under row-level security, like the server's own statements, on one connection. For an opened
assessment that is its answers with the numbers of their evidence and comments; "with words" is the standard's texts
besides, without those numbers: every response carries the texts, but a server may keep them in memory.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import dict_row

from tests.bench.load import percentile
from tests.bench.sizes import SHIPPED

_LIST = """
SELECT a.id, a.name, a.state, a.period_start, a.period_end, a.target, a.version, a.revision, a.created_at, a.updated_at,
  s.slug, s.number, p.id AS lead, p.name AS lead_name, c.asserted, c.evidenced, c.validated, c.target AS aim,
  c.coverage, c.answered, c.applicable, c.total
FROM assessments_assessment a
JOIN catalogue_standard s ON s.id = a.standard_id
LEFT JOIN identity_person p ON p.id = a.lead_id
LEFT JOIN assessments_assessmentscore c ON c.organisation_id = a.organisation_id AND c.assessment_id = a.id
WHERE a.organisation_id = %(organisation)s
ORDER BY a.created_at DESC, a.id DESC
LIMIT %(size)s
"""
_OPEN = """
SELECT a.requirement_id, a.state, a.level, a.target, a.applicable, a.reason, a.note, a.assignee_id, a.answered_by_id,
  a.answered_at, a.validated_level, a.version, a.updated_at, l.evidence, l.evidenced, c.comments
FROM assessments_answer a
CROSS JOIN LATERAL (
  SELECT count(*) AS evidence, bool_or(e.valid_until IS NULL OR e.valid_until >= current_date) AS evidenced
  FROM assessments_evidencelink k
  JOIN assessments_evidence e ON e.organisation_id = k.organisation_id AND e.id = k.evidence_id
  WHERE k.organisation_id = a.organisation_id AND k.answer_id = a.id) AS l
CROSS JOIN LATERAL (
  SELECT count(*) AS comments FROM assessments_answercomment m
  WHERE m.organisation_id = a.organisation_id AND m.answer_id = a.id) AS c
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = %(assessment)s
"""
_OPEN_WITH_WORDS = """
SELECT r.ref, r.depth, r.assessable, r.weight, r.themes, r.applies_if, t.title, t.summary, t.question, t.evidence,
  t.levels, a.state, a.level, a.target, a.applicable, a.reason, a.note, a.assignee_id, a.answered_by_id, a.answered_at,
  a.validated_level, a.version, a.updated_at
FROM assessments_assessment b
JOIN catalogue_requirement r ON r.standard_id = b.standard_id
JOIN catalogue_requirementtext t ON t.requirement_id = r.id AND t.language = 'en'
LEFT JOIN assessments_answer a ON a.organisation_id = b.organisation_id AND a.assessment_id = b.id
  AND a.requirement_id = r.id
WHERE b.organisation_id = %(organisation)s AND b.id = %(assessment)s
ORDER BY r.position
"""
_COMPARE = """
SELECT s.slug, s.number, s.title, s.profile, s.outline, s.themes, t.profile AS prose, t.faq
FROM catalogue_standard s JOIN catalogue_standardtext t ON t.standard_id = s.id AND t.language = 'en'
WHERE s.is_current AND s.slug = ANY(%(slugs)s)
"""
_ROWS = {"list": _LIST, "open": _OPEN, "open, with words": _OPEN_WITH_WORDS, "compare": _COMPARE}


def floor_ms(name: str, *, url: str, organisation_id: UUID, size: int, whole: Mapping[int, UUID]) -> float:
    """The median of one pass, in milliseconds."""
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "size": size,
        "assessment": whole.get(size),
        "slugs": list(SHIPPED),
    }
    times: list[float] = []
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organisation', %s, false)", [str(organisation_id)])
        began = time.perf_counter()
        # Twenty passes go by unmeasured: psycopg prepares a statement when it has seen it five times.
        while len(times) < 220 and (time.perf_counter() - began < 2 or len(times) < 40):
            at = time.perf_counter()
            cursor.execute(_ROWS[name], values)
            orjson.dumps(cursor.fetchall())
            times.append((time.perf_counter() - at) * 1000)
    return percentile(sorted(times[20:]), 50)
