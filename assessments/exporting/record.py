"""What an export says of one assessment, as plain rows: made from a snapshot's document, and given back by readers.

The document is the one that `assessments.snapshot_document` builds, frozen long ago or made for the occasion: an
export of a snapshot and one of the assessment as it stands differ in nothing but their moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Document = Mapping[str, Any]

VALIDATED: Final = "validated"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A file behind an answer: what it is called and its SHA-256, never its bytes. `valid_until`: ISO day."""

    number: str
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    version: int
    valid_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """The verdict that stands."""

    verdict: str
    level: float | None
    note: str
    reviewer: str | None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRow:
    """One requirement as somebody has answered it, or at least written on. `target` is its own, None: see the whole."""

    ref: str
    state: str
    level: float | None
    target: float | None
    applicable: bool
    reason: str
    note: str
    answered_by: str | None
    assignee: str | None
    answered_at: str | None
    review: ReviewRow | None = None
    evidence: tuple[EvidenceRow, ...] = ()

    @property
    def validated_level(self) -> float | None:
        return self.review.level if self.review and self.review.verdict == VALIDATED else None

    @property
    def standing_level(self) -> float | None:
        """The reviewer's level where there is one, else what was asserted."""
        return self.level if self.validated_level is None else self.validated_level


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """A planned improvement. `due`: ISO day."""

    ref: str
    title: str
    description: str
    owner: str | None
    due: str | None
    effort: str | None
    expected_level: float | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRow:
    """What of the standard an export needs beside its refs. `applies`: nothing at or below it does when False."""

    ref: str
    title: str
    weight: float
    applies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    slug: str
    name: str
    minimum: float
    maximum: float
    levels: tuple[tuple[float, str, str], ...]
    """(level, name, criteria), ascending."""

    def name_of(self, level: float | None) -> str:
        return next((name for value, name, _ in self.levels if value == level), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The assessment itself. Ids and moments as text; `options`: (alternative, option) slugs in order."""

    id: str
    name: str
    scope: str
    organisation: str
    organisation_slug: str
    state: str
    revision: int
    profiles: tuple[str, ...]
    selection: str
    options: tuple[tuple[str, str], ...]
    period_start: str | None
    period_end: str | None
    lead: str | None
    approved_by: str | None
    approved_at: str | None
    target: float | None
    language: str
    standard: str
    number: str
    content_hash: str
    method: str
    taken_at: str
    scale: Scale
    scores: tuple[tuple[str, float], ...]
    """(measure, value) of what has one: asserted, evidenced, validated, target, coverage, answered, applicable …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`requirements`: all that can be answered in what is told, in document order; `answers`: those touched."""

    whole: Whole
    requirements: tuple[RequirementRow, ...]
    answers: Mapping[str, AnsweredRow]
    actions: tuple[ActionRow, ...]

    def target_of(self, ref: str) -> float | None:
        row = self.answers.get(ref)
        return self.whole.target if row is None or row.target is None else row.target


def record_of(document: Document) -> Record:
    """The rows of a snapshot's document."""
    found = [requirement for requirement in document["requirements"] if requirement["assessable"]]
    return Record(
        whole=_whole(document),
        requirements=tuple(
            RequirementRow(
                ref=one["ref"],
                title=one["title"],
                weight=float(one["weight"]),
                applies=one["score"]["applicable"] > 0,
            )
            for one in found
        ),
        answers={one["ref"]: _answered(one["ref"], one["answer"]) for one in found if one["answer"] is not None},
        actions=tuple(
            ActionRow(**{"description": "", **{name: row[name] for name in row if name in _ACTION}})
            for row in document["actions"]
        ),
    )


_ACTION = frozenset(ActionRow.__dataclass_fields__)
_EVIDENCE = frozenset(EvidenceRow.__dataclass_fields__)


def _whole(document: Document) -> Whole:
    of, standard = document["assessment"], document["standard"]
    same = {name: of[name] for name in (
        "id", "name", "scope", "state", "revision", "period_start", "period_end", "lead", "approved_by", "approved_at",
        "target", "language",
    )}  # fmt: skip
    return Whole(
        **same,
        organisation=document["organisation"]["name"],
        organisation_slug=document["organisation"]["slug"],
        profiles=tuple(of["profiles"]),
        selection=of["selection"]["slug"] if of.get("selection") else "",
        options=tuple((way["alternative"]["slug"], way["option"]["slug"]) for way in of.get("options") or ()),
        standard=standard["slug"],
        number=standard["number"],
        content_hash=standard["content_hash"],
        method=standard["method"],
        taken_at=document["taken_at"],
        scale=scale_of(standard["scale"]),
        scores=tuple(sorted((name, value) for name, value in document["scores"].items() if value is not None)),
    )


def scale_of(scale: Mapping[str, Any]) -> Scale:
    return Scale(
        slug=scale["slug"],
        name=scale["name"],
        minimum=scale["minimum"],
        maximum=scale["maximum"],
        levels=tuple((level["level"], level["name"], level["criteria"]) for level in scale["levels"]),
    )


def _answered(ref: str, answer: Mapping[str, Any]) -> AnsweredRow:
    review: Mapping[str, Any] | None = answer["review"]
    evidence: Sequence[Mapping[str, Any]] = answer["evidence"]
    return AnsweredRow(
        ref=ref,
        **{name: answer[name] for name in (
            "state", "level", "target", "applicable", "reason", "note", "answered_by", "assignee", "answered_at",
        )},
        review=ReviewRow(**review) if review else None,
        evidence=tuple(EvidenceRow(**{name: file[name] for name in _EVIDENCE}) for file in evidence),
    )  # fmt: skip
