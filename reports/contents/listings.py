"""The parts of a report that list: answers with what they cite, the evidence register, the improvements."""

from __future__ import annotations

from dataclasses import dataclass

from reports.contents.leaves import Status


@dataclass(frozen=True, slots=True)
class Citation:
    number: str
    anchor: str
    is_expired: bool


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """One requirement as answered, or a heading (`is_heading`) between answers.

    `is_long` answers may be broken over pages; all others are held together.
    """

    ref: str
    title: str
    anchor: str
    is_heading: bool
    is_long: bool
    score: str
    status: Status
    question: str
    note: str
    level: str
    level_name: str
    level_step: int
    target: str
    criteria: str
    review: str
    review_note: str
    is_sent_back: bool
    evidence: tuple[Citation, ...]
    origin: str
    byline: str


@dataclass(frozen=True, slots=True)
class AnswerChapter:
    """The answers of one top clause."""

    ref: str
    title: str
    summary: str
    score: str
    anchor: str
    blocks: tuple[AnswerBlock, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Every answer; `is_compact` leaves questions, criteria and links out, as long standards need."""

    introduction: str
    is_compact: bool
    chapters: tuple[AnswerChapter, ...]


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    number: str
    anchor: str
    title: str
    file: str
    sha256: str
    validity: str
    is_expired: bool
    cited_by: tuple[str, ...]
    cited_further: str


@dataclass(frozen=True, slots=True)
class Evidence:
    introduction: str
    lines: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class ActionLine:
    ref: str
    title: str
    owner: str
    due: str
    is_overdue: bool
    effort: str
    expected: str
    state: str


@dataclass(frozen=True, slots=True)
class Actions:
    introduction: str
    projection: str
    lines: tuple[ActionLine, ...]
