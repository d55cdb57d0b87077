"""The document a snapshot freezes: everything a report may say about an assessment, as plain JSON, version 1.

Pure: rows in, document out; no database and no clock. Readers ignore members they do not know, so more may be added.
Two hashes name a document:

* `sha256` is taken of the canonical JSON (sorted keys) of the whole document without that one member;
* `substance` leaves out as well when it was taken and what came before, so that snapshots of an unchanged assessment
  share it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from api.encoding import canonical
from assessments.inheritance import origin_of, stands_as_it_came

if TYPE_CHECKING:
    from assessments.catalogue.editions import Edition, Node, Words
    from assessments.scoring import NodeScore, ScoreSheet

Row = Mapping[str, Any]

VERSION: Final = 1
_STANDING_VERDICTS: Final = frozenset({"validated", "changes_requested"})
_NOT_SUBSTANCE: Final = frozenset({"sha256", "substance", "taken_at", "previous"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a document is built from. Rows are dictionaries of column values; people appear in them as ids.

    `answers` by requirement id; `reviews`: the newest per answer id; `evidence`: the files behind each answer id in
    their newest version; `inherited` by requirement id: the decisions to take answers over from elsewhere; `names`:
    every person id that appears, as text → display name; `previous`: what `previous_of` made, or None. `sheet` covers
    what the assessment takes of its standard, and so does the document; `assessable` are the refs of it that can be
    answered.
    """

    taken_at: datetime
    organisation: Row
    assessment: Row
    edition: Edition
    assessable: frozenset[str]
    sheet: ScoreSheet
    answers: Mapping[UUID, Row]
    reviews: Mapping[UUID, Row]
    evidence: Mapping[UUID, Sequence[Row]]
    inherited: Mapping[UUID, Row]
    actions: Sequence[Row]
    names: Mapping[str, str]
    previous: Row | None


def build_document(source: Source) -> dict[str, Any]:
    """The document with both hashes in it."""
    edition, language = source.edition, source.edition.language(source.assessment["language"])
    texts = edition.texts(language)
    document: dict[str, Any] = {
        "version": VERSION,
        "taken_at": _moment(source.taken_at),
        "organisation": {name: str(source.organisation[name]) for name in ("id", "slug", "name")},
        "assessment": _assessment(source, language=language),
        "standard": {
            "slug": edition.slug,
            "number": edition.number,
            "title": edition.title,
            "publisher": edition.publisher,
            "edition": edition.edition,
            "content_hash": edition.content_hash,
            "method": edition.method,
            "scale": _scale(edition.scale_in(language)),
            "result_scale": _scale(result) if (result := edition.result_scale_in(language)) else None,
        },
        "scores": _score(source.sheet.root),
        "groups": {ref: source.sheet.nodes[ref].asserted for ref in _upper_refs(edition) if ref in source.sheet.nodes},
        "findings": [finding._asdict() for finding in source.sheet.findings],
        "people": dict(sorted(source.names.items())),
        "requirements": [
            _requirement(node, words=texts[node.ref], source=source)
            for node in edition.nodes
            if node.ref in source.sheet.nodes
        ],
        "actions": [_action(row, source=source) for row in source.actions],
        "previous": dict(source.previous) if source.previous else None,
    }
    document["substance"] = _hash(document, without=_NOT_SUBSTANCE)
    document["sha256"] = hash_of(document)
    return document


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the document's canonical JSON without its own `sha256`."""
    return _hash(document, without=frozenset({"sha256"}))


def is_intact(document: Mapping[str, Any], *, sha256: str) -> bool:
    """Whether the document is, to the byte of its canonical form, the one that was hashed when it was frozen."""
    return document.get("sha256") == sha256 and hash_of(document) == sha256


def previous_of(*, taken_at: datetime, scores: Row, groups: Row, assessment: Row) -> dict[str, Any]:
    """What a document says of the snapshot before it. `groups`: ref → asserted score of the upper nodes."""
    return {
        "taken_at": _moment(taken_at),
        "scores": dict(scores),
        "groups": dict(groups),
        "assessment": {"id": str(assessment["id"]), "name": str(assessment["name"])},
    }


def _hash(document: Mapping[str, Any], *, without: frozenset[str]) -> str:
    return hashlib.sha256(canonical({key: value for key, value in document.items() if key not in without})).hexdigest()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(source: Source, person: UUID | None) -> str | None:
    return source.names.get(str(person))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _assessment(source: Source, *, language: str) -> dict[str, Any]:
    row = source.assessment
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "scope": row["scope"],
        "profiles": list(row["profiles"]),
        "selection": row["selection"],
        "options": row["options"],
        "period_start": _day(row["period_start"]),
        "period_end": _day(row["period_end"]),
        "state": row["state"],
        "revision": row["revision"],
        "lead": _name(source, row["lead_id"]),
        "approved_by": _name(source, row["approved_by_id"]),
        "approved_at": _moment(row["approved_at"]),
        "target": row["target"],
        "language": language,
    }


def _scale(scale: Row) -> dict[str, Any]:
    return {name: scale[name] for name in ("slug", "name", "minimum", "maximum", "levels")}


def _score(score: NodeScore) -> dict[str, Any]:
    return {
        "asserted": score.asserted,
        "evidenced": score.evidenced,
        "validated": score.validated,
        "target": score.target,
        "coverage": score.coverage,
        "answered": score.answered,
        "applicable": score.applicable,
        "total": score.total,
    }


def _upper_refs(edition: Edition) -> list[str]:
    """The two upper storeys of the tree, enough for any way of grouping a report by clause."""
    return [node.ref for node in edition.nodes if node.parent is None or edition.by_ref[node.parent].parent is None]


def _requirement(node: Node, *, words: Words, source: Source) -> dict[str, Any]:
    return {
        "ref": node.ref,
        "parent": node.parent,
        "depth": node.depth,
        "title": words.title,
        "summary": words.summary,
        "question": words.question,
        "assessable": node.ref in source.assessable,
        "weight": node.weight,
        "themes": list(node.themes),
        "score": _score(source.sheet.nodes[node.ref]),
        "answer": _answer_to(node, words=words, source=source),
    }


def _answer_to(node: Node, *, words: Words, source: Source) -> dict[str, Any] | None:
    row = source.answers.get(node.id)
    if row is None:
        return None
    if node.applies_if and node.applies_if not in source.assessment["profiles"]:
        # It was answered before the assessment said what it covers; scoring leaves it out, and so does the document.
        reason = f"Applies only where the assessment covers: {node.applies_if}."
        row = {**row, "applicable": False, "reason": row["reason"] or reason, "level": None, "target": None}
    return _answer(row, words=words, source=source)


def _answer(row: Row, *, words: Words, source: Source) -> dict[str, Any]:
    return {
        "level": row["level"],
        "target": row["target"],
        "applicable": row["applicable"],
        "reason": row["reason"],
        "note": row["note"],
        "state": row["state"],
        "answered_by": _name(source, row["answered_by_id"]),
        "assignee": _name(source, row["assignee_id"]),
        "answered_at": _moment(row["answered_at"]),
        "review": _review(source.reviews.get(row["id"]), answer=row, source=source),
        "evidence": [_evidence(file) for file in source.evidence.get(row["id"], ())],
        "inherited": _inherited(source.inherited.get(row["requirement_id"]), answer=row, source=source),
        "criteria": criteria_at(row["level"], words=words),
        "next_criteria": criteria_at(step_above(row["level"], levels=source.edition.levels), words=words),
    }


def criteria_at(level: float | None, *, words: Words) -> str | None:
    """The requirement's own criteria at a level; None for no level, and for one between two steps of the scale."""
    return None if level is None else words.levels.get(f"{level:g}")


def step_above(level: float | None, *, levels: frozenset[int]) -> int | None:
    """The next level of the scale, None at its top and for an answer without a level."""
    return None if level is None else min((step for step in levels if step > level), default=None)


def _review(row: Row | None, *, answer: Row, source: Source) -> dict[str, Any] | None:
    """The verdict that stands. One from before the answer was taken back or sent again is history."""
    if row is None or answer["state"] not in _STANDING_VERDICTS or row["verdict"] != answer["state"]:
        return None
    return {
        "verdict": row["verdict"],
        "level": row["level"],
        "note": row["note"],
        "reviewer": _name(source, row["reviewer_id"]),
        "at": _moment(row["created_at"]),
    }


def _inherited(row: Row | None, *, answer: Row, source: Source) -> dict[str, Any] | None:
    """Where the answer was taken over from, while it says what came."""
    if row is None or not stands_as_it_came(row["offer"], level=answer["level"], applicable=answer["applicable"]):
        return None
    return origin_of(row["offer"]) | {
        "confirmed_by": _name(source, row["decided_by_id"]),
        "confirmed_at": _moment(row["decided_at"]),
    }


def _evidence(row: Row) -> dict[str, Any]:
    return {
        "number": row["reference"],
        "title": row["title"],
        "file_name": row["file_name"],
        "media_type": row["media_type"],
        "size": row["size"],
        "sha256": row["sha256"],
        "version": row["number"],
        "valid_until": _day(row["valid_until"]),
    }


def _action(row: Row, *, source: Source) -> dict[str, Any]:
    return {
        "ref": source.edition.by_id[row["requirement_id"]].ref,
        "title": row["title"],
        "description": row["description"],
        "owner": _name(source, row["owner_id"]),
        "due": _day(row["due"]),
        "effort": row["effort"] or None,
        "expected_level": row["expected_level"],
        "state": row["state"],
    }
