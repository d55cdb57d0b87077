"""structure.yaml: the tree of refs with weights, themes and applicability, without a word of prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assessments.catalogue.loader.reading import Place, open_place, read_format
from assessments.catalogue.schema import (
    FORMAT,
    METHODS,
    OWN_ANSWER_RULES,
    CatalogueFault,
    RequirementNode,
    Scale,
    Vocabulary,
)
from assessments.scoring import OwnAnswerRule

MAXIMUM_THEMES = 3
_NODE_KEYS = ("children", "themes", "weight", "applies_if", "assessable", "own_answer_rule")


@dataclass(slots=True)
class Structure:
    """What structure.yaml says; `lines` is where each ref stands, for faults found later in other files."""

    slug: str = ""
    scale: Scale | None = None
    method: str = ""
    nodes: list[RequirementNode] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    complete: bool = False


def read_structure(path: Path, *, root: Path, vocabulary: Vocabulary, faults: list[CatalogueFault]) -> Structure:
    """The tree in document order, with every fault of the file added to `faults`."""
    structure = Structure()
    place = open_place(path, root=root, faults=faults)
    if place is None:
        return structure
    members = place.members(required=("format", "slug", "scale", "scoring", "requirements"))
    read_format(members, known=(FORMAT,))
    if slug := members.get("slug"):
        structure.slug = slug.slug()
        if structure.slug != path.parent.name:
            slug.fault(f"must be the folder's name, {path.parent.name}")
    if scale := members.get("scale"):
        structure.scale = vocabulary.scales.get(scale.choice(vocabulary.scales))
    if (scoring := members.get("scoring")) and (method := scoring.members(required=("method",)).get("method")):
        structure.method = method.choice(METHODS)
    if requirements := members.get("requirements"):
        for item in requirements.items(at_least=1):
            _read_node(item, structure=structure, parent=None, depth=0, vocabulary=vocabulary)
        structure.complete = bool(structure.nodes)
        if structure.nodes and not any(node.assessable for node in structure.nodes):
            requirements.fault("nothing in the tree is assessable")
    return structure


def _read_node(place: Place, *, structure: Structure, parent: str | None, depth: int, vocabulary: Vocabulary) -> None:
    members = place.members(required=("ref",), optional=_NODE_KEYS)
    ref = _read_ref(members, structure=structure)
    children = members.get("children")
    assessable = members["assessable"].boolean() if "assessable" in members else children is None
    themes: list[str] = []
    if "themes" in members:
        themes = members["themes"].choices(vocabulary.themes)
    named = Place(place.node, place.file, place.faults, ref or place.name)
    if assessable and not 1 <= len(themes) <= MAXIMUM_THEMES:
        named.fault(f"an assessable requirement has 1 to {MAXIMUM_THEMES} themes, not {len(themes)}")
    if themes and not assessable:
        named.fault("a heading has no themes; they belong to what is assessed")
    if ref:
        position = len(structure.nodes)
        structure.lines[ref] = place.line
        structure.nodes.append(
            RequirementNode(
                ref=ref,
                parent=parent,
                position=position,
                depth=depth,
                assessable=assessable,
                weight=members["weight"].number() if "weight" in members else 1.0,
                themes=tuple(themes),
                applies_if=members["applies_if"].choice(vocabulary.conditions) if "applies_if" in members else "",
                own_answer_rule=members["own_answer_rule"].choice(OWN_ANSWER_RULES)
                if "own_answer_rule" in members
                else OwnAnswerRule.BOTH.value,
            )
        )
    if children is not None:
        for child in children.items(at_least=1):
            _read_node(child, structure=structure, parent=ref or parent, depth=depth + 1, vocabulary=vocabulary)


def _read_ref(members: Mapping[str, Place], *, structure: Structure) -> str:
    """The ref as text, or "" where it is unusable."""
    place = members.get("ref")
    if place is None:
        return ""
    if place.kind in {"int", "float", "timestamp"}:
        place.fault(f"the ref {place.node.value} must be quoted: YAML reads it as a number, and 7.10 would become 7.1")
        return ""
    ref = place.text()
    if ref in structure.lines:
        place.fault(f"duplicate ref {ref}: it already stands in line {structure.lines[ref]}")
        return ""
    if "/" in ref:
        place.fault(f"the ref {ref} must not contain a slash: refs are part of addresses")
    return ref
