"""OSCAL's XML, made of the documents that are written as JSON. NIST OSCAL 1.2.1.

Which member is an attribute, which an element, how it is called there and in which order the elements stand is NIST's
metaschema (github.com/usnistgov/OSCAL, src/metaschema). A member that the table does not know is an error, never left
out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

OSCAL_XML: Final = "http://csrc.nist.gov/ns/oscal/1.0"

TABLE: Final[Mapping[str, str]] = {
    "catalog": "@uuid :metadata *controls>control *groups>group :back-matter",
    "group": "@id @class title *props>prop *links>link *parts>part *groups>group *controls>control",
    "control": "@id @class title *props>prop *links>link *parts>part *controls>control",
    "part": "@id @name @ns @class title *props>prop ^prose *parts>part *links>link",
    "prop": "@name @uuid @ns @value @class @group ~remarks",
    "link": "@href @rel @media-type text",
    "metadata": "title last-modified version oscal-version *props>prop *links>link *roles>role *parties>party"
    " *responsible-parties>responsible-party ~remarks",
    "role": "@id title",
    "party": "@uuid @type name",
    "responsible-party": "@role-id +party-uuids>party-uuid",
    "back-matter": "*resources>resource",
    "resource": "@uuid title ~description *props>prop *rlinks>rlink ~remarks",
    "rlink": "@href @media-type *hashes>hash",
    "hash": "@algorithm =value",
    "mapping-collection": "@uuid :metadata :provenance *mappings>mapping :back-matter",
    "provenance": "@method @matching-rationale @status ~mapping-description",
    "mapping": "@uuid :source-resource>mapped-resource :target-resource>mapped-resource *maps>map",
    "mapped-resource": "@type @href *props>prop",
    "map": "@uuid @matching-rationale relationship *sources>source>mapped *targets>target>mapped *props>prop",
    "mapped": "@type @id-ref",
    "assessment-results": "@uuid :metadata :import-ap *results>result :back-matter",
    "import-ap": "@href ~remarks",
    "result": "@uuid title ~description start end *props>prop :reviewed-controls *observations>observation"
    " *findings>finding",
    "reviewed-controls": "~description *control-selections>control-selection",
    "control-selection": "*include-controls>include-control",
    "include-control": "@control-id",
    "observation": "@uuid title ~description *props>prop +methods>method *relevant-evidence>relevant-evidence"
    " collected",
    "relevant-evidence": "@href ~description",
    "finding": "@uuid title ~description *props>prop :target>finding-target *related-observations>related-observation",
    "finding-target": "@type @target-id title :status>objective-status :implementation-status",
    "objective-status": "@state @reason ~remarks",
    "implementation-status": "@state ~remarks",
    "related-observation": "@observation-uuid",
    "plan-of-action-and-milestones": "@uuid :metadata :system-id *risks>risk *poam-items>poam-item :back-matter",
    "system-id": "@identifier-type =id",
    "risk": "@uuid title ~description ~statement *props>prop status deadline *remediations>response",
    "response": "@uuid @lifecycle title ~description *props>prop *tasks>task",
    "task": "@uuid @type title :timing",
    "timing": ":on-date",
    "on-date": "@date",
    "poam-item": "@uuid title ~description *props>prop *related-risks>associated-risk",
    "associated-risk": "@risk-uuid",
}
"""What an object holds, in the order of its XML: `@` attribute, `=` the element's own text, nothing a line of text,
`~` text in blocks, `^` the same without an element of its own, `:` an object, `*` objects, `+` lines; after it the name
in JSON, then that of the element (of one object it is the same), then the row of this table, where they differ.
"""
_UNSAYABLE: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_ATTRIBUTE: Final = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object: what it is (a sign of TABLE), its JSON name, its element, the row of its own members."""

    sign: str
    name: str
    element: str
    row: str


def members_of(row: str) -> tuple[Member, ...]:
    return _MEMBERS[row]


def xml_of(document: Mapping[str, Any]) -> bytes:
    """The document, {its root: …}, as UTF-8. Raises KeyError for what TABLE does not tell."""
    [(root, content)] = document.items()
    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    pieces += _element(content, element=root, row=root, namespace=f' xmlns="{OSCAL_XML}"')
    return "".join(pieces).encode()


def sayable(text: str) -> str:
    """Text as XML 1.0 can hold it: what it has no sign for becomes U+FFFD."""
    return _UNSAYABLE.sub("\ufffd", text)


def _member(token: str) -> Member:
    sign, names = (token[0], token[1:]) if token[0] in "@=~^:*+" else ("", token)
    name, *others = names.split(">")
    element = name if sign == ":" or not others else others[0]
    return Member(sign, name, element, others[-1] if others else name)


_MEMBERS: Final = {row: tuple(_member(token) for token in told.split()) for row, told in TABLE.items()}


def _element(content: Mapping[str, Any], *, element: str, row: str, namespace: str = "") -> Iterator[str]:
    members = members_of(row)
    if unknown := content.keys() - {member.name for member in members}:
        raise KeyError(f"{row} has no {', '.join(sorted(unknown))}")
    there = [member for member in members if member.name in content]
    said = "".join(f' {one.element}="{_attribute(content[one.name])}"' for one in there if one.sign == "@")
    within = [one for one in there if one.sign != "@"]
    if not within:
        yield f"<{element}{namespace}{said}/>"
        return
    yield f"<{element}{namespace}{said}>"
    for one in within:
        yield from _WRITERS[one.sign](content[one.name], one)
    yield f"</{element}>"


def _object(value: Any, of: Member) -> Iterator[str]:
    yield from _element(value, element=of.element, row=of.row)


def _objects(value: Any, of: Member) -> Iterator[str]:
    for item in value:
        yield "\n"
        yield from _element(item, element=of.element, row=of.row)


def _line(value: Any, of: Member) -> Iterator[str]:
    yield f"<{of.element}>{_text(value)}</{of.element}>"


def _lines(value: Any, of: Member) -> Iterator[str]:
    for item in value:
        yield from _line(item, of)


def _own_text(value: Any, _: Member) -> Iterator[str]:
    yield _text(value)


def _blocks(value: Any, of: Member) -> Iterator[str]:
    yield f"<{of.element}>{_block(value)}</{of.element}>"


def _prose(value: Any, _: Member) -> Iterator[str]:
    yield _block(value)


_WRITERS: Final[Mapping[str, Callable[[Any, Member], Iterator[str]]]] = {
    ":": _object, "*": _objects, "": _line, "+": _lines, "=": _own_text, "~": _blocks, "^": _prose,
}  # fmt: skip


def _block(text: str) -> str:
    """Paragraphs where that keeps every sign; else the text as it is laid out, preformatted."""
    paragraphs = text.split("\n\n")
    if all(part and part == " ".join(part.split()) for part in paragraphs):
        return "".join(f"<p>{_text(part)}</p>" for part in paragraphs)
    return f"<pre>{_text(text)}</pre>"


def _text(text: str) -> str:
    return escape(sayable(text), {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return escape(sayable(text), _IN_ATTRIBUTE)
