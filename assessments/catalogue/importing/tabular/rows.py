"""One row as one node."""

from __future__ import annotations

import re
from typing import Final

from assessments.catalogue.drafts.content import DraftText
from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.tabular.fields import Columns
from assessments.catalogue.importing.tabular.parents import Line
from assessments.catalogue.importing.tabular.tables import Row
from assessments.catalogue.importing.tree import ImportedNode
from assessments.catalogue.importing.wording import slug_from

_YES: Final = frozenset(
    {"x", "1", "true", "yes", "y", "ja", "j", "oui", "o", "si", "sí", "sì", "s", "sim", "✓", "✔", "wahr", "vrai"}
)
_NO: Final = frozenset({"", "0", "false", "no", "n", "nein", "non", "nee", "não", "-", "falsch", "faux"})


def node_of(
    line: Line, *, columns: Columns, language: str, selections: dict[str, str], file: str, report: Report
) -> ImportedNode:
    row = line.row
    texts = {language: _words(row, columns=columns)}
    for code in columns.languages():
        if (code != language and (text := _words(row, columns=columns, code=code)).title) or (
            code != language and text.summary
        ):
            texts[code] = text
    return ImportedNode(
        key=line.key,
        ref=line.ref,
        otherwise=f"row {row.place.rpartition(' ')[2]}",
        file=file,
        place=row.place,
        parent=line.parent,
        texts=texts,
        assessable=_flag(row, columns=columns, file=file, report=report),
        weight=_weight(row, columns=columns, file=file, report=report),
        selections=_selected(row, columns=columns, selections=selections),
    )


def _words(row: Row, *, columns: Columns, code: str = "") -> DraftText:
    mark = f"[{code}]" if code else ""
    evidence = row.cell(columns.of("evidence")) if not code else ""
    levels = (
        {level: row.cell(number) for level, number in columns.levels().items() if row.cell(number)} if not code else {}
    )
    return DraftText(
        title=row.cell(columns.of(f"title{mark}")),
        summary=row.cell(columns.of(f"summary{mark}")),
        question=row.cell(columns.of(f"question{mark}")),
        evidence=tuple(
            dict.fromkeys(part.strip(" -*•\t") for part in re.split(r"[\n;]", evidence) if part.strip(" -*•\t"))
        ),
        levels=levels,
    )


def _flag(row: Row, *, columns: Columns, file: str, report: Report) -> bool | None:
    column = columns.of("assessable")
    if column is None:
        return None
    told = row.cell(column).casefold()
    if told in _YES:
        return True
    if told not in _NO:
        report.fault(f"assessable is “{told[:20]}”; write x, or leave it empty", file=file, place=row.place)
    return False


def _weight(row: Row, *, columns: Columns, file: str, report: Report) -> float:
    told = row.cell(columns.of("weight")).replace(",", ".")
    if not told:
        return 1.0
    if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", told) and float(told) > 0:
        return float(told)
    report.fault(f"the weight “{told[:20]}” is no number above 0", file=file, place=row.place)
    return 1.0


def _selected(row: Row, *, columns: Columns, selections: dict[str, str]) -> tuple[str, ...] | None:
    told = [part.strip() for part in re.split(r"[,;|\n]", row.cell(columns.of("selections"))) if part.strip()]
    for name in told:
        if name not in selections:
            slug = first = slug_from(name, otherwise="group", at_most=LONGEST["word"] - 4)
            number = 2
            while slug in selections.values():
                slug, number = f"{first}-{number}", number + 1
            selections[name] = slug
    return tuple(dict.fromkeys(selections[name] for name in told)) or None
