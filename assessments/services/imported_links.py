"""Tables of links on their way to a crosswalk: between which standards, and whether each reference is one of theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from assessments.catalogue.importing.report import FAULT, SEVERITIES, Report
from assessments.catalogue.importing.result import ImportOptions
from assessments.catalogue.importing.walled import ToldImport
from assessments.catalogue.own_crosswalks.linking import LinkTable
from assessments.catalogue.own_crosswalks.matching import SIDES
from assessments.catalogue.own_crosswalks.selectors import sides_of

NO_STANDARD = "There is no standard {slug}, in the catalogue or among your own."


def side_errors(options: ImportOptions) -> dict[str, list[str]]:
    """What is wrong with the standards that somebody says: field → sentences."""
    given = {side: getattr(options, side) for side in SIDES if getattr(options, side)}
    if not given:
        return {}
    known = sides_of(given.values())
    errors = {side: [NO_STANDARD.format(slug=slug)] for side, slug in given.items() if slug not in known}
    if options.source == options.target:
        errors.setdefault("target", ["A standard has no crosswalk to itself."])
    return errors


def hold_links(told: ToldImport) -> ToldImport:
    """The same with the refs of the two standards as they are today, where a table of links was read; each reference
    that is none of them is a fault, beside those that were found before. Other imports are given back as they are.
    """
    if told.table is None or not told.crosswalks:
        return told
    [imported] = told.crosswalks
    if not imported["groups"]:  # which is a fault already
        return replace(told, crosswalks=())
    slugs = [imported[side]["slug"] for side in SIDES]
    sides = sides_of(slugs)
    file = str(told.table.get("file", ""))
    report, held = Report(), dict(imported)
    if missing := [slug for slug in slugs if slug not in sides]:
        for slug in missing:
            report.fault(NO_STANDARD.format(slug=slug), file=file)
    else:
        table = LinkTable(
            imported,
            source=sides[slugs[0]],
            target=sides[slugs[1]],
            columns=told.table["columns"],
            file=file,
            report=report,
        )
        held = table.held(today=timezone.now().date())
    return _with(told, report=report, held=held)


def _with(told: ToldImport, *, report: Report, held: dict[str, Any]) -> ToldImport:
    found = [*told.findings, *report.told()]
    counts = {severity: told.counts.get(severity, 0) + report.counts[severity] for severity in SEVERITIES}
    refused = bool(counts[FAULT])
    return replace(
        told,
        findings=tuple(finding for severity in SEVERITIES for finding in found if finding.severity == severity),
        counts=counts,
        crosswalks=() if refused else (held,),
    )
