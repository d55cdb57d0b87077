"""A JSON value that knows where it stands: each reading tells a fault instead of raising one. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from assessments.catalogue.drafts.content import MOST_REQUIREMENTS, ContentFault

T = TypeVar("T")
LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
"""As `api.languages` has it, which the reader of imports cannot see from behind its walls."""
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_DEEPEST: Final = 8
"""Of free JSON (facts, prose): theirs is three deep."""
LONGEST: Final = {"slug": 80, "number": 80, "title": 300, "ref": 60, "word": 60, "text": 20_000}
_LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value, where it stands, and where its faults go."""

    value: Any
    pointer: str
    faults: list[ContentFault]
    ref: str = ""

    def fault(self, message: str) -> None:
        self.faults.append(ContentFault(self.pointer, self.ref, message))

    def at(self, key: str | int, value: Any) -> Value:
        escaped = str(key).replace("~", "~0").replace("/", "~1")
        return Value(value, f"{self.pointer}/{escaped}", self.faults, self.ref)

    def members(self, *known: str, required: Collection[str] = ()) -> dict[str, Value]:
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

    def items(self, *, at_most: int = MOST_REQUIREMENTS) -> list[Value]:
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

    def by_language(self, read: Callable[[Value], T]) -> dict[str, T]:
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
        return self.by_language(Value.text)

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
