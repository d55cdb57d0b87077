"""The sections of an assessment that an outside reviewer is let into."""

from __future__ import annotations

from collections.abc import Sequence

from api.problems import Invalid
from assessments.catalogue.editions import edition
from assessments.models import Assessment
from assessments.selectors.taken import tree_of


def chosen_sections(assessment: Assessment, *, refs: Sequence[str]) -> list[str]:
    """`refs` in document order, without those that lie below another of them. Empty stays empty: the whole.

    Raises Invalid for a ref the standard does not have, and for one with nothing to answer at or below it.
    """
    of, tree = edition(assessment.standard_id), tree_of(assessment)
    faults: dict[str, list[str]] = {}
    covered: set[str] = set()
    for index, ref in enumerate(refs):
        if ref not in of.by_ref:
            faults[f"sections.{index}"] = [f"The standard has no requirement {ref}."]
            continue
        below = tree.descendants(ref) if ref in tree.nodes else []
        covered |= set(below)
        if not {ref, *below} & tree.assessable:
            faults[f"sections.{index}"] = [f"There is nothing to answer in {ref}."]
    if faults:
        raise Invalid(faults)
    return sorted(set(refs) - covered, key=lambda ref: of.by_ref[ref].position)
