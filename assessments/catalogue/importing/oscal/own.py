"""What Plumbline's own exports say beyond OSCAL's words: properties of its namespace, read back.

How they are written is told in assessments/exporting/PROPERTIES.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from assessments.catalogue.drafts.content import DraftText
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names
from assessments.catalogue.importing.tree import ImportedNode

NAMESPACE: Final = "urn:plumbline:oscal"
IN_REMARKS: Final = "see remarks"
_FLAGS: Final = {"true": True, "false": False}
T = TypeVar("T")


def own_props(item: Located) -> list[Located]:
    return [prop for prop in names.props(item) if prop.text("ns") == NAMESPACE]


def value_of(prop: Located) -> str:
    """The value, or what stands in the remarks because it does not fit one line."""
    return prop.text("remarks") if prop.text("value") == IN_REMARKS else prop.text("value")


def values_of(item: Located, name: str) -> list[str]:
    """The values of one property of ours, in order."""
    return [value_of(prop) for prop in own_props(item) if prop.text("name") == name]


def value(item: Located, name: str) -> str:
    """The first value of one property of ours, "" where there is none."""
    return next(iter(values_of(item, name)), "")


def read_as(read: Callable[[str], T], item: Located, name: str, default: T) -> T:
    """A property of ours as a number or flag; one that is none is told of, and the default stands."""
    told = value(item, name)
    if not told:
        return default
    try:
        return read(told)
    except (ValueError, KeyError, OverflowError):
        item.warning(f"the {name} {told[:20]} cannot be read and is left out", kind="properties that cannot be read")
        return default


def rationale_of(item: Located) -> dict[str, str]:
    """Why a map of ours holds, by language."""
    return {
        prop.text("group") or "en": prop.text("remarks") or prop.text("value")
        for prop in names.props(item)
        if prop.text("ns") == NAMESPACE and prop.text("name") == "rationale"
    }


def with_own_marks(node: ImportedNode, item: Located) -> ImportedNode:
    """The node as our own properties tell it, where there are any."""
    if not own_props(item):
        return node
    if node.withdrawn is None:
        node.assessable = read_as(_FLAGS.__getitem__, item, "assessable", node.assessable)
    node.weight = read_as(float, item, "weight", node.weight)
    node.themes = tuple(values_of(item, "theme"))
    node.selections = () if values_of(item, "in-no-selection") else tuple(values_of(item, "selection")) or None
    node.applies_if = value(item, "applies-if")
    node.own_answer_rule = value(item, "own-answer-rule")
    node.points = read_as(float, item, "points", None)
    node.partial_points = read_as(float, item, "partial-points", None)
    node.stage = read_as(int, item, "stage", None)
    node.target = read_as(float, item, "publisher-target", None)
    node.critical = read_as(_FLAGS.__getitem__, item, "critical", default=False)
    if values_of(item, "without-summary"):
        node.texts = {language: replace(words, summary="") for language, words in node.texts.items()}
    return node


def with_own_parts(words: DraftText, item: Located) -> DraftText:
    """Question, evidence and criteria of levels, which have no place of their own in OSCAL."""
    for part in names.parts(item):
        if part.text("name").lower() != "guidance":
            continue
        match part.text("class"):
            case "question":
                words = replace(words, question=part.text("prose"))
            case "evidence":
                words = replace(words, evidence=tuple(inner.text("prose") for inner in names.parts(part)))
            case "level-criteria":
                words = replace(words, levels=_levels(part))
    return words


def is_own_part(part: Located) -> bool:
    own = {"question", "evidence", "level-criteria"}
    return part.text("name").lower() == "guidance" and part.text("class") in own


def _levels(part: Located) -> dict[int, str]:
    found: dict[int, str] = {}
    for inner in names.parts(part):
        told = value(inner, "level")
        if told.isdigit():
            found[int(told)] = inner.text("prose")
    return found
