"""The part of an edition that an assessment takes: a selection, one option of every alternative, nothing withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from assessments.catalogue.bounded import Bounded
from assessments.catalogue.editions import EDITIONS_KEPT, Edition, Node
from assessments.scoring import ScoreTree

_trees: Bounded[tuple[UUID, str, tuple[str, ...]], ScoreTree] = Bounded(size=2 * EDITIONS_KEPT)


def part_of(of: Edition, *, selection: str, options: Mapping[str, str]) -> ScoreTree:
    """What is scored, from memory. The edition's own tree where nothing of it falls out.

    `selection` is a slug, "" for the whole standard; `options` maps an alternative to the option taken, where it is not
    the first. What the edition does not know is passed over: it was checked when it was chosen.
    """
    taken = options_taken(of.alternatives, options=options)
    known = selection if selection in {entry["slug"] for entry in of.selections} else ""
    key = (of.id, known, tuple(taken.values()))
    return _trees.get_or_make(key, lambda: _make(of, selection=known, taken=taken))


def options_taken(alternatives: Sequence[Mapping[str, Any]], *, options: Mapping[str, str]) -> dict[str, str]:
    """Alternative → the slug of its option: the one chosen, else the first."""
    taken = {}
    for alternative in alternatives:
        slugs = [option["slug"] for option in alternative["options"]]
        chosen = options.get(alternative["slug"], "")
        taken[alternative["slug"]] = chosen if chosen in slugs else slugs[0]
    return taken


def is_whole(of: Edition, *, tree: ScoreTree) -> bool:
    """Whether everything that could be answered is in."""
    return tree is of.score_tree or len(tree.assessable) == len(of.score_tree.assessable)


def _make(of: Edition, *, selection: str, taken: Mapping[str, str]) -> ScoreTree:
    left = [
        ref
        for alternative in of.alternatives
        for option in alternative["options"]
        if option["slug"] != taken[alternative["slug"]]
        for ref in option["refs"]
    ]
    outside = {below for ref in left for below in (ref, *of.score_tree.descendants(ref))}
    kept = refs_in(of.nodes, selection=selection, outside=outside)
    answered = {
        node.ref for node in of.nodes if node.assessable and node.ref in kept and _selected(node, selection=selection)
    }
    if len(kept) == len(of.nodes) and len(answered) == len(of.score_tree.assessable):
        return of.score_tree
    whole = of.score_tree
    return whole.rebuilt(
        [
            whole.nodes[node.ref]
            if node.ref in answered or not node.assessable
            else replace(whole.nodes[node.ref], assessable=False)
            for node in of.nodes
            if node.ref in kept
        ]
    )


def refs_in(nodes: Sequence[Node], *, selection: str, outside: Collection[str]) -> frozenset[str]:
    """The refs that stay: those selected that are in force and not `outside`, and what stands above them."""
    kept: set[str] = set()
    for node in reversed(nodes):  # document order backwards: children before their parents
        is_leaf = node.assessable or not node.children
        stays = is_leaf and node.withdrawn is None and _selected(node, selection=selection)
        if node.ref in outside or not (stays or any(child in kept for child in node.children)):
            continue
        kept.add(node.ref)
    return frozenset(kept)


def _selected(node: Node, *, selection: str) -> bool:
    return not selection or node.selections is None or selection in node.selections
