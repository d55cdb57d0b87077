"""Taking a workbook out, and bringing a filled-in one back: first shown, then applied for the rows that were chosen.

Nothing is kept between the two: the file is sent and read again, and each chosen row names the version of the answer
that was shown. An answer that has changed since then stops the whole import, like any other stale edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from api.problems import Invalid
from assessments.catalogue.editions import edition
from assessments.exporting.merging import Merged, Standing, merge
from assessments.exporting.reading import FilledBook, WorkbookRefused, read_workbook
from assessments.exporting.sheet import steps_of
from assessments.exporting.workbook import write_workbook
from assessments.files.receiving import refused
from assessments.files.refusals import FileRefused
from assessments.lifecycle import LifecycleError
from assessments.models import Assessment
from assessments.selectors.assessments import get_assessment
from assessments.selectors.offline import about, during, ground_of, offline_book
from assessments.selectors.sight import sight_of
from assessments.selectors.taken import tree_of
from assessments.selectors.workbook import UNTOUCHED, AnswerRow, answer_rows
from assessments.services.answer import Edit, Written, change_answers
from assessments.services.edit import EditError, edited
from assessments.services.exports import tell_export
from tenants import audit
from tenants.access import Access

REFUSED_SLUG = "workbook-refused"


@dataclass(frozen=True, slots=True)
class Preview:
    """Every row that says something, and how many requirements of the assessment the workbook has no row for."""

    lines: Sequence[Merged]
    absent: int


def export_workbook(*, access: Access, assessment_id: UUID, told: bool = True) -> tuple[Assessment, bytes]:
    """The XLSX file of what the caller sees. Raises NotFound."""
    assessment = get_assessment(assessment_id)
    sight = sight_of(access, assessment)
    name = access.organisation.name
    content = write_workbook(offline_book(assessment, organisation=name, sight=sight, now=timezone.now()))
    if told:
        tell_export(assessment, form="xlsx-workbook", requirements=len(sight.tree.assessable))
    return assessment, content


def preview_workbook(*, access: Access, assessment_id: UUID, path: Path) -> Preview:
    """What the workbook would change, row by row; nothing is changed. Raises NotFound, Invalid, Problem (415)."""
    assessment = get_assessment(assessment_id)
    return _merged(access, assessment, book=_read(path))


def apply_workbook(
    *, access: Access, assessment_id: UUID, path: Path, sha256: str, chosen: Mapping[str, int]
) -> Written:
    """Apply the chosen rows, all or none. `chosen`: ref → version of the answer that was shown for it.

    Raises NotFound, Invalid (with `items`, for a row that cannot be taken), Conflict, PreconditionFailed (an answer has
    changed since it was shown), Problem (415).
    """
    assessment = get_assessment(assessment_id)
    lines = {line.ref: line for line in _merged(access, assessment, book=_read(path)).lines}
    wrong = [
        {"ref": ref, "errors": list(line.errors) if line else ["The workbook has no such row."]}
        for ref in chosen
        if (line := lines.get(ref)) is None
        or (line.standing is Standing.REFUSED and line.version in {None, chosen[ref]})
    ]
    if wrong:
        raise Invalid({"rows": [f"{item['ref']}: {' '.join(item['errors'])}" for item in wrong]}, items=wrong)
    edits = [Edit(ref, version, lines[ref].fields) for ref, version in chosen.items()]
    written = change_answers(access=access, assessment_id=assessment_id, edits=edits)
    audit.record(
        "workbook.imported",
        object_type="assessment",
        object_id=assessment.pk,
        after={"sha256": sha256, "rows": sorted(chosen)},
    )
    return written


def _read(path: Path) -> FilledBook:
    try:
        return read_workbook(path)
    except FileRefused as refusal:
        raise refused(refusal) from refusal
    except WorkbookRefused as refusal:
        raise Invalid({"file": [refusal.sentence]}, slug=REFUSED_SLUG) from refusal


def _merged(access: Access, assessment: Assessment, *, book: FilledBook) -> Preview:
    of, tree = edition(assessment.standard_id), tree_of(assessment)
    if any(book.about.get(name) != value for name, value in about(assessment, of=of).items()):
        raise Invalid({"file": ["This is the workbook of another assessment."]}, slug=REFUSED_SLUG)
    rows = answer_rows(assessment)
    now, state = timezone.now(), during(assessment)

    def check(ref: str, fields: Mapping[str, Any]) -> list[str]:
        row: AnswerRow = rows.get(ref, UNTOUCHED)
        try:
            edited(row, fields=fields, of=of, assessment=state, actor=access.person_id, now=now)
        except EditError as error:
            return [sentence for sentences in error.errors.values() for sentence in sentences]
        except LifecycleError as error:
            return [error.sentence]
        return []

    steps = steps_of(of.scale_in(of.language(assessment.language))["levels"])
    lines = merge(book.rows, ground=ground_of(of=of, assessable=tree.assessable, rows=rows, check=check, steps=steps))
    return Preview(lines, absent=len(tree.assessable - {line.ref for line in lines}))
