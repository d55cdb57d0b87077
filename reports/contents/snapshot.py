"""The snapshot a report is made from, as typed values (`reports.contents.reading` parses them).

Texts are clean (no unprintable characters) and "" where nothing is stated; moments are in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Verdict = Literal["validated", "changes_requested"]


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one node, in units of the scale; `coverage` is a share of weight, 0..1."""

    asserted: float | None
    evidenced: float | None
    validated: float | None
    target: float | None
    coverage: float | None
    answered: int
    applicable: int
    total: int


@dataclass(frozen=True, slots=True)
class Level:
    level: float
    name: str
    criteria: str


@dataclass(frozen=True, slots=True)
class Scale:
    slug: str
    minimum: float
    maximum: float
    levels: tuple[Level, ...]

    def name_of(self, level: float | None) -> str:
        """Return the name of a level of the scale, or "" for None and for levels between two steps."""
        return next((step.name for step in self.levels if step.level == level), "")

    def step_above(self, level: float) -> Level | None:
        """Return the lowest step that lies above a level, or None at the top."""
        return min((step for step in self.levels if step.level > level), key=lambda step: step.level, default=None)


@dataclass(frozen=True, slots=True)
class Standard:
    slug: str
    number: str
    title: str
    publisher: str
    edition: str
    content_hash: str
    method: str
    scale: Scale  # of the answers
    result: Scale  # of the scores of clauses and of the whole


@dataclass(frozen=True, slots=True)
class Assessment:
    name: str
    scope: str
    period_start: date | None
    period_end: date | None
    state: str
    revision: int
    lead: str
    approved_by: str
    approved_at: datetime | None
    target: float | None
    part: tuple[str, ...] = ()  # what is taken of the standard, in words; () for all of it


@dataclass(frozen=True, slots=True)
class Review:
    verdict: Verdict
    level: float | None
    note: str
    reviewer: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    number: str
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    version: int
    valid_until: date | None

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the file still counts; its last day counts, and no date means no expiry is stated."""
        return self.valid_until is None or self.valid_until >= day


@dataclass(frozen=True, slots=True)
class AnswerElsewhere:
    """An answer given in another assessment; no `level` where it says that the requirement does not apply."""

    standard: str
    ref: str
    assessment: str
    level: float | None
    validated: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer was taken over from, and who confirmed it; `crosswalk` is "" where no link lay between."""

    crosswalk: str
    relation: str
    sources: tuple[AnswerElsewhere, ...]
    confirmed_by: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    level: float | None
    target: float | None
    applicable: bool
    reason: str
    note: str
    state: str
    answered_by: str
    answered_at: datetime | None
    review: Review | None
    evidence: tuple[EvidenceFile, ...]
    origin: Origin | None
    criteria: str
    next_criteria: str


@dataclass(frozen=True, slots=True)
class Requirement:
    ref: str
    parent: str | None
    depth: int
    title: str
    summary: str
    question: str
    assessable: bool
    weight: float
    scores: Scores
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class PlannedAction:
    ref: str
    title: str
    owner: str
    due: date | None
    effort: str
    expected_level: float | None
    state: str


@dataclass(frozen=True, slots=True)
class Previous:
    taken_at: datetime
    scores: Scores
    groups: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    taken_at: datetime
    sha256: str
    organisation: str
    assessment: Assessment
    standard: Standard
    scores: Scores
    requirements: tuple[Requirement, ...]
    actions: tuple[PlannedAction, ...]
    previous: Previous | None
