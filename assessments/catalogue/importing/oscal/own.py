"""What Plumbline's own exports say beyond OSCAL's words: properties of its namespace, read back.

How they are written is told in assessments/exporting/PROPERTIES.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from assessments.catalogue.drafts.content import DEFAULT_SCALE, DraftSelection, DraftText
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal import names
from assessments.catalogue.importing.tree import ImportedNode

NAMESPACE: Final = "urn:plumbline:oscal"
_NOT_READ: Final = (
    "applies-if", "own-answer-rule", "stage", "points", "partial-points", "publisher-target", "critical",
)  # fmt: skip


def values_of(item: Located, name: str) -> list[str]:
    """The values of one property of ours, in order."""
    return [
        prop.text("remarks") or prop.text("value")
        for prop in names.props(item)
        if prop.text("ns") == NAMESPACE and prop.text("name") == name
    ]


def rationale_of(item: Located) -> dict[str, str]:
    """Why a map of ours holds, by language."""
    return {
        prop.text("group") or "en": prop.text("remarks") or prop.text("value")
        for prop in names.props(item)
        if prop.text("ns") == NAMESPACE and prop.text("name") == "rationale"
    }


def with_own_marks(node: ImportedNode, item: Located) -> ImportedNode:
    """The node as our own properties tell it, where there are any."""
    if any(prop.text("ns") == NAMESPACE for prop in names.props(item)):
        told = values_of(item, "assessable")
        if told and node.withdrawn is None:
            node.assessable = told[0] == "true"
        if weights := values_of(item, "weight"):
            try:
                node.weight = float(weights[0])
            except ValueError:
                item.warning(f"the weight {weights[0][:20]} is no number; it counts as 1")
        node.themes = tuple(values_of(item, "theme"))
        node.selections = tuple(values_of(item, "selection")) or None
        if left := [name for name in _NOT_READ if values_of(item, name)]:
            item.warning(
                f"{', '.join(left)} of Plumbline's are not read back", kind="properties that are not read back"
            )
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


def own_scale(metadata: Located) -> str:
    return next(iter(values_of(metadata, "scale")), "") or DEFAULT_SCALE


def own_selections(metadata: Located, *, language: str) -> tuple[DraftSelection, ...]:
    slugs, titles = values_of(metadata, "selection"), values_of(metadata, "selection-name")
    return tuple(DraftSelection(slug, {language: title}) for slug, title in zip(slugs, titles, strict=False))


def _levels(part: Located) -> dict[int, str]:
    found: dict[int, str] = {}
    for inner in names.parts(part):
        told = next(iter(values_of(inner, "level")), "")
        if told.isdigit():
            found[int(told)] = inner.text("prose")
    return found
