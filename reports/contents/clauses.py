"""Score by clause: the measures of each clause, and how many requirements stand at which level."""

from collections.abc import Iterable

from reports.contents.document import Clauses, ClauseScore, Distribution
from reports.contents.figures import format_percent, format_score
from reports.contents.leaves import Leaf, Sheet
from reports.contents.snapshot import Scale, Scores, Snapshot


def score_clause(scores: Scores, *, ref: str, title: str, depth: int = 0) -> ClauseScore:
    """Return a clause's measures with their wording; a clause in which nothing applies says so."""
    unscored = "not applicable" if scores.applicable == 0 else None
    return ClauseScore(
        ref=ref,
        title=title,
        depth=depth,
        asserted=scores.asserted,
        evidenced=scores.evidenced,
        validated=scores.validated,
        target=scores.target,
        shown_asserted=unscored or format_score(scores.asserted),
        shown_evidenced="–" if scores.evidenced is None else format_score(scores.evidenced),
        shown_validated="–" if scores.validated is None else format_score(scores.validated),
        shown_target="–" if scores.target is None else format_score(scores.target),
        shown_coverage="–" if scores.applicable == 0 else format_percent(scores.coverage or 0.0),
        is_assessed=scores.asserted is not None,
    )


def write_clauses(snapshot: Snapshot, *, sheet: Sheet) -> Clauses:
    """Lay out the groups and the clauses right below them, in document order."""
    tops = {group.ref for group in sheet.groups}
    # A group of requirements alone is one line: its requirements stand in the full answers.  In a group that holds
    # headings, requirements right below it are clauses like those.
    branching = {item.parent for item in snapshot.requirements if not item.assessable}
    lines = [
        score_clause(
            requirement.scores,
            ref=requirement.ref,
            title=requirement.title,
            depth=0 if requirement.ref in tops else 1,
        )
        for requirement in snapshot.requirements
        if requirement.ref in tops or (requirement.parent in tops and requirement.parent in branching)
    ]
    return Clauses(
        groups=tuple(line for line in lines if line.depth == 0),
        lines=tuple(lines),
        levels=count_levels(sheet.leaves, scale=snapshot.standard.scale),
    )


def rank_groups(groups: tuple[ClauseScore, ...]) -> tuple[tuple[ClauseScore, ...], tuple[ClauseScore, ...]]:
    """Return the strongest and the weakest groups, at most three each and none in both; ties in document order."""
    scored = [group for group in groups if group.asserted is not None]
    ordered = sorted(scored, key=lambda group: -(group.asserted or 0.0))
    size = min(3, len(ordered) // 2)
    if size == 0 or ordered[0].asserted == ordered[-1].asserted:
        return (), ()
    weakest = sorted(scored, key=lambda group: group.asserted or 0.0)[:size]
    return tuple(ordered[:size]), tuple(weakest)


def count_levels(leaves: Iterable[Leaf], *, scale: Scale) -> Distribution:
    """Count leaves per step of the scale; a level between two steps counts at the step it has reached."""
    counts = [0] * len(scale.levels)
    not_assessed = not_applicable = 0
    for leaf in leaves:
        if leaf.status == "not_applicable":
            not_applicable += 1
        elif leaf.level is None:
            not_assessed += 1
        elif counts:
            reached = [index for index, step in enumerate(scale.levels) if step.level <= leaf.level]
            counts[reached[-1] if reached else 0] += 1
    return Distribution(counts=tuple(counts), not_assessed=not_assessed, not_applicable=not_applicable)
