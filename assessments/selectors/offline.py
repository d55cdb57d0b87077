"""An assessment as a workbook to fill in offline, and the ground on which a filled-in one is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from assessments.catalogue.editions import Edition
from assessments.exporting.merging import MEMBERS, Ground
from assessments.exporting.sheet import Steps, plain, steps_of
from assessments.exporting.workbook import Book, Line
from assessments.lifecycle import AnswerMove, AnswerState, AssessmentState, open_moves
from assessments.models import Assessment
from assessments.selectors.sight import Sight
from assessments.selectors.workbook import UNTOUCHED, AnswerRow, Workbook, open_workbook


def offline_book(assessment: Assessment, *, organisation: str, sight: Sight, now: datetime) -> Book:
    """Everything in sight, in document order; headings stand between."""
    book = open_workbook(assessment, sight=sight)
    scale = book.edition.scale_in(book.language)
    return Book(
        title=assessment.name,
        standard=f"{book.edition.number} {book.edition.title}",
        organisation=organisation,
        about=about(assessment, of=book.edition),
        steps=steps_of(scale["levels"]),
        criteria=[(float(level["level"]), level["criteria"]) for level in scale["levels"]],
        scale=(scale["minimum"], scale["maximum"]),
        lines=_lines(book, during=during(assessment)),
        made_at=now,
    )


def about(assessment: Assessment, *, of: Edition) -> dict[str, str]:
    """What tells whose workbook it is, and of what."""
    return {
        "organisation": str(assessment.organisation_id),
        "assessment": str(assessment.pk),
        "standard": of.slug,
        "content_hash": of.content_hash,
    }


def during(assessment: Assessment) -> AssessmentState:
    """The state that counts for an edit: a draft begins with the first."""
    state = AssessmentState(assessment.state)
    return AssessmentState.IN_PROGRESS if state is AssessmentState.DRAFT else state


def cells_of(row: AnswerRow) -> dict[str, Any]:
    """An answer's inputs by column, as its cells hold them."""
    values = {column: getattr(row, member) for column, member in MEMBERS.items()}
    return values | {name: plain(values[name]) for name in ("reason", "note")}


def ground_of(
    *,
    of: Edition,
    assessable: frozenset[str],
    rows: Mapping[str, AnswerRow],
    check: Callable[[str, Mapping[str, Any]], Sequence[str]],
    steps: Steps,
) -> Ground:
    def current(ref: str) -> tuple[int, Mapping[str, Any]]:
        row = rows.get(ref, UNTOUCHED)
        return row.version, {member: getattr(row, member) for member in MEMBERS.values()}

    def why_not(ref: str) -> str:
        if ref in assessable:
            return ""
        if ref not in of.by_ref:
            return f"The standard has no requirement {ref[:60]}."
        if of.by_ref[ref].assessable:
            return f"{ref} is not part of this assessment."
        return f"{ref} is a heading; answer the requirements below it."

    return Ground(steps=steps, current=current, why_not=why_not, check=check)


def _lines(book: Workbook, *, during: AssessmentState) -> Iterator[Line]:
    texts = book.edition.texts(book.language)
    for node in book.edition.nodes:
        if node.ref not in book.tree.nodes:
            continue
        words = texts[node.ref]
        if node.ref not in book.tree.assessable:
            yield Line(ref=node.ref, title=words.title)
            continue
        row = book.rows.get(node.ref, UNTOUCHED)
        state = AnswerState(row.state)
        levels = sorted(words.levels.items(), key=lambda entry: float(entry[0]))
        yield Line(
            ref=node.ref,
            title=words.title,
            question=words.question or words.summary,
            levels="\n".join(f"{level}: {criteria}" for level, criteria in levels),
            state=state.value.replace("_", " "),
            version=row.version,
            is_open=AnswerMove.ANSWER in open_moves(state, assessment=during),
            values=cells_of(row),
        )
