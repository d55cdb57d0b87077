"""Values of a document (JSON, YAML, XML alike) that know their place, and what an importer asks of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

from assessments.catalogue.importing.report import FileUnreadable, Report
from assessments.catalogue.importing.wording import storable

MOST_DEPTH: Final = 100
"""Levels of objects and lists; catalogues of others have about 25."""
MOST_VALUES: Final = 3_000_000


class NumberText(str):
    """A number as it is written: `7.10` stays `7.10`."""

    __slots__ = ()


class Located(dict[str, Any]):
    """An object with its file and place. Scalars are text, NumberText, bool or None."""

    __slots__ = ("file", "line", "place", "report")

    def __init__(
        self, *args: Any, file: str = "", place: str = "", line: int = 0, report: Report | None = None
    ) -> None:
        super().__init__(*args)
        self.file = file
        self.place = place
        self.line = line
        self.report = report if report is not None else Report()

    def fault(self, message: str, *, at: str | int = "", kind: str = "") -> None:
        self.report.fault(message, file=self.file, place=self.place_of(at), kind=kind)

    def warning(self, message: str, *, at: str | int = "", kind: str = "") -> None:
        self.report.warning(message, file=self.file, place=self.place_of(at), kind=kind)

    def note(self, message: str, *, at: str | int = "", kind: str = "") -> None:
        self.report.note(message, file=self.file, place=self.place_of(at), kind=kind)

    def place_of(self, key: str | int) -> str:
        if key == "":
            return self.place or "/"
        head, mark, tail = self.place.partition(" (line ")
        return f"{head}/{key}{mark}{tail}"

    def key_of(self, *keys: str) -> str:
        """The first of these keys that is there with a value; "" if none is."""
        return next((key for key in keys if self.get(key) is not None), "")

    def text(self, *keys: str) -> str:
        """The text under the first of these keys that is there; "" if none is. Anything but text is a fault."""
        key = self.key_of(*keys)
        if not key:
            return ""
        value = self[key]
        if isinstance(value, str):
            return storable(str(value)).strip()
        if isinstance(value, bool):
            return "true" if value else "false"
        self.fault(f"must be text, not {_kind(value)}", at=key)
        return ""

    def number(self, *keys: str) -> float | None:
        """A finite number; whole ones stay whole. None where nothing is told, or something else (a fault)."""
        key = self.key_of(*keys)
        if not key or self[key] == "":
            return None
        value = self[key]
        try:
            found = float(value) if isinstance(value, str) else math.nan
        except ValueError:
            found = math.nan
        if not math.isfinite(found) or abs(found) > 1e9:
            self.fault(f"must be a number, not {shown(value)}", at=key)
            return None
        return int(found) if found == int(found) else found

    def flag(self, *keys: str) -> bool | None:
        """True or false, also as text; None where nothing is told, or something else (a fault)."""
        key = self.key_of(*keys)
        if not key:
            return None
        value = self[key]
        if isinstance(value, bool):
            return value
        small = value.strip().lower() if isinstance(value, str) else ""
        if small in {"true", "yes", "1", "x"}:
            return True
        if small in {"false", "no", "0", ""} and isinstance(value, str):
            return False
        self.fault(f"must be true or false, not {shown(value)}", at=key)
        return None

    def object(self, *keys: str) -> Located | None:
        key = self.key_of(*keys)
        if not key:
            return None
        if isinstance(value := self[key], Located):
            return value
        self.fault(f"must be an object, not {_kind(value)}", at=key)
        return None

    def objects(self, *keys: str, keyed: str = "") -> list[Located]:
        """The objects of a list, under every one of these keys that is there.

        A single object counts as a list of one. With `keyed`, an object of objects is a list too, whose members have
        their key under that name: so older editions of OSCAL wrote parameters and properties.
        """
        out: list[Located] = []
        for key in keys:
            value = self.get(key)
            if value is None:
                continue
            if isinstance(value, Located):
                out += value.members(keyed) if keyed and keyed not in value and value.of_objects() else [value]
            elif isinstance(value, list):
                out += self._objects_in(value, key=key)
            else:
                self.fault(f"must be a list of objects, not {_kind(value)}", at=key)
        return out

    def texts(self, *keys: str) -> list[str]:
        """The texts of a list; a single text counts as a list of one."""
        key = self.key_of(*keys)
        if not key:
            return []
        value = self[key] if isinstance(self[key], list) else [self[key]]
        out = []
        for index, item in enumerate(value):
            if isinstance(item, str):
                out.append(storable(str(item)).strip())
            elif item is not None:
                self.fault(f"must be text, not {_kind(item)}", at=f"{key}/{index}")
        return [text for text in out if text]

    def copy_with(self, changes: Iterable[tuple[str, Any]] = ()) -> Located:
        """A copy in the same place; what lies within is shared."""
        other = Located(self, file=self.file, place=self.place, line=self.line, report=self.report)
        other.update(changes)
        return other

    def of_objects(self) -> bool:
        return bool(self) and all(isinstance(value, Located) for value in self.values())

    def members(self, keyed: str) -> list[Located]:
        """The objects of an object of objects, each with its key as the member `keyed`."""
        return [value.copy_with([(keyed, key)]) for key, value in self.items()]

    def _objects_in(self, value: list[Any], *, key: str) -> list[Located]:
        out = []
        for index, item in enumerate(value):
            if isinstance(item, Located):
                out.append(item)
            else:
                self.fault(f"must be an object, not {_kind(item)}", at=f"{key}/{index}")
        return out


def settle(value: Any, *, file: str, report: Report) -> Located:
    """Give every object within its place. Refuses what is too deep, too much, or no object at the top."""
    if not isinstance(value, Located):
        report.fault(f"must be an object at the top, not {_kind(value)}", file=file)
        raise FileUnreadable
    waiting: list[tuple[Any, str, int]] = [(value, "", 1)]
    seen = 0
    while waiting:
        item, pointer, depth = waiting.pop()
        seen += 1
        if depth > MOST_DEPTH or seen > MOST_VALUES:
            what = f"is nested more than {MOST_DEPTH} deep" if depth > MOST_DEPTH else "holds too many values"
            report.fault(what, file=file, place=pointer[:200])
            raise FileUnreadable
        if isinstance(item, Located):
            item.file, item.report = file, report
            item.place = f"{pointer} (line {item.line})" if item.line else pointer
            for key, inner in item.items():
                if isinstance(inner, (Located, list)):
                    escaped = key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key
                    waiting.append((inner, f"{pointer}/{escaped}", depth + 1))
            seen += len(item)
        else:
            for index, inner in enumerate(item):
                if isinstance(inner, (Located, list)):
                    waiting.append((inner, f"{pointer}/{index}", depth + 1))
            seen += len(item)
    return value


def shown(value: Any) -> str:
    """A value for a message: short, in quotes where it is text."""
    return f"“{value[:60]}”" if isinstance(value, str) else _kind(value)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    names = {Located: "an object", dict: "an object", list: "a list", bool: "true or false", NumberText: "a number"}
    return names.get(type(value), "text" if isinstance(value, str) else "something else")
