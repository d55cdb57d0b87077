"""The door of the importers: files in, one `Imported` out. Pure; never raises for what the files hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assessments.catalogue.importing.ciso_assistant.library import is_library, read_libraries
from assessments.catalogue.importing.ciso_assistant.workbook import is_library_workbook, library_from
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.documents.markup import read_xml
from assessments.catalogue.importing.documents.texts import read_json, read_yaml
from assessments.catalogue.importing.oscal.documents import oscal_root, read_oscal
from assessments.catalogue.importing.recognition import JSON, WORKBOOK, XML, YAML, notation_of
from assessments.catalogue.importing.report import FileUnreadable, Report
from assessments.catalogue.importing.result import MOST_BYTES, MOST_FILES, Imported, ImportOptions, SourceFile
from assessments.catalogue.importing.tabular.links import read_links
from assessments.catalogue.importing.tabular.standard import read_table
from assessments.catalogue.importing.tabular.tables import Sheet, read_delimited, read_workbook

_READERS = {JSON: read_json, YAML: read_yaml, XML: read_xml}


@dataclass(slots=True)
class _Opened:
    """The files of one import, by what they turned out to be. Values: name → (notation, content)."""

    oscal: dict[str, tuple[str, Located]] = field(default_factory=dict)
    libraries: dict[str, Located] = field(default_factory=dict)
    tables: dict[str, tuple[str, list[Sheet]]] = field(default_factory=dict)


def import_files(files: Sequence[SourceFile], *, options: ImportOptions | None = None) -> Imported:
    """What the files hold. A fault anywhere leaves nothing but the report, and of a table how it was understood: the
    links of one whose references can be read, so that whoever knows the standards tells all that is wrong at once.
    """
    options = options or ImportOptions()
    report = Report()
    try:
        opened = _open(files, report=report)
        found = _read(opened, options=options, report=report)
    except FileUnreadable:
        found = Imported("", (), {})
    except RecursionError:
        report.fault("is nested too deeply")
        found = Imported("", (), {})
    if report.refused:
        links = found.crosswalks if found.table is not None else ()
        return Imported(found.format, report.told(), dict(report.counts), crosswalks=links, table=found.table)
    return Imported(
        found.format, report.told(), dict(report.counts),
        content=found.content, crosswalks=found.crosswalks, table=found.table,
    )  # fmt: skip


def _open(files: Sequence[SourceFile], *, report: Report) -> _Opened:
    """Every file, so that the faults of all are told at once. Raises FileUnreadable after the last."""
    opened = _Opened()
    if not files:
        report.fault("there is no file")
    if len(files) > MOST_FILES:
        report.fault(f"there are {len(files)} files; an import may have {MOST_FILES}")
    if (size := sum(len(file.data) for file in files)) > MOST_BYTES:
        report.fault(f"the files have {size:,} bytes together; an import may have {MOST_BYTES:,}")
    names = [file.name.casefold() for file in files]
    for name in sorted({name for name in names if names.count(name) > 1}):
        report.fault("there are two files of this name", file=name)
    if report.refused:
        raise FileUnreadable
    for file in files:
        try:
            _open_one(file, opened=opened, report=report)
        except FileUnreadable:
            continue
    if report.refused:
        raise FileUnreadable
    return opened


def _open_one(file: SourceFile, *, opened: _Opened, report: Report) -> None:
    notation = notation_of(file, report=report)
    if notation in _READERS:
        root = _READERS[notation](file.data, file=file.name, report=report)
        if is_library(root):
            opened.libraries[file.name] = root
        elif oscal_root(root):
            opened.oscal[file.name] = (notation, root)
        else:
            keys = ", ".join(list(root)[:6]) or "nothing"
            report.fault(
                f"is {notation}, but neither OSCAL (catalog, profile, mapping-collection) nor a CISO Assistant "
                f"library; it begins with {keys}",
                file=file.name,
            )
        return
    sheets = (read_workbook if notation == WORKBOOK else read_delimited)(file.data, file=file.name, report=report)
    if notation == WORKBOOK and is_library_workbook(sheets):
        opened.libraries[file.name] = library_from(sheets, file=file.name, report=report)
    else:
        opened.tables[file.name] = (notation, sheets)


def _read(opened: _Opened, *, options: ImportOptions, report: Report) -> Imported:
    kinds = [kind for kind in (opened.oscal, opened.libraries, opened.tables) if kind]
    if len(kinds) > 1:
        names = ", ".join(next(iter(kind)) for kind in kinds)
        report.fault(f"the files are of several formats ({names}); import them one format at a time")
        return Imported("", (), {})
    if opened.oscal:
        found = read_oscal(opened.oscal, options=options, report=report)
        return _between(found, options=options, report=report)
    if opened.libraries:
        found = read_libraries(opened.libraries, options=options, report=report)
        return _between(found, options=options, report=report)
    if len(opened.tables) > 1 and options.root not in opened.tables:
        report.fault(f"there are {len(opened.tables)} tables ({', '.join(opened.tables)}); import one at a time")
        return Imported("", (), {})
    name = options.root if options.root in opened.tables else next(iter(opened.tables))
    notation, sheets = opened.tables[name]
    if bool(options.source) != bool(options.target):
        report.fault("a table of links needs both, source and target: the slugs of its two standards", file=name)
        return Imported(notation, (), {})
    read = read_links if options.source else read_table
    return read(sheets, file=name, notation=notation, options=options, report=report)


def _between(found: Imported, *, options: ImportOptions, report: Report) -> Imported:
    """What the files hold, with its crosswalks between the standards that the person says."""
    if not (options.source or options.target):
        return found
    if not found.crosswalks:
        report.warning("source and target are those of a crosswalk, and the files hold none")
    return replace(
        found,
        crosswalks=tuple(
            replace(
                one,
                source=replace(one.source, slug=options.source or one.source.slug),
                target=replace(one.target, slug=options.target or one.target.slug),
            )
            for one in found.crosswalks
        ),
    )
