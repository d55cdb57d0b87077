"""The five lines leadership gets by mail, from a report's contents. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reports.contents import ReportContents
from reports.contents.figures import VISIBLE, format_distance, format_level, format_score

STANDING: Final = {
    "better": "Better",
    "stable": "Stable",
    "worse": "Worse",
    "first": "First result",
    "not_assessed": "Not assessed yet",
}


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One measure as a bar: `percent` of the way up the scale, None where there is nothing to draw."""

    name: str
    shown: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class Brief:
    """`headline` fits a subject line; `lines` are always five, in the same order."""

    organisation: str
    standard: str
    assessment: str
    headline: str
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]
    is_draft: bool


def write_brief(contents: ReportContents) -> Brief:
    summary, cover = contents.summary, contents.cover
    standing, top = STANDING[summary.standing], format_level(contents.scale.maximum)
    measures = {measure.key: measure for measure in summary.measures}
    score = summary.overall.shown_asserted
    figure = f"{score} of {top}, {standing.lower()}" if summary.overall.asserted is not None else standing.lower()
    levels = [measures["asserted"], measures["evidenced"], measures["validated"]]
    return Brief(
        organisation=cover.organisation,
        standard=f"{cover.standard_number} {cover.standard_title}",
        assessment=cover.assessment,
        headline=f"{cover.running_title}: {figure}",
        lines=(
            Line("Answer", f"{standing}. {summary.answer}"),
            Line("Scores", f"{', '.join(f'{m.name.lower()} {m.shown}' for m in levels)}; the scale ends at {top}."),
            Line("Coverage", f"{measures['coverage'].shown}: {measures['coverage'].caption}."),
            Line("Target", _say_target(contents)),
            Line("Biggest gap", _say_gap(contents)),
        ),
        bars=tuple(Bar(measure.name, measure.shown, _percent(measure.value, contents=contents)) for measure in levels),
        is_draft=cover.is_draft,
    )


def _say_target(contents: ReportContents) -> str:
    overall = contents.summary.overall
    if overall.target is None:
        return "No target is set."
    if overall.asserted is None:
        return f"{format_score(overall.target)}; nothing is answered yet."
    distance = round(overall.target - overall.asserted, 9)
    if distance <= 0:
        return f"{format_score(overall.target)}: met."
    if distance < VISIBLE:
        return f"{format_score(overall.target)}: all but met, {format_distance(distance)} below."
    return f"{format_score(overall.target)}: {format_distance(distance)} below."


def _say_gap(contents: ReportContents) -> str:
    largest = next(iter((*contents.gaps.in_detail, *contents.gaps.further)), None)
    if largest is None:
        return contents.gaps.introduction
    return (
        f"{largest.ref} {largest.title}: at level {largest.level}, target {largest.target}; "
        f"{largest.share} of the whole distance to target."
    )


def _percent(value: float | None, *, contents: ReportContents) -> int | None:
    if value is None:
        return None
    span = contents.scale.maximum - contents.scale.minimum
    return round(max(0.0, min(1.0, (value - contents.scale.minimum) / span)) * 100)
