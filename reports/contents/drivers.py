"""What drives the score: at most three statements, chosen by a fixed order of importance."""

from reports.contents.clauses import rank_groups
from reports.contents.document import ClauseScore, Driver, Movement, Movements
from reports.contents.figures import VISIBLE, format_percent, format_score
from reports.contents.leaves import Sheet
from reports.contents.snapshot import Snapshot
from reports.contents.text import capitalise, count_of, join_words

_DRIVERS = 3
_LOW_COVERAGE = 0.8  # below this share the first thing to know about a score is how little it rests on


def choose_drivers(
    snapshot: Snapshot, *, sheet: Sheet, groups: tuple[ClauseScore, ...], movements: Movements | None
) -> tuple[Driver, ...]:
    """Choose at most three drivers of the score, by a fixed order of importance; none when nothing is answered."""
    if snapshot.scores.asserted is None:
        return ()
    coverage = _drive_by_coverage(snapshot)
    is_thin = (snapshot.scores.coverage or 0.0) < _LOW_COVERAGE
    candidates = (
        coverage if is_thin else None,
        _drive_by_movement(snapshot, groups=groups, movements=movements),
        _drive_by_gap(sheet, groups=groups),
        _drive_by_evidence(snapshot, sheet=sheet),
        _drive_by_review(sheet),
        None if is_thin else coverage,
        _drive_by_strength(groups),
    )
    return tuple(driver for driver in candidates if driver is not None)[:_DRIVERS]


def name_clause(group: ClauseScore) -> str:
    return f"{group.ref} {group.title}"


def _drive_by_coverage(snapshot: Snapshot) -> Driver | None:
    scores = snapshot.scores
    missing = scores.applicable - scores.answered
    if missing <= 0:
        return None
    return Driver(
        heading=f"{capitalise(count_of(missing, 'applicable requirement'))} not answered yet",
        sentence=f"The score rests on {format_percent(scores.coverage or 0.0)} of the weight that applies and may "
        "move either way once the rest is answered.",
    )


def _drive_by_movement(
    snapshot: Snapshot, *, groups: tuple[ClauseScore, ...], movements: Movements | None
) -> Driver | None:
    if movements is None or snapshot.previous is None:
        return None
    moved: list[tuple[float, ClauseScore, Movement]] = []
    for group, movement in zip(groups, movements.groups, strict=True):
        before = snapshot.previous.groups.get(group.ref)
        if movement.direction and before is not None and group.asserted is not None:
            moved.append((abs(group.asserted - before), group, movement))
    if not moved:
        return None
    _, group, movement = max(moved, key=lambda entry: entry[0])
    verb = "rose" if movement.direction == 1 else "fell"
    others = sum(1 for entry in moved if entry[2].direction == movement.direction) - 1
    tail = f"; {count_of(others, 'other clause')} {verb} too" if others else ""
    return Driver(
        heading=f"{name_clause(group)} {verb} most",
        sentence=f"From {movement.before} to {movement.now} ({movement.change}) since {movements.since}{tail}.",
    )


def _drive_by_gap(sheet: Sheet, *, groups: tuple[ClauseScore, ...]) -> Driver | None:
    behind = sheet.below_target
    total = sum(leaf.weighted_gap for leaf in behind)
    if total <= 0:
        return None
    shares = {group.ref: sum(leaf.weighted_gap for leaf in behind if leaf.group == group.ref) for group in groups}
    group = max(groups, key=lambda candidate: shares[candidate.ref])
    inside = [leaf for leaf in behind if leaf.group == group.ref]
    answered = sum(1 for leaf in sheet.of_group(group.ref) if leaf.status == "answered")
    largest = join_words([leaf.requirement.ref for leaf in inside[:3]])
    verb = "is" if len(inside) == 1 else "are"
    return Driver(
        heading=f"{name_clause(group)} holds {format_percent(shares[group.ref] / total)} of the distance to target",
        sentence=f"{len(inside)} of its {count_of(answered, 'answered requirement')} {verb} below target; "
        f"first in weight: {largest}.",
    )


def _drive_by_evidence(snapshot: Snapshot, *, sheet: Sheet) -> Driver | None:
    scores = snapshot.scores
    if scores.asserted is None or scores.evidenced is None or scores.asserted - scores.evidenced < VISIBLE:
        return None
    bare = sum(1 for leaf in sheet.answered if not leaf.evidenced)
    verb = "rests" if bare == 1 else "rest"
    return Driver(
        heading=f"{capitalise(count_of(bare, 'answer'))} {verb} on no valid evidence",
        sentence=f"Counting only what is evidenced, the score is {format_score(scores.evidenced)} rather than "
        f"{format_score(scores.asserted)}.",
    )


def _drive_by_review(sheet: Sheet) -> Driver | None:
    answered = len(sheet.answered)
    validated = sum(leaf.validated for leaf in sheet.answered)
    sent_back = sum(leaf.changes_requested for leaf in sheet.answered)
    if validated == answered:
        return None
    tail = f"; {sent_back} sent back for changes" if sent_back else ""
    return Driver(
        heading=f"{validated} of {count_of(answered, 'answer')} confirmed by a reviewer",
        sentence=f"Without a reviewer’s confirmation: {count_of(answered - validated, 'answer')}{tail}.",
    )


def _drive_by_strength(groups: tuple[ClauseScore, ...]) -> Driver | None:
    strongest, weakest = rank_groups(groups)
    if not strongest:
        return None
    return Driver(
        heading=f"{name_clause(strongest[0])} carries the score",
        sentence=f"It stands at {strongest[0].shown_asserted}, against {weakest[0].shown_asserted} for "
        f"{name_clause(weakest[0])}.",
    )
