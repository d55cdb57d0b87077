"""The figures of a crosswalk counted again, from the rows of its groups and of the requirements alone."""

from __future__ import annotations

from assessments.catalogue.crosswalk import SideCounts
from assessments.catalogue.models import Crosswalk, Requirement


def leaves(slug: str, refs: set[str]) -> set[str]:
    """What refs stand for, from the rows: an assessable requirement itself, a heading all that is assessable below."""
    rows = list(Requirement.objects.filter(standard__slug=slug, standard__is_current=True).select_related("parent"))
    if not rows:
        return refs
    found = {row.ref for row in rows if row.assessable and row.ref in refs}
    headings = {row.id for row in rows if not row.assessable and row.ref in refs}
    while headings:
        below = [row for row in rows if row.parent_id in headings]
        found |= {row.ref for row in below if row.assessable}
        headings = {row.id for row in below}
    return found


def counted(row: Crosswalk, side: str) -> SideCounts:
    """One side's figures, made again from the groups' rows and the requirements' rows."""
    covers = {"source": ("equal", "subset"), "target": ("equal", "superset")}[side]
    groups = [group for group in row.groups.all() if group.provenance in {"official", "reviewed"}]
    slug = row.source_slug if side == "source" else row.target_slug
    tree = Requirement.objects.filter(standard__slug=slug, standard__is_current=True)
    refs = {ref for group in groups for ref in getattr(group, f"{side}_refs")}
    strict = {ref for group in groups if group.relation in covers for ref in getattr(group, f"{side}_refs")}
    total = tree.filter(assessable=True).count() if tree.exists() else None
    return {"total": total, "touched": len(leaves(slug, refs)), "covered": len(leaves(slug, strict))}
