"""Gaps by priority: weight times distance to target, the largest first, and what the next level asks for."""

from collections.abc import Mapping, Sequence

from reports.contents.document import Gap, Gaps
from reports.contents.figures import format_distance, format_level, format_percent, format_score, format_short_date
from reports.contents.leaves import Leaf, Sheet
from reports.contents.snapshot import PlannedAction, Snapshot
from reports.contents.text import count_of, shorten


def write_gaps(snapshot: Snapshot, *, sheet: Sheet, detailed: int, listed: int) -> Gaps:
    """List the gaps: the first `detailed` with the next level's demands, as many as `listed` in all, the rest counted.

    Gaps past the list are not lost: each stands with its target in the full answers.
    """
    behind = sheet.below_target
    total = sum(leaf.weighted_gap for leaf in behind)
    plans = _plans_by_ref(snapshot.actions)
    gaps = [
        _write_gap(leaf, rank=rank, total=total, snapshot=snapshot, plans=plans)
        for rank, leaf in enumerate(behind[:listed], start=1)
    ]
    rest = len(behind) - len(gaps)
    return Gaps(
        introduction=_introduce(sheet, behind=behind),
        in_detail=tuple(gaps[:detailed]),
        further=tuple(gaps[detailed:]),
        left_out=f"Gaps after these in priority: {rest}. The full answers show each with its target." if rest else "",
        open_questions=_name_open(sheet),
    )


def _plans_by_ref(actions: Sequence[PlannedAction]) -> Mapping[str, list[str]]:
    plans: dict[str, list[str]] = {}
    for action in actions:
        if action.state in ("dropped", "done"):
            continue
        owner = action.owner or "no owner yet"
        due = f"due {format_short_date(action.due)}" if action.due else "no date yet"
        plans.setdefault(action.ref, []).append(f"{action.title} ({owner}, {due})")
    return plans


def _write_gap(leaf: Leaf, *, rank: int, total: float, snapshot: Snapshot, plans: Mapping[str, list[str]]) -> Gap:
    requirement, answer = leaf.requirement, leaf.requirement.answer
    step = snapshot.standard.scale.step_above(leaf.level) if leaf.level is not None else None
    demands = answer.next_criteria if answer is not None else ""
    if not demands and step is not None:
        demands = step.criteria
    return Gap(
        rank=rank,
        ref=requirement.ref,
        title=requirement.title,
        anchor=leaf.anchor,
        level=format_level(leaf.level),
        target=format_level(leaf.target),
        distance=format_distance(leaf.gap or 0.0),
        share=format_percent(leaf.weighted_gap / total if total else 0.0),
        next_level=f"Level {format_level(step.level)}, {step.name}" if step is not None else "",
        demands=demands,
        actions=tuple(plans.get(requirement.ref, ())),
    )


def _introduce(sheet: Sheet, *, behind: list[Leaf]) -> str:
    if not sheet.answered:
        return "Nothing is answered yet, so no distance to target can be worked out."
    if not any(leaf.target is not None for leaf in sheet.answered):
        return "No target is set, so there is no gap to close. Targets are set per assessment or per requirement."
    if not behind:
        return "Every answered requirement meets its target."
    mean = sum(leaf.gap or 0.0 for leaf in behind) / len(behind)
    return (
        f"Below target: {len(behind)} of {count_of(len(sheet.answered), 'answered requirement')}, on average by "
        f"{format_score(mean)}. The order is by priority: the weight of the requirement times its distance to target. "
        "The share is what closing the gap would take off the whole distance."
    )


def _name_open(sheet: Sheet) -> str:
    waiting = [leaf for leaf in sheet.leaves if leaf.status == "not_assessed"]
    if not waiting:
        return ""
    names = shorten(", ".join(leaf.requirement.ref for leaf in waiting), limit=400)
    return f"Not assessed, so without a known gap: {names}."
