"""OSCAL's XML to the shape of its JSON: the same names, so that one reader serves both.

Which elements stand in lists and which hold prose follows the metaschema's JSON names (github.com/usnistgov/OSCAL).
"""

from __future__ import annotations

from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from assessments.catalogue.importing.documents.located import MOST_DEPTH, Located
from assessments.catalogue.importing.report import FileUnreadable, Report

OSCAL_NAMESPACE: Final = "http://csrc.nist.gov/ns/oscal/1.0"
_LISTS: Final = {
    "group": "groups", "control": "controls", "part": "parts", "param": "params", "prop": "props", "link": "links",
    "annotation": "annotations", "role": "roles", "party": "parties", "responsible-party": "responsible-parties",
    "party-uuid": "party-uuids", "resource": "resources", "rlink": "rlinks", "import": "imports",
    "include-controls": "include-controls", "exclude-controls": "exclude-controls", "with-id": "with-ids",
    "matching": "matching", "insert-controls": "insert-controls", "set-parameter": "set-parameters", "alter": "alters",
    "add": "adds", "remove": "removes", "call": "calls", "match": "matches", "mapping": "mappings", "map": "maps",
    "source": "sources", "target": "targets", "qualifier": "qualifiers", "value": "values", "choice": "choice",
    "guideline": "guidelines", "constraint": "constraints", "revision": "revisions", "document-id": "document-ids",
    "address": "addresses", "email-address": "email-addresses", "id-selector": "id-selectors",
    "pattern-selector": "pattern-selectors", "alternative": "alternatives", "requirement": "requirements",
    "hash": "hashes", "result": "results", "observation": "observations", "finding": "findings", "risk": "risks",
    "control-selection": "control-selections", "include-control": "include-controls",
    "relevant-evidence": "relevant-evidence", "related-observation": "related-observations",
    "associated-risk": "related-risks", "response": "remediations", "task": "tasks", "poam-item": "poam-items",
}  # fmt: skip
_WITHIN: Final = {("finding", "target"): "target", ("observation", "method"): "methods"}
"""What an element is called in JSON below this parent alone."""
_OWN_TEXT: Final = {"prop": "value", "annotation": "value", "hash": "value", "system-id": "id"}
"""Elements whose text is a member beside their attributes."""
_BLOCKS: Final = frozenset({"p", "ul", "ol", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "img"})
_INLINE: Final = frozenset({"em", "i", "strong", "b", "code", "q", "sub", "sup", "a", "insert", "br"})
_TEXTS: Final = frozenset({
    "title", "label", "usage", "text", "version", "oscal-version", "published", "last-modified", "with-id", "choice",
    "alternative", "name", "short-name", "party-uuid", "flat", "as-is", "remarks", "description", "citation",
    "mapping-description", "matching-rationale", "method", "status", "relationship", "document-id", "email-address",
    "statement", "start", "end", "collected", "deadline",
})  # fmt: skip


def read_xml(data: bytes, *, file: str, report: Report) -> Located:
    """The root as {its name: object}. No document type, no entities, nothing fetched. Raises FileUnreadable."""
    try:
        root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        report.fault("declares a document type or entities; save it without them", file=file)
        raise FileUnreadable from error
    except ParseError as error:
        line, column = error.position
        report.fault(f"is no XML: {str(error).partition(':')[0]}", file=file, place=f"line {line}, column {column + 1}")
        raise FileUnreadable from error
    except (ValueError, LookupError, RecursionError) as error:
        report.fault(f"is no XML: {str(error)[:200]}", file=file)
        raise FileUnreadable from error
    namespace, name = _name(root)
    if namespace != OSCAL_NAMESPACE:
        report.fault(f"is XML, but not OSCAL's: its root is {name} in {namespace or 'no namespace'}", file=file)
        raise FileUnreadable
    try:
        found = _Converter(file=file, report=report).object(root, f"/{name}", 1)
    except RecursionError as error:
        report.fault(f"is nested more than {MOST_DEPTH} deep", file=file)
        raise FileUnreadable from error
    return Located([(name, found)], file=file, place="/", report=report)


def _name(element: Element) -> tuple[str, str]:
    tag: Any = element.tag  # of a comment, a function
    if not isinstance(tag, str):
        return "", "comment"
    namespace, mark, name = tag.rpartition("}")
    return (namespace.removeprefix("{"), name) if mark else ("", tag)


class _Converter:
    def __init__(self, *, file: str, report: Report) -> None:
        self._file = file
        self._report = report

    def object(self, element: Element, place: str, depth: int) -> Located:
        if depth > MOST_DEPTH:
            self._report.fault(f"is nested more than {MOST_DEPTH} deep", file=self._file, place=place[:200])
            raise FileUnreadable
        out = Located(file=self._file, place=place, report=self._report)
        out.update((key.rpartition("}")[2], value) for key, value in element.attrib.items())
        prose: list[str] = []
        numbers: dict[str, int] = {}
        for child in element:
            _, name = _name(child)
            numbers[name] = numbers.get(name, 0) + 1
            if name in _BLOCKS:
                prose.append(block(child))
            elif name != "comment":
                place_of = f"{place}/{name}[{numbers[name]}]"
                self._put(out, name, child, within=_name(element)[1], place=place_of, depth=depth)
        if prose:
            out["prose"] = "\n\n".join(part for part in prose if part)
        own = _name(element)[1]
        if (key := _OWN_TEXT.get(own)) and key not in out and element.text and element.text.strip():
            out[key] = element.text.strip()
        if own == "link" and "text" not in out and element.text and element.text.strip():
            out["text"] = inline(element)
        return out

    def _put(self, out: Located, name: str, child: Element, *, within: str, place: str, depth: int) -> None:
        value: Any = prose_of(child) if _is_text(name, child) else self.object(child, place, depth + 1)
        if key := _WITHIN.get((within, name)):
            if key == name:
                out[key] = value
            else:
                out.setdefault(key, []).append(value)
        elif name == "prose":
            out["prose"] = value if isinstance(value, str) else value.get("prose", "")
        elif name in _LISTS and not (name in {"source", "target"} and not isinstance(value, Located)):
            out.setdefault(_LISTS[name], []).append(value)
        else:
            out[name] = value


def _is_text(name: str, element: Element) -> bool:
    if name == "value" and not element.attrib:
        return True
    if name == "status" and element.attrib:
        return False
    if name in _TEXTS:
        return all(_name(child)[1] in _BLOCKS | _INLINE | {"comment"} for child in element)
    return name == "prose"


def prose_of(element: Element) -> str:
    """Blocks, or a line with inline marks, as the markdown that OSCAL's JSON has in its place."""
    if any(_name(child)[1] in _BLOCKS for child in element):
        return "\n\n".join(part for part in (block(child) for child in element) if part)
    return inline(element)


def block(element: Element) -> str:
    _, name = _name(element)
    if name in {"ul", "ol"}:
        items = [child for child in element if _name(child)[1] == "li"]
        marks = [f"{number}. " if name == "ol" else "* " for number in range(1, len(items) + 1)]
        return "\n".join(mark + prose_of(item).replace("\n", "\n  ") for mark, item in zip(marks, items, strict=True))
    if name == "table":
        rows = [[inline(cell) for cell in row] for row in element.iter() if _name(row)[1] == "tr"]
        return "\n".join(" | ".join(cells) for cells in rows)
    if name == "blockquote":
        return prose_of(element)
    if name == "pre":
        return "".join(element.itertext())
    return inline(element)


def inline(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        _, name = _name(child)
        if name == "insert":
            found = child.get("id-ref") or child.get("param-id") or ""
            parts.append(f"{{{{ insert: {child.get('type', 'param')}, {found} }}}}")
        elif name == "a":
            parts.append(f"[{inline(child)}]({child.get('href', '')})")
        elif name == "br":
            parts.append("\n")
        elif name in {"ul", "ol"}:
            parts.append("\n" + block(child))
        elif name != "comment":
            parts.append(inline(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())
