"""From JSON to a draft's content: types, known keys and limits, every fault with its place. Pure.

Whether what is told makes a standard (a ref that stands twice, a theme nobody knows) is for `drafts.lint` to say: a
draft may be unfinished, but it is always whole in its shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

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
from assessments.catalogue.schema import DEFAULT_LANGUAGE

T = TypeVar("T")
LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_LEVEL: Final = re.compile(r"0|[1-9][0-9]{0,3}")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_DEEPEST: Final = 8
"""Of free JSON (facts, prose): theirs is three deep."""
LONGEST: Final = {"slug": 80, "number": 80, "title": 300, "ref": 60, "word": 60, "text": 20_000}
_LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Value:
    """A JSON value, where it stands, and where its faults go."""

    value: Any
    pointer: str
    faults: list[ContentFault]
    ref: str = ""

    def fault(self, message: str) -> None:
        self.faults.append(ContentFault(self.pointer, self.ref, message))

    def at(self, key: str | int, value: Any) -> _Value:
        escaped = str(key).replace("~", "~0").replace("/", "~1")
        return _Value(value, f"{self.pointer}/{escaped}", self.faults, self.ref)

    def members(self, *known: str, required: Collection[str] = ()) -> dict[str, _Value]:
        if not isinstance(self.value, dict):
            self.fault("must be an object")
            return {}
        for key in self.value:
            if key not in known:
                self.at(key, None).fault("there is no such member")
        for key in required:
            if key not in self.value:
                self.fault(f"{key} is missing")
        return {key: self.at(key, self.value[key]) for key in known if key in self.value}

    def items(self, *, at_most: int = MOST_REQUIREMENTS) -> list[_Value]:
        if not isinstance(self.value, list):
            self.fault("must be a list")
            return []
        if len(self.value) > at_most:
            self.fault(f"must have at most {at_most:,} entries, not {len(self.value):,}")
            return []
        return [self.at(index, item) for index, item in enumerate(self.value)]

    def text(self, *, at_most: int = LONGEST["text"]) -> str:
        if not isinstance(self.value, str):
            self.fault("must be text")
            return ""
        if _UNSTORABLE.search(self.value):
            self.fault("holds a character that cannot be stored (NUL or half of a pair)")
            return ""
        text = self.value.strip()
        if len(text) > at_most:
            self.fault(f"must have at most {at_most:,} characters, not {len(text):,}")
        return text

    def word(self) -> str:
        return self.text(at_most=LONGEST["word"])

    def texts(self, *, at_most: int = 1000, longest: int = LONGEST["text"]) -> tuple[str, ...]:
        return tuple(item.text(at_most=longest) for item in self.items(at_most=at_most))

    def number(self) -> float:
        """A number; whole ones stay whole."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)) or not math.isfinite(self.value):
            self.fault("must be a number")
            return 0
        if abs(self.value) > _LARGEST:
            self.fault(f"must lie between -{_LARGEST:,} and {_LARGEST:,}")
            return 0
        return self.value  # type: ignore[no-any-return]  # an int or a float, tested above

    def integer(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fault("must be a whole number")
            return 0
        return int(self.number())

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            self.fault("must be true or false")
        return self.value is True

    def by_language(self, read: Callable[[_Value], T]) -> dict[str, T]:
        if not isinstance(self.value, dict):
            self.fault("must be an object with a member for each language")
            return {}
        out = {}
        for language, value in self.value.items():
            place = self.at(language, value)
            if LANGUAGE.fullmatch(language):
                out[language] = read(place)
            else:
                place.fault("write a language as en or pt-BR")
        return out

    def words(self) -> dict[str, str]:
        return self.by_language(_Value.text)

    def plain(self, *, depth: int = 0) -> Any:
        """Free JSON whose texts can be stored."""
        if depth > _DEEPEST:
            self.fault("is nested too deeply")
            return None
        if isinstance(self.value, dict):
            return {str(key): self.at(key, item).plain(depth=depth + 1) for key, item in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain(depth=depth + 1) for item in self.items(at_most=1000)]
        if isinstance(self.value, str):
            return self.text()
        if self.value is None or isinstance(self.value, bool):
            return self.value
        return self.number()


def content_from_json(value: Any) -> DraftContent:
    """The content that `value` (parsed JSON) tells. Raises ContentError, also for what is over the limits."""
    faults: list[ContentFault] = []
    content = _content(_Value(value, "", faults))
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
    requirement = _requirement(_Value(value, pointer, faults))
    if faults:
        raise ContentError(faults)
    return requirement


_CONTENT = (
    "slug", "number", "title", "language", "facts", "scale", "scoring", "selections", "alternatives", "prose", "faq",
    "requirements",
)  # fmt: skip


def _content(place: _Value) -> DraftContent:
    found = place.members(*_CONTENT, required=("slug", "number", "title"))
    language = _read(found, "language", _Value.word, DEFAULT_LANGUAGE)
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


_REQUIREMENT: Final[Mapping[str, Callable[[_Value], Any]]] = {
    "assessable": _Value.boolean,
    "weight": _Value.number,
    "themes": lambda place: place.texts(at_most=100, longest=LONGEST["word"]),
    "applies_if": _Value.word,
    "own_answer_rule": _Value.word,
    "withdrawn": lambda place: place.texts(longest=LONGEST["ref"]),
    "points": _Value.number,
    "partial_points": _Value.number,
    "stage": _Value.integer,
    "selections": lambda place: place.texts(at_most=100, longest=LONGEST["word"]),
    "target": _Value.number,
    "critical": _Value.boolean,
}
REQUIREMENT_MEMBERS: Final = ("ref", "parent", *_REQUIREMENT, "texts")


def _requirement(place: _Value) -> DraftRequirement:
    named = place.value.get("ref") if isinstance(place.value, dict) else None
    place = _Value(place.value, place.pointer, place.faults, named if isinstance(named, str) else "")
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


def _text(place: _Value) -> DraftText:
    found = place.members("title", "summary", "question", "evidence", "levels", required=("title",))
    return DraftText(
        title=_read(found, "title", lambda place: place.text(at_most=LONGEST["title"]), ""),
        summary=_read(found, "summary", _Value.text, ""),
        question=_read(found, "question", _Value.text, ""),
        evidence=_read(found, "evidence", _Value.texts, ()),
        levels=_read(found, "levels", _levels, {}),
    )


def _levels(place: _Value) -> dict[int, str]:
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


def _scale(place: _Value) -> str | DraftScale:
    if isinstance(place.value, str):
        return place.word()
    found = place.members("slug", "name", "levels", required=("slug", "name", "levels"))
    return DraftScale(
        slug=_read(found, "slug", _Value.word, ""),
        name=_read(found, "name", _Value.words, {}),
        levels=_read(found, "levels", lambda place: tuple(map(_level, place.items(at_most=101))), ()),
    )


def _level(place: _Value) -> DraftLevel:
    found = place.members("level", "name", "criteria", "worth", required=("level", "name"))
    return DraftLevel(
        level=_read(found, "level", _Value.integer, 0),
        name=_read(found, "name", _Value.words, {}),
        criteria=_read(found, "criteria", _Value.words, {}),
        worth=_read(found, "worth", _Value.number, None),
    )


def _scoring(place: _Value) -> DraftScoring:
    found = place.members("method", "parameters", "result")
    parameters = found.get("parameters")
    if parameters is not None and not isinstance(parameters.value, dict):
        parameters.fault("must be an object: parameter → number")
    return DraftScoring(
        method=_read(found, "method", _Value.word, DEFAULT_METHOD),
        parameters={key: parameters.at(key, value).number() for key, value in parameters.value.items()}
        if parameters is not None and isinstance(parameters.value, dict)
        else {},
        result=_read(found, "result", _scale, None),
    )


def _selection(place: _Value) -> DraftSelection:
    found = place.members("slug", "name", required=("slug", "name"))
    return DraftSelection(_read(found, "slug", _Value.word, ""), _read(found, "name", _Value.words, {}))


def _alternative(place: _Value) -> DraftAlternative:
    found = place.members("slug", "name", "options", required=("slug", "name", "options"))
    options = _read(found, "options", lambda place: tuple(map(_option, place.items(at_most=100))), ())
    return DraftAlternative(_read(found, "slug", _Value.word, ""), _read(found, "name", _Value.words, {}), options)


def _option(place: _Value) -> DraftOption:
    found = place.members("slug", "name", "refs", required=("slug", "name", "refs"))
    refs = _read(found, "refs", lambda place: place.texts(at_most=MOST_REQUIREMENTS, longest=LONGEST["ref"]), ())
    return DraftOption(_read(found, "slug", _Value.word, ""), _read(found, "name", _Value.words, {}), refs)


def _object(place: _Value) -> dict[str, Any]:
    value = place.plain()
    if isinstance(value, dict):
        return value
    place.fault("must be an object")
    return {}


def _faq(place: _Value) -> tuple[dict[str, str], ...]:
    read = [item.members("question", "answer", required=("question", "answer")) for item in place.items(at_most=100)]
    return tuple({key: value.text() for key, value in found.items()} for found in read)


def _read(found: Mapping[str, _Value], key: str, read: Callable[[_Value], Any], default: Any) -> Any:
    return read(found[key]) if key in found else default
