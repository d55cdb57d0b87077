"""Editions in memory: a standard's tree, words and scoring tree, read once per process.

A Standard row and what hangs on it never change, so an edition is cached by its id without any question of staleness;
only which edition of a slug is current is asked of the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, Final
from uuid import UUID

import orjson

from api.languages import first_spoken
from assessments.catalogue.bounded import Bounded
from assessments.catalogue.models import Requirement, RequirementText, Standard
from assessments.catalogue.wording import alternative_in, named_in, scale_in
from assessments.scoring import OwnAnswerRule, Scale, ScoreTree, TreeNode
from tenants.managed import is_visible

EDITIONS_KEPT = 32
MARKS: Final = {
    "withdrawn": "withdrawn",
    "brief": "brief",
    "selections": "selections",
    "stage": "stage",
    "points": "points",
    "partial_points": "partial_points",
    "publisher_target": "target",
    "critical": "critical",
}
"""Members of a requirement that are told only where they are there, and the attribute of Node behind each."""

_editions: Bounded[UUID, Edition]


@dataclass(frozen=True, slots=True)
class Node:
    """A requirement without its words; `parent` and `children` are refs."""

    id: UUID
    ref: str
    parent: str | None
    children: tuple[str, ...]
    position: int
    depth: int
    assessable: bool
    weight: float
    themes: tuple[str, ...]
    applies_if: str
    own_answer_rule: str
    withdrawn: tuple[str, ...] | None = None
    brief: bool = False
    points: float | None = None
    partial_points: float | None = None
    stage: int | None = None
    selections: tuple[str, ...] | None = None
    target: float | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A requirement's words in one language; `levels` maps a level as text to its criteria."""

    title: str
    summary: str
    question: str
    evidence: tuple[str, ...]
    levels: Mapping[str, str]


@dataclass(frozen=True)
class Edition:
    """An immutable edition. `nodes` stand in document order; `by_ref` and `by_id` find them."""

    id: UUID
    slug: str
    content_hash: str
    number: str
    title: str
    publisher: str
    edition: str
    year: int
    method: str
    languages: tuple[str, ...]
    scale: Mapping[str, Any]
    result_scale: Mapping[str, Any] | None
    parameters: Mapping[str, float]
    selections: Sequence[Mapping[str, Any]]
    alternatives: Sequence[Mapping[str, Any]]
    nodes: tuple[Node, ...]
    by_ref: Mapping[str, Node]
    by_id: Mapping[UUID, Node]
    words: Mapping[str, Mapping[str, Words]]
    organisation_id: UUID | None = None
    """Whose it is; None: public."""
    _fragments: dict[str, Mapping[str, bytes]] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def language(self, *wanted: str | None) -> str:
        """The language to answer in: the first wanted one that the edition has, else the default."""
        return first_spoken(wanted, among=self.languages)

    def texts(self, language: str | None = None) -> Mapping[str, Words]:
        """Ref → words; a requirement without words in that language has those of the default language."""
        wanted = self.language(language)
        default = self.words[self.languages[0]]
        return default if wanted == self.languages[0] else {**default, **self.words[wanted]}

    def scale_in(self, language: str | None = None) -> dict[str, Any]:
        """{slug, name, minimum, maximum, levels: [{level, name, criteria}]} in one language."""
        return scale_in(self.scale, language=self.language(language))

    def result_scale_in(self, language: str | None = None) -> dict[str, Any] | None:
        """The scale that scores are told on, where it is not that of the answers."""
        return scale_in(self.result_scale, language=self.language(language)) if self.result_scale else None

    def choices_in(self, language: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """{selections [{slug, name}], alternatives [{slug, name, options [{slug, name, refs}]}]} in one language."""
        spoken = self.language(language)
        return {
            "selections": [named_in(entry, language=spoken) for entry in self.selections],
            "alternatives": [alternative_in(entry, language=spoken) for entry in self.alternatives],
        }

    def fragments(self, language: str | None = None) -> Mapping[str, bytes]:
        """Ref → JSON of the requirement's public part, in document order, made once per language.

        Embed one as it is with `orjson.Fragment(edition.fragments(language)[ref])`. Its members: ref, parent, depth,
        assessable, weight, themes, applies_if, title, summary, question, evidence [text], levels {level: criteria};
        and those of MARKS that say something.
        """
        wanted = self.language(language)
        with self._lock:
            if wanted not in self._fragments:
                texts = self.texts(wanted)
                self._fragments[wanted] = {node.ref: _encode(node, texts[node.ref]) for node in self.nodes}
            return self._fragments[wanted]

    @cached_property
    def score_tree(self) -> ScoreTree:
        """The tree that `assessments.scoring.score` takes, built on first use."""
        return ScoreTree.build(
            [
                TreeNode(
                    ref=node.ref,
                    parent_ref=node.parent,
                    assessable=node.assessable,
                    weight=node.weight,
                    own_answer_rule=OwnAnswerRule(node.own_answer_rule),
                    stage=node.stage,
                    target=node.target,
                    critical=node.critical,
                    points=node.points,
                    partial_points=node.partial_points,
                )
                for node in self.nodes
            ],
            method=self.method,
            scale=_scoring_scale(self.scale),
            result=_scoring_scale(self.result_scale) if self.result_scale else None,
            parameters=self.parameters,
        )

    @cached_property
    def levels(self) -> frozenset[int]:
        """The levels an answer may have."""
        return frozenset(level["level"] for level in self.scale["levels"])


_editions = Bounded(size=EDITIONS_KEPT)


def edition(standard_id: UUID) -> Edition:
    """The edition, from memory or with three queries.

    Raises Standard.DoesNotExist, also where memory holds that of another organisation: what is kept for all threads
    knows no row-level security.
    """
    found = _editions.get_or_make(standard_id, lambda: _read(standard_id))
    if not is_visible(found.organisation_id):
        raise Standard.DoesNotExist
    return found


def forget_editions() -> None:
    """Empty the cache; for tests and measurements."""
    _editions.clear()


def _scoring_scale(scale: Mapping[str, Any]) -> Scale:
    worths = tuple((level["level"], level["worth"]) for level in scale["levels"] if "worth" in level)
    return Scale(minimum=scale["minimum"], maximum=scale["maximum"], slug=scale["slug"], worths=worths)


def _read(standard_id: UUID) -> Edition:
    standard = Standard.objects.defer("profile", "outline", "themes").get(pk=standard_id)
    nodes = _nodes(Requirement.objects.filter(standard_id=standard_id).order_by("position"))
    return Edition(
        id=standard.id,
        organisation_id=standard.organisation_id,
        slug=standard.slug,
        content_hash=standard.content_hash,
        number=standard.number,
        title=standard.title,
        publisher=standard.publisher,
        edition=standard.edition,
        year=standard.year,
        method=standard.method,
        languages=tuple(standard.languages),
        scale=standard.scale or {},
        result_scale=standard.result_scale,
        parameters=standard.parameters,
        selections=standard.selections,
        alternatives=standard.alternatives,
        nodes=nodes,
        by_ref={node.ref: node for node in nodes},
        by_id={node.id: node for node in nodes},
        words=_words(standard_id, languages=standard.languages),
    )


def _nodes(rows: Sequence[Requirement] | Any) -> tuple[Node, ...]:
    requirements = list(rows)
    refs = {row.id: row.ref for row in requirements}
    children: dict[UUID | None, list[str]] = {}
    for row in requirements:
        children.setdefault(row.parent_id, []).append(row.ref)
    return tuple(
        Node(
            id=row.id,
            ref=row.ref,
            parent=refs[row.parent_id] if row.parent_id else None,
            children=tuple(children.get(row.id, ())),
            position=row.position,
            depth=row.depth,
            assessable=row.assessable,
            weight=row.weight,
            themes=tuple(row.themes),
            applies_if=row.applies_if,
            own_answer_rule=row.own_answer_rule,
            withdrawn=None if row.withdrawn is None else tuple(row.withdrawn),
            brief=row.brief,
            points=row.points,
            partial_points=row.partial_points,
            stage=row.stage,
            selections=None if row.selections is None else tuple(row.selections),
            target=row.target,
            critical=row.critical,
        )
        for row in requirements
    )


def _words(standard_id: UUID, *, languages: Sequence[str]) -> dict[str, dict[str, Words]]:
    words: dict[str, dict[str, Words]] = {language: {} for language in languages}
    rows = RequirementText.objects.filter(requirement__standard_id=standard_id).values_list(
        "requirement__ref", "language", "title", "summary", "question", "evidence", "levels"
    )
    for ref, language, title, summary, question, evidence, levels in rows:
        words[language][ref] = Words(title, summary, question, tuple(evidence), levels)
    return words


def _marks(node: Node) -> dict[str, Any]:
    found = {member: getattr(node, name) for member, name in MARKS.items()}
    return {member: value for member, value in found.items() if value is not None and value is not False}


def _encode(node: Node, words: Words) -> bytes:
    return orjson.dumps(
        {
            "ref": node.ref,
            "parent": node.parent,
            "depth": node.depth,
            "assessable": node.assessable,
            "weight": node.weight,
            "themes": node.themes,
            "applies_if": node.applies_if,
            **_marks(node),
            "title": words.title,
            "summary": words.summary,
            "question": words.question,
            "evidence": words.evidence,
            "levels": words.levels,
        }
    )
