"""What goes into an import and what comes out of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from assessments.catalogue.drafts.content import DraftContent
from assessments.catalogue.importing.report import FAULT, Finding

MOST_BYTES: Final = 20 * 1024 * 1024
"""Of all files of one import together."""
MOST_FILES: Final = 20

EQUAL, SUBSET, SUPERSET, INTERSECTS = "equal", "subset", "superset", "intersects"
MOST_LINKS: Final = 5_000
MOST_REFS: Final = 200
"""Of a crosswalk, and on one side of a link."""
INVERSE: Final[Mapping[str, str]] = {EQUAL: EQUAL, SUBSET: SUPERSET, SUPERSET: SUBSET, INTERSECTS: INTERSECTS}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was given. The name serves references between files and the report, never the format."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person says beside the files; everything may be left out.

    language   of the texts where the file does not say; otherwise it is judged from frequent words.
    root       the file that is meant, where several could be.
    sheet      of a workbook; otherwise the first that looks like requirements.
    columns    field → heading, for tables (`tabular.fields`); "" leaves a field out. It overrides what is proposed.
    source     slug of the standard that crosswalks of the files are from.
    target     likewise, of the standard they are to. With both a table is one of links (`tabular.link_fields`).
    """

    language: str = ""
    root: str = ""
    slug: str = ""
    number: str = ""
    title: str = ""
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class TablePreview:
    """A table as it was understood. `header_row` counts from 1; `rows` are the first under it, as text."""

    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    headings: tuple[str, ...]
    columns: Mapping[str, str]
    """Field → heading."""
    unused: tuple[str, ...]
    parents: str
    """How parents were found: parent column, depth column, refs, none."""
    rows: tuple[tuple[str, ...], ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class ImportedSide:
    """One side of a crosswalk as the file names it: an identifier (URN, address or file name) and a title if told.

    `resolved`: the ids stand for requirements of a file of this import, so they are refs of that tree already.
    `slug`: of a standard of Plumbline, where the file was written by it.
    """

    name: str
    title: str = ""
    resolved: bool = False
    slug: str = ""


@dataclass(frozen=True, slots=True)
class ImportedLink:
    """n:m: the `source` refs taken together relate to the `target` refs taken together. Rationale by language."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    relation: str
    rationale: Mapping[str, str] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class ImportedCrosswalk:
    """`titles`: of refs as they are written, for each side, of a table that tells them.

    `exact`: the refs are refs as people write them, no ids of a file format.
    """

    source: ImportedSide
    target: ImportedSide
    links: tuple[ImportedLink, ...]
    method: str = ""
    language: str = "en"
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """`format` in words, e.g. "OSCAL catalog 1.1.2 (JSON)". With a fault in the report there is nothing to use:
    the links of a table that are there all the same are for telling what else is wrong with it.
    """

    format: str
    report: tuple[Finding, ...]
    counts: Mapping[str, int]
    content: DraftContent | None = None
    crosswalks: tuple[ImportedCrosswalk, ...] = ()
    table: TablePreview | None = None

    @property
    def refused(self) -> bool:
        return bool(self.counts.get(FAULT))
