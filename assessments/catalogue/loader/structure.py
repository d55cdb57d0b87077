"""structure.yaml: the tree of refs, how it is scored and what may be chosen of it, without a word of prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assessments.catalogue.loader.choices import read_alternatives, read_selections
from assessments.catalogue.loader.nodes import NodeReader
from assessments.catalogue.loader.reading import Place, open_place, read_format
from assessments.catalogue.schema import (
    FORMAT,
    METHODS,
    OWN_SLUG,
    Alternative,
    CatalogueFault,
    RequirementNode,
    Scale,
    Scoring,
    Selection,
    Vocabulary,
)
from assessments.scoring import PARAMETERS

_KEYS = ("slug", "scale", "scoring", "requirements")
_CHOICES = ("selections", "alternatives")


@dataclass(slots=True)
class Structure:
    """What structure.yaml says; `lines` is where each ref stands, for faults found later in other files."""

    slug: str = ""
    scale: Scale | None = None
    scoring: Scoring = field(default_factory=Scoring)
    selections: tuple[Selection, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    nodes: list[RequirementNode] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    complete: bool = False


def read_structure(path: Path, *, root: Path, vocabulary: Vocabulary, faults: list[CatalogueFault]) -> Structure:
    """The tree in document order, with every fault of the file added to `faults`."""
    structure = Structure()
    place = open_place(path, root=root, faults=faults)
    if place is None:
        return structure
    members = place.members(required=("format", *_KEYS), optional=_CHOICES)
    read_format(members, known=(FORMAT,))
    if slug := members.get("slug"):
        structure.slug = slug.slug()
        if structure.slug != path.parent.name:
            slug.fault(f"must be the folder's name, {path.parent.name}")
        refuse_own_slug(slug)
    _fill(structure, members=members, vocabulary=vocabulary)
    return structure


def refuse_own_slug(place: Place) -> None:
    if place.slug().startswith(OWN_SLUG):
        place.fault(f"slugs that begin with {OWN_SLUG} are kept for organisations' own standards")


def structure_at(place: Place, *, vocabulary: Vocabulary) -> Structure:
    """The tree of a draft: the same keys, but for the format."""
    structure = Structure()
    members = place.members(required=_KEYS, optional=_CHOICES)
    if slug := members.get("slug"):
        structure.slug = slug.slug()
    _fill(structure, members=members, vocabulary=vocabulary)
    return structure


def _fill(structure: Structure, *, members: Mapping[str, Place], vocabulary: Vocabulary) -> None:
    if scale := members.get("scale"):
        structure.scale = vocabulary.scales.get(scale.choice(vocabulary.scales))
    if scoring := members.get("scoring"):
        structure.scoring = _read_scoring(scoring, scale=structure.scale, vocabulary=vocabulary)
    if selections := members.get("selections"):
        structure.selections = read_selections(selections)
    if requirements := members.get("requirements"):
        _read_tree(requirements, structure=structure, vocabulary=vocabulary, selections=members.get("selections"))
    if alternatives := members.get("alternatives"):
        structure.alternatives = read_alternatives(alternatives, nodes=structure.nodes)


def _read_tree(place: Place, *, structure: Structure, vocabulary: Vocabulary, selections: Place | None) -> None:
    reader = NodeReader(
        scale=structure.scale,
        method=structure.scoring.method,
        selections=tuple(selection.slug for selection in structure.selections),
        vocabulary=vocabulary,
    )
    for item in place.items(at_least=1):
        reader.read(item)
    reader.check_replacements()
    structure.nodes, structure.lines = reader.nodes, reader.lines
    structure.complete = bool(reader.nodes)
    assessable = [node for node in reader.nodes if node.assessable]
    if reader.nodes and not assessable:
        place.fault("nothing in the tree is assessable")
    for selection in structure.selections if selections and assessable else ():
        if not any(node.selections is None or selection.slug in node.selections for node in assessable):
            selections.fault(f"nothing assessable belongs to {selection.slug}")  # type: ignore[union-attr]
    _check_points(place, structure=structure)
    _check_stages(place, structure=structure)


def _check_points(place: Place, *, structure: Structure) -> None:
    """Points cannot take away more than the scale of results goes down: a score below its floor re-adds to nothing."""
    result = structure.scoring.result or structure.scale
    if structure.scoring.method != "subtractive" or result is None:
        return
    total, span = sum(node.points or 0 for node in structure.nodes), result.maximum - result.minimum
    if total > span:
        place.fault(f"the points add up to {total:g}, but {result.slug} goes down by {span:g} only")


def _check_stages(place: Place, *, structure: Structure) -> None:
    """The scale of results has a level for every stage, and one for none reached."""
    result = structure.scoring.result or structure.scale
    if structure.scoring.method != "staged_minimum" or result is None:
        return
    highest = max((node.stage or 0 for node in structure.nodes), default=0)
    if result.minimum != 0 or result.maximum < highest:
        place.fault(f"stages go up to {highest}, so scores need a scale from 0 to at least that, not {result.slug}")


def _read_scoring(place: Place, *, scale: Scale | None, vocabulary: Vocabulary) -> Scoring:
    known = sorted({name for names in PARAMETERS.values() for name in names})
    members = place.members(required=("method",), optional=("result", *known))
    method = members["method"].choice(METHODS) if "method" in members else ""
    result = vocabulary.scales.get(members["result"].choice(vocabulary.scales)) if "result" in members else None
    parameters = {
        name: members[name].number() for name in known if name in members and _takes(members[name], name, method=method)
    }
    for name in ("reached", "below"):
        if scale and name in parameters and not scale.minimum < parameters[name] <= scale.maximum:
            members[name].fault(f"must be a level of {scale.slug} above its lowest, not {parameters[name]:g}")
    if method == "subtractive" and "result" not in members:
        place.fault("subtractive needs a result: the scale from the lowest score to the full one")
    if scale and result is None and any(level.worth is not None for level in scale.levels):
        place.fault(f"the steps of {scale.slug} differ in height, so a result must name the scale of the scores")
    if result and any(level.worth is not None for level in result.levels):
        members["result"].fault(f"the steps of {result.slug} differ in height; scores need a scale of equal steps")
    return Scoring(method=method, parameters=parameters, result=None if result == scale else result)


def _takes(place: Place, name: str, *, method: str) -> bool:
    if method in METHODS and name not in PARAMETERS.get(method, ()):
        place.fault(f"{method} takes no {name}")
        return False
    return True
