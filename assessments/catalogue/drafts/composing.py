"""JSON values as the nodes that the catalogue's loader reads, each with the place it came from. Pure.

So a draft is held to the loader's own rules, and not to a second copy of them: what the loader calls a line is here the
number of a JSON pointer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from assessments.catalogue.drafts.content import ContentFault
from assessments.catalogue.loader.reading import Place
from assessments.catalogue.schema import CatalogueFault

_TAG: Final = "tag:yaml.org,2002:"


def member(pointer: str, key: str | int) -> str:
    """The pointer to a member of what `pointer` leads to (RFC 6901)."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


@dataclass(frozen=True, slots=True)
class At:
    """A value that stands elsewhere than its place in the structure says: its pointer is given."""

    value: Any
    pointer: str


@dataclass(slots=True)
class Composer:
    """Makes places, and tells afterwards where the faults found at them are."""

    language: str
    faults: list[CatalogueFault] = field(default_factory=list)
    warnings: list[CatalogueFault] = field(default_factory=list)
    _pointers: list[str] = field(default_factory=list)

    def place(self, value: Any, *, pointer: str, name: str = "") -> Place:
        node = self._node(value, pointer)
        return Place(node, "", self.faults, name, language=self.language, warnings=self.warnings)

    def told(self, faults: Sequence[CatalogueFault], *, refs: Sequence[str]) -> Iterator[ContentFault]:
        """Each fault once, in the order of the document; `refs` are those of the requirements, by their place."""
        for fault in sorted(set(faults)):
            pointer = self._pointers[fault.line - 1]
            parts = pointer.split("/")
            ref = refs[int(parts[2])] if len(parts) > 2 and parts[1] == "requirements" else ""
            yield ContentFault(pointer, ref, fault.message)

    def _mark(self, pointer: str) -> yaml.Mark:
        self._pointers.append(pointer)
        return yaml.Mark("", 0, len(self._pointers) - 1, 0, None, 0)

    def _node(self, value: Any, pointer: str) -> yaml.Node:
        if isinstance(value, At):
            return self._node(value.value, value.pointer)
        mark = self._mark(pointer)
        if isinstance(value, Mapping):
            pairs = []
            for key, item in value.items():
                node = self._node(item, member(pointer, key))
                pairs.append((yaml.ScalarNode(f"{_TAG}str", str(key), node.start_mark), node))
            return yaml.MappingNode(f"{_TAG}map", pairs, mark)
        if isinstance(value, (list, tuple)):
            items = [self._node(item, member(pointer, index)) for index, item in enumerate(value)]
            return yaml.SequenceNode(f"{_TAG}seq", items, mark)
        kind, text = _scalar(value)
        return yaml.ScalarNode(f"{_TAG}{kind}", text, mark)


def _scalar(value: Any) -> tuple[str, str]:
    if value is None:
        return "null", ""
    if isinstance(value, bool):
        return "bool", str(value).lower()
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, float):
        return "float", repr(value)
    return "str", str(value)
