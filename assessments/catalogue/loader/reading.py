"""YAML read node by node, so that everything found wrong can name its file and line.

`safe_load` would lose what matters here: a second key of the same name silently wins, and an unquoted 7.10 arrives as
the number 7.1. The composed nodes still have the text as written, its resolved type and its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from assessments.catalogue.schema import DEFAULT_LANGUAGE, CatalogueFault

LISTED_CHOICES = 12
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTRUCTOR: Any = yaml.constructor.SafeConstructor()
_TAG = "tag:yaml.org,2002:"
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "timestamp": "a date",
    "map": "a mapping",
    "seq": "a list",
}
_SLUG = re.compile(r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_MONTH_OR_DATE = re.compile(r"^\d{4}-\d{2}(-\d{2})?$")
_URL = re.compile(r"^https?://[^\s/]+\S*$")


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a file together with the words that name it in a message and the list its faults go to."""

    node: yaml.Node
    file: str
    faults: list[CatalogueFault]
    name: str = ""
    language: str = DEFAULT_LANGUAGE
    """The one that whatever has words needs them in."""
    warnings: list[CatalogueFault] | None = None
    """Where what a draft may lack is told; None: among the faults."""

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    @property
    def kind(self) -> str:
        return str(self.node.tag).removeprefix(_TAG)

    @property
    def is_null(self) -> bool:
        return self.kind == "null"

    def fault(self, message: str) -> None:
        self.faults.append(CatalogueFault(self.file, self.line, f"{self.name}: {message}" if self.name else message))

    def mildly(self) -> Place:
        """The place for faults that are only warnings in a draft."""
        return self if self.warnings is None else replace(self, faults=self.warnings)

    def _wrong(self, wanted: str) -> None:
        self.fault(f"must be {wanted}, not {_WORDS.get(self.kind, self.kind)}")

    def _at(self, node: yaml.Node, name: str) -> Place:
        name = f"{self.name} > {name}" if self.name else name
        return Place(node, self.file, self.faults, name, self.language, self.warnings)

    def entries(self, *, numbered: bool = False) -> list[tuple[str, int, Place]]:
        """(key, line of the key, value) of a mapping; keys that are no text and second keys of one name are faults.

        `numbered`: the keys are whole numbers (levels) instead.
        """
        if not isinstance(self.node, yaml.MappingNode):
            self._wrong("a mapping")
            return []
        lines: dict[str, int] = {}
        found = []
        for key_node, value_node in self.node.value:
            key = self._at(key_node, str(key_node.value))
            if not isinstance(key_node, yaml.ScalarNode):
                key.fault("a key must be text")
                continue
            text = str(key_node.value)
            if numbered and not text.isdecimal():
                key.fault(f"the key {text} must be a whole number")
                continue
            if not numbered and key.kind != "str":
                key.fault(f"the key {text} must be quoted: YAML reads it as {_WORDS.get(key.kind, key.kind)}")
            if text in lines:
                key.fault(f"the key {text} already stands in line {lines[text]}")
                continue
            lines[text] = key.line
            found.append((text, key.line, self._at(value_node, text)))
        return found

    def members(
        self, *, required: Collection[str] = (), wanted: Collection[str] = (), optional: Collection[str] = ()
    ) -> dict[str, Place]:
        """The values of a mapping with known keys; unknown and missing keys are faults. A draft may lack the wanted."""
        found: dict[str, Place] = {}
        for key, line, value in self.entries():
            if key in required or key in wanted or key in optional:
                found[key] = value
            else:
                self.faults.append(CatalogueFault(self.file, line, f"{value.name}: unknown key"))
        if isinstance(self.node, yaml.MappingNode):
            for place, keys in ((self, required), (self.mildly(), wanted)):
                for key in keys:
                    if key not in found:
                        place.fault(f"{key} is missing")
        return found

    def items(self, *, at_least: int = 0, at_most: int | None = None, mild: bool = False) -> list[Place]:
        """The entries of a list; `mild`: a draft may have another number of them."""
        if not isinstance(self.node, yaml.SequenceNode):
            self._wrong("a list")
            return []
        count = len(self.node.value)
        if count < at_least or (at_most is not None and count > at_most):
            wanted = f"at least {at_least}" if at_most is None else f"{at_least} to {at_most}"
            if at_least == at_most:
                wanted = str(at_least)
            (self.mildly() if mild else self).fault(f"must have {wanted} entries, not {count}")
        return [self._at(node, str(index)) for index, node in enumerate(self.node.value, start=1)]

    def text(self, *, at_most: int = 0) -> str:
        """Text without blanks around it, of `at_most` characters (0: any number)."""
        if self.kind != "str" or not isinstance(self.node, yaml.ScalarNode):
            quote = "; put it in quotes" if isinstance(self.node, yaml.ScalarNode) and not self.is_null else ""
            self.fault(f"must be text, not {_WORDS.get(self.kind, self.kind)}{quote}")
            return ""
        value = str(self.node.value).strip()
        if not value:
            self.fault("must not be empty")
        if 0 < at_most < len(value):
            self.fault(f"must have at most {at_most} characters, not {len(value)}")
        return value

    def by_language(self) -> Mapping[str, str]:
        """Words by language, the default language among them."""
        words = {language: text.text() for language, _, text in self.entries()}
        if isinstance(self.node, yaml.MappingNode) and self.language not in words:
            self.fault(f"{self.language} is missing")
        return words

    def _matching(self, pattern: re.Pattern[str], *, wanted: str) -> str:
        value = self.text()
        if value and not pattern.match(value):
            self.fault(f"must be {wanted}, not {value!r}")
        return value

    def slug(self) -> str:
        return self._matching(_SLUG, wanted="a slug (lower case, hyphens)")

    def url(self) -> str:
        return self._matching(_URL, wanted="an http(s) address")

    def date(self) -> str:
        if self.kind == "timestamp" and _DATE.match(str(self.node.value)):
            return str(self.node.value)
        return self._matching(_DATE, wanted="a date (YYYY-MM-DD)")

    def published(self) -> str:
        """The date of a source, or its month where its publisher tells no day."""
        if self.kind == "timestamp":
            return self.date()
        return self._matching(_MONTH_OR_DATE, wanted="a date (YYYY-MM-DD) or month (YYYY-MM)")

    def choice(self, choices: Collection[str]) -> str:
        value = self.text()
        if value and value not in choices:
            known = f"; known are {', '.join(choices)}" if len(choices) <= LISTED_CHOICES else ""
            self.fault(f"unknown value {value!r}{known}")
        return value

    def integer(self) -> int:
        if self.kind != "int":
            self._wrong("a whole number")
            return 0
        return int(_CONSTRUCTOR.construct_yaml_int(self.node))

    def number(self) -> float:
        """A number ≥ 0; whole ones stay whole, so that 36 does not print as 36.0."""
        if self.kind not in {"int", "float"}:
            self._wrong("a number")
            return 0
        if self.kind == "int":
            value: float = self.integer()
        else:
            value = float(_CONSTRUCTOR.construct_yaml_float(self.node))
        if not 0 <= value < float("inf"):
            self.fault("must be a number of at least 0")
            return 0
        return value

    def boolean(self) -> bool:
        if self.kind != "bool":
            self._wrong("true or false")
            return False
        return str(self.node.value).lower() in {"true", "yes", "on"}

    def texts(self) -> list[str]:
        return self.distinct(Place.text)

    def slugs(self) -> list[str]:
        return self.distinct(Place.slug)

    def choices(self, known: Collection[str]) -> list[str]:
        return self.distinct(lambda place: place.choice(known))

    def distinct(self, read: Callable[[Place], str]) -> list[str]:
        """A list of texts in which nothing stands twice."""
        values: list[str] = []
        for item in self.items():
            value = read(item)
            if value and value in values:
                item.fault(f"{value} stands twice")
            elif value:
                values.append(value)
        return values


def open_place(path: Path, *, root: Path, faults: list[CatalogueFault]) -> Place | None:
    """The top node of a file, or None (with a fault) where it is missing, unreadable, empty or no plain YAML."""
    file = path.relative_to(root).as_posix()
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        faults.append(CatalogueFault(file, 1, "the file is missing"))
        return None
    except UnicodeDecodeError as error:
        faults.append(CatalogueFault(file, 1, f"the file is not UTF-8: {error.reason}"))
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.append(CatalogueFault(file, mark.line + 1 if mark else 1, f"no valid YAML: {error.problem}"))
        return None
    except yaml.YAMLError as error:
        faults.append(CatalogueFault(file, 1, f"no valid YAML: {error}"))
        return None
    if node is None:
        faults.append(CatalogueFault(file, 1, "the file is empty"))
        return None
    place = Place(node, file, faults)
    return place if _is_tree(place) else None


def _is_tree(place: Place) -> bool:
    """Whether every node stands once: an alias could make a file that never ends, and hides what is meant."""
    seen: set[int] = set()
    waiting: list[yaml.Node] = [place.node]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            Place(node, place.file, place.faults).fault("anchors and aliases are not part of the format; write it out")
            return False
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting.extend(child for pair in node.value for child in pair)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
    return True


def read_format(members: dict[str, Place], *, known: Sequence[int]) -> None:
    """Refuse a file of another format number before anything else in it is misread."""
    place = members.get("format")
    if place is not None and place.kind == "int" and place.integer() not in known:
        place.fault(f"format {place.integer()} is unknown; known: {', '.join(map(str, known))}")
    elif place is not None and place.kind != "int":
        place.integer()
