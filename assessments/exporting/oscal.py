"""What all OSCAL documents share: ids, properties in our namespace, metadata. NIST OSCAL 1.2.1, JSON.

OSCAL wants UUIDs of version 4 or 5 and ids that begin with a letter, so ours are worked out from what they stand for:
equal content gives equal bytes. Free text never goes into a property's `value`, which takes one line without blanks at
its ends; it goes into `remarks` beside it, where it survives as it is.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

VERSION: Final = "1.2.1"
NAMESPACE: Final = "urn:plumbline:oscal"
"""`ns` of every property and part that is ours."""

IN_REMARKS: Final = "see remarks"
_ROOT: Final = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_PLAIN_REF: Final = re.compile(r"(?!c-)[A-Za-z][A-Za-z0-9.-]*", re.ASCII)
_ESCAPED: Final = re.compile(r"_([0-9a-f]+)_")
_KEPT: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")

Json = dict[str, Any]


class NotOurs(Exception):
    """An OSCAL document that this program did not write, or that somebody has changed beyond reading."""


def uuid_of(*parts: object) -> str:
    """The UUID of a thing named by these parts: version 5, the same today and tomorrow."""
    return str(uuid.uuid5(_ROOT, "\x1f".join(map(str, parts))))


def control_id(ref: str) -> str:
    """The id of the control for a requirement: the ref where OSCAL takes it, else `c-` and the ref with `_hex_` for
    what is neither letter, digit, dot nor hyphen. `ref_of` takes it back.
    """
    if _PLAIN_REF.fullmatch(ref):
        return ref
    return "c-" + "".join(sign if sign in _KEPT else f"_{ord(sign):x}_" for sign in ref)


def ref_of(control: str) -> str:
    """The ref behind a control's id."""
    if not control.startswith("c-"):
        return control
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), control[2:])


def statement_id(ref: str) -> str:
    return f"{control_id(ref)}_smt"


def prop(name: str, value: object, *, group: str = "") -> Json:
    """One property of ours. A flag is `true` or `false`, a number as JSON writes it; text that does not fit one line
    stands in `remarks`.
    """
    text = _written(value)
    fits = text != "" and text == text.strip() and text.isprintable() and text != IN_REMARKS
    made: Json = {"name": name, "ns": NAMESPACE, "value": text if fits else IN_REMARKS}
    if group:
        made["group"] = group
    return made if fits else made | {"remarks": text}


def props(values: Mapping[str, object], *, group: str = "") -> list[Json]:
    """A property for each value that says something: None, empty text and empty lists are left out, and a list gives
    one property for each of its items.
    """
    return [
        prop(name, item, group=group)
        for name, value in values.items()
        for item in (value if isinstance(value, (list, tuple)) else [value])
        if item is not None and item != ""
    ]


def core_prop(name: str, value: str) -> Json:
    """A property of OSCAL's own vocabulary."""
    return {"name": name, "value": value}


class Props:
    """Our properties of one object, for reading back."""

    def __init__(self, holder: Mapping[str, Any], *, group: str = "") -> None:
        self._found: dict[str, list[str]] = {}
        for entry in holder.get("props", ()):
            if entry.get("ns") == NAMESPACE and entry.get("group", "") == group:
                value = entry["remarks"] if entry["value"] == IN_REMARKS else entry["value"]
                self._found.setdefault(entry["name"], []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def text(self, name: str) -> str:
        return self._found.get(name, [""])[0]

    def text_or_none(self, name: str) -> str | None:
        return self._found.get(name, [None])[0]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._found.get(name, ()))

    def number(self, name: str) -> float | None:
        text = self.text_or_none(name)
        try:
            return None if text is None else float(text)
        except ValueError:
            raise NotOurs(f"{name} is no number: {text}") from None

    def whole(self, name: str) -> int:
        number = self.number(name)
        if number is None or number != int(number):
            raise NotOurs(f"{name} is no whole number.")
        return int(number)

    def flag(self, name: str) -> bool:
        text = self.text(name)
        if text not in {"true", "false"}:
            raise NotOurs(f"{name} is neither true nor false.")
        return text == "true"


def one_line(text: str) -> str:
    """As OSCAL's titles want it: one line, not empty. What it was stays in a property where it matters."""
    return " ".join(text.split()) or "untitled"


def metadata(
    *, title: str, moment: str, version: str, parties: Sequence[Json], properties: Iterable[Json], remarks: str = ""
) -> Json:
    """`parties`: {name, role, role title, type}; `moment`: ISO text with an offset."""
    roles = {party["role"]: party["role_title"] for party in parties}
    made: Json = {
        "title": one_line(title),
        "last-modified": moment,
        "version": one_line(version),
        "oscal-version": VERSION,
        "props": list(properties),
        "roles": [{"id": role, "title": said} for role, said in roles.items()],
        "parties": [
            {"uuid": party_uuid(party), "type": party["type"], "name": one_line(party["name"])} for party in parties
        ],
        "responsible-parties": [
            {"role-id": role, "party-uuids": [party_uuid(party) for party in parties if party["role"] == role]}
            for role in roles
        ],
    }
    return without_empty(made) | ({"remarks": remarks} if remarks else {})


def party(name: str, *, role: str, role_title: str, kind: str = "organization") -> Json:
    return {"name": name, "role": role, "role_title": role_title, "type": kind}


def party_uuid(of: Mapping[str, Any]) -> str:
    return uuid_of("party", of["type"], of["name"], of["role"])


def resources(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from document.get("back-matter", {}).get("resources", ())


def without_empty(made: Json) -> Json:
    """OSCAL allows no empty lists: a member without items is not there."""
    return {name: value for name, value in made.items() if value not in ([], None, {})}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
