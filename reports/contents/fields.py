"""Typed access to the values of a JSON object, with the path of the value in every complaint."""

import math
from collections.abc import Iterator, KeysView, Mapping, Sequence
from datetime import UTC, date, datetime

from reports.contents.text import clean_line, clean_paragraphs


class SnapshotMalformedError(ValueError):
    """A snapshot does not have the shape its version promises; `path` names the value."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Fields:
    """One JSON object and where it stands in the snapshot.

    Text fields read null and absent as "": the report prints "not stated" for both.
    """

    __slots__ = ("_values", "path")

    def __init__(self, values: object, *, path: str) -> None:
        if not isinstance(values, Mapping):
            raise SnapshotMalformedError(path, "an object is expected")
        self._values: Mapping[str, object] = values
        self.path = path

    def keys(self) -> KeysView[str]:
        return self._values.keys()

    def _refuse(self, key: str, expected: str) -> SnapshotMalformedError:
        return SnapshotMalformedError(f"{self.path}.{key}", f"{expected} is expected")

    def _text(self, key: str) -> str:
        value = self._values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refuse(key, "text")
        return value

    def line(self, key: str) -> str:
        return clean_line(self._text(key))

    def paragraphs(self, key: str) -> str:
        return clean_paragraphs(self._text(key))

    def boolean(self, key: str) -> bool:
        value = self._values.get(key)
        if not isinstance(value, bool):
            raise self._refuse(key, "true or false")
        return value

    def integer(self, key: str) -> int:
        value = self._values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._refuse(key, "a whole number")
        return value

    def optional_number(self, key: str) -> float | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise self._refuse(key, "a finite number or null")
        return float(value)

    def number(self, key: str) -> float:
        value = self.optional_number(key)
        if value is None:
            raise self._refuse(key, "a number")
        return value

    def optional_date(self, key: str) -> date | None:
        text = self._text(key)
        if not text:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError as fault:
            raise self._refuse(key, "a date (YYYY-MM-DD)") from fault

    def optional_moment(self, key: str) -> datetime | None:
        """Read an ISO 8601 moment; one without a zone is taken as UTC, as everything stored is."""
        text = self._text(key)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as fault:
            raise self._refuse(key, "a moment (ISO 8601)") from fault
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def moment(self, key: str) -> datetime:
        value = self.optional_moment(key)
        if value is None:
            raise self._refuse(key, "a moment (ISO 8601)")
        return value

    def optional_object(self, key: str) -> "Fields | None":
        value = self._values.get(key)
        return None if value is None else Fields(value, path=f"{self.path}.{key}")

    def object(self, key: str) -> "Fields":
        return Fields(self._values.get(key), path=f"{self.path}.{key}")

    def items(self, key: str) -> "Iterator[Fields]":
        """Yield the objects of a list; an absent list is empty."""
        value = self._values.get(key, ())
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise self._refuse(key, "a list")
        for position, item in enumerate(value):
            yield Fields(item, path=f"{self.path}.{key}[{position}]")
