"""The nodes of structure.yaml: requirements and headings, one below the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from assessments.catalogue.loader.reading import Place
from assessments.catalogue.schema import OWN_ANSWER_RULES, RequirementNode, Scale, Vocabulary
from assessments.scoring import OwnAnswerRule

MAXIMUM_THEMES = 3
LONGEST_REF = 60
_OF_THE_ASSESSED = ("themes", "brief", "points", "partial_points", "stage", "target", "critical", "own_answer_rule")
_ANYWHERE = ("children", "assessable", "withdrawn", "weight", "applies_if", "selections")
_NEEDED: Mapping[str, str] = {"subtractive": "points", "staged_minimum": "stage", "samm": "stage"}
"""What every assessable requirement must state under a method."""


@dataclass(slots=True)
class NodeReader:
    """Collects nodes in document order, `lines` tells where each ref stands."""

    scale: Scale | None
    method: str
    selections: tuple[str, ...]
    vocabulary: Vocabulary
    nodes: list[RequirementNode] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    _replaced: list[tuple[Place, tuple[str, ...]]] = field(default_factory=list)

    def read(self, place: Place, *, above: RequirementNode | None = None) -> None:
        """One node and everything below it."""
        members = place.members(required=("ref",), optional=(*_ANYWHERE, *_OF_THE_ASSESSED))
        ref = self._ref(members)
        named = replace(place, name=ref or place.name)
        withdrawn = self._withdrawn(named, members=members)
        assessable = withdrawn is None and _assessable(members)
        if not assessable:
            _refuse(named, members=members, withdrawn=withdrawn is not None)
        themes = tuple(members["themes"].choices(self.vocabulary.themes)) if "themes" in members else ()
        if assessable and not 1 <= len(themes) <= MAXIMUM_THEMES:
            (named if themes else named.mildly()).fault(
                f"an assessable requirement has 1 to {MAXIMUM_THEMES} themes, not {len(themes)}"
            )
        if assessable and (needed := _NEEDED.get(self.method)) and needed not in members:
            named.fault(f"{needed} is missing: {self.method} needs it of every assessable requirement")
        node = RequirementNode(
            ref=ref,
            parent=above.ref if above else None,
            position=len(self.nodes),
            depth=above.depth + 1 if above else 0,
            assessable=assessable,
            weight=members["weight"].number() if "weight" in members else 1.0,
            themes=themes,
            applies_if=members["applies_if"].choice(self.vocabulary.conditions) if "applies_if" in members else "",
            own_answer_rule=members["own_answer_rule"].choice(OWN_ANSWER_RULES)
            if "own_answer_rule" in members
            else OwnAnswerRule.BOTH.value,
            withdrawn=withdrawn,
            brief="brief" in members and members["brief"].boolean(),
            points=members["points"].number() if "points" in members else None,
            partial_points=self._partial_points(members),
            stage=_stage(members),
            selections=self._selections(members, above=above),
            target=self._target(members),
            critical="critical" in members and members["critical"].boolean(),
        )
        if ref:
            self.lines[ref] = place.line
            self.nodes.append(node)
        for child in members["children"].items(at_least=1) if "children" in members else ():
            self.read(child, above=node if ref else above)

    def check_replacements(self) -> None:
        """What took the place of a withdrawn requirement must stand in the tree, in force."""
        standing = {node.ref: node for node in self.nodes}
        for place, refs in self._replaced:
            for ref in refs:
                if ref not in standing:
                    place.fault(f"the tree has no {ref} that could have replaced it")

    def _ref(self, members: Mapping[str, Place]) -> str:
        """The ref as text, or "" where it is unusable."""
        place = members.get("ref")
        if place is None:
            return ""
        if place.kind in {"int", "float", "timestamp"}:
            place.fault(
                f"the ref {place.node.value} must be quoted: YAML reads it as a number, and 7.10 would become 7.1"
            )
            return ""
        ref = place.text(at_most=LONGEST_REF)
        if ref in self.lines:
            place.fault(f"duplicate ref {ref}: it already stands in line {self.lines[ref]}")
            return ""
        if "/" in ref:
            place.fault(f"the ref {ref} must not contain a slash: refs are part of addresses")
        return ref

    def _withdrawn(self, named: Place, *, members: Mapping[str, Place]) -> tuple[str, ...] | None:
        place = members.get("withdrawn")
        if place is None:
            return None
        refs = tuple(place.texts())
        self._replaced.append((place, refs))
        if "assessable" in members and members["assessable"].boolean():
            named.fault("what is withdrawn is not assessable")
        return refs

    def _selections(self, members: Mapping[str, Place], *, above: RequirementNode | None) -> tuple[str, ...] | None:
        """The node's own, else its parent's. An empty list belongs to none: only to the whole standard."""
        if "selections" not in members:
            return above.selections if above else None
        return tuple(members["selections"].choices(self.selections))

    def _target(self, members: Mapping[str, Place]) -> float | None:
        if "target" not in members:
            return None
        target = members["target"].number()
        if self.scale and not self.scale.minimum <= target <= self.scale.maximum:
            members["target"].fault(f"the scale {self.scale.slug} does not reach {target:g}")
        return target

    def _partial_points(self, members: Mapping[str, Place]) -> float | None:
        if "partial_points" not in members:
            return None
        part, whole = members["partial_points"].number(), members["points"].number() if "points" in members else 0
        if part > whole:
            members["partial_points"].fault(f"cannot be more than the points of the unmet, {whole:g}")
        return part


def _assessable(members: Mapping[str, Place]) -> bool:
    return members["assessable"].boolean() if "assessable" in members else "children" not in members


def _stage(members: Mapping[str, Place]) -> int | None:
    if "stage" not in members:
        return None
    stage = members["stage"].integer()
    if stage < 1:
        members["stage"].fault("must be at least 1")
    return stage


def _refuse(named: Place, *, members: Collection[str], withdrawn: bool) -> None:
    """What only an assessed requirement can have is a fault elsewhere."""
    if withdrawn and (keys := [key for key in ("weight", "applies_if", "selections") if key in members]):
        named.fault(f"a withdrawn requirement has no {', '.join(keys)}")
    for key in _OF_THE_ASSESSED:
        if key not in members:
            continue
        if withdrawn:
            named.fault(f"a withdrawn requirement has no {key}")
        elif key == "themes" and "children" in members:
            named.fault("a heading has no themes; they belong to what is assessed")
        else:
            named.fault(f"what is not assessable has no {key}")
