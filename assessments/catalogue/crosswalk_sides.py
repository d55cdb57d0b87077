"""A side of a crosswalk made from an edition in memory, as `crosswalk.side_of` makes it from files."""

from __future__ import annotations

from assessments.catalogue.crosswalk import Side, side_of
from assessments.catalogue.editions import Edition
from assessments.catalogue.schema import RequirementNode


def side_of_edition(slug: str, edition: Edition | None) -> Side:
    """The side, without a tree where there is no edition with one."""
    nodes = [
        RequirementNode(
            ref=node.ref,
            parent=node.parent,
            position=node.position,
            depth=node.depth,
            assessable=node.assessable,
            withdrawn=node.withdrawn,
        )
        for node in (edition.nodes if edition else ())
    ]
    return side_of(slug, nodes)
