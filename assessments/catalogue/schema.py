"""What the files of one edition hold, as frozen values and typed mappings. Pure: no Django, no clock.

The format itself, key by key, is told in `assessments/catalogue/FORMAT.md`.

Facts and prose stay plain JSON mappings (`TypedDict`), because a key that is absent ("not stated") and a key that is
null ("does not apply") must survive the way from the file through the database to a comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NotRequired, TypedDict

from assessments.scoring import OwnAnswerRule, known_methods

FORMAT: Final = 1
DEFAULT_LANGUAGE: Final = "en"
MINIMUM_FAQ: Final = 6

METHODS: Final = known_methods()
OWN_ANSWER_RULES: Final = tuple(rule.value for rule in OwnAnswerRule)
DEPTHS: Final = ("full", "profile", "record")
"""full: a tree that can be assessed; profile: facts, prose and FAQ; record: the few facts of one line in a list."""
STATUSES: Final = ("current", "superseded", "draft", "withdrawn")
KINDS: Final = (
    "management-system-requirements",
    "management-system-guidance",
    "law",
    "framework",
    "control-set",
    "scheme",
)
NATURES: Final = ("certifiable", "guidance", "law", "framework", "scheme")
ASSURANCES: Final = (
    "third-party-certification",
    "second-party-audit",
    "internal-audit",
    "management-review",
    "regulator-inspection",
    "self-assessment",
)
SUBJECTS: Final = ("organisation", "product", "person", "process", "entity-class")
COST_BANDS: Final = ("low", "medium", "high")
SIZES: Final = ("small", "medium", "large")
HEADLINES: Final = ("scope", "industry", "nature", "testing", "penalties")
"""The five attributes every profile also describes in prose; key differences begin with them, in this order."""

NULLABLE_FACTS: Final = frozenset({
    "certificate_validity_years", "audit_cycle_months", "risk_approach", "penalties", "cost_band", "months",
    "harmonized_structure", "free_of_charge", "confirmed",
})  # fmt: skip
"""Facts for which null says "does not apply"; every other fact is either stated or absent."""


@dataclass(frozen=True, slots=True, order=True)
class CatalogueFault:
    """One thing that is wrong in a file. `line` counts from 1; it is 1 for what the whole file lacks."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class CatalogueError(Exception):
    """Everything that is wrong in a folder, told at once."""

    def __init__(self, faults: list[CatalogueFault]) -> None:
        self.faults: tuple[CatalogueFault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class ScaleLevel:
    """`worth`: how far up the scale the level counts, 0 to 1; None where the steps are of equal height."""

    level: int
    name: Mapping[str, str]
    criteria: Mapping[str, str]
    worth: float | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """The levels a standard is scored on, ascending; names and criteria by language."""

    slug: str
    name: Mapping[str, str]
    levels: tuple[ScaleLevel, ...]

    @property
    def minimum(self) -> int:
        return self.levels[0].level

    @property
    def maximum(self) -> int:
        return self.levels[-1].level

    @property
    def written_levels(self) -> tuple[int, ...]:
        """The levels a requirement words for itself: all but 0, which means "nothing in place" everywhere."""
        return tuple(level.level for level in self.levels if level.level != 0)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words standards share: slug to name by language, and the scales."""

    themes: Mapping[str, Mapping[str, str]]
    scales: Mapping[str, Scale]
    conditions: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Selection:
    """A named part that an assessment may choose: an implementation group, a baseline, a kind of entity."""

    slug: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One way of an alternative. Each ref stands for its whole subtree."""

    slug: str
    name: Mapping[str, str]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way of several: an assessment takes one option, the first unless told, and what the others hold falls out."""

    slug: str
    name: Mapping[str, str]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class RequirementNode:
    """A node of the tree. `position` counts from 0 in document order, `depth` from 0 at the top.

    withdrawn       the refs that took its place; None while it is in force. Never assessable, kept for look-ups.
    brief           its words may end with the summary.
    points, partial_points   lost when it is unmet, and when it is met in part (subtractive methods).
    stage           the level it belongs to, from 1 (staged methods).
    selections      those it belongs to, its parent's unless it states its own; None: all of them.
    target          the level its publisher aims at, above which nothing is gained (capped_mean).
    critical        unmet, it is a finding whatever the mean.
    """

    ref: str
    parent: str | None
    position: int
    depth: int
    assessable: bool
    weight: float = 1.0
    themes: tuple[str, ...] = ()
    applies_if: str = ""
    own_answer_rule: str = OwnAnswerRule.BOTH.value
    withdrawn: tuple[str, ...] | None = None
    brief: bool = False
    points: float | None = None
    partial_points: float | None = None
    stage: int | None = None
    selections: tuple[str, ...] | None = None
    target: float | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class RequirementText:
    """The words of one requirement in one language. What is not assessable has only title and summary.

    A withdrawn requirement may lack the summary ("") too, a brief one question, evidence and levels.
    """

    title: str
    summary: str
    question: str = ""
    evidence: tuple[str, ...] = ()
    levels: Mapping[int, str] = field(default_factory=dict)


class Penalties(TypedDict, total=False):
    """`formal` says whether the issuer itself can sanction, `basis` is one short sentence."""

    statutory: bool
    formal: bool
    maximum_amount_eur: float | None
    maximum_percent_turnover: float | None
    basis: str


class Months(TypedDict):
    low: float
    high: float
    estimate: bool


class Deadline(TypedDict):
    what: str
    hours: float


class Source(TypedDict):
    id: str
    title: str
    publisher: str
    url: str
    date: NotRequired[str]
    supports: list[str]


class Facts(TypedDict, total=False):
    """The typed facts of a profile: an absent key is not stated, null does not apply."""

    number: str
    publisher: str
    edition: str
    year: int
    status: str
    confirmed: int | None
    supersedes: list[str]
    kind: str
    nature: str
    certifiable: bool
    certificate_validity_years: float | None
    audit_cycle_months: float | None
    assurance: list[str]
    jurisdictions: list[str]
    sectors: list[str]
    subject: str
    scope_tags: list[str]
    risk_approach: str | None
    harmonized_structure: bool | None
    penalties: Penalties | None
    reporting_deadlines_hours: list[Deadline]
    cost_band: str | None
    months: Months | None
    organisation_sizes: list[str]
    prerequisites: list[str]
    builds_on: list[str]
    complements: list[str]
    related: list[str]
    free_of_charge: bool | None
    languages: list[str]
    source_url: str
    sources: list[Source]


REQUIRED_FACTS: Final = (
    "number",
    "publisher",
    "edition",
    "year",
    "status",
    "kind",
    "nature",
    "certifiable",
    "sectors",
    "sources",
)


class Named(TypedDict):
    name: str
    text: str


class Part(TypedDict):
    text: str
    items: list[Named]


class Headline(TypedDict):
    """`short` fills a table cell, `text` a block of its own."""

    short: str
    text: str


class Phase(TypedDict):
    """`months` is [low, high], an estimate."""

    name: str
    months: list[float]
    work: str


class Implementation(TypedDict):
    overview: str
    applies_to: str
    needs: str
    phases: list[Phase]
    audits: str


class Verdict(TypedDict):
    what_for: str
    who_adopts: str


class Prose(TypedDict):
    """A profile's words in one language."""

    title: str
    short_name: str
    one_line: str
    verdict: Verdict
    definition: str
    scope: Headline
    industry: Headline
    nature: Headline
    testing: Headline
    penalties: Headline
    key_features: list[Named]
    key_components: Part
    why_used: Part
    implementation: Implementation


class Question(TypedDict):
    question: str
    answer: str


class Group(TypedDict):
    """A top-level node and how many assessable requirements stand under it (itself included)."""

    ref: str
    assessable: int


class Outline(TypedDict):
    """Counts over a standard's tree; `depths` counts the nodes per depth, top first."""

    requirements: int
    assessable: int
    headings: int
    depths: list[int]
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class Scoring:
    """How the answers make a score: the method, its parameters, and the scale results are told on, if it is another.

    Parameters: levels of the answers' scale (`reached`, `below`, `allowance`); `assessments.scoring` says which method
    takes which.
    """

    method: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    result: Scale | None = None


@dataclass(frozen=True, slots=True)
class StandardDocument:
    """One edition as its files tell it. `texts`: by language and ref; the default language has one for every ref.

    Without a tree (`depth` profile or record) there is no scale and no scoring, and nothing in `texts`. A record has
    prose with a title and one line alone, and no FAQ.
    """

    slug: str
    depth: str
    scale: Scale | None
    scoring: Scoring
    facts: Facts
    requirements: tuple[RequirementNode, ...]
    texts: Mapping[str, Mapping[str, RequirementText]]
    prose: Mapping[str, Prose]
    faq: Mapping[str, tuple[Question, ...]]
    selections: tuple[Selection, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def method(self) -> str:
        return self.scoring.method

    @property
    def languages(self) -> tuple[str, ...]:
        """The default language first, the others by name."""
        return tuple(sorted({*self.texts, *self.prose}, key=lambda language: (language != DEFAULT_LANGUAGE, language)))
