"""Everything a report says, as frozen values: what the templates and charts read, and nothing else.

Strings are finished wording; numbers beside them are the unrounded values that charts draw.
"""

from dataclasses import dataclass
from typing import Literal

from reports.contents.listings import Actions, Answers, Evidence
from reports.contents.snapshot import Scale

Standing = Literal["better", "stable", "worse", "first", "not_assessed"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands beside it."""

    label: str
    value: str
    is_hash: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    organisation: str
    running_title: str
    standard_number: str
    standard_title: str
    assessment: str
    taken_on: str
    is_draft: bool
    status: str
    confidentiality: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the main figures: `value` is on the scale, or a share for coverage."""

    key: Literal["asserted", "evidenced", "validated", "coverage"]
    name: str
    value: float | None
    shown: str
    caption: str


@dataclass(frozen=True, slots=True)
class Driver:
    heading: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Movement:
    """How a group moved since the previous snapshot; `direction` is -1, 0 or 1, None where one end is unknown."""

    ref: str
    title: str
    before: str
    now: str
    change: str
    direction: int | None


@dataclass(frozen=True, slots=True)
class Movements:
    since: str
    overall: Movement
    groups: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class ClauseScore:
    """A heading or top-level requirement with its measures; `depth` is 0 for a group, 1 right below it."""

    ref: str
    title: str
    depth: int
    asserted: float | None
    evidenced: float | None
    validated: float | None
    target: float | None
    shown_asserted: str
    shown_evidenced: str
    shown_validated: str
    shown_target: str
    shown_coverage: str
    is_assessed: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many requirements stand at each level of the scale (lowest first), and how many beside it."""

    counts: tuple[int, ...]
    not_assessed: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class RankedClause:
    """A clause in the ranking; `movement` is None without a previous snapshot."""

    clause: ClauseScore
    movement: Movement | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Clauses from the strongest to the weakest; in a long standard `between` counts those left out in the middle."""

    strongest: tuple[RankedClause, ...]
    weakest: tuple[RankedClause, ...]
    between: str


@dataclass(frozen=True, slots=True)
class Summary:
    standing: Standing
    answer: str
    context: str
    overall: ClauseScore
    measures: tuple[Measure, ...]
    drivers: tuple[Driver, ...]
    strongest: tuple[ClauseScore, ...]
    weakest: tuple[ClauseScore, ...]
    ranking: Ranking
    movements: Movements | None
    previous: float | None


@dataclass(frozen=True, slots=True)
class Clauses:
    """Scores by clause: `groups` are the top clauses, `lines` those and the clauses right below them."""

    groups: tuple[ClauseScore, ...]
    lines: tuple[ClauseScore, ...]
    levels: Distribution


@dataclass(frozen=True, slots=True)
class Gap:
    rank: int
    ref: str
    title: str
    anchor: str
    level: str
    target: str
    distance: str
    share: str
    next_level: str
    demands: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps by priority: the first in detail, the next as lines, the rest counted."""

    introduction: str
    in_detail: tuple[Gap, ...]
    further: tuple[Gap, ...]
    left_out: str
    open_questions: str


@dataclass(frozen=True, slots=True)
class ScaleStep:
    level: str
    name: str
    criteria: str


@dataclass(frozen=True, slots=True)
class Method:
    formula: tuple[str, ...]
    worked: str
    measures: tuple[Fact, ...]
    scale_title: str
    scale: tuple[ScaleStep, ...]
    trust: tuple[Fact, ...]
    provenance: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ReportContents:
    """A whole report.  `taken_at` (ISO 8601, UTC) and `snapshot_sha256` make the file reproducible."""

    title: str
    subject: str
    taken_at: str
    snapshot_sha256: str
    scale: Scale  # of scores
    answers_scale: Scale
    cover: Cover
    summary: Summary
    clauses: Clauses
    gaps: Gaps
    answers: Answers
    evidence: Evidence
    actions: Actions
    method: Method

    @property
    def scale_minimum(self) -> float:
        return self.scale.minimum

    @property
    def scale_maximum(self) -> float:
        return self.scale.maximum

    @property
    def rows(self) -> int:
        """Return how many rows the report sets, which is what its length and the time to render follow."""
        answers = sum(len(chapter.blocks) for chapter in self.answers.chapters)
        listed = len(self.gaps.in_detail) + len(self.gaps.further)
        return answers + listed + len(self.evidence.lines) + len(self.actions.lines) + len(self.clauses.lines)
