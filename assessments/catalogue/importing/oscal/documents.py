"""The OSCAL files of one import: which one is meant, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from assessments.catalogue.drafts.content import DraftContent
from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.oscal.catalog import ReadCatalog, facts_of, read_catalog
from assessments.catalogue.importing.oscal.library import Library
from assessments.catalogue.importing.oscal.mapping import read_mappings
from assessments.catalogue.importing.oscal.own import value
from assessments.catalogue.importing.oscal.own_metadata import (
    own_alternatives,
    own_facts,
    own_scale,
    own_scoring,
    own_selections,
)
from assessments.catalogue.importing.oscal.profile import resolve
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.result import Imported, ImportOptions
from assessments.catalogue.importing.wording import one_line, shorten, slug_from

READ: Final = ("catalog", "profile", "mapping-collection")
_OTHERS: Final = (
    "component-definition", "system-security-plan", "assessment-plan", "assessment-results",
    "plan-of-action-and-milestones",
)  # fmt: skip
_VERSION: Final = re.compile(r"v?1\.([0-2])\.\d+(-.+)?", re.IGNORECASE)


def oscal_root(root: Located) -> str:
    """The name of the OSCAL model that a document's root names; "" if it is none."""
    return next((name for name in (*READ, *_OTHERS) if isinstance(root.get(name), Located)), "")


def read_oscal(files: Mapping[str, tuple[str, Located]], *, options: ImportOptions, report: Report) -> Imported:
    library = Library({name: (kind, root[kind]) for name, (_, root) in files.items() if (kind := oscal_root(root))})
    for name, (kind, document) in library.documents.items():
        if kind in _OTHERS:
            report.fault(f"is an OSCAL {kind}; catalog, profile and mapping-collection can be imported", file=name)
        else:
            _check_version(document)
    if report.refused or (meant := _meant(library, options=options, report=report)) is None:
        return Imported("OSCAL", (), {})
    kind, document = library.documents[meant]
    metadata = document.object("metadata") or document.copy_with()
    version = metadata.text("oscal-version").lstrip("vV")
    format_ = f"OSCAL {kind} {version} ({files[meant][0]})".replace("  ", " ")
    if kind == "mapping-collection":
        crosswalks = read_mappings(
            document, library=library, targets=_Targets(options), language=options.language or "en"
        )
        return Imported(format_, (), {}, crosswalks=crosswalks)
    catalog = document if kind == "catalog" else resolve(document, library=library)
    if catalog is None:
        return Imported(format_, (), {})
    read = read_catalog(catalog, language=options.language, report=report)
    return Imported(format_, (), {}, content=_content(metadata, read=read, options=options))


class _Targets:
    """Reads a catalogue once to know its ids; what there is to say of it is not said twice."""

    def __init__(self, options: ImportOptions) -> None:
        self._language = options.language
        self._known: dict[int, Mapping[str, str]] = {}

    def __call__(self, catalog: Located) -> Mapping[str, str]:
        if id(catalog) not in self._known:
            quiet = Report()
            self._known[id(catalog)] = read_catalog(catalog, language=self._language or "en", report=quiet).targets
        return self._known[id(catalog)]


def _meant(library: Library, *, options: ImportOptions, report: Report) -> str | None:
    """The one file that the others are there for: the one told, else the only mapping, profile or catalogue that no
    other file refers to.
    """
    if options.root:
        if options.root in library.documents:
            return options.root
        report.fault(f"{options.root} is not among the files")
        return None
    used = _used(library)
    for kind in ("mapping-collection", "profile", "catalog"):
        of_kind = [name for name, (found, _) in library.documents.items() if found == kind]
        free = [name for name in of_kind if name not in used] or of_kind
        if len(free) == 1:
            return free[0]
        if free:
            report.fault(f"there are {len(free)} of the kind {kind} ({', '.join(free)}); say which one is meant (root)")
            return None
    return None


def _used(library: Library) -> set[str]:
    used: set[str] = set()
    for name, (kind, document) in library.documents.items():
        hrefs = [entry.text("href") for entry in document.objects("imports", "import")] if kind == "profile" else []
        for href in hrefs:
            found = library.by_name(href, within=document)
            used |= {other for other, known in library.documents.items() if found is known and other != name}
    return used


def _check_version(document: Located) -> None:
    metadata = document.object("metadata")
    if metadata is None:
        document.warning("metadata is missing, which every OSCAL document has")
        return
    version = metadata.text("oscal-version")
    if not version:
        metadata.warning("oscal-version is missing; the file is read as the newest release")
    elif not _VERSION.fullmatch(version):
        metadata.warning(f"oscal-version is {version[:40]}; 1.0.0-rc1 to 1.2.2 are known, so look at the result well",
                         at="oscal-version")  # fmt: skip
    elif version[0] in "vV":
        metadata.note(f"oscal-version is written {version}; the letter does not belong there", at="oscal-version")


def _content(metadata: Located, *, read: ReadCatalog, options: ImportOptions) -> DraftContent:
    title = options.title or value(metadata, "title") or one_line(metadata.text("title")) or "Imported catalogue"
    number = options.number or value(metadata, "number") or title
    number = shorten(number, at_most=LONGEST["number"])
    return DraftContent(
        slug=options.slug or slug_from(title),
        number=number,
        title=shorten(title, at_most=LONGEST["title"]),
        language=read.language,
        facts=facts_of(metadata) | own_facts(metadata),
        scale=own_scale(metadata, language=read.language),
        scoring=own_scoring(metadata, language=read.language),
        selections=own_selections(metadata, language=read.language),
        alternatives=own_alternatives(metadata, language=read.language),
        requirements=read.tree.requirements,
    )
