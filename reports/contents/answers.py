"""The full answers: every requirement in document order, with level, note, review and evidence."""

from collections.abc import Collection, Mapping

from reports.contents.figures import format_level, format_score, format_short_date, round_half_up
from reports.contents.leaves import Leaf, Sheet
from reports.contents.listings import AnswerBlock, AnswerChapter, Answers, Citation
from reports.contents.snapshot import Answer, AnswerElsewhere, Origin, Requirement, Review, Scale, Snapshot
from reports.contents.text import join_words

_LONG = 1_200  # characters, about a third of a page
_LONG_LINES = 15
_TINTS = 5  # levels are tinted in six steps, whatever the scale

_INTRODUCTION = (
    "Every requirement in the order of the standard: the level asserted, what it rests on, and the reviewer’s word."
)
_COMPACT = " For the length of this standard, questions and the criteria of levels are left out."


def write_answers(
    snapshot: Snapshot,
    *,
    sheet: Sheet,
    evidence_anchors: Mapping[str, str],
    linked: Collection[str],
    is_compact: bool,
) -> Answers:
    """Write one chapter per group; a flat standard (only requirements at the top) is one chapter.

    Only answers whose anchor is in `linked` carry it: each anchor costs a renderer time and memory.
    """
    leaves = {leaf.requirement.ref: leaf for leaf in sheet.leaves}
    blocks: dict[str, list[AnswerBlock]] = {group.ref: [] for group in sheet.groups}
    for requirement in snapshot.requirements:
        group = sheet.group_of.get(requirement.ref)
        if group is None or (requirement.ref == group and not requirement.assessable):
            continue
        leaf = leaves.get(requirement.ref)
        blocks[group].append(
            _write_heading(requirement)
            if leaf is None
            else _write_answer(
                leaf,
                snapshot=snapshot,
                anchor=leaf.anchor if leaf.anchor in linked else "",
                evidence_anchors=evidence_anchors,
                is_compact=is_compact,
            )
        )
    return Answers(
        introduction=_INTRODUCTION + (_COMPACT if is_compact else ""),
        is_compact=is_compact,
        chapters=_bind(blocks, snapshot=snapshot, sheet=sheet),
    )


def _bind(blocks: Mapping[str, list[AnswerBlock]], *, snapshot: Snapshot, sheet: Sheet) -> tuple[AnswerChapter, ...]:
    if all(group.assessable and len(blocks[group.ref]) == 1 for group in sheet.groups):
        together = tuple(block for group in sheet.groups for block in blocks[group.ref])
        score = format_score(snapshot.scores.asserted)
        flat = AnswerChapter(ref="", title="All requirements", summary="", score=score, anchor="r0", blocks=together)
        return (flat,) if together else ()
    return tuple(
        AnswerChapter(
            ref=group.ref,
            title=group.title,
            summary=group.summary,
            score=format_score(group.scores.asserted),
            anchor=f"chapter-{sheet.anchors[group.ref]}",
            blocks=tuple(blocks[group.ref]),
        )
        for group in sheet.groups
    )


def _write_heading(requirement: Requirement) -> AnswerBlock:
    return AnswerBlock(
        ref=requirement.ref,
        title=requirement.title,
        anchor="",
        is_heading=True,
        is_long=False,
        score=format_score(requirement.scores.asserted),
        status="answered",
        question="",
        note="",
        level="",
        level_name="",
        level_step=0,
        target="",
        criteria="",
        review="",
        review_note="",
        is_sent_back=False,
        evidence=(),
        origin="",
        byline="",
    )


def _write_answer(
    leaf: Leaf, *, snapshot: Snapshot, anchor: str, evidence_anchors: Mapping[str, str], is_compact: bool
) -> AnswerBlock:
    requirement, answer = leaf.requirement, leaf.requirement.answer
    scale = snapshot.standard.scale
    review = answer.review if answer is not None and leaf.status == "answered" else None
    shows_criteria = answer is not None and leaf.status == "answered" and not is_compact
    return AnswerBlock(
        ref=requirement.ref,
        title=requirement.title,
        anchor=anchor,
        is_heading=False,
        is_long=_is_long(answer),
        score="",
        status=leaf.status,
        question="" if is_compact else requirement.question,
        note=_say_note(answer, leaf=leaf),
        level=format_level(leaf.level) if leaf.level is not None else "",
        level_name=scale.name_of(leaf.level),
        level_step=_tint(leaf.level, scale=scale),
        target=format_level(leaf.target) if leaf.target is not None else "",
        criteria=answer.criteria if answer is not None and shows_criteria else "",
        review=_say_review(review),
        review_note=review.note if review is not None else "",
        is_sent_back=leaf.changes_requested,
        evidence=_cite(answer, snapshot=snapshot, anchors=evidence_anchors),
        origin=_say_origin(answer.origin if answer is not None else None),
        byline=_say_author(answer),
    )


def _is_long(answer: Answer | None) -> bool:
    if answer is None:
        return False
    words = answer.note + answer.reason + (answer.review.note if answer.review is not None else "")
    return len(words) > _LONG or words.count("\n") > _LONG_LINES


def _tint(level: float | None, *, scale: Scale) -> int:
    if level is None:
        return 0
    ratio = (level - scale.minimum) / (scale.maximum - scale.minimum)
    return max(0, min(_TINTS, int(round_half_up(ratio * _TINTS, decimals=0))))


def _say_note(answer: Answer | None, *, leaf: Leaf) -> str:
    if leaf.status == "not_applicable":
        return (answer.reason if answer is not None else "") or "Outside the scope set for this assessment."
    return answer.note if answer is not None else ""


def _say_review(review: Review | None) -> str:
    if review is None:
        return ""
    who = f" by {review.reviewer}" if review.reviewer else ""
    when = f", {format_short_date(review.at.date())}" if review.at else ""
    if review.verdict == "changes_requested":
        return f"Changes requested{who}{when}"
    level = f" at {format_level(review.level)}" if review.level is not None else ""
    return f"Validated{level}{who}{when}"


def _say_author(answer: Answer | None) -> str:
    if answer is None or not answer.answered_by:
        return ""
    when = f", {format_short_date(answer.answered_at.date())}" if answer.answered_at else ""
    return f"{answer.answered_by}{when}"


def _say_origin(origin: Origin | None) -> str:
    if origin is None or not origin.sources:
        return ""
    given = [f"{source.standard} {source.ref} ({_say_given(source)})" for source in origin.sources]
    assessments = dict.fromkeys(source.assessment for source in origin.sources)
    where = join_words([f"“{name}”" for name in assessments])
    over = " by a crosswalk" if origin.crosswalk else ""
    who = f", confirmed by {origin.confirmed_by}" if origin.confirmed_by else ""
    when = f", {format_short_date(origin.confirmed_at.date())}" if origin.confirmed_at else ""
    return f"Taken over{over} from {join_words(given)} in {where}{who}{when}"


def _say_given(source: AnswerElsewhere) -> str:
    level = "not applicable" if source.level is None else f"level {format_level(source.level)}"
    return f"{level}, validated" if source.validated else level


def _cite(answer: Answer | None, *, snapshot: Snapshot, anchors: Mapping[str, str]) -> tuple[Citation, ...]:
    if answer is None:
        return ()
    today = snapshot.taken_at.date()
    return tuple(
        Citation(number=item.number, anchor=anchors.get(item.number, ""), is_expired=not item.is_valid_on(today))
        for item in answer.evidence
    )
