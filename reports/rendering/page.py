"""The report as an HTML document: the packaged templates, filled with contents and charts.

Django's template language escapes every value; only the charts, which escape their own labels, are marked safe.
The engine is this module's own and needs no configured settings, so a report can be made by any process.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from reports.charts import (
    Axis,
    Bar,
    Step,
    draw_cell,
    draw_clauses,
    draw_coverage,
    draw_legend,
    draw_levels,
    draw_standing,
)
from reports.contents import ReportContents
from reports.contents.document import ClauseScore
from reports.contents.figures import format_level

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "reports"

_BARS_PER_CHART = 16  # more do not fit under a heading on one page


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(TEMPLATES)], autoescape=True, debug=False)


@cache
def read_stylesheet() -> str:
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")


def write_page(contents: ReportContents, *, language: str) -> str:
    """Return the whole document; `language` (BCP 47) is declared on its root."""
    # Plain string conversion: localisation would look for settings, and the contents hold finished wording.
    context = Context(
        {"report": contents, "language": language, "charts": _draw_charts(contents)}, use_l10n=False, use_tz=False
    )
    return _engine().get_template("report.html").render(context)


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - charts escape every label themselves, see reports.charts


def _draw_charts(contents: ReportContents) -> Mapping[str, object]:
    scale = contents.scale
    axis = Axis(scale.minimum, scale.maximum, [(step.level, step.name) for step in scale.levels])
    summary, clauses = contents.summary, contents.clauses
    movements = summary.movements
    groups = [_bar(group) for group in clauses.groups]
    levels = clauses.levels
    return {
        "legend": _safe(draw_legend(with_target=any(group.target is not None for group in groups))),
        "standing": _safe(
            draw_standing(
                _bar(summary.overall),
                axis=axis,
                previous=summary.previous,
                previous_label=f"{movements.overall.before} on {movements.since}" if movements else "",
            )
        ),
        "clauses": [
            _safe(draw_clauses(groups[start : start + _BARS_PER_CHART], axis=axis))
            for start in range(0, len(groups), _BARS_PER_CHART)
        ],
        "cells": [(line, _safe(draw_cell(_bar(line), axis=axis))) for line in clauses.lines],
        "levels": _safe(
            draw_levels(
                [
                    Step(format_level(step.level), step.name, count)
                    for step, count in zip(contents.answers_scale.levels, levels.counts, strict=True)
                ],
                open_count=levels.not_assessed,
                waived=levels.not_applicable,
            )
        ),
        "coverage": _safe(
            draw_coverage(answered=sum(levels.counts), open_count=levels.not_assessed, waived=levels.not_applicable)
        ),
    }


def _bar(line: ClauseScore) -> Bar:
    return Bar(
        label=f"{line.ref} {line.title}".strip(),
        asserted=line.asserted,
        evidenced=line.evidenced,
        validated=line.validated,
        target=line.target,
        shown=line.shown_asserted,
    )
