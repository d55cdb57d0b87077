"""What a draft of a standard says: the one shape that the API edits, importers fill and publishing reads. Pure.

An importer makes a `DraftContent`, with whatever the source told and nothing made up. Only `slug`, `number`, `title`
and `requirements` have no default; `complete_facts` fills in the facts that a catalogue row cannot do without.

Requirements are a flat list in document order: `parent` names the ref above, and siblings stand in the order of the
list. A child may stand before its parent and need not follow it directly; publishing puts the tree in order
(`assessments.catalogue.drafts.tree`). A ref is text and stands once; `7.10` is not `7.1`.

Words are kept by language (`en`, `pt-BR`). `language` is the draft's default: whatever has words needs them there, and
other languages may be partial. A level of a scale is a whole number; a requirement's `levels` map it to criteria.

As JSON (`as_json`, `content_from_json`; defaults may be absent, and are left out when written):

    {"slug": "acme-suppliers-1", "number": "ACME 12", "title": "Supplier controls", "language": "en",
     "facts": {"publisher": "Acme", "edition": "1", "year": 2026, ...},          facts.Facts without number
     "scale": "yes-partial-no"                                                   a scale of the catalogue, or one's own:
              | {"slug": "acme-0-2", "name": {"en": "..."},
                 "levels": [{"level": 0, "name": {"en": "No"}, "criteria": {"en": "..."}, "worth": 0.0}, ...]},
     "scoring": {"method": "weighted_mean", "parameters": {"reached": 2}, "result": <as scale>},
     "selections": [{"slug": "core", "name": {"en": "Core"}}],
     "alternatives": [{"slug": "way", "name": {...}, "options": [{"slug": "a", "name": {...}, "refs": ["4"]}, ...]}],
     "prose": {"en": {"short_name": "...", "one_line": "...", ...}},             facts.Prose, all of it optional
     "faq": {"en": [{"question": "...", "answer": "..."}]},
     "requirements": [{"ref": "4", "texts": {"en": {"title": "Context", "summary": "..."}}},
                      {"ref": "4.1", "parent": "4", "weight": 2, "themes": ["governance"], "selections": ["core"],
                       "texts": {"en": {"title": "...", "summary": "...", "question": "...", "evidence": ["..."],
                                        "levels": {"1": "...", "2": "..."}}}}]}

Structure.yaml's keys mean here what they mean there: assessments/catalogue/FORMAT.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from assessments.catalogue.schema import DEFAULT_LANGUAGE

MOST_REQUIREMENTS: Final = 10_000
MOST_BYTES: Final = 20 * 1024 * 1024
"""Of the content as JSON without blanks."""
DEFAULT_SCALE: Final = "capability-0-5"
DEFAULT_METHOD: Final = "weighted_mean"

Words = Mapping[str, str]
"""Language → text."""


@dataclass(frozen=True, slots=True)
class ContentFault:
    """One thing that is wrong: where (a JSON pointer, RFC 6901, into the content), of which requirement, and what."""

    pointer: str
    ref: str
    message: str


class ContentError(ValueError):
    """What was given is no content of a draft; everything that is wrong, told at once."""

    def __init__(self, faults: list[ContentFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.message}" for fault in faults))


@dataclass(frozen=True, slots=True)
class DraftLevel:
    """`worth`: how far up the scale the level counts, 0 to 1; None where the steps are of equal height."""

    level: int
    name: Words
    criteria: Words = field(default_factory=dict)
    worth: float | None = None


@dataclass(frozen=True, slots=True)
class DraftScale:
    """A scale of one's own: at least two levels, ascending."""

    slug: str
    name: Words
    levels: tuple[DraftLevel, ...]


@dataclass(frozen=True, slots=True)
class DraftScoring:
    """`result`: the scale that scores are told on, where it is not that of the answers."""

    method: str = DEFAULT_METHOD
    parameters: Mapping[str, float] = field(default_factory=dict)
    result: str | DraftScale | None = None


@dataclass(frozen=True, slots=True)
class DraftSelection:
    """A named part that an assessment may choose."""

    slug: str
    name: Words


@dataclass(frozen=True, slots=True)
class DraftOption:
    """One way of an alternative; each ref stands for its whole subtree."""

    slug: str
    name: Words
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftAlternative:
    """One way of several, the first unless an assessment says otherwise."""

    slug: str
    name: Words
    options: tuple[DraftOption, ...]


@dataclass(frozen=True, slots=True)
class DraftText:
    """The words of one requirement in one language. `levels`: level → what is there when it is reached."""

    title: str
    summary: str = ""
    question: str = ""
    evidence: tuple[str, ...] = ()
    levels: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftRequirement:
    """A node of the tree. Its members are those of `schema.RequirementNode`, but for:

    parent       the ref above; None at the top.
    assessable   None: it is, if nothing stands below it and it is in force.
    selections   None: its parent's, and at the top all.
    """

    ref: str
    parent: str | None = None
    texts: Mapping[str, DraftText] = field(default_factory=dict)
    assessable: bool | None = None
    weight: float = 1.0
    themes: tuple[str, ...] = ()
    applies_if: str = ""
    own_answer_rule: str = ""
    withdrawn: tuple[str, ...] | None = None
    points: float | None = None
    partial_points: float | None = None
    stage: int | None = None
    selections: tuple[str, ...] | None = None
    target: float | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class DraftContent:
    """The whole of a draft; see the module."""

    slug: str
    number: str
    title: str
    requirements: tuple[DraftRequirement, ...]
    language: str = DEFAULT_LANGUAGE
    facts: Mapping[str, Any] = field(default_factory=dict)
    scale: str | DraftScale = DEFAULT_SCALE
    scoring: DraftScoring = field(default_factory=DraftScoring)
    selections: tuple[DraftSelection, ...] = ()
    alternatives: tuple[DraftAlternative, ...] = ()
    prose: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    faq: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)


def complete_facts(content: DraftContent, *, publisher: str, year: int) -> DraftContent:
    """The content with the facts that every row of the catalogue has, where the source told none of them.

    They stand in the draft from then on, for its authors to see and to change.
    """
    filled = {
        "publisher": publisher,
        "edition": "1",
        "year": year,
        "status": "current",
        "kind": "framework",
        "nature": "framework",
        "certifiable": False,
        "sectors": ["all"],
    }
    return replace(content, facts=filled | dict(content.facts))


def as_json(content: DraftContent) -> dict[str, Any]:
    """The content as JSON values: no tuples, level numbers as text, defaults left out."""
    out: dict[str, Any] = {"slug": content.slug, "number": content.number, "title": content.title}
    out |= {"language": content.language, "facts": dict(content.facts)}
    out |= {"scale": _scale(content.scale), "scoring": _scoring(content.scoring)}
    if content.selections:
        out["selections"] = [{"slug": entry.slug, "name": dict(entry.name)} for entry in content.selections]
    if content.alternatives:
        out["alternatives"] = [
            {"slug": entry.slug, "name": dict(entry.name), "options": [_option(option) for option in entry.options]}
            for entry in content.alternatives
        ]
    if content.prose:
        out["prose"] = {language: dict(words) for language, words in content.prose.items()}
    if content.faq:
        out["faq"] = {language: [dict(entry) for entry in entries] for language, entries in content.faq.items()}
    out["requirements"] = [requirement_as_json(requirement) for requirement in content.requirements]
    return out


def requirement_as_json(requirement: DraftRequirement) -> dict[str, Any]:
    out: dict[str, Any] = {"ref": requirement.ref}
    if requirement.parent is not None:
        out["parent"] = requirement.parent
    for name in ("assessable", "points", "partial_points", "stage", "target"):
        if (value := getattr(requirement, name)) is not None:
            out[name] = value
    if requirement.weight != 1:
        out["weight"] = requirement.weight
    for name in ("themes", "applies_if", "own_answer_rule", "critical"):
        if value := getattr(requirement, name):
            out[name] = list(value) if isinstance(value, tuple) else value
    for name in ("withdrawn", "selections"):
        if (refs := getattr(requirement, name)) is not None:
            out[name] = list(refs)
    out["texts"] = {language: _text(text) for language, text in requirement.texts.items()}
    return out


def size_of(content: DraftContent) -> int:
    """Bytes of the content as JSON."""
    return len(orjson.dumps(as_json(content)))


def _text(text: DraftText) -> dict[str, Any]:
    out: dict[str, Any] = {"title": text.title}
    out |= {name: value for name in ("summary", "question") if (value := getattr(text, name))}
    if text.evidence:
        out["evidence"] = list(text.evidence)
    if text.levels:
        out["levels"] = {str(level): words for level, words in sorted(text.levels.items())}
    return out


def _option(option: DraftOption) -> dict[str, Any]:
    return {"slug": option.slug, "name": dict(option.name), "refs": list(option.refs)}


def _scale(scale: str | DraftScale) -> str | dict[str, Any]:
    if isinstance(scale, str):
        return scale
    return {"slug": scale.slug, "name": dict(scale.name), "levels": [_level(level) for level in scale.levels]}


def _level(level: DraftLevel) -> dict[str, Any]:
    out: dict[str, Any] = {"level": level.level, "name": dict(level.name)}
    if level.criteria:
        out["criteria"] = dict(level.criteria)
    return out if level.worth is None else out | {"worth": level.worth}


def _scoring(scoring: DraftScoring) -> dict[str, Any]:
    out: dict[str, Any] = {"method": scoring.method}
    if scoring.parameters:
        out["parameters"] = dict(scoring.parameters)
    if scoring.result is not None:
        out["result"] = _scale(scoring.result)
    return out
