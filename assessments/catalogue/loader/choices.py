"""What an assessment may choose of a standard: named selections, and one option of every alternative."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.catalogue.loader.reading import Place
from assessments.catalogue.schema import Alternative, Option, RequirementNode, Selection

LONGEST_SLUG = 60


def read_selections(place: Place) -> tuple[Selection, ...]:
    """The top key `selections`: [{slug, name}]."""
    found: dict[str, Selection] = {}
    for item in place.items(at_least=1):
        members = item.members(required=("slug", "name"))
        slug = _slug(members.get("slug"), taken=found)
        name = members["name"].by_language() if "name" in members else {}
        if slug:
            found[slug] = Selection(slug, name)
    return tuple(found.values())


def read_alternatives(place: Place, *, nodes: Sequence[RequirementNode]) -> tuple[Alternative, ...]:
    """The top key `alternatives`: [{slug, name, options: [{slug, name, refs}]}]; options share no requirement."""
    tree = _Tree(nodes)
    taken: dict[str, str] = {}
    found: dict[str, Alternative] = {}
    for item in place.items(at_least=1):
        members = item.members(required=("slug", "name", "options"))
        slug = _slug(members.get("slug"), taken=found)
        options: dict[str, Option] = {}
        for option in members["options"].items(at_least=2) if "options" in members else ():
            read = _read_option(option, tree=tree, taken=taken, known=options, alternative=slug)
            if read.slug:
                options[read.slug] = read
        if slug:
            name = members["name"].by_language() if "name" in members else {}
            found[slug] = Alternative(slug, name, tuple(options.values()))
    return tuple(found.values())


class _Tree:
    """Who is below whom."""

    def __init__(self, nodes: Sequence[RequirementNode]) -> None:
        self.nodes = {node.ref: node for node in nodes}
        self._children: dict[str, list[str]] = {}
        for node in nodes:
            if node.parent is not None:
                self._children.setdefault(node.parent, []).append(node.ref)

    def below(self, ref: str) -> list[str]:
        """The ref itself and everything under it."""
        found = [ref]
        for at in found:
            found.extend(self._children.get(at, ()))
        return found


def _read_option(
    place: Place, *, tree: _Tree, taken: dict[str, str], known: dict[str, Option], alternative: str
) -> Option:
    members = place.members(required=("slug", "name", "refs"))
    slug = _slug(members.get("slug"), taken=known)
    refs: list[str] = []
    assessable = False
    for item in members["refs"].items(at_least=1) if "refs" in members else ():
        ref = item.text()
        if ref and ref not in tree.nodes:
            item.fault(f"the tree has no {ref}")
            continue
        subtree = tree.below(ref) if ref else []
        if twice := next((at for at in subtree if at in taken), None):
            item.fault(f"{twice} already belongs to {taken[twice]}: options have no requirement in common")
        taken |= dict.fromkeys(subtree, f"{alternative} > {slug}")
        assessable = assessable or any(tree.nodes[at].assessable for at in subtree)
        refs.append(ref)
    if refs and not assessable:
        members["refs"].fault("nothing assessable stands there")
    return Option(slug, members["name"].by_language() if "name" in members else {}, tuple(refs))


def _slug(place: Place | None, *, taken: dict[str, Selection] | dict[str, Alternative] | dict[str, Option]) -> str:
    if place is None:
        return ""
    slug = place.slug()
    if len(slug) > LONGEST_SLUG:
        place.fault(f"must have at most {LONGEST_SLUG} characters, not {len(slug)}")
    if slug in taken:
        place.fault(f"{slug} stands twice")
        return ""
    return slug
