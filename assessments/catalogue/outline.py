"""Counts and theme shares of a standard's tree: what a comparison knows of the requirements. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from assessments.catalogue.schema import Group, Outline, RequirementNode


def outline_of(nodes: Sequence[RequirementNode]) -> Outline:
    """Counts over nodes in document order."""
    depths = Counter(node.depth for node in nodes)
    groups: list[Group] = []
    for node in nodes:
        if node.depth == 0:
            groups.append({"ref": node.ref, "assessable": 0})
        groups[-1]["assessable"] += node.assessable
    assessable = sum(node.assessable for node in nodes)
    return {
        "requirements": len(nodes),
        "assessable": assessable,
        "headings": len(nodes) - assessable,
        "depths": [depths[depth] for depth in sorted(depths)],
        "groups": groups,
    }


def theme_shares(nodes: Sequence[RequirementNode]) -> dict[str, float]:
    """Theme → its share of the assessable requirements, largest first; the shares add up to 1.

    A requirement with k themes gives each of them 1/k, so that the shares are a distribution and the overlap of two
    standards, the sum of the smaller shares, lies between 0 and 1. Weights are left out: they steer scores only.
    """
    assessable = [node for node in nodes if node.assessable and node.themes]
    shares: defaultdict[str, float] = defaultdict(float)
    for node in assessable:
        for theme in node.themes:
            shares[theme] += 1 / (len(node.themes) * len(assessable))
    return {theme: round(share, 6) for theme, share in sorted(shares.items(), key=lambda item: (-item[1], item[0]))}
