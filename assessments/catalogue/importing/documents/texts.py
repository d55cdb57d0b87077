"""JSON and YAML: text to located values."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, Final

import yaml

from assessments.catalogue.importing.documents.located import MOST_DEPTH, MOST_VALUES, Located, NumberText, settle
from assessments.catalogue.importing.report import FileUnreadable, Report

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_CORE_TAGS: Final = frozenset({
    "tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:null", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:timestamp", "!",
})  # fmt: skip


def decode(data: bytes, *, file: str, report: Report) -> str:
    """UTF-8, with or without a mark, or UTF-16 with one. Anything else is refused with the line where it begins."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.fault(
            f"is no {encoding.upper().removesuffix('-SIG')} text: save it as UTF-8", file=file, place=f"line {line}"
        )
        raise FileUnreadable from error


def read_json(data: bytes, *, file: str, report: Report) -> Located:
    """Numbers keep their spelling; of a key that stands twice the last counts (told). Raises FileUnreadable."""
    repeated: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> Located:
        made = Located(found)
        if len(made) != len(found):
            names = [key for key, _ in found]
            repeated.extend(sorted({key for key in names if names.count(key) > 1})[:3])
        return made

    text = decode(data, file=file, report=report)
    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_float=NumberText, parse_int=NumberText, parse_constant=NumberText
        )
    except json.JSONDecodeError as error:
        report.fault(f"is no JSON: {error.msg}", file=file, place=f"line {error.lineno}, column {error.colno}")
        raise FileUnreadable from error
    except RecursionError as error:
        report.fault(f"is nested more than {MOST_DEPTH} deep", file=file)
        raise FileUnreadable from error
    if repeated:
        names = ", ".join(dict.fromkeys(repeated))
        report.warning(f"an object has a key twice ({names}); the last one counts", file=file)
    return settle(value, file=file, report=report)


def read_yaml(data: bytes, *, file: str, report: Report) -> Located:
    """One document of plain data. Raises FileUnreadable, also for tags that would make anything but data."""
    text = decode(data, file=file, report=report)
    try:
        value = _YamlBuilder(file=file, report=report).build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        report.fault(f"is no YAML: {error.problem or error.context}", file=file, place=place)
        raise FileUnreadable from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        report.fault(f"is no YAML: {str(error)[:200]}", file=file)
        raise FileUnreadable from error
    return settle(value, file=file, report=report)


class _YamlBuilder:
    """Events to values, without recursion. Aliases share what they name and count for as much as that holds."""

    def __init__(self, *, file: str, report: Report) -> None:
        self._file = file
        self._report = report
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._opened: set[str] = set()
        self._count = 0
        self._top: Any = None

    def build(self, events: Iterator[Any]) -> Any:
        documents = 0
        for event in events:
            name = type(event).__name__
            if name == "ScalarEvent":
                self._scalar(event)
            elif name in {"MappingStartEvent", "SequenceStartEvent"}:
                self._begin(event, mapping=name == "MappingStartEvent")
            elif name in {"MappingEndEvent", "SequenceEndEvent"}:
                self._end()
            elif name == "AliasEvent":
                self._alias(event)
            elif name == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self._refuse("holds a second document; give each its own file", event)
        return self._top

    def _refuse(self, message: str, event: Any) -> None:
        self._report.fault(message, file=self._file, place=f"line {event.start_mark.line + 1}")
        raise FileUnreadable

    def _counted(self, number: int, event: Any) -> None:
        self._count += number
        if self._count > MOST_VALUES:
            self._refuse("holds too many values, its aliases written out", event)

    def _scalar(self, event: Any) -> None:
        if event.tag and event.tag not in _CORE_TAGS:
            self._refuse(f"the tag {event.tag[:60]} is not for data", event)
        text = event.value
        value: Any = text
        if event.implicit[0] and len(text) <= 5:
            value = None if text in _NULLS else True if text in _TRUE else False if text in _FALSE else text
        if event.implicit[0] and value and value is not True and text[0] in "0123456789-+.":
            value = NumberText(text)
        self._counted(1, event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, event)

    def _begin(self, event: Any, *, mapping: bool) -> None:
        if event.tag and event.tag not in _CORE_TAGS:
            self._refuse(f"the tag {event.tag[:60]} is not for data", event)
        if len(self._open) >= MOST_DEPTH:
            self._refuse(f"is nested more than {MOST_DEPTH} deep", event)
        self._counted(1, event)
        value: Any = Located(line=event.start_mark.line + 1) if mapping else []
        if event.anchor:
            self._opened.add(event.anchor)
        self._open.append(_Open(value, event, self._count))

    def _end(self) -> None:
        done = self._open.pop()
        if done.event.anchor:
            self._opened.discard(done.event.anchor)
            self._anchors[done.event.anchor] = (done.value, self._count - done.count + 1)
        self._put(done.value, done.event)

    def _alias(self, event: Any) -> None:
        if event.anchor in self._opened:
            self._refuse(f"the alias {event.anchor} holds itself", event)
        if event.anchor not in self._anchors:
            self._refuse(f"the alias {event.anchor} names nothing", event)
        value, size = self._anchors[event.anchor]
        self._counted(size, event)
        self._put(value, event)

    def _put(self, value: Any, event: Any) -> None:
        if not self._open:
            self._top = value
            return
        above = self._open[-1]
        if isinstance(above.value, list):
            above.value.append(value)
        elif above.key is None:
            if not isinstance(value, str) and value not in (None, True, False):
                self._refuse("a key must be text", event)
            above.key = value if isinstance(value, str) else str(event.value)
        else:
            self._member(above, value, event)

    def _member(self, above: _Open, value: Any, event: Any) -> None:
        key, above.key = str(above.key), None
        if key == "<<" and isinstance(value, Located):
            for name, inner in value.items():
                above.value.setdefault(name, inner)
            return
        if key in above.value:
            line = event.start_mark.line + 1
            self._report.warning(
                f"{key} stands twice in one object; the last one counts", file=self._file, place=f"line {line}"
            )
        above.value[key] = value


class _Open:
    __slots__ = ("count", "event", "key", "value")

    def __init__(self, value: Any, event: Any, count: int) -> None:
        self.value = value
        self.event = event
        self.count = count
        self.key: str | None = None
