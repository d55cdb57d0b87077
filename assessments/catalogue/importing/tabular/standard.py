"""A table as a standard."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assessments.catalogue.drafts.content import (
    DEFAULT_SCALE,
    DraftContent,
    DraftLevel,
    DraftScale,
    DraftSelection,
)
from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.result import Imported, ImportOptions
from assessments.catalogue.importing.tabular import parents
from assessments.catalogue.importing.tabular.fields import Columns
from assessments.catalogue.importing.tabular.link_fields import looks_like_links
from assessments.catalogue.importing.tabular.opening import Table, check_columns, choose_table, preview_of
from assessments.catalogue.importing.tabular.parents import Line
from assessments.catalogue.importing.tabular.rows import node_of
from assessments.catalogue.importing.tabular.tables import DATE, ERROR, NUMBER, Row, Sheet
from assessments.catalogue.importing.tree import build_tree
from assessments.catalogue.importing.wording import judge_language, one_line, shorten, slug_from


def read_table(
    sheets: Sequence[Sheet], *, file: str, notation: str, options: ImportOptions, report: Report
) -> Imported:
    """A table's rows as requirements, and how it was understood (also where it cannot be imported)."""
    table = choose_table(sheets, file=file, options=options, report=report)
    if table is None:
        return Imported(notation, (), {})
    check_columns(table, file=file, options=options, report=report)
    if looks_like_links(table.columns.headings):
        report.warning(
            "looks like a table of links between two standards; to import it as a crosswalk, say source and target",
            file=file, place=f"row {table.header_row}",
        )  # fmt: skip
    lines = _lines(table, file=file, report=report)
    how = _set_parents(lines, table=table, file=file, report=report)
    preview = preview_of(table, sheets=sheets, file=file, parents=how)
    if report.refused:
        return Imported(notation, (), {}, table=preview)
    return Imported(
        notation, (), {}, content=_content(table, lines, file=file, options=options, report=report), table=preview
    )


def _lines(table: Table, *, file: str, report: Report) -> list[Line]:
    column = table.columns.of("ref")
    shown = {number for name, number in table.columns.numbers.items()}
    lines: list[Line] = []
    seen: dict[str, Row] = {}
    for row in table.rows:
        if not any(row.cell(number) for number in shown):
            continue
        ref = one_line(row.cell(column))
        _check_ref(row, column=column, file=file, report=report)
        for number in shown:
            if row.odd.get(number) == ERROR:
                report.warning(f"the formula of a cell failed ({row.cell(number)})", file=file, place=row.place)
        if ref and (other := seen.setdefault(ref, row)) is not row:
            report.fault(f"the reference {ref} stands also in {other.place}", file=file, place=row.place)
        lines.append(Line(key=row.place, ref=ref, row=row))
    if not lines:
        report.fault("holds no row under its headings", file=file)
    return lines


def _check_ref(row: Row, *, column: int | None, file: str, report: Report) -> None:
    what = row.odd.get(column) if column is not None else None
    if what == DATE:
        report.fault(f"the reference is a date ({row.cell(column)}); a spreadsheet made it of a text like 1.10: format "
                     "the column as text and write it again", file=file, place=row.place)  # fmt: skip
    elif what == NUMBER and "." in row.cell(column):
        report.warning(f"the reference {row.cell(column)} is a number in the workbook, where 7.1 and 7.10 are one; "
                       "format the column as text if it lost a zero", file=file, place=row.place,
                       kind="references that are numbers")  # fmt: skip


def _set_parents(lines: list[Line], *, table: Table, file: str, report: Report) -> str:
    columns = table.columns
    if (column := columns.of("parent")) is not None and any(line.row.cell(column) for line in lines):
        parents.by_column(lines, column=column, file=file, report=report)
        return "parent column"
    if (column := columns.of("depth")) is not None:
        parents.by_depth(lines, column=column, file=file, report=report)
        return "depth column"
    if parents.by_refs(lines):
        report.note("parents are taken from the references: 4.1.2 stands under 4.1", file=file)
        return "refs"
    return "none"


def _content(table: Table, lines: list[Line], *, file: str, options: ImportOptions, report: Report) -> DraftContent:
    columns = table.columns
    language = options.language or _judged(table, file=file, report=report)
    selections: dict[str, str] = {}
    nodes = [
        node_of(line, columns=columns, language=language, selections=selections, file=file, report=report)
        for line in lines
    ]
    tree = build_tree(nodes, language=language, report=report)
    stem = re.sub(r"\.[A-Za-z]{3,4}$", "", file)
    title = (
        options.title
        or (table.sheet.name if table.sheet.name.casefold() not in {"", "sheet1", "sheet"} else "")
        or stem
    )
    title = one_line(title.replace("_", " ")) or "Imported table"
    return DraftContent(
        slug=options.slug or slug_from(title),
        number=options.number or shorten(title, at_most=LONGEST["number"]),
        title=shorten(title, at_most=LONGEST["title"]),
        language=language,
        scale=_scale(columns, language=language, title=title),
        selections=tuple(DraftSelection(slug, {language: name}) for name, slug in selections.items()),
        requirements=tree.requirements,
    )


def _judged(table: Table, *, file: str, report: Report) -> str:
    names = ("summary", "title", "question")
    texts = (row.cell(table.columns.of(name)) for row in table.rows for name in names)
    judged = judge_language(texts) or "en"
    if judged != "en":
        report.note(
            f"the texts are read as {judged}, judged by their words; say the language if that is wrong", file=file
        )
    return judged


def _scale(columns: Columns, *, language: str, title: str) -> str | DraftScale:
    """Of its own where the columns of levels are other than those of the default scale, with a level 0 below."""
    told = sorted(columns.levels())
    if not told or (set(told) <= set(range(1, 6)) and max(told) == 5):
        return DEFAULT_SCALE
    levels = sorted({0, *told}) if min(told) > 0 else told
    if len(levels) < 2:
        return DEFAULT_SCALE
    return DraftScale(
        slug=slug_from(title, at_most=48) + "-scale",
        name={language: title},
        levels=tuple(DraftLevel(level, {language: str(level)}) for level in levels),
    )
