"""A table of links between two standards: a row for each, of one or several references on either side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.recognition import TABLE
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.result import (
    INTERSECTS,
    MOST_LINKS,
    MOST_REFS,
    Imported,
    ImportedCrosswalk,
    ImportedLink,
    ImportedSide,
    ImportOptions,
)
from assessments.catalogue.importing.tabular.link_fields import link_vocabulary
from assessments.catalogue.importing.tabular.opening import Table, check_columns, choose_table, preview_of
from assessments.catalogue.importing.tabular.relations import NO_RELATION, relation_in, relation_meant
from assessments.catalogue.importing.tabular.tables import DATE, ERROR, NUMBER, Row, Sheet
from assessments.catalogue.importing.wording import judge_language, one_line, shorten

SIDES: Final = ("source", "target")
LONGEST_RATIONALE: Final = 4_000
_PIECE: Final = re.compile(r"(?:\\[\\;,/]|[^;,\n])+")
_ESCAPED: Final = re.compile(r"\\([\\;,/])")
_SEPARATOR: Final = re.compile(r"[\\;,/]")
_SLASH: Final = re.compile(r"\s/\s")
_GUARDED: Final = re.compile("'+[ \t\r\n\v\f\0\ufeff\u00a0\u3000]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20]")
"""Begins as `api.spreadsheet.safe_cell` and its like write what a spreadsheet would take for a formula."""


def refs_in(cell: str) -> tuple[str, ...]:
    """The references of a cell: a line, `;`, `,` or ` / ` parts two, unless a backslash stands before it."""
    pieces = (one_line(_ESCAPED.sub(r"\1", piece)) for piece in _PIECE.findall(_SLASH.sub("\n", cell)))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def cell_of(refs: Sequence[str]) -> str:
    """A cell that `refs_in` reads as these references."""
    return "\n".join(_SEPARATOR.sub(r"\\\g<0>", one_line(ref)) for ref in refs)


def guarded(text: str) -> str:
    """A text for CSV: an apostrophe more where it begins like one that is guarded, for `unguarded` to take."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """A cell of CSV without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if _GUARDED.match(text) else text


def read_links(
    sheets: Sequence[Sheet], *, file: str, notation: str, options: ImportOptions, report: Report
) -> Imported:
    """A table's rows as a crosswalk from `options.source` to `options.target`, and how it was understood."""
    words = f"links ({notation})"
    vocabulary = link_vocabulary(source=options.source, target=options.target)
    table = choose_table(sheets, file=file, options=options, report=report, vocabulary=vocabulary)
    if table is None:
        return Imported(words, (), {})
    check_columns(table, file=file, options=options, report=report, vocabulary=vocabulary)
    preview = preview_of(table, sheets=sheets, file=file, parents="none")
    if report.refused:
        return Imported(words, (), {}, table=preview)
    reader = _Reader(table, file=file, is_guarded=notation == TABLE, options=options, report=report)
    return Imported(words, (), {}, crosswalks=(reader.crosswalk(),), table=preview)


@dataclass
class _Reader:
    table: Table
    file: str
    is_guarded: bool
    """Whether cells may carry the apostrophe of CSV."""
    options: ImportOptions
    report: Report
    titles: dict[str, dict[str, str]] = field(default_factory=lambda: {side: {} for side in SIDES})

    def crosswalk(self) -> ImportedCrosswalk:
        language = self._language()
        shown = set(self.table.columns.numbers.values())
        rows = [row for row in self.table.rows if any(row.cell(number) for number in shown)]
        if not rows:
            self.report.fault("holds no row under its headings", file=self.file)
        links: list[ImportedLink] = []
        for row in rows:
            if len(links) == MOST_LINKS:
                words = (
                    f"has more links than the {MOST_LINKS:,} that a crosswalk may have; from here on nothing is read"
                )
                self.report.fault(words, file=self.file, place=row.place)
                break
            if link := self._link(row, language=language):
                links.append(link)
        if rows and not links and not self.report.refused:
            self.report.fault("holds no link that could be used", file=self.file)
        return ImportedCrosswalk(
            ImportedSide(self.options.source, slug=self.options.source),
            ImportedSide(self.options.target, slug=self.options.target),
            tuple(links),
            language=language,
            titles=self.titles,
            exact=True,
        )

    def _cell(self, row: Row, name: str) -> str:
        text = row.cell(self.table.columns.of(name))
        return unguarded(text).strip() if self.is_guarded else text

    def _place(self, row: Row, name: str) -> str:
        return f"{row.place}, column {self.table.columns.named()[name]}"

    def _language(self) -> str:
        if self.table.columns.of("rationale") is None:
            if not self.table.columns.languages():
                self.report.note("no heading says rationale, so no link says why", file=self.file)
            return self.options.language or "en"
        judged = judge_language(self._cell(row, "rationale") for row in self.table.rows)
        if not self.options.language and judged not in {"", "en"}:
            words = f"the rationale is read as {judged}, judged by its words; say the language if that is wrong"
            self.report.note(words, file=self.file)
        return self.options.language or judged or "en"

    def _link(self, row: Row, *, language: str) -> ImportedLink | None:
        """A row that says a relation of something to something, unless its references cannot be read."""
        told = self._cell(row, "relation")
        relation = relation_in(told) if told else INTERSECTS
        if relation == NO_RELATION:
            self._note(row, "says that there is no relation; it is left out", kind="rows that say there is no relation")
            return None
        if not relation:
            meant = relation_meant(told)
            near = f"; {meant} may be meant" if meant else "; it is one of equal, subset, superset, intersects"
            self.report.fault(f"“{told[:60]}” is no relation{near}", file=self.file, place=self._place(row, "relation"))
            relation = INTERSECTS  # nothing is kept of it, and its references are looked at all the same
        read = [self._refs(row, side) for side in SIDES]
        if None in read:
            return None
        source, target = (refs or () for refs in read)
        if not source or not target:
            self._tell_lonely(row, source=source, target=target, has_relation=bool(told))
            return None
        if not told:
            self._note(row, "says no relation; it is read as intersects", kind="rows without a relation")
        if self._cell(row, "provenance").casefold() in {"official", "reviewed"}:
            words = "was reviewed where it comes from; here it is a suggestion until somebody reviews it"
            self._note(row, words, kind="rows that were reviewed where they come from")
        rationale = self._rationale(row, language=language)
        return ImportedLink(source, target, relation, rationale, row.place)

    def _is_text(self, row: Row, name: str) -> bool:
        """Whether the cell of a reference holds one, as far as its kind tells."""
        column = self.table.columns.numbers[name]
        what, text, place = row.odd.get(column), row.cell(column), self._place(row, name)
        if what == DATE:
            words = (
                f"the reference is a date ({text}); a spreadsheet made it of a text like 1.10: format the column as"
                " text and write it again"
            )
            self.report.fault(words, file=self.file, place=place)
        elif what == ERROR:
            self.report.fault(f"the formula of the cell failed ({text})", file=self.file, place=place)
        elif what == NUMBER and "." in text:
            words = (
                f"the reference {text} is a number in the workbook, where 7.1 and 7.10 are one; format the column as"
                " text if it lost a zero"
            )
            self.report.warning(words, file=self.file, place=place, kind="references that are numbers")
        return what not in {DATE, ERROR}

    def _refs(self, row: Row, side: str) -> tuple[str, ...] | None:
        """What the cell holds; None, and a fault, where that cannot be read."""
        name = f"{side}_ref"
        if not self._is_text(row, name):
            return None
        refs = refs_in(self._cell(row, name))
        place = self._place(row, name)
        if len(refs) > MOST_REFS:
            self.report.fault(
                f"has {len(refs):,} references; a link may have {MOST_REFS} on a side", file=self.file, place=place
            )
            return None
        for ref in refs:
            if len(ref) > LONGEST["ref"]:
                words = f"“{ref[:60]}…” is too long for a reference; {LONGEST['ref']} characters are the most"
                self.report.fault(words, file=self.file, place=place)
                return None
        self._note_titles(refs, self._cell(row, f"{side}_title"), of=self.titles[side])
        return refs

    def _note_titles(self, refs: Sequence[str], cell: str, *, of: dict[str, str]) -> None:
        """One title for one reference, or as many lines as there are references."""
        lines = [one_line(line) for line in cell.split("\n") if line.strip()]
        titles = [one_line(cell)] if len(refs) == 1 and cell else lines
        if len(titles) == len(refs):
            for ref, title in zip(refs, titles, strict=True):
                of.setdefault(ref, shorten(title, at_most=LONGEST["title"]))

    def _tell_lonely(self, row: Row, *, source: Sequence[str], target: Sequence[str], has_relation: bool) -> None:
        if source and not has_relation:  # as tables have it that list all of a standard
            self._note(row, "links to nothing; it is left out", kind="rows that link to nothing")
            return
        side = "target" if source else "source"
        words = f"has no reference of the {side}; it is left out. Of merged cells only the first has something in it"
        self.report.warning(
            words, file=self.file, place=self._place(row, f"{side}_ref"), kind="rows with nothing on one side"
        )

    def _rationale(self, row: Row, *, language: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in self.table.columns.numbers:
            base, mark, code = name.partition("[")
            if base != "rationale" or not (text := self._cell(row, name)):
                continue
            if len(text) > LONGEST_RATIONALE:
                words = f"the rationale has {len(text):,} characters; it is cut to {LONGEST_RATIONALE:,}"
                self.report.warning(words, file=self.file, place=self._place(row, name), kind="rationales that are cut")
                text = shorten(text, at_most=LONGEST_RATIONALE)
            found.setdefault(code.removesuffix("]") if mark else language, text)
        return found

    def _note(self, row: Row, message: str, *, kind: str) -> None:
        self.report.note(message, file=self.file, place=row.place, kind=kind)
