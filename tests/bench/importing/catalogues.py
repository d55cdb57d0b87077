"""Catalogues of any size in the shape of real ones, in JSON, YAML and XML. The words are made up and mean nothing."""

from __future__ import annotations

import json
import random
from typing import Any
from xml.etree import ElementTree as ET

import yaml

NAMESPACE = "http://csrc.nist.gov/ns/oscal/1.0"
_WORDS = [
    "access",
    "account",
    "activity",
    "agreement",
    "alert",
    "analysis",
    "approval",
    "archive",
    "asset",
    "audit",
    "backup",
    "boundary",
    "breach",
    "change",
    "channel",
    "component",
    "contract",
    "control",
    "data",
    "device",
    "duty",
    "event",
    "evidence",
    "facility",
    "incident",
    "information",
    "inventory",
    "key",
    "log",
    "loss",
    "media",
    "network",
    "notice",
    "operator",
    "owner",
    "partner",
    "path",
    "person",
    "place",
    "plan",
    "process",
    "provider",
    "record",
    "recovery",
    "release",
    "report",
    "request",
    "review",
    "risk",
    "role",
    "rule",
    "schedule",
    "scope",
    "secret",
    "service",
    "session",
    "signal",
    "site",
    "software",
    "source",
    "storage",
    "supplier",
    "system",
    "task",
    "term",
    "test",
    "threat",
    "token",
    "tool",
    "trace",
    "transfer",
    "user",
    "value",
    "vendor",
    "warning",
    "zone",
]


def catalogue(*, least_bytes: int) -> dict[str, Any]:
    """An OSCAL catalogue whose JSON, with an indent of 2, has at least so many bytes. The same each time."""
    chance = random.Random(53)
    groups: list[dict[str, Any]] = []
    size = 0
    while size < least_bytes:
        group = _group(len(groups) + 1, chance=chance)
        size += len(json.dumps(group, indent=2)) * 1.12  # deeper inside, so more blanks
        groups.append(group)
    resources = [{"uuid": _uuid(number), "title": f"Document {number}"} for number in range(200)]
    metadata = {
        "title": "Big catalogue",
        "last-modified": "2026-01-01T00:00:00Z",
        "version": "1",
        "oscal-version": "1.1.3",
    }
    return {
        "catalog": {
            "uuid": "7d9d3e0c-1111-4222-8333-000000000001",
            "metadata": metadata,
            "groups": groups,
            "back-matter": {"resources": resources},
        }
    }


def as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=2).encode()


def as_yaml(document: dict[str, Any]) -> bytes:
    return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True).encode()


def as_xml(document: dict[str, Any]) -> bytes:
    """The catalogue's members in OSCAL's XML, as far as the generator uses them."""
    ET.register_namespace("", NAMESPACE)
    return ET.tostring(_element("catalog", document["catalog"]), encoding="utf-8", xml_declaration=True)


_SINGULAR = {
    "groups": "group", "controls": "control", "params": "param", "props": "prop", "links": "link", "parts": "part",
    "resources": "resource", "choice": "choice",
}  # fmt: skip
_ATTRIBUTES = frozenset({"id", "uuid", "class", "name", "value", "href", "rel", "how-many"})


def _element(tag: str, members: dict[str, Any]) -> ET.Element:
    element = ET.Element(f"{{{NAMESPACE}}}{tag}")
    for key, value in members.items():
        if key in _ATTRIBUTES and isinstance(value, str):
            element.set(key, value)
        elif key == "prose":
            ET.SubElement(element, f"{{{NAMESPACE}}}p").text = value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, str):
                    ET.SubElement(element, f"{{{NAMESPACE}}}{_SINGULAR[key]}").text = item
                else:
                    element.append(_element(_SINGULAR[key], item))
        elif isinstance(value, dict):
            element.append(_element(key, value))
        else:
            ET.SubElement(element, f"{{{NAMESPACE}}}{key}").text = value
    return element


def _group(number: int, *, chance: random.Random) -> dict[str, Any]:
    family = f"f{number}"
    return {
        "id": family,
        "class": "family",
        "title": _sentence(chance, 3),
        "props": [{"name": "label", "value": family.upper()}],
        "controls": [_control(f"{family}-{index}", chance=chance, children=index % 4) for index in range(1, 21)],
    }


def _control(identifier: str, *, chance: random.Random, children: int) -> dict[str, Any]:
    params = [{"id": f"{identifier}_odp.{index}", "label": _sentence(chance, 4)} for index in range(1, 4)]
    chosen = [f"{{{{ insert: param, {identifier}_odp.1 }}}}", _sentence(chance, 3)]
    params.append({"id": f"{identifier}_odp.4", "select": {"how-many": "one-or-more", "choice": chosen}})
    items = [_item(f"{identifier}_smt.{letter}", mark=f"{letter}.", chance=chance) for letter in "abcdef"]
    items[0]["prose"] += f" {{{{ insert: param, {identifier}_odp.4 }}}}"
    examined = [f"{_sentence(chance, 4)}\n\n{_sentence(chance, 5)}" for _ in range(4)]
    parts: list[dict[str, Any]] = [
        {"id": f"{identifier}_smt", "name": "statement", "prose": _sentence(chance, 12), "parts": items},
        {"id": f"{identifier}_gdn", "name": "guidance", "prose": ". ".join(_sentence(chance, 18) for _ in range(9))},
        {
            "id": f"{identifier}_obj",
            "name": "assessment-objective",
            "parts": [_item(f"{identifier}_obj.{letter}", mark=letter, chance=chance) for letter in "abcdef"],
        },
        {
            "id": f"{identifier}_asm",
            "name": "assessment-method",
            "props": [{"name": "method", "value": "EXAMINE"}],
            "parts": [{"name": "assessment-objects", "prose": "\n\n".join(examined)}],
        },
    ]
    control: dict[str, Any] = {
        "id": identifier,
        "class": "control",
        "title": _sentence(chance, 4),
        "params": params,
        "props": [{"name": "label", "value": identifier.upper()}, {"name": "sort-id", "value": identifier}],
        "links": [{"href": f"#{_uuid(chance.randrange(200))}", "rel": "reference"} for _ in range(3)],
        "parts": parts,
    }
    if children:
        below = [_control(f"{identifier}.{index}", chance=chance, children=0) for index in range(1, children + 1)]
        control["controls"] = below
    return control


def _item(identifier: str, *, mark: str, chance: random.Random) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": "item",
        "props": [{"name": "label", "value": mark}],
        "prose": _sentence(chance, 16),
    }


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize()


def _uuid(number: int) -> str:
    return f"7d9d3e0c-1111-4222-9333-{number:012d}"
