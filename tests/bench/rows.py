"""The statements that make the rows of measured assessments: the database multiplies what is there already.

Levels, targets and states are spread evenly by the requirement's position and the assessment's id: every twentieth
requirement does not apply, every fifth is validated, two of five are backed by one or two pieces of evidence.
"""

from __future__ import annotations

ANSWERS = """
INSERT INTO assessments_answer (id, organisation_id, assessment_id, requirement_id, state, level, target, applicable,
  reason, note, assignee_id, answered_by_id, answered_at, validated_level, version, updated_at)
SELECT {new_id}, a.organisation_id, a.id, r.id,
  CASE WHEN mod(m.n, 5) = 1 THEN 'validated' ELSE 'answered' END,
  CASE WHEN mod(m.n, 20) <> 0 THEN mod(m.n, 6) END,
  CASE WHEN mod(m.n, 3) = 0 THEN 4 END,
  mod(m.n, 20) <> 0,
  CASE WHEN mod(m.n, 20) = 0 THEN 'Done by the parent company for all its sites.' ELSE '' END,
  'Procedure QP-' || m.n || ' describes who does it, how often and on which form; the last three records were seen at '
    'the Graz site. Two of them lack the signature of the reviewer, and the portal for suppliers keeps its own list.',
  CASE WHEN mod(m.n, 2) = 0 THEN %(assessor)s::uuid END, %(assessor)s::uuid, now(),
  CASE WHEN mod(m.n, 5) = 1 THEN mod(m.n, 6) END, 1, now()
FROM assessments_assessment a
JOIN catalogue_requirement r ON r.standard_id = a.standard_id AND r.assessable
CROSS JOIN LATERAL (SELECT r.position + ('x' || right(a.id::text, 3))::bit(12)::int AS n) m
WHERE a.organisation_id = %(organisation)s
ORDER BY a.id, r.position
"""
EVIDENCE = """
INSERT INTO assessments_evidence (id, organisation_id, number, title, description, valid_until, version, created_by_id,
  created_at, updated_at, ready_version)
SELECT {new_id}, %(organisation)s, g, 'Record ' || g, 'Scan of the signed form.',
  CASE WHEN mod(g, 4) = 0 THEN current_date + g END, 1, %(owner)s, now(), now(), 1
FROM generate_series(1, %(evidence)s) g
"""
EVIDENCE_VERSIONS = """
INSERT INTO assessments_evidenceversion (id, organisation_id, evidence_id, number, file_name, media_type, size, sha256,
  uploaded_by_id, uploaded_at, state, reason, virus_scan, sent_by)
SELECT {new_id}, e.organisation_id, e.id, 1, 'record-' || e.number || '.pdf', 'application/pdf', 48213,
  encode(sha256(e.id::text::bytea), 'hex'), %(owner)s, now(), 'ready', '', 'clean', ''
FROM assessments_evidence e
WHERE e.organisation_id = %(organisation)s
"""
LINKS = """
INSERT INTO assessments_evidencelink (id, organisation_id, answer_id, evidence_id, linked_by_id, linked_at)
SELECT {new_id}, a.organisation_id, a.id, e.id, %(owner)s, now()
FROM assessments_answer a
JOIN catalogue_requirement r ON r.id = a.requirement_id
JOIN assessments_evidence e ON e.organisation_id = a.organisation_id
  AND e.number IN (1 + mod(r.position, %(evidence)s), 1 + mod(r.position * 7, %(evidence)s))
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = ANY(%(whole)s) AND mod(r.position, 5) < 2
"""
COMMENTS = """
INSERT INTO assessments_answercomment (id, organisation_id, answer_id, author_id, text, created_at)
SELECT {new_id}, a.organisation_id, a.id, %(owner)s, 'Please add the record of the second site.', now()
FROM assessments_answer a
JOIN catalogue_requirement r ON r.id = a.requirement_id
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = ANY(%(whole)s) AND mod(r.position, 10) = 3
"""
REVIEWS = """
INSERT INTO assessments_review (id, organisation_id, answer_id, answer_version, reviewer_id, verdict, level, note,
  created_at)
SELECT {new_id}, a.organisation_id, a.id, 1, %(owner)s, 'validated', a.validated_level, 'Seen and agreed.', now()
FROM assessments_answer a
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = ANY(%(whole)s) AND a.state = 'validated'
"""
ACTIONS = """
INSERT INTO assessments_action (id, organisation_id, assessment_id, requirement_id, title, description, owner_id, due,
  effort, expected_level, state, version, created_by_id, created_at, updated_at)
SELECT {new_id}, a.organisation_id, a.assessment_id, a.requirement_id, 'Close the gap in the records', '', %(owner)s,
  current_date + 90, 'medium', 3, 'planned', 1, %(owner)s, now(), now()
FROM assessments_answer a
JOIN catalogue_requirement r ON r.id = a.requirement_id
WHERE a.organisation_id = %(organisation)s AND a.assessment_id = ANY(%(whole)s) AND mod(r.position, 12) = 5
"""
AROUND_ANSWERS = (EVIDENCE, EVIDENCE_VERSIONS, LINKS, COMMENTS, REVIEWS, ACTIONS)
