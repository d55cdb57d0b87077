"""Answers and gaps as rows for CSV, one requirement each. Cells are made harmless where they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from api.spreadsheet import csv_lines
from assessments.exporting.plan import gaps_of
from assessments.exporting.record import Record

ANSWER_COLUMNS: Final = (
    "ref", "title", "applies", "state", "level", "level_name", "target", "own_target", "applicable", "reason", "note",
    "validated_level", "verdict", "reviewer", "review_note", "evidence", "answered_by", "answered_at", "assignee",
)  # fmt: skip
GAP_COLUMNS: Final = (
    "rank", "ref", "title", "level", "level_name", "target", "gap", "weight", "priority", "validated_level", "evidence",
)  # fmt: skip
PLAN_COLUMNS: Final = ("actions", "next_due")
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_OPEN_STATES: Final = frozenset({"planned", "in_progress"})
_AT_ONCE: Final = 200


def answer_rows(record: Record) -> Iterator[Sequence[object]]:
    """ANSWER_COLUMNS, then a row for every requirement that can be answered, in document order."""
    yield ANSWER_COLUMNS
    scale = record.whole.scale
    for one in record.requirements:
        row = record.answers.get(one.ref)
        head = [one.ref, one.title, _flag(one.applies)]
        if row is None:
            blank = [None] * (len(ANSWER_COLUMNS) - len(head) - 4)
            yield [*head, "open", None, None, _number(record.whole.target), *blank]
            continue
        review = row.review
        yield [
            *head, row.state, _number(row.level), scale.name_of(row.level), _number(record.target_of(one.ref)),
            _number(row.target), _flag(row.applicable), row.reason, row.note, _number(row.validated_level),
            review and review.verdict, review and review.reviewer, review and review.note,
            " ".join(file.number for file in row.evidence), row.answered_by, row.answered_at, row.assignee,
        ]  # fmt: skip


def gap_rows(record: Record, *, with_plan: bool) -> Iterator[Sequence[object]]:
    """GAP_COLUMNS, and PLAN_COLUMNS for who may see actions; then a row for every gap, the most pressing first."""
    yield GAP_COLUMNS + PLAN_COLUMNS if with_plan else GAP_COLUMNS
    titles = {one.ref: one.title for one in record.requirements}
    for rank, gap in enumerate(gaps_of(record), 1):
        row = record.answers[gap.ref]
        cells: list[object] = [
            rank, gap.ref, titles[gap.ref], _number(gap.level), record.whole.scale.name_of(gap.level),
            _number(gap.target), _number(gap.distance), _number(gap.weight), _number(gap.priority),
            _number(row.validated_level), " ".join(file.number for file in row.evidence),
        ]  # fmt: skip
        if with_plan:
            planned = [action for action in record.actions if action.ref == gap.ref and action.state in _OPEN_STATES]
            cells += [len(planned), min((action.due for action in planned if action.due), default=None)]
        yield cells


def csv_pieces(rows: Iterator[Sequence[object]], *, with_mark: bool) -> Iterator[bytes]:
    """The file in pieces. With the byte order mark, spreadsheets that guess take it for the UTF-8 that it is."""
    if with_mark:
        yield BYTE_ORDER_MARK
    while some := list(islice(rows, _AT_ONCE)):
        yield csv_lines(some)


def _flag(value: bool) -> str:  # noqa: FBT001 - one value to write
    return "yes" if value else "no"


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.10g}"
