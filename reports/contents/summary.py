"""The executive summary: the answer in words, what drives it, the figures, and what moved."""

from reports.contents.clauses import rank_groups, score_clause
from reports.contents.document import (
    ClauseScore,
    Measure,
    Movement,
    Movements,
    RankedClause,
    Ranking,
    Standing,
    Summary,
)
from reports.contents.drivers import choose_drivers
from reports.contents.figures import (
    VISIBLE,
    format_change,
    format_date,
    format_distance,
    format_level,
    format_percent,
    format_score,
    round_half_up,
)
from reports.contents.leaves import Sheet
from reports.contents.snapshot import Scale, Snapshot
from reports.contents.text import count_of, join_words

_RANKED_IN_FULL = 7
_RANKED_AT_ENDS = 3


def write_summary(snapshot: Snapshot, *, sheet: Sheet, groups: tuple[ClauseScore, ...]) -> Summary:
    """Compose the summary; `groups` are the top clauses with their measures."""
    movements = compare_with_previous(snapshot, groups=groups)
    strongest, weakest = rank_groups(groups)
    return Summary(
        standing=find_standing(snapshot),
        answer=answer_in_words(snapshot),
        context=_write_context(snapshot, sheet=sheet),
        overall=score_clause(snapshot.scores, ref="", title=snapshot.standard.number),
        measures=_write_measures(snapshot, sheet=sheet),
        drivers=choose_drivers(snapshot, sheet=sheet, groups=groups, movements=movements),
        strongest=strongest,
        weakest=weakest,
        ranking=rank_clauses(groups, movements=movements),
        movements=movements,
        previous=snapshot.previous.scores.asserted if snapshot.previous else None,
    )


def find_standing(snapshot: Snapshot) -> Standing:
    """Tell whether the asserted score is better, stable or worse than last time (0.05 on the scale is visible)."""
    now = snapshot.scores.asserted
    if now is None:
        return "not_assessed"
    before = snapshot.previous.scores.asserted if snapshot.previous else None
    if before is None:
        return "first"
    change = round(now - before, 9)
    if abs(change) < VISIBLE:
        return "stable"
    return "better" if change > 0 else "worse"


def answer_in_words(snapshot: Snapshot) -> str:
    """Return where the organisation stands, in one sentence."""
    scores, standard = snapshot.scores, snapshot.standard
    if scores.asserted is None:
        if scores.applicable == 0:
            return f"Nothing to score: no requirement of {standard.number} is marked as applicable."
        return (
            f"Not assessed yet: none of the {count_of(scores.applicable, 'requirement')} of {standard.number} "
            "that apply has been answered."
        )
    stand = (
        f"{snapshot.organisation} stands at {format_score(scores.asserted)} of "
        f"{format_level(standard.result.maximum)} against {standard.number} by its own assessment"
    )
    return stand + _say_change(snapshot) + _say_target(snapshot)


def _say_change(snapshot: Snapshot) -> str:
    standing = find_standing(snapshot)
    previous, now = snapshot.previous, snapshot.scores.asserted
    if previous is None or previous.scores.asserted is None or now is None:
        return ""
    since = f"since {format_date(previous.taken_at.date())}"
    if standing == "stable":
        return f", unchanged {since}"
    change = round_half_up(abs(now - previous.scores.asserted))
    return f", {'up' if standing == 'better' else 'down'} {change} {since}"


def _say_target(snapshot: Snapshot) -> str:
    target, now = snapshot.scores.target, snapshot.scores.asserted
    if target is None or now is None:
        return ". No target is set."
    distance = round(target - now, 9)
    if distance <= 0:
        return f", and meets its target of {format_score(target)}."
    return f", {format_distance(distance)} short of its target of {format_score(target)}."


def _write_context(snapshot: Snapshot, *, sheet: Sheet) -> str:
    """Say what the average means on the scale, and what it hides."""
    score = snapshot.scores.asserted
    if score is None:
        return ""
    sentences = [f"On the scale of this standard that is {place_on_scale(score, scale=snapshot.standard.result)}."]
    behind = sheet.below_target
    if behind:
        far = sum(1 for leaf in behind if (leaf.gap or 0.0) >= 2)
        verb = "stands" if len(behind) == 1 else "stand"
        tail = f", {far} of them by two levels or more" if far else ""
        sentences.append(f"Behind the average, {count_of(len(behind), 'requirement')} {verb} below target{tail}.")
    elif any(leaf.target is not None for leaf in sheet.answered):
        sentences.append("No answered requirement stands below its target.")
    return " ".join(sentences)


def place_on_scale(score: float, *, scale: Scale) -> str:
    """Return "level 3 (Defined)" for a score on a step, else "between level 2 (Managed) and level 3 (Defined)"."""
    below = [step for step in scale.levels if step.level <= round(score, 9)]
    above = [step for step in scale.levels if step.level > round(score, 9)]
    if below and below[-1].level == round(score, 9):
        return f"level {format_level(below[-1].level)} ({below[-1].name})"
    ends = [f"level {format_level(step.level)} ({step.name})" for step in (*below[-1:], *above[:1])]
    return f"between {join_words(ends)}" if len(ends) == 2 else f"near {''.join(ends)}"


def _write_measures(snapshot: Snapshot, *, sheet: Sheet) -> tuple[Measure, ...]:
    scores = snapshot.scores
    answered = len(sheet.answered)
    evidenced = sum(leaf.evidenced for leaf in sheet.answered)
    validated = sum(leaf.validated for leaf in sheet.answered)
    unscored = None if scores.applicable else "not applicable"
    captions = ("nothing is answered yet" if scores.applicable else "nothing to answer",) * 3
    if answered:
        captions = (
            "as the organisation rates itself",
            f"{evidenced} of {count_of(answered, 'answer')} rest on valid evidence",
            f"{validated} of {count_of(answered, 'answer')} confirmed by a reviewer",
        )
    return (
        Measure("asserted", "Asserted", scores.asserted, unscored or format_score(scores.asserted), captions[0]),
        Measure("evidenced", "Evidenced", scores.evidenced, unscored or format_score(scores.evidenced), captions[1]),
        Measure("validated", "Validated", scores.validated, unscored or format_score(scores.validated), captions[2]),
        Measure(
            "coverage",
            "Coverage",
            scores.coverage,
            unscored or format_percent(scores.coverage or 0.0),
            f"{scores.answered} of {scores.applicable} applicable requirements answered",
        ),
    )


def rank_clauses(groups: tuple[ClauseScore, ...], *, movements: Movements | None) -> Ranking:
    """Order the clauses from the strongest to the weakest, those not assessed last, ties in document order.

    Up to seven clauses are all shown; of more, the three strongest and the three weakest.
    """
    moves = {move.ref: move for move in movements.groups} if movements is not None else {}
    ordered = sorted(groups, key=lambda group: (group.asserted is None, -(group.asserted or 0.0)))
    ranked = tuple(RankedClause(clause=group, movement=moves.get(group.ref)) for group in ordered)
    if len(ranked) <= _RANKED_IN_FULL:
        return Ranking(strongest=ranked, weakest=(), between="")
    left_out = len(ranked) - 2 * _RANKED_AT_ENDS
    return Ranking(
        strongest=ranked[:_RANKED_AT_ENDS],
        weakest=ranked[-_RANKED_AT_ENDS:],
        between=f"{left_out} clauses between them, see Score by clause",
    )


def compare_with_previous(snapshot: Snapshot, *, groups: tuple[ClauseScore, ...]) -> Movements | None:
    """Set this snapshot beside the previous one, group by group; None when there is none."""
    previous = snapshot.previous
    if previous is None:
        return None
    return Movements(
        since=format_date(previous.taken_at.date()),
        overall=_compare("", title="Whole standard", before=previous.scores.asserted, now=snapshot.scores.asserted),
        groups=tuple(
            _compare(group.ref, title=group.title, before=previous.groups.get(group.ref), now=group.asserted)
            for group in groups
        ),
    )


def _compare(ref: str, *, title: str, before: float | None, now: float | None) -> Movement:
    change, direction = "not comparable", None
    if before is not None and now is not None:
        difference = round(now - before, 9)
        change = format_change(difference)
        direction = 0 if abs(difference) < VISIBLE else (1 if difference > 0 else -1)
    return Movement(
        ref=ref, title=title, before=format_score(before), now=format_score(now), change=change, direction=direction
    )
