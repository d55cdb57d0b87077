"""From JSON to a draft's content: types, known keys and limits, every fault with its place. Pure.

Whether what is told makes a standard (a ref that stands twice, a theme nobody knows) is for `drafts.lint` to say: a
draft may be unfinished, but it is always whole in its shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from assessments.catalogue.drafts.content import (
    DEFAULT_METHOD,
    DEFAULT_SCALE,
    MOST_BYTES,
    MOST_REQUIREMENTS,
    ContentError,
    ContentFault,
    DraftAlternative,
    DraftContent,
    DraftLevel,
    DraftOption,
    DraftRequirement,
    DraftScale,
    DraftScoring,
    DraftSelection,
    DraftText,
    size_of,
)
from assessments.catalogue.drafts.values import LANGUAGE, LONGEST, Value
from assessments.catalogue.schema import DEFAULT_LANGUAGE

_LEVEL: Final = re.compile(r"0|[1-9][0-9]{0,3}")


def content_from_json(value: Any) -> DraftContent:
    """The content that `value` (parsed JSON) tells. Raises ContentError, also for what is over the limits."""
    faults: list[ContentFault] = []
    content = _content(Value(value, "", faults))
    if faults:
        raise ContentError(faults)
    return within_limits(content)


def within_limits(content: DraftContent) -> DraftContent:
    """The content itself. Raises ContentError where it is larger than a draft may be."""
    if len(content.requirements) > MOST_REQUIREMENTS:
        message = f"a draft may have {MOST_REQUIREMENTS:,} requirements, not {len(content.requirements):,}"
        raise ContentError([ContentFault("/requirements", "", message)])
    if (size := size_of(content)) > MOST_BYTES:
        raise ContentError([ContentFault("", "", f"a draft may have {MOST_BYTES:,} bytes as JSON, not {size:,}")])
    return content


def requirement_from_json(value: Any, *, pointer: str = "") -> DraftRequirement:
    """One requirement; `pointer` says where it stands. Raises ContentError."""
    faults: list[ContentFault] = []
    requirement = _requirement(Value(value, pointer, faults))
    if faults:
        raise ContentError(faults)
    return requirement


_CONTENT = (
    "slug", "number", "title", "language", "facts", "scale", "scoring", "selections", "alternatives", "prose", "faq",
    "requirements",
)  # fmt: skip


def _content(place: Value) -> DraftContent:
    found = place.members(*_CONTENT, required=("slug", "number", "title"))
    language = _read(found, "language", Value.word, DEFAULT_LANGUAGE)
    if "language" in found and not LANGUAGE.fullmatch(language):
        found["language"].fault("write a language as en or pt-BR")
    facts = found["facts"].plain() if "facts" in found else {}
    if not isinstance(facts, dict):
        found["facts"].fault("must be an object")
        facts = {}
    return DraftContent(
        slug=_read(found, "slug", lambda place: place.text(at_most=LONGEST["slug"]), ""),
        number=_read(found, "number", lambda place: place.text(at_most=LONGEST["number"]), ""),
        title=_read(found, "title", lambda place: place.text(at_most=LONGEST["title"]), ""),
        requirements=_read(found, "requirements", lambda place: tuple(map(_requirement, place.items())), ()),
        language=language,
        facts=facts,
        scale=_read(found, "scale", _scale, DEFAULT_SCALE),
        scoring=_read(found, "scoring", _scoring, DraftScoring()),
        selections=_read(found, "selections", lambda place: tuple(map(_selection, place.items(at_most=100))), ()),
        alternatives=_read(found, "alternatives", lambda place: tuple(map(_alternative, place.items(at_most=100))), ()),
        prose=_read(found, "prose", lambda place: place.by_language(_object), {}),
        faq=_read(found, "faq", lambda place: place.by_language(_faq), {}),
    )


_REQUIREMENT: Final[Mapping[str, Callable[[Value], Any]]] = {
    "assessable": Value.boolean,
    "weight": Value.number,
    "themes": lambda place: place.texts(at_most=100, longest=LONGEST["word"]),
    "applies_if": Value.word,
    "own_answer_rule": Value.word,
    "withdrawn": lambda place: place.texts(longest=LONGEST["ref"]),
    "points": Value.number,
    "partial_points": Value.number,
    "stage": Value.integer,
    "selections": lambda place: place.texts(at_most=100, longest=LONGEST["word"]),
    "target": Value.number,
    "critical": Value.boolean,
}
REQUIREMENT_MEMBERS: Final = ("ref", "parent", *_REQUIREMENT, "texts")


def _requirement(place: Value) -> DraftRequirement:
    named = place.value.get("ref") if isinstance(place.value, dict) else None
    place = Value(place.value, place.pointer, place.faults, named if isinstance(named, str) else "")
    found = place.members(*REQUIREMENT_MEMBERS, required=("ref",))
    ref = _read(found, "ref", lambda place: place.text(at_most=LONGEST["ref"]), "")
    if "ref" in found and isinstance(named, str) and not ref:
        found["ref"].fault("must not be empty")
    parent = found.get("parent")
    return DraftRequirement(
        ref=ref,
        parent=None if parent is None or parent.value is None else parent.text(at_most=LONGEST["ref"]),
        texts=_read(found, "texts", lambda place: place.by_language(_text), {}),
        **{key: read(found[key]) for key, read in _REQUIREMENT.items() if key in found},
    )


def _text(place: Value) -> DraftText:
    found = place.members("title", "summary", "question", "evidence", "levels", required=("title",))
    return DraftText(
        title=_read(found, "title", lambda place: place.text(at_most=LONGEST["title"]), ""),
        summary=_read(found, "summary", Value.text, ""),
        question=_read(found, "question", Value.text, ""),
        evidence=_read(found, "evidence", Value.texts, ()),
        levels=_read(found, "levels", _levels, {}),
    )


def _levels(place: Value) -> dict[int, str]:
    if not isinstance(place.value, dict):
        place.fault("must be an object: level → criteria")
        return {}
    levels = {}
    for key, value in place.value.items():
        if _LEVEL.fullmatch(key):
            levels[int(key)] = place.at(key, value).text()
        else:
            place.at(key, value).fault("a level is a whole number, written as text")
    return levels


def _scale(place: Value) -> str | DraftScale:
    if isinstance(place.value, str):
        return place.word()
    found = place.members("slug", "name", "levels", required=("slug", "name", "levels"))
    return DraftScale(
        slug=_read(found, "slug", Value.word, ""),
        name=_read(found, "name", Value.words, {}),
        levels=_read(found, "levels", lambda place: tuple(map(_level, place.items(at_most=101))), ()),
    )


def _level(place: Value) -> DraftLevel:
    found = place.members("level", "name", "criteria", "worth", required=("level", "name"))
    return DraftLevel(
        level=_read(found, "level", Value.integer, 0),
        name=_read(found, "name", Value.words, {}),
        criteria=_read(found, "criteria", Value.words, {}),
        worth=_read(found, "worth", Value.number, None),
    )


def _scoring(place: Value) -> DraftScoring:
    found = place.members("method", "parameters", "result")
    parameters = found.get("parameters")
    if parameters is not None and not isinstance(parameters.value, dict):
        parameters.fault("must be an object: parameter → number")
    return DraftScoring(
        method=_read(found, "method", Value.word, DEFAULT_METHOD),
        parameters={key: parameters.at(key, value).number() for key, value in parameters.value.items()}
        if parameters is not None and isinstance(parameters.value, dict)
        else {},
        result=_read(found, "result", _scale, None),
    )


def _selection(place: Value) -> DraftSelection:
    found = place.members("slug", "name", required=("slug", "name"))
    return DraftSelection(_read(found, "slug", Value.word, ""), _read(found, "name", Value.words, {}))


def _alternative(place: Value) -> DraftAlternative:
    found = place.members("slug", "name", "options", required=("slug", "name", "options"))
    options = _read(found, "options", lambda place: tuple(map(_option, place.items(at_most=100))), ())
    return DraftAlternative(_read(found, "slug", Value.word, ""), _read(found, "name", Value.words, {}), options)


def _option(place: Value) -> DraftOption:
    found = place.members("slug", "name", "refs", required=("slug", "name", "refs"))
    refs = _read(found, "refs", lambda place: place.texts(at_most=MOST_REQUIREMENTS, longest=LONGEST["ref"]), ())
    return DraftOption(_read(found, "slug", Value.word, ""), _read(found, "name", Value.words, {}), refs)


def _object(place: Value) -> dict[str, Any]:
    value = place.plain()
    if isinstance(value, dict):
        return value
    place.fault("must be an object")
    return {}


def _faq(place: Value) -> tuple[dict[str, str], ...]:
    read = [item.members("question", "answer", required=("question", "answer")) for item in place.items(at_most=100)]
    return tuple({key: value.text() for key, value in found.items()} for found in read)


def _read(found: Mapping[str, Value], key: str, read: Callable[[Value], Any], default: Any) -> Any:
    return read(found[key]) if key in found else default
