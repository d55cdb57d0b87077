"""Planned actions: what is under way to close the gaps, and what it would bring."""

from datetime import date

from reports.contents.figures import NOT_STATED, VISIBLE, format_level, format_score, format_short_date
from reports.contents.leaves import Sheet
from reports.contents.listings import ActionLine, Actions
from reports.contents.method import recompute_mean
from reports.contents.snapshot import PlannedAction, Snapshot
from reports.contents.text import capitalise, count_of

_STATES = {"planned": "Planned", "in_progress": "In progress", "done": "Done", "dropped": "Dropped"}
_OPEN = ("planned", "in_progress")


def write_actions(snapshot: Snapshot, *, sheet: Sheet) -> Actions:
    """List the actions, the open ones first and the earliest due date first within each."""
    today = snapshot.taken_at.date()
    ordered = sorted(
        snapshot.actions, key=lambda action: (action.state not in _OPEN, action.due is None, action.due or date.max)
    )
    return Actions(
        introduction=_introduce(snapshot, today=today),
        projection=project(snapshot, sheet=sheet),
        lines=tuple(_write_line(action, today=today) for action in ordered),
    )


def _introduce(snapshot: Snapshot, *, today: date) -> str:
    if not snapshot.actions:
        return "No action is planned yet."
    opened = [action for action in snapshot.actions if action.state in _OPEN]
    overdue = sum(1 for action in opened if action.due is not None and action.due < today)
    bare = sum(1 for action in opened if not action.owner or action.due is None)
    parts = [f"{capitalise(count_of(len(snapshot.actions), 'action'))}, {len(opened)} of them open"]
    if overdue:
        parts.append(f"{overdue} past the due date")
    if bare:
        parts.append(f"{bare} without an owner or a date")
    return "; ".join(parts) + "."


def project(snapshot: Snapshot, *, sheet: Sheet) -> str:
    """Say what the asserted score would be if every open action reached its expected level; "" when unknown.

    Worked out only where the plain weighted mean of the leaves gives the snapshot's own score: for other
    methods, and for trees in which headings are answered too, an estimate made here could be wrong.
    """
    mean = recompute_mean(snapshot, sheet=sheet)
    if mean is None or mean.weight <= 0:
        return ""
    expected: dict[str, float] = {}
    for action in snapshot.actions:
        if action.state in _OPEN and action.expected_level is not None:
            expected[action.ref] = max(expected.get(action.ref, action.expected_level), action.expected_level)
    gained = sum(
        leaf.requirement.weight * max(0.0, expected[leaf.requirement.ref] - (leaf.level or 0.0))
        for leaf in sheet.answered
        if leaf.requirement.ref in expected
    )
    if gained <= 0:
        return ""
    rise = gained / mean.weight
    outcome = f"rises from {format_score(mean.score)} to {format_score(mean.score + rise)}"
    if rise < VISIBLE:
        outcome = f"of {format_score(mean.score)} rises by less than 0.1"
    return (
        "Estimate: if every open action reaches the level expected of it and nothing else changes, the asserted "
        f"score {outcome}."
    )


def _write_line(action: PlannedAction, *, today: date) -> ActionLine:
    is_open = action.state in _OPEN
    return ActionLine(
        ref=action.ref,
        title=action.title,
        owner=action.owner or NOT_STATED,
        due=format_short_date(action.due),
        is_overdue=is_open and action.due is not None and action.due < today,
        effort=capitalise(action.effort) if action.effort else "–",
        expected=format_level(action.expected_level) if action.expected_level is not None else "–",
        state=_STATES.get(action.state, capitalise(action.state.replace("_", " "))),
    )
