"""The libraries of one import: a framework becomes a standard, mapping sets become crosswalks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assessments.catalogue.drafts.content import DraftContent
from assessments.catalogue.drafts.values import LONGEST
from assessments.catalogue.importing.ciso_assistant.framework import ReadFramework, read_framework
from assessments.catalogue.importing.ciso_assistant.mappings import mapping_sets, read_mapping_sets
from assessments.catalogue.importing.documents.located import Located
from assessments.catalogue.importing.report import Report
from assessments.catalogue.importing.result import Imported, ImportOptions
from assessments.catalogue.importing.wording import language_code, one_line, shorten, slug_from

_NOT_TAKEN: Final = (
    "reference_controls", "threats", "risk_matrix", "preset", "metric_definitions", "ttp_catalogs", "tactics",
    "techniques",
)  # fmt: skip


def is_library(root: Located) -> bool:
    return isinstance(root.get("objects"), Located) and ("urn" in root or "convert_library_version" in root)


def read_libraries(files: Mapping[str, Located], *, options: ImportOptions, report: Report) -> Imported:
    """One framework, with or without mapping sets; or mapping sets alone."""
    frameworks = {name: found for name, root in files.items() if (found := _framework_of(root)) is not None}
    sets = [(root, entry) for root in files.values() for entry in mapping_sets(root)]
    read = {
        name: read_framework(
            found, library=files[name], language=language_of(files[name], options=options), report=report
        )
        for name, found in frameworks.items()
    }
    for root in files.values():
        _tell_not_taken(root)
    crosswalks = read_mapping_sets([entry for _, entry in sets], refs=_refs(frameworks, read)) if sets else ()
    if sets and (len(frameworks) != 1 or options.root not in frameworks):
        if len(frameworks) == 1:
            report.note(
                f"the framework in {next(iter(frameworks))} tells the references; the mapping alone is imported"
            )
        return Imported("CISO Assistant mapping", (), {}, crosswalks=crosswalks)
    if not frameworks:
        report.fault("holds neither a framework nor a mapping set", file=next(iter(files)))
        return Imported("CISO Assistant library", (), {})
    meant = options.root if options.root in frameworks else next(iter(frameworks))
    if len(frameworks) > 1 and options.root not in frameworks:
        report.fault(f"there are {len(frameworks)} frameworks ({', '.join(frameworks)}); say which one is meant (root)")
    content = _content(frameworks[meant], library=files[meant], read=read[meant], options=options)
    return Imported("CISO Assistant framework", (), {}, content=content, crosswalks=crosswalks)


def language_of(library: Located, *, options: ImportOptions) -> str:
    told = library.text("locale")
    code = options.language or language_code(told)
    if told and not code:
        library.warning(f"the locale {told[:20]} is no language code; the texts are read as English", at="locale")
    return code or "en"


def _framework_of(root: Located) -> Located | None:
    objects = root.object("objects")
    found = objects.objects("framework", "frameworks") if objects else []
    if len(found) > 1:
        root.fault(f"holds {len(found)} frameworks; give each its own file")
    return found[0] if found else None


def _refs(frameworks: Mapping[str, Located], read: Mapping[str, ReadFramework]) -> dict[str, Mapping[str, str]]:
    return {found.text("urn"): read[name].tree.refs for name, found in frameworks.items()}


def _tell_not_taken(root: Located) -> None:
    objects = root.object("objects") or root.copy_with()
    for key in _NOT_TAKEN:
        if found := objects.get(key):
            number = len(found) if isinstance(found, list) else 1
            objects.note(
                f"{number:,} {key.replace('_', ' ')} are not taken over: a standard has no place for them", at=key
            )


def _content(framework: Located, *, library: Located, read: ReadFramework, options: ImportOptions) -> DraftContent:
    name = options.title or one_line(framework.text("name") or library.text("name")) or "Imported framework"
    number = options.number or one_line(framework.text("ref_id") or library.text("ref_id")) or name
    return DraftContent(
        slug=options.slug or slug_from(framework.text("ref_id") or name),
        number=shorten(number, at_most=LONGEST["number"]),
        title=shorten(name, at_most=LONGEST["title"]),
        language=read.language,
        facts=_facts(library),
        scale=read.scale,
        selections=read.selections,
        requirements=read.tree.requirements,
    )


def _facts(library: Located) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if provider := one_line(library.text("provider")):
        facts["publisher"] = provider[:120]
    if version := library.text("version"):
        facts["edition"] = one_line(version)[:40]
    year = library.text("publication_date")[:4]
    if year.isascii() and year.isdigit() and 1900 <= int(year) <= 2100:
        facts["year"] = int(year)
    return facts
