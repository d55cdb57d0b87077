"""What the files of one edition hold, as frozen values and typed mappings. Pure: no Django, no clock.

The format itself, key by key, is told in `assessments/catalogue/FORMAT.md`.
Facts and prose are told in `assessments.catalogue.facts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypedDict

from assessments.catalogue.facts import Facts, Prose, Question
from assessments.scoring import OwnAnswerRule, known_methods

FORMAT: Final = 1
DEFAULT_LANGUAGE: Final = "en"
MINIMUM_FAQ: Final = 6
OWN_SLUG: Final = "own-"
"""What slugs of organisations' own standards begin with, and public ones never: no sync can ever make one ambiguous."""

METHODS: Final = known_methods()
OWN_ANSWER_RULES: Final = tuple(rule.value for rule in OwnAnswerRule)
DEPTHS: Final = ("full", "profile", "record")
"""full: a tree that can be assessed; profile: facts, prose and FAQ; record: the few facts of one line in a list."""


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
    jurisdictions: Mapping[str, Mapping[str, str]]
    sectors: Mapping[str, Mapping[str, str]]


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
    language: str = DEFAULT_LANGUAGE
    """The default one: another than English only in a standard that an organisation made."""

    @property
    def method(self) -> str:
        return self.scoring.method

    @property
    def languages(self) -> tuple[str, ...]:
        """The default language first, the others by name."""
        return tuple(sorted({*self.texts, *self.prose}, key=lambda language: (language != self.language, language)))
